"""Ready workspaces for a kind of work: a commented sheetops.toml, and workbooks built from it.

A template is one file, or a head and pieces. A piece is the part of a sheetops.toml about one kind of work, with its workbooks;
it can also be added to a workspace that is there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .book_looks import BookLook, read_book_look, read_look_file
from .model.errors import ConfigError, TrackerNotWritten, UnknownName
from .model.nearest import did_you_mean
from .model.record import Values
from .model.schema import Schema, Table, TrackerSpec
from .model.values import Invalid, Reading, parse_value
from .workspace import CONFIG_NAME, Config, parse_config

FOLDER = Path(__file__).resolve().parent.parent / "sheet_templates"
"""Beside the package in a checkout and in site-packages alike, because the wheel has the same layout."""

HEAD_NAME, PIECE_NAME, ROWS_NAME = "head.toml", "piece.toml", "rows.toml"
_HEAD = """# {about}
#
# This file says what a record is and which workbook shows it. Change anything: `sheetops plan` shows what a change
# would do before anything happens, and a typo is named with its line. What follows a # is for people.

[workspace]
name = "{name}"
database = "sheetops.db"          # one file beside this one; a team may share "postgresql://..."
timezone = "Europe/London"        # the clock of the people who type dates
dates = "day first"               # 5/1/2026 is the fifth of January; or "month first"
"""


@dataclass(frozen=True)
class Template:
    """One template: the name people type, and in a sentence what it is for.

    `pieces` are what it is made of, in their order; none where it is one file. A piece is a template too, made of
    those that it needs and itself: `piece` tells it apart.
    """

    name: str
    about: str
    folder: Path
    pieces: tuple[str, ...] = ()
    piece: bool = False

    @property
    def text(self) -> str:
        """The whole sheetops.toml."""
        if not self.pieces:
            return (self.folder / CONFIG_NAME).read_text(encoding="utf-8")
        head = self.folder / HEAD_NAME
        name = self.name.replace("-", " ").capitalize()
        first = _HEAD.format(about=self.about, name=name) if self.piece else head.read_text(encoding="utf-8")
        return "\n\n".join((first.rstrip(), *(piece_text(one).rstrip() for one in self.pieces))) + "\n"

    @property
    def look(self) -> BookLook:
        """How its workbooks look."""
        return look_of(self.pieces) if self.pieces else read_book_look(self.folder)

    @property
    def look_here(self) -> BookLook:
        """How the workbooks look that are its own, and not those of the pieces that it needs."""
        return read_book_look(self.folder)


def list_templates() -> list[Template]:
    """Return the templates of whole workspaces, by name. What each is for is its file's first comment."""
    whole = [
        Template(path.parent.name, _first_comment(path), path.parent)
        for path in FOLDER.glob(f"*/{CONFIG_NAME}")
    ]
    made = [
        Template(
            path.parent.name, _first_comment(path), path.parent, tuple(read_look_file(path.parent)["pieces"])
        )
        for path in FOLDER.glob(f"*/{HEAD_NAME}")
    ]
    return sorted((*whole, *made), key=lambda one: one.name)


def list_pieces() -> list[Template]:
    """Return the pieces, by name."""
    found = sorted(FOLDER.glob(f"*/{PIECE_NAME}"))
    return [
        Template(
            path.parent.name, _first_comment(path), path.parent, with_needs(path.parent.name), piece=True
        )
        for path in found
    ]


def find_template(name: str) -> Template:
    """Return the template, or piece, called `name`. Raise UnknownName with the nearest one otherwise."""
    return _find(name, [*list_templates(), *list_pieces()], "template", "Run `sheetops init --list`.")


def find_piece(name: str) -> Template:
    """Return the piece called `name`. Raise UnknownName with the nearest one otherwise."""
    return _find(name, list_pieces(), "piece", "Run `sheetops template list`.")


def _find(name: str, among: Iterable[Template], what: str, next_step: str) -> Template:
    known = {template.name: template for template in among}
    if name not in known:
        near = did_you_mean(name, known) or f" There is: {', '.join(known)}."
        raise UnknownName(f"There is no {what} '{name}'.{near}", next_step=next_step)
    return known[name]


@cache
def with_needs(piece: str) -> tuple[str, ...]:
    """Return the pieces that a piece needs, those first that others point to, and itself last."""
    needed = read_look_file(FOLDER / piece).get("needs", [])
    return tuple(dict.fromkeys([*(one for need in needed for one in with_needs(need)), piece]))


def piece_text(piece: str) -> str:
    """Return the part of a sheetops.toml that a piece is."""
    return (FOLDER / piece / PIECE_NAME).read_text(encoding="utf-8")


def look_of(pieces: Sequence[str]) -> BookLook:
    """Return how the workbooks of these pieces look; drop-downs offer the records that any piece comes with."""
    look = BookLook()
    for piece in dict.fromkeys(one for name in pieces for one in with_needs(name)):
        keys = {
            table: tuple(str(next(iter(row.values()))) for row in rows)
            for table, rows in _rows(piece).items()
        }
        look |= read_book_look(FOLDER / piece) | BookLook(starters=keys)
    return look


@cache
def _rows(piece: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the records that a piece's tables come with, as they are written: the key first."""
    path = FOLDER / piece / ROWS_NAME
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def starter_records(pieces: Iterable[str], schema: Schema) -> dict[str, list[Values]]:
    """Return the records that the workbooks of these pieces come with: tracker -> records."""
    rows = {table: found for piece in pieces for table, found in _rows(piece).items()}
    shown = [spec for spec in schema.trackers.values() if spec.table in rows]
    return {
        spec.id: [_values(row, schema.table_of(spec), spec) for row in rows[spec.table]] for spec in shown
    }


def _values(row: Mapping[str, Any], table: Table, spec: TrackerSpec) -> Values:
    reading = Reading(ZoneInfo(spec.timezone), spec.day_first)
    values = {name: parse_value(table.field(name), said, reading) for name, said in row.items()}
    for name, value in values.items():
        if isinstance(value, Invalid):
            raise ConfigError(f"{ROWS_NAME} of {table.name}: {name} = '{value.said}' {value.reason}.")
    return values


# --- writing ------------------------------------------------------------------------------------------


def init_workspace(folder: Path, template: str) -> list[Path]:
    """Write a template's sheetops.toml and workbooks into `folder`; return the files written.

    Raise ConfigError when one of them is there already, TrackerNotWritten when the folder cannot be
    written; either way the folder is left as it was.
    """
    found = find_template(template)
    config = parse_config(found.text, folder.resolve() / CONFIG_NAME)
    books = by_workbook(config.schema.trackers.values())
    targets = [*(config.folder / source for source in books), config.path]
    for path in targets:
        refuse_to_replace(path)
    write_books(config, books, found.pieces, found.look, "sheetops init")
    return targets


def by_workbook(specs: Iterable[TrackerSpec]) -> dict[str, list[TrackerSpec]]:
    """Return trackers in workbooks by their file."""
    books: dict[str, list[TrackerSpec]] = {}
    for spec in specs:
        if spec.backend == "excel":
            books.setdefault(spec.source, []).append(spec)
    return books


def refuse_to_replace(path: Path) -> None:
    """Raise ConfigError when a file is there already."""
    if path.exists():
        raise ConfigError(
            f"There is a {path.name} in {path.parent} already.",
            next_step="Run `sheetops init` in an empty folder, or `sheetops adopt FILE` to add a workbook."
            if path.name == CONFIG_NAME
            else "Move or rename it, or run the command in another folder. To take it in: sheetops adopt FILE.",
        )


def write_books(
    config: Config,
    books: Mapping[str, Sequence[TrackerSpec]],
    pieces: Sequence[str],
    look: BookLook,
    command: str,
) -> None:
    """Write workbooks, then sheetops.toml: a folder has a workspace only when all of it is there.

    Raise TrackerNotWritten when that cannot be; then no workbook of it is there, and sheetops.toml is as it was.
    """
    paths = [config.folder / source for source in books]
    try:
        for path, built in zip(paths, build_books(config.schema, books, pieces, look), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(built)
        config.path.parent.mkdir(parents=True, exist_ok=True)
        part = config.path.with_name(f".{config.path.name}.part")
        part.write_bytes(config.text.encode())
        part.replace(config.path)
    except OSError as error:
        for path in paths:
            with suppress(OSError):
                path.unlink()
        raise TrackerNotWritten(
            f"{config.folder} cannot be written: {error.strerror or error}.",
            next_step=f"Choose a folder you may write to and run `{command}` again.",
        ) from None


def build_books(
    schema: Schema, books: Mapping[str, Sequence[TrackerSpec]], pieces: Iterable[str], look: BookLook
) -> Iterator[bytes]:
    """Yield the workbooks as bytes, each with the records that it comes with."""
    from io import BytesIO

    from .tracker_workbook import build_workbook  # takes a tenth of a second, and only `init` needs it

    records = starter_records(pieces, schema)
    for specs in books.values():
        made = BytesIO()
        build_workbook(made, schema, specs, records, look=look)
        yield made.getvalue()


def _first_comment(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().lstrip("# ").strip()
