"""Does a workbook show a table that sheetops.toml knows already? Told by the names of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..config.names import simple_name
from ..model.lexicon import same_header
from ..model.schema import FieldType, Table
from ..model.values import Reading, parse_value
from ..workspace import Config
from .evidence import ColumnCells

ENOUGH = 0.6


@dataclass(frozen=True)
class Match:
    """A known table, the field that each column number shows, and a condition that every row meets.

    The condition is on a field by which other trackers divide the records between them.
    """

    table: Table
    fields: Mapping[int, str]
    where: str | None = None


def best_table(columns: Sequence[ColumnCells], config: Config) -> Match | None:
    """Return the table most of whose names the headers carry, None when none has enough of them."""
    matches = [_match(columns, table, config) for table in config.schema.tables.values()]
    best = max(matches, key=lambda match: len(match.fields), default=None)
    if best is None or len(best.fields) < ENOUGH * len(columns):
        return None
    divides = {name for spec in config.schema.trackers.values() if spec.where for name in spec.where.fields}
    conditions = dict(_conditions(columns, best))
    where = next((said for name, said in conditions.items() if name in divides), None)
    return Match(best.table, best.fields, where)


def _match(columns: Sequence[ColumnCells], table: Table, config: Config) -> Match:
    known = _known_headers(table, config)
    fields: dict[int, str] = {}
    for column in columns:
        header = column.header.text
        name = known.get(same_header(header)) or known.get(simple_name(header, ""))
        if name and name not in fields.values() and not column.header.doubled:
            fields[column.header.column] = name
    return Match(table, fields)


def _known_headers(table: Table, config: Config) -> dict[str, str]:
    """Return every header the table's fields go by, here and in other trackers -> field."""
    known = {field.name: field.name for field in table.fields}
    known |= {same_header(field.header): field.name for field in table.fields}
    for spec in config.schema.trackers.values():
        if spec.table == table.name:
            known |= {same_header(column.header): column.field for column in spec.columns}
    return known


def _conditions(columns: Sequence[ColumnCells], match: Match) -> Iterator[tuple[str, str]]:
    """Yield (field, condition) such as market == 'UK' for choices that are the same in every row."""
    reading = Reading(ZoneInfo("UTC"))
    for column in columns:
        name = match.fields.get(column.header.column)
        if name and match.table.field(name).type is FieldType.CHOICE and len(column.cells) == column.rows > 1:
            field = match.table.field(name)
            values = {parse_value(field, raw, reading) for _, raw in column.counts}
            if len(values) == 1 and isinstance(value := values.pop(), str):
                yield name, f"{name} == {value!r}"
