"""Reads a team's own computed columns out of `columns.py` in the workspace."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from .columns.own import OwnColumn
from .columns.sets import ColumnSet
from .model.errors import ConfigError
from .model.nearest import did_you_mean
from .model.schema import Table

FILE = "columns.py"


def read_own(folder: Path) -> tuple[tuple[OwnColumn, str], ...]:
    """Return the columns that `columns.py` in a folder declares, in its order, each with the text of the file.

    The file is Python of the workspace's own and is run. Raise ConfigError that names the line, where it cannot be.
    """
    path = folder / FILE
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{FILE} cannot be read: {error}.", next_step="Save it as UTF-8 text.") from None
    module = ModuleType("sheetops_columns")
    module.__file__ = str(path)
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)  # noqa: S102  (the workspace's own code, as conftest.py is)
    except Exception as error:
        raise ConfigError(
            f"{FILE}, line {_line(error, path)}: {type(error).__name__}: {error}.",
            next_step=f"Correct {FILE} (docs/columns.md has an example of each kind) and run the command again.",
        ) from None
    return tuple((one, text) for one in vars(module).values() if isinstance(one, OwnColumn))


def own_sets(own: Sequence[tuple[OwnColumn, str]], tables: Mapping[str, Table]) -> tuple[ColumnSet, ...]:
    """Return a team's own columns as sets. Raise ConfigError for a table or a field that there is not."""
    return tuple(_checked(one, tables).set(tables[one.table].key, text) for one, text in own)


def _checked(one: OwnColumn, tables: Mapping[str, Table]) -> OwnColumn:
    if one.table not in tables:
        raise ConfigError(
            f"{FILE}: {one.name} is for a table '{one.table}', which there is not.{did_you_mean(one.table, tables)}"
        )
    table = tables[one.table]
    for name in (*one.needs, *one.by, *((one.order,) if one.order else ())):
        if name not in table.by_name:
            raise ConfigError(
                f"{FILE}: {one.name} needs the field '{name}', and {one.table} has no such field.{did_you_mean(name, table.by_name)}"
            )
    return one


def _line(error: Exception, path: Path) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    frames = [one.lineno for one in traceback.extract_tb(sys.exc_info()[2]) if one.filename == str(path)]
    return (frames[-1] if frames else None) or 1
