"""A workspace is a folder with a sheetops.toml; everything else is found from it."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .columns.anomalies.column_set import CountColumns, SignalColumns
from .columns.own import OwnColumn
from .columns.patterns.column_set import PatternSets
from .columns.sets import ColumnSet
from .columns.sla.column_set import SlaColumns
from .config.calendars import CalendarSpec, read_calendars
from .config.clock import read_day_first, read_timezone
from .config.columns import (
    COLUMN_PARTS,
    read_anomalies,
    read_pattern_sets,
    read_rule_columns,
    read_standard,
    with_closing,
)
from .config.google import GoogleSettings, looks_secret, read_google
from .config.reports import read_reports
from .config.section import Mistakes, Section
from .config.sla import read_sla, sla_columns, with_policies
from .config.tables import read_tables, with_computed
from .config.trackers import Defaults, read_trackers
from .importing.intake import INTAKE, intake_table
from .model.errors import ConfigError, WorkspaceMissing
from .model.schema import GuardLimits, Schema, Table
from .model.values import Reading
from .own_columns import own_sets, read_own
from .reports.roles import ReportSpec

CONFIG_NAME = "sheetops.toml"
IMPORTS = "imports"
"""The folder with what is remembered of files that were imported."""
_PARTS = ("workspace", "tables", "trackers", "calendars", "sla", *COLUMN_PARTS, "reports", "google", "guards")
_WORKSPACE_SETTINGS = ("name", "database", "timezone", "dates")
_DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Config:
    """A sheetops.toml that was read and is free of mistakes.

    `path` is the file, `folder` where it stands, `database_url` a SQLAlchemy URL without relative
    parts, `timezone` the workspace's IANA zone, `text` the file as it was read and `calendars` the business
    calendars by name, each compiled when it is first used.
    """

    path: Path
    folder: Path
    name: str
    database_url: str
    timezone: str
    schema: Schema
    text: str
    google: GoogleSettings
    calendars: Mapping[str, CalendarSpec] = field(default_factory=dict)
    sla: Mapping[str, SlaColumns] = field(default_factory=dict)
    """The SLA of each table that has one."""
    columns: tuple[ColumnSet, ...] = ()
    """The sets of computed columns that the file asks for."""
    patterns: tuple[PatternSets, ...] = ()
    signals: tuple[SignalColumns, ...] = ()
    counts: tuple[CountColumns, ...] = ()
    reports: ReportSpec = field(default_factory=ReportSpec)


def find_workspace(start: Path) -> Path:
    """Return the sheetops.toml in `start` or the nearest folder above it. Raise WorkspaceMissing."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder / CONFIG_NAME
    raise WorkspaceMissing(
        f"There is no {CONFIG_NAME} in {here} or in any folder above it.",
        next_step="Run `sheetops init` to begin here, or `sheetops adopt FILE` for a workbook you have.",
    )


def load_config(path: Path, columns: Sequence[ColumnSet] = ()) -> Config:
    """Return what a sheetops.toml (or the one in a folder) says, and the `columns.py` beside it.

    `columns` are computed besides those they ask for.

    Raise ConfigError that names every mistake with its line, WorkspaceMissing when there is no file.
    """
    path = (path / CONFIG_NAME if path.is_dir() else path).resolve()
    text = _read_text(path)
    imports = next((path.parent / IMPORTS).glob("*.toml"), None) is not None
    return parse_config(text, path, columns, read_own(path.parent), imports=imports)


def parse_config(
    text: str, path: Path, columns: Sequence[ColumnSet] = (), own: Sequence[tuple[OwnColumn, str]] = (), *,
    imports: bool = False,
) -> Config:  # fmt: skip
    """Return what `text` says, taken as the content of the file at `path`, which need not exist.

    `own` are the team's own columns, each with the text of the file it is from. `imports` says that files are imported
    here, so that there is a table `intake`.
    """
    mistakes = Mistakes(path.name, text)
    root = Section(_parse_toml(text, path.name), (), mistakes)
    config = _read_config(root, text, path, columns, own, imports=imports)
    mistakes.raise_if_any()
    return config


def _read_config(
    root: Section, text: str, path: Path, columns: Sequence[ColumnSet], own: Sequence[tuple[OwnColumn, str]], *,
    imports: bool,
) -> Config:  # fmt: skip
    root.know(_PARTS, noun="part")
    workspace = root.section("workspace")
    workspace.know(_WORKSPACE_SETTINGS)
    timezone, day_first = read_timezone(workspace, "UTC"), read_day_first(workspace, True)
    tables = read_tables(root.section("tables"), Reading(ZoneInfo(timezone), day_first))
    if INTAKE not in tables and (imports or _shows_intake(root)):
        tables = {**tables, INTAKE: intake_table()}
    calendars = read_calendars(root.section("calendars"), timezone)
    specs = read_sla(root.section("sla"), tables, calendars, timezone)
    tables = with_policies(tables, specs)
    sla = {spec.table: sla_columns(spec, tables, calendars) for spec in specs}
    computed = (*(one.set() for one in sla.values()), *columns)
    tables = with_computed(tables, computed, root.section("tables"))
    rules = read_rule_columns(root, tables)
    computed += (more := tuple(one.set() for one in rules))
    tables = with_computed(with_closing(tables, rules), more, root.section("tables"))
    steps: tuple[Callable[[Mapping[str, Table]], tuple[ColumnSet, ...]], ...] = (
        lambda known: own_sets(own, known),
        lambda known: read_standard(root, known),
    )
    for step in steps:  # each may look at what those before it compute
        computed += (more := step(tables))
        tables = with_computed(tables, more, root.section("tables"))
    patterns = read_pattern_sets(root, tables, timezone)
    computed += (more := tuple(one_set for one in patterns for one_set in one.sets()))
    tables = with_computed(tables, more, root.section("tables"))
    signals, counts = read_anomalies(root, tables, timezone)
    computed += (more := (*(one.set() for one in signals), *(one.set() for one in counts)))
    tables = with_computed(tables, more, root.section("tables"))
    trackers = read_trackers(root.section("trackers"), tables, Defaults(path.parent, timezone, day_first))
    schema = Schema(tables, trackers, _read_guards(root.section("guards")))
    name = workspace.text("name") or path.parent.name
    database, google = _read_database(workspace, path.parent), read_google(root.section("google"))
    reports = read_reports(root.section("reports"), tables)
    return Config(
        path, path.parent, name, database, timezone, schema, text, google, calendars, sla, computed, patterns, signals, counts,
        reports,
    )  # fmt: skip


def _shows_intake(root: Section) -> bool:
    """Whether a tracker shows the intake, which nobody describes under [tables]."""
    trackers = root.values.get("trackers")
    shown = trackers.values() if isinstance(trackers, dict) else ()
    return any(isinstance(one, dict) and one.get("table") == INTAKE for one in shown)


def _read_database(workspace: Section, folder: Path) -> str:
    said = workspace.text("database") or "sheetops.db"
    scheme, colon, rest = said.partition("://")
    if not colon:
        return f"sqlite:///{(folder / said).as_posix()}"
    kind = scheme.partition("+")[0]
    if kind not in _DATABASES:
        workspace.wrong(
            "database", f"'{kind}' is not a database sheetops knows. Name a file, or postgresql://..."
        )
    if kind == "sqlite" and rest.startswith("/") and rest != "/":
        return f"{scheme}:///{(folder / rest[1:]).as_posix()}"
    return said


def _read_guards(guards: Section) -> GuardLimits:
    limits = {limit.name: limit.type for limit in dataclasses.fields(GuardLimits)}
    guards.know(tuple(limits))
    said = {name: _read_limit(guards, name) for name in limits if name in guards.values}
    return GuardLimits(**{name: limit for name, limit in said.items() if limit is not None})


def _read_limit(guards: Section, name: str) -> Any:
    """Return a guard's limit: a percentage, or a whole number of rows."""
    if not name.endswith("_percent"):
        return guards.whole(name, None)
    said = guards.values[name]
    if type(said) not in (int, float) or not 0 <= said <= 100:
        guards.wrong(name, "must be a percentage, a number from 0 to 100.")
        return None
    return said


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise WorkspaceMissing(
            f"There is no file {path}.", next_step="Run `sheetops init` to begin here."
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{path.name}, line {line}: the file is not UTF-8 text.",
            next_step="Open it in a text editor and save it with the encoding UTF-8.",
        ) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None


_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def _parse_toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _PLACE.search(said)
        line = int(found[1]) if found and found[1] else text.rstrip().count("\n") + 1
        what = _PLACE.sub("", said)
        raise ConfigError(
            f"{name}, line {line}: {_explain(what, text.splitlines(), line)}",
            next_step="Correct that line (or the one above it) and run the command again.",
        ) from None


_EXPLAINED = (
    ("Cannot overwrite a value", "this key is in its table twice, and each may be there once."),
    ("Cannot declare", "this table is in the file twice, and each may be there once."),
    ("Unescaped '\\' in a string", "write \\\\ for one backslash, or 'single quotes' around the text."),
    (
        "Found invalid character '\\n'",
        "a text that begins with a quotation mark on this line does not end on it.",
    ),
    ("Expected '=' after a key", "a key and its value are divided by '='. Keys with spaces stand in quotes."),
    (
        "Invalid value",
        "the value is not one TOML knows: text stands in quotes, and yes is true, no is false.",
    ),
    ("Unclosed array", "a list that begins with [ does not end with ]."),
    ("Unclosed inline table", "a table that begins with { does not end with } on the same line."),
)


def _explain(what: str, lines: list[str], line: int) -> str:
    """Say a parser's complaint in words for somebody who has never seen TOML, with the line itself."""
    words = next((words for begins, words in _EXPLAINED if what.startswith(begins)), f"{what}.")
    shown = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    if looks_secret(shown):
        return f"{words} The line is not shown: it seems to hold a key. A key stays in its own file."
    return f"{words} It says: {shown[:80]}" if shown else words
