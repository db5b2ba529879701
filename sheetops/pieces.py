"""Adding a piece to a workspace that is there: its text at the end of sheetops.toml, its workbooks beside it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .config.trackers import spreadsheet_id
from .model.errors import ConfigError, SheetopsError, TrackerNotWritten, UnknownName
from .model.schema import TrackerSpec
from .own_columns import read_own
from .templates import (
    Template,
    by_workbook,
    find_piece,
    look_of,
    piece_text,
    refuse_to_replace,
    starter_records,
    write_books,
)
from .workspace import Config, find_workspace, load_config, parse_config

_PARTS = (
    "tables",
    "trackers",
    "calendars",
    "sla",
    "standardise",
    "rules",
    "patterns",
    "events",
    "signals",
    "counts",
)
_FILE = re.compile(r'^file = "([^"\n]+)"$', re.MULTILINE)


@dataclass(frozen=True)
class Added:
    """What was added: the pieces, the files written, the spreadsheets made (title -> link), and what went wrong after that."""

    pieces: tuple[str, ...]
    config: Path
    files: tuple[Path, ...] = ()
    spreadsheets: Mapping[str, str] = ()  # type: ignore[assignment]
    not_formatted: SheetopsError | None = None


def add_piece(
    folder: Path, name: str, *, google: bool = False, into: str | None = None, environ: Mapping[str, str]
) -> Added:
    """Add a piece, and those that it needs, to the workspace in `folder` or above.

    sheetops.toml keeps every byte that it has: the pieces are appended. With `google` (or `into`, the link of a
    spreadsheet) its trackers are tabs of new spreadsheets, or of that one, in place of workbooks.
    Raise ConfigError, and change nothing, when a name or a file of it is there already.
    """
    piece = find_piece(name)
    config = load_config(find_workspace(folder))
    wanted = _wanted(piece, config)
    if google or into:
        return _add_google(config, wanted, into, environ)
    new = _grown(config, [piece_text(one) for one in wanted])
    books = by_workbook(_fresh(new, config))
    for source in books:
        refuse_to_replace(new.folder / source)
    write_books(new, books, wanted, look_of(wanted), f"sheetops template add {name}")
    return Added(wanted, config.path, tuple(new.folder / source for source in books))


def _wanted(piece: Template, config: Config) -> tuple[str, ...]:
    """Return the pieces to add, those first that others point to. Raise ConfigError when names are there already."""
    there = tomllib.loads(config.text)
    wanted: list[str] = []
    for name in piece.pieces:
        parts = tomllib.loads(piece_text(name))
        mine, has = list(parts.get("tables", parts["trackers"])), there.get("tables", {})
        missing = [table for table in mine if table not in has]
        if "tables" not in parts:
            missing = [t for t in mine if t not in there.get("trackers", {})]
        if not missing and name != piece.name:
            continue
        clashes = list(_clashes(parts, there))
        if clashes:
            raise ConfigError(_refusal(piece.name, name, clashes), next_step=_NEXT)
        wanted.append(name)
    return tuple(wanted)


_NEXT = "Rename what is there, or copy what you want of the piece by hand: it stands in sheet_templates/."


def _clashes(parts: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    for part in _PARTS:
        for name in parts.get(part, {}):
            if name in there.get(part, {}):
                yield f"{part}.{name}"


def _refusal(asked: str, name: str, clashes: Sequence[str]) -> str:
    if asked == name:
        shown = ", ".join(f"[{one}]" for one in clashes[:5]) + (" and more" if len(clashes) > 5 else "")
        return f"The piece '{name}' cannot be added: {shown} {'is' if len(clashes) == 1 else 'are'} in sheetops.toml already."
    return f"The piece '{asked}' needs the piece '{name}', of which a part is there already: [{clashes[0]}]."


def _grown(config: Config, texts: Sequence[str]) -> Config:
    """Return the config with these parts at its end; every byte before them stays. Raise ConfigError when that cannot be read."""
    old = config.path.read_bytes()
    mark = b"\r\n" if b"\r\n" in old else b"\n"
    more = "\n\n".join(text.rstrip("\n") for text in texts) + "\n"
    gap = b"" if not old.strip() else (mark if old.endswith(b"\n") else mark * 2)
    whole = old + gap + more.encode().replace(b"\n", mark)
    read = whole.decode("utf-8-sig").replace("\r\n", "\n")
    try:
        new = parse_config(read, config.path, own=read_own(config.folder))
    except ConfigError as error:
        raise ConfigError(
            f"With the piece, sheetops.toml would have a mistake. {error.what}",
            next_step="Change what it names in your part of the file, and add the piece again.",
        ) from None
    return replace(new, text=whole.decode())


def _fresh(new: Config, old: Config) -> list[TrackerSpec]:
    return [spec for name, spec in new.schema.trackers.items() if name not in old.schema.trackers]


# --- Google --------------------------------------------------------------------------------------------


def _add_google(config: Config, wanted: Sequence[str], into: str | None, environ: Mapping[str, str]) -> Added:
    """Make the tabs first, because a sheetops.toml that names a spreadsheet which is not there is of no use to anybody."""
    from .google_books import add_tabs, format_books, make_spreadsheet, refuse_robot
    from .trackers.google.transport import open_transport

    target = _target(into)
    local = _grown(config, [piece_text(one) for one in wanted])
    books, records = by_workbook(_fresh(local, config)), starter_records(wanted, local.schema)
    made: dict[str, str] = {}
    with closing(open_transport(config.google, config.folder, environ)) as google:
        if target is None:
            refuse_robot(google, config.google, config.folder, environ)
        if target:
            add_tabs(
                google, target, local.schema, [spec for specs in books.values() for spec in specs], records
            )
            made = dict.fromkeys(books, target)
        else:
            for source, specs in books.items():
                try:
                    made[source] = make_spreadsheet(google, _title(source), local.schema, specs, records)
                except SheetopsError as error:
                    raise _half_made(error, made) from None
        new = _grown(config, [_on_google(piece_text(one), made) for one in wanted])
        try:
            write_books(new, {}, (), look_of(()), "sheetops template add")
        except SheetopsError as error:
            raise _half_made(error, made) from None
        failed = None
        try:
            specs_by: dict[str, list[TrackerSpec]] = {}
            for spec in _fresh(new, config):
                specs_by.setdefault(spec.source, []).append(spec)
            format_books(google, new.schema, specs_by)
        except SheetopsError as error:
            failed = error
    links = {_title(source): link(made[source]) for source in books}
    return Added(tuple(wanted), config.path, (), links, failed)


def _target(into: str | None) -> str | None:
    if into is None:
        return None
    found = spreadsheet_id(into)
    if found is None:
        raise UnknownName(
            f"'{into[:80]}' is not the link of a Google spreadsheet.",
            next_step="Open the spreadsheet in the browser and copy the address of that page.",
        )
    return found


def link(source: str) -> str:
    """Return the address under which a spreadsheet is open in a browser."""
    return f"https://docs.google.com/spreadsheets/d/{source}/edit"


def _title(source: str) -> str:
    return Path(source).stem


def _on_google(text: str, made: Mapping[str, str]) -> str:
    """Return a piece whose trackers are tabs of these spreadsheets in place of workbooks."""
    return _FILE.sub(
        lambda found: f'spreadsheet = "{link(made[found[1]])}"\nname = "{_title(found[1])}"', text
    )


def _half_made(error: SheetopsError, made: Mapping[str, str]) -> SheetopsError:
    """Return the error with the spreadsheets that are there by now: nobody has asked for them to stay."""
    if not made:
        return error
    there = ", ".join(f"{_title(source)} ({link(one)})" for source, one in made.items())
    return TrackerNotWritten(
        f"{error.what} These spreadsheets are there already, and no tracker uses them: {there}.",
        not_done="sheetops.toml was not changed.", next_step=f"{error.next_step} Throw those away first.".strip(),
    )  # fmt: skip
