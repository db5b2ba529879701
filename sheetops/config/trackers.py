"""The `[trackers]` part of sheetops.toml: which tab of which spreadsheet shows which table, and how."""

from __future__ import annotations

import os.path
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model.lexicon import same_header
from ..model.nearest import did_you_mean
from ..model.schema import Column, Mode, Table, TrackerSpec
from .clock import read_day_first, read_timezone
from .conditions import read_condition
from .section import Section

BACKENDS = ("excel", "google", "memory")
_SETTINGS = (
    "file", "spreadsheet", "backend", "source", "name", "tab", "table", "where", "add", "delete", "header_row",
    "state_column", "add_key_column", "lock", "timezone", "dates", "columns",
)  # fmt: skip
_COLUMN_SETTINGS = ("field", "mode")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_OWN_TAB = "sheetops"
_LAST_ROW = 1_048_576


@dataclass(frozen=True)
class Defaults:
    """What the workspace says for trackers that do not say it themselves."""

    folder: Path
    timezone: str
    day_first: bool


def read_trackers(
    trackers: Section, tables: Mapping[str, Table], defaults: Defaults
) -> dict[str, TrackerSpec]:
    """Return every tracker by its id."""
    found = {}
    for name, entry in trackers.sections():
        _check_id(name, entry)
        found[name] = _read_tracker(name, entry, tables, defaults)
    _check_places(found, trackers, defaults.folder)
    return found


def _check_id(name: str, entry: Section) -> None:
    if not _ID.fullmatch(name):
        better = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_") or "tracker-1"
        entry.wrong(None, f"a tracker's name is of letters a-z, digits, - and _. Call it '{better}'.")


def _read_tracker(name: str, entry: Section, tables: Mapping[str, Table], defaults: Defaults) -> TrackerSpec:
    entry.know(_SETTINGS)
    table = _read_table(entry, tables)
    backend, source = _read_source(name, entry)
    header_row = entry.whole("header_row", None, least=1)
    if header_row is not None and header_row > _LAST_ROW:
        entry.wrong("header_row", f"a spreadsheet has {_LAST_ROW:,} rows.")
    columns = _read_columns(entry, table)
    return TrackerSpec(
        name,
        table.name if table else "",
        source,
        _read_tab(entry),
        columns,
        backend,
        where=read_condition(entry, "where", table),
        may_add=entry.flag("add", True),
        may_delete=entry.flag("delete", False),
        timezone=read_timezone(entry, defaults.timezone),
        day_first=read_day_first(entry, defaults.day_first),
        header_row=header_row,
        state_header=_read_state_header(entry, columns),
        add_key_column=entry.flag("add_key_column", False),
        lock=_read_lock(entry, backend),
        label=entry.text("name") or (name if backend == "google" else ""),
    )


def _read_lock(entry: Section, backend: str) -> bool:
    if "lock" in entry.values and backend != "google":
        entry.wrong("lock", "only a Google spreadsheet can be locked while it is written.")
    return entry.flag("lock", False)


def _read_table(entry: Section, tables: Mapping[str, Table]) -> Table | None:
    said = entry.text("table")
    if "table" not in entry.values:
        example = next(iter(tables), "cases")
        entry.wrong(None, f'says not which table it shows. Add table = "{example}".')
    elif said and said not in tables:
        there = did_you_mean(said, tables) or (f" There is: {', '.join(tables)}." if tables else "")
        entry.wrong("table", f"there is no table '{said}'.{there}")
    return tables.get(said)


def _read_source(name: str, entry: Section) -> tuple[str, str]:
    backend = entry.text("backend", "google" if "spreadsheet" in entry.values else "excel")
    if backend not in BACKENDS:
        near = did_you_mean(backend, BACKENDS) or f" There is: {', '.join(BACKENDS)}."
        entry.wrong("backend", f"there is no backend '{backend}'.{near}")
    if backend == "google":
        return backend, _read_spreadsheet(entry)
    key = "file" if backend == "excel" or "file" in entry.values else "source"
    if backend == "memory":
        return backend, entry.text(key, name)
    said = entry.text(key)
    if not said and type(entry.values.get(key, "")) is str:
        entry.wrong(None, 'says not which workbook it is. Add file = "North.xlsx".')
    return backend, said


_LINK = re.compile(r"https?://[^/\s]+/(?:\S+/)?(?:d|sheets)/([A-Za-z0-9_-]{20,})(?:[/?#]\S*)?")
_SPREADSHEET_ID = re.compile(r"[A-Za-z0-9_-]{20,}")


def spreadsheet_id(said: str) -> str | None:
    """Return the id of a Google spreadsheet from its link, or from the id itself; None when it is neither."""
    link = _LINK.fullmatch(said.strip())
    if link:
        return link[1]
    return said.strip() if _SPREADSHEET_ID.fullmatch(said.strip()) else None


def _read_spreadsheet(entry: Section) -> str:
    key = "spreadsheet" if "spreadsheet" in entry.values else "source"
    said = entry.text(key)
    if not said:
        if type(entry.values.get(key, "")) is str:
            entry.wrong(
                None, 'says not which spreadsheet it is. Add spreadsheet = "https://docs.google.com/...".'
            )
        return ""
    found = spreadsheet_id(said)
    if found is None:
        entry.wrong(
            key,
            f"'{said[:80]}' is not the link of a Google spreadsheet. Copy the address of the page in which it is open.",
        )
    return found or ""


def _read_tab(entry: Section) -> str:
    tab = entry.text("tab")
    if "tab" not in entry.values:
        entry.wrong(None, 'says not which tab of the spreadsheet it is. Add tab = "Cases".')
    elif tab.casefold() == _OWN_TAB:
        entry.wrong("tab", f"the tab '{_OWN_TAB}' belongs to the program. Choose another one.")
    return tab


def _read_columns(entry: Section, table: Table | None) -> tuple[Column, ...]:
    section = entry.section("columns")
    columns = tuple(
        column for header in section.values if (column := _read_column(section, header, table)) is not None
    )
    _check_columns(entry, section, columns, table)
    return columns


def _read_column(section: Section, header: str, table: Table | None) -> Column | None:
    """Return one column, from `"Status" = "status"` or `"Status" = { field = "status", mode = "read" }`."""
    said = section.values[header]
    if isinstance(said, str):
        return _known_column(section, header, header, said, Mode.EDIT, table)
    if not isinstance(said, dict):
        section.wrong(header, f'a header stands for a field, as in "{header}" = "status".')
        return None
    entry = section.section(header)
    entry.know(_COLUMN_SETTINGS)
    if not entry.text("field"):
        entry.wrong("field", 'says no field, as in { field = "status", mode = "read" }.', called=False)
        return None
    return _known_column(entry, "field", header, entry.text("field"), _read_mode(entry), table)


def _known_column(
    section: Section, key: str, header: str, field: str, mode: Mode, table: Table | None
) -> Column | None:
    if table is None:
        return None  # the tracker's table is the mistake, and it is noted
    if field in table.by_name:
        if table.by_name[field].computed:
            if key == "field" and "mode" in section.values and mode is not Mode.COMPUTED:
                section.wrong("mode", f"'{field}' is computed by sheetops; nobody else can fill it in.")
            mode = Mode.COMPUTED
        return Column(field, header, mode)
    there = did_you_mean(field, table.by_name)
    section.wrong(key, f"table '{table.name}' has no field '{field}'.{there}")
    return None


def _read_mode(entry: Section) -> Mode:
    modes = [mode.value for mode in Mode]
    said = entry.text("mode", Mode.EDIT)
    if said in modes:
        return Mode(said)
    near = did_you_mean(said, modes) or f" There is: {', '.join(modes)}."
    entry.wrong("mode", f"there is no mode '{said}'.{near}")
    return Mode.EDIT


def _check_columns(
    entry: Section, section: Section, columns: tuple[Column, ...], table: Table | None
) -> None:
    headers: dict[str, str] = {}
    shown: dict[str, str] = {}
    for header in section.values:
        first = headers.setdefault(same_header(header), header)
        if first != header:
            section.wrong(header, f"the headers '{first}' and '{header}' are read as the same one.")
        elif not header.strip():
            section.wrong(header, "a header cannot be blank.")
    for column in columns:
        first = shown.setdefault(column.field, column.header)
        if first != column.header:
            section.wrong(column.header, f"the field '{column.field}' is under '{first}' already.")
    if table and table.key in table.by_name and table.key not in shown:
        _note_missing_key(entry, section, table)


def _note_missing_key(entry: Section, section: Section, table: Table) -> None:
    if any(_field_said(said) not in list(table.by_name) for said in section.values.values()):
        return  # a column with a misspelt field may well be it, and is noted
    key = table.by_name[table.key]
    example = f'Add "{key.header}" = "{table.key}".'
    what = f"the key of table '{table.name}', '{table.key}', is not among the columns. {example}"
    (section if "columns" in entry.values else entry).wrong(None, what)


def _field_said(said: object) -> object:
    return said.get("field") if isinstance(said, dict) else said


def _read_state_header(entry: Section, columns: tuple[Column, ...]) -> str | None:
    said = entry.text("state_column")
    if said and same_header(said) in {same_header(column.header) for column in columns}:
        entry.wrong("state_column", f"'{said}' is one of the columns already; sheetops needs its own.")
    return said or None


def _check_places(found: Mapping[str, TrackerSpec], trackers: Section, folder: Path) -> None:
    """Note two trackers on one tab: each would take the other's writes for people's edits."""
    places: dict[tuple[str, str, str], str] = {}
    for name, spec in found.items():
        if not (spec.source and spec.tab):
            continue
        at = (
            os.path.normcase(os.path.normpath(folder / spec.source))
            if spec.backend == "excel"
            else spec.source
        )
        first = places.setdefault((spec.backend, at, spec.tab.casefold()), name)
        if first != name:
            trackers.section(name).wrong(
                "tab", f"the tab '{spec.tab}' of {spec.name} is tracker '{first}' already."
            )
