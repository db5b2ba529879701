"""Rows of a file to canonical values: every distinct cell of a column is read once, however often it stands there."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..model.celltext import as_text
from ..model.lexicon import is_total
from ..model.schema import Field, FieldType, Table
from ..model.sheet import CellError
from ..model.values import Invalid, Reading, is_blank, parse_value
from .mapping import FileMapping
from .meaning import Meanings

DATES = (FieldType.DATE, FieldType.DATETIME)
_TAIL = 5
"""Rows at the end among which totals are looked for."""


@dataclass
class FileRows:
    """The table of a file. `rows[i]` is row `numbers[i]` of the file; cells beyond the last header are one too many.

    `form` says how the file was read, in words; `intake` has the record of the intake that a row comes from, for a retry.
    """

    file: str
    headers: tuple[str, ...]
    rows: list[list[Any]]
    numbers: Sequence[int]
    form: str = ""
    notes: list[str] = field(default_factory=list)
    tab: str = ""
    intake: Sequence[str] = ()
    broken: Mapping[int, str] = field(default_factory=dict)
    """Rows of the intake that can no longer be read at all, and why."""

    def column(self, header: str) -> list[Any]:
        """Return the cells under a header."""
        place = self.headers.index(header)
        return [row[place] if place < len(row) else None for row in self.rows]

    def raw(self, row: int) -> dict[str, Any]:
        """Return a row as header -> cell, for what is kept of a row that cannot be read; blanks are left out."""
        cells = self.rows[row]
        said = {
            header: plain_cell(raw)
            for header, raw in zip(self.headers, cells, strict=False)
            if not is_blank(raw)
        }
        beyond = [plain_cell(raw) for raw in cells[len(self.headers) :] if not is_blank(raw)]
        return {**said, "": beyond} if beyond else said


def plain_cell(raw: Any) -> Any:
    """Return a cell as JSON can hold it and the reading of text understands again."""
    if isinstance(raw, CellError):
        return raw.text
    if isinstance(raw, datetime):
        return raw.isoformat(" ")
    if isinstance(raw, (date, time)):
        return raw.isoformat()
    if isinstance(raw, timedelta):
        return f"{raw.total_seconds():g}s"
    return raw if isinstance(raw, (str, bool, int, float)) else as_text(raw)


def digest(raw: Mapping[str, Any]) -> str:
    """Return what tells a raw row from all others: 24 hex digits."""
    said = json.dumps(raw, ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


@dataclass
class ReadRows:
    """Rows as values: `columns` field -> the value of each row (None: blank, or unreadable), `problems` row -> why not.

    `spellings` are those of choices that nobody confirmed, `blanked` how many cells said "n/a" and the like.
    """

    count: int
    columns: dict[str, list[Any]]
    problems: dict[int, list[str]] = field(default_factory=dict)
    meanings: dict[str, Meanings] = field(default_factory=dict)
    blanked: int = 0

    def values(self, row: int) -> dict[str, Any]:
        """Return a row's values by field."""
        return {name: column[row] for name, column in self.columns.items()}

    def wrong(self, row: int, why: str) -> None:
        """Note why a row cannot be taken."""
        self.problems.setdefault(row, []).append(why)


def read_rows(
    file: FileRows, mapping: FileMapping, table: Table, references: Mapping[str, frozenset[str]]
) -> ReadRows:
    """Return the rows of a file as values of the table's fields. What cannot be read is noted row by row."""
    read = ReadRows(len(file.rows), {})
    present = [
        (header, table.field(name)) for header, name in mapping.columns.items() if header in file.headers
    ]
    _odd_rows(file, read)
    usual = Reading(ZoneInfo(mapping.timezone), mapping.day_first)
    for header, one in present:
        if one.type not in DATES:
            _column(file.column(header), header, one, mapping, read, references, [usual], None)
    for name, value in mapping.constants.items():
        if name not in read.columns:
            read.columns[name] = [value] * read.count
    readings, which = _readings(mapping, read, usual)
    for header, one in present:
        if one.type in DATES:
            _column(file.column(header), header, one, mapping, read, references, readings, which)
    return read


def _odd_rows(file: FileRows, read: ReadRows) -> None:
    """Note rows that are no records: too many cells, the header once more, totals at the end."""
    wide = len(file.headers)
    titles = list(file.headers)
    for row, why in file.broken.items():
        read.wrong(row, why)
    for row, cells in enumerate(file.rows):
        if len(cells) > wide:
            said = f"has {len(cells) - wide} more cells than the header: perhaps a divider inside a text"
            read.wrong(row, said)
        elif cells[0] == titles[0] and cells == titles:
            read.wrong(row, "repeats the header")
    for row in range(max(0, len(file.rows) - _TAIL), len(file.rows)):
        if any(is_total(raw) for raw in file.rows[row]):
            read.wrong(row, "looks like a row of totals")


def _readings(mapping: FileMapping, read: ReadRows, usual: Reading) -> tuple[list[Reading], list[int] | None]:
    """Return the ways in which dates are read, and which of them each row follows; None where there is one way."""
    if not mapping.rules:
        return [usual], None
    readings = [usual]
    for rule in mapping.rules:
        zone = ZoneInfo(rule.timezone) if rule.timezone else usual.zone
        readings.append(Reading(zone, usual.day_first if rule.day_first is None else rule.day_first))
    names = sorted({name for rule in mapping.rules for name in rule.when.fields})
    columns = [read.columns.get(name, [None] * read.count) for name in names]
    known: dict[tuple[Any, ...], int] = {}
    which = []
    for values in zip(*columns, strict=True):
        if values not in known:
            record = dict(zip(names, values, strict=True))
            fits = (number for number, rule in enumerate(mapping.rules, 1) if rule.when.matches(record))
            known[values] = next(fits, 0)
        which.append(known[values])
    return readings, which


def _column(
    cells: list[Any], header: str, field: Field, mapping: FileMapping, read: ReadRows,
    references: Mapping[str, frozenset[str]], readings: list[Reading], which: list[int] | None,
) -> None:  # fmt: skip
    """Read one column. Equal cells of rows that follow one reading are read once."""
    places = _places(cells, which)
    counts = Counter(places)
    one_by_one = _reader(field, mapping, references)
    found: dict[Any, Any] = {}
    nothing = {word.casefold() for word in mapping.blanks}
    for place in counts:
        raw, reading = (place[0], readings[place[2]]) if isinstance(place, tuple) else (place, readings[0])
        value = one_by_one(raw, reading)
        says_nothing = value is not None and isinstance(raw, str) and raw.strip().casefold() in nothing
        if says_nothing and (isinstance(value, Invalid) or not field.choices):
            read.blanked += counts[place]
            value = None
        found[place] = value
    wrong = {place: value for place, value in found.items() if isinstance(value, Invalid)}
    if wrong and (field.choices or field.references):
        meanings = Meanings.of(field, wrong, counts, mapping.values.get(field.name, {}), references)
        read.meanings[field.name] = meanings
        found.update(meanings.settled)
        wrong = {place: value for place, value in wrong.items() if place not in meanings.settled}
    if wrong:
        said = {place: _why(header, value) for place, value in wrong.items()}
        for row, place in enumerate(places):
            if place in said:
                read.wrong(row, said[place])
        found.update(dict.fromkeys(wrong))
    read.columns[field.name] = [found[place] for place in places]


def _places(cells: list[Any], which: list[int] | None) -> list[Any]:
    """Return what tells the distinct cells apart: the text itself, or (cell, type, reading) where that is not enough."""
    if which is None and all(type(raw) is str for raw in cells):
        return cells
    follows = which or [0] * len(cells)
    return [
        raw if type(raw) is str and which is None else (_hashable(raw), type(raw), number)
        for raw, number in zip(cells, follows, strict=True)
    ]


def _hashable(raw: Any) -> Any:
    return str(raw) if isinstance(raw, (list, dict, set)) else raw


def _reader(
    field: Field, mapping: FileMapping, references: Mapping[str, frozenset[str]]
) -> Callable[[Any, Reading], Any]:
    known = references.get(field.references or "")

    def read_one(raw: Any, reading: Reading) -> Any:
        value = parse_value(field, raw, reading)
        if known is not None and isinstance(value, str) and value not in known:
            return Invalid(raw, f"is not in {field.references}")
        return value

    return read_one


def _why(header: str, value: Invalid) -> str:
    said = " ".join(value.said.split())
    said = said if len(said) <= 60 else said[:59] + "…"
    near = f"; nearest valid: '{value.suggestion}'" if value.suggestion else ""
    return f"{header}: '{said}' {value.reason}{near}"
