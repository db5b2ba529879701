"""Which column of a file is which field: by its names for certain, by its likeness only as a proposal."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from ..adopt.words import names_identifier, words_of
from ..config.names import simple_name
from ..model.lexicon import same_header
from ..model.schema import Field, FieldType, Schema, Table
from ..model.values import Invalid, Reading, is_blank, parse_value
from .mapping import REFERENCE, FileMapping
from .meaning import likely
from .rows import FileRows

LOOKED_AT = 300
"""Different cells of a column that are tried on a proposed field."""
FITS = 0.5
"""Share of them that has to be readable before a proposal is called sure."""
_FREE = (
    FieldType.TEXT,
    FieldType.LONG_TEXT,
    FieldType.PERSON,
    FieldType.REFERENCE,
)
"""Types whose values are other people's words: that they are unknown says nothing about the column."""


@dataclass(frozen=True)
class ProposedColumn:
    """A field that a column may be. `tier` is sure or suggestion, as for values."""

    header: str
    field: str
    tier: str
    why: str


@dataclass(frozen=True)
class Headers:
    """What the headers of a file say: columns that are certain, proposals, and headers that are like nothing."""

    certain: Mapping[str, str]
    proposed: tuple[ProposedColumn, ...]
    unknown: tuple[str, ...]


def match_headers(
    file: FileRows, table: Table, schema: Schema, earlier: Iterable[FileMapping] = ()
) -> Headers:
    """Return which field each header names. `earlier` are mappings that people confirmed for the same table.

    Certain is a field's name or label, the header it has in a tracker, or the one confirmed before. Fuzzy likeness and
    the words of other systems (`synonyms.toml`) are proposed; a column whose cells do not fit is a suggestion at most.
    """
    fields = [field for field in table.fields if not field.computed]
    known = known_headers(fields, table, schema, earlier)
    certain: dict[str, str] = {}
    for header in file.headers:
        name = known.get(same_header(header)) or known.get(simple_name(header, ""))
        if name and name not in certain.values():
            certain[header] = name
    left = [header for header in file.headers if header not in certain]
    free = [field for field in fields if field.name not in certain.values()]
    names = {field.name for field in free}
    proposed = _proposed(left, free, file, {said: name for said, name in known.items() if name in names})
    proposed = _with_identity(proposed, left, file, table, certain)
    taken = {one.header for one in proposed}
    return Headers(certain, tuple(proposed), tuple(header for header in left if header not in taken))


def known_headers(
    fields: Sequence[Field], table: Table, schema: Schema, earlier: Iterable[FileMapping]
) -> dict[str, str]:
    """Return every header that is certain to mean a field, as `same_header` writes it -> field."""
    names = {field.name for field in fields}
    known: dict[str, str] = {}
    for mapping in earlier:
        known |= {same_header(header): name for header, name in mapping.columns.items() if name in names}
    for spec in schema.trackers.values():
        if spec.table == table.name:
            known |= {same_header(c.header): c.field for c in spec.columns if c.field in names}
    known |= {same_header(field.header): field.name for field in fields}
    return known | {field.name: field.name for field in fields}


def _proposed(
    left: Sequence[str], free: Sequence[Field], file: FileRows, known: Mapping[str, str]
) -> list[ProposedColumn]:
    """Return a proposal for each header that has one: each field once, to the header that is likest."""
    by_name = {field.name: field for field in free}
    words = {
        same_header(word): name for name, words in synonyms().items() if name in by_name for word in words
    }
    found: list[ProposedColumn] = []
    for header in left:
        bare = " ".join(simple_name(header, "").split("_")) or same_header(header)
        if name := words.get(same_header(header)) or words.get(bare):
            found.append(ProposedColumn(header, name, "sure", "another word for it"))
    told = {one.header for one in found}
    for header, name, tier, why in likely([one for one in left if one not in told], sorted(known)):
        found.append(ProposedColumn(header, known[name], tier, why))
    judged = [_judged(one, by_name[one.field], file) for one in found if one.field in by_name]
    judged.sort(key=lambda one: (one.tier != "sure", file.headers.index(one.header)))
    kept: dict[str, ProposedColumn] = {}
    for one in judged:
        kept.setdefault(one.field, one)
    return sorted(kept.values(), key=lambda one: file.headers.index(one.header))


def identifying(table: Table) -> str:
    """Return the field that says which record a row of another system is: its reference there, or else the key."""
    return REFERENCE if REFERENCE in table.by_name else table.key


def _with_identity(
    proposed: list[ProposedColumn],
    left: Sequence[str],
    file: FileRows,
    table: Table,
    certain: Mapping[str, str],
) -> list[ProposedColumn]:
    """Return the proposals with a column that tells the rows apart, where none is known: each row has one of its own."""
    name = identifying(table)
    others = [one for one in proposed if one.field != name]
    if {REFERENCE, table.key} & set(certain.values()):
        return others if table.key in certain.values() and name == table.key else proposed
    words = {same_header(word) for word in synonyms()[REFERENCE]}
    named = [
        h for h in left if names_identifier(h) or same_header(h) in words or " ".join(words_of(h)) in words
    ]
    taken = {one.header for one in others if one.tier == "sure"}
    for header in sorted(named, key=lambda h: h in taken):
        cells = [raw for raw in file.column(header) if not is_blank(raw)]
        different = len(set(map(str, cells)))
        if cells and len(cells) == len(file.rows) == different:
            own = ProposedColumn(
                header, name, "sure", "it sounds like what identifies a row, and each has one of its own"
            )
            return _in_order([own, *(one for one in others if one.header != header)], file)
    for header in named[:1]:
        cells = [raw for raw in file.column(header) if not is_blank(raw)]
        why = f"it sounds like what identifies a row, but {len(file.rows):,} rows have {len(set(map(str, cells))):,} different ones"
        others = [one for one in others if one.header != header]
        return _in_order([ProposedColumn(header, name, "suggestion", why), *others], file)
    return proposed


def _in_order(proposed: Sequence[ProposedColumn], file: FileRows) -> list[ProposedColumn]:
    return sorted(proposed, key=lambda one: file.headers.index(one.header))


@lru_cache(maxsize=1)
def synonyms() -> Mapping[str, Sequence[str]]:
    """Return the words of other systems for fields: field name -> headers."""
    said: Mapping[str, Sequence[str]] = tomllib.loads(
        (files("sheetops.importing") / "synonyms.toml").read_text(encoding="utf-8")
    )
    return said


def _judged(one: ProposedColumn, field: Field, file: FileRows) -> ProposedColumn:
    """Return a proposal as a suggestion where the column's cells do not read as its field."""
    if field.type in _FREE or one.tier != "sure":
        return one
    cells = {str(raw): raw for raw in file.column(one.header)[: 20 * LOOKED_AT] if not is_blank(raw)}
    some = list(cells.values())[:LOOKED_AT]
    read = sum(
        any(
            not isinstance(parse_value(field, raw, Reading(ZoneInfo("UTC"), order)), Invalid)
            for order in (True, False)
        )
        for raw in some
    )
    least = 1 if field.choices else FITS * len(some)  # most spellings of a choice may be wrong, but not all
    if not some or read >= least:
        return one
    why = f"{one.why}, but {len(some) - read:,} of {len(some):,} different cells are no {field.type.value}"
    return ProposedColumn(one.header, one.field, "suggestion", why)
