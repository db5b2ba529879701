"""Telling a header row from a row of data, and reading the words in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..model.celltext import tidy
from ..model.lexicon import same_header
from ..model.sheet import Grid, a1, column_letters

_LONGEST = 100
_VALUE_LIKE = re.compile(
    r"[+-]?[\d.,\s]+%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|[a-z]+://\S+|\S+@\S+\.\S+", re.IGNORECASE
)


@dataclass(frozen=True)
class Header:
    """One column's header: its text with single spaces, and the cell it stands in."""

    column: int
    text: str
    address: str
    doubled: bool = False
    """The same header stands further left already."""


def looks_like_header(cells: Mapping[int, Any], below: Sequence[Mapping[int, Any]]) -> bool:
    """Return whether a row reads like headers: short, different texts that are not values themselves."""
    texts = {column: raw for column, raw in cells.items() if isinstance(raw, str)}
    others = [raw for raw in cells.values() if not isinstance(raw, str)]
    if not texts or len(texts) < 0.7 * len(cells) or not all(_year_or_day(raw) for raw in others):
        return False
    said = [same_header(raw) for raw in texts.values()]
    value_like = sum(
        bool(_VALUE_LIKE.fullmatch(raw.strip())) or len(raw) > _LONGEST for raw in texts.values()
    )
    different = len(set(said)) >= 0.7 * len(said)
    return different and value_like <= 0.2 * len(said) and not _repeated_below(texts, below)


def _year_or_day(raw: Any) -> bool:
    is_year = isinstance(raw, (int, float)) and not isinstance(raw, bool) and 1900 <= raw <= 2100
    return is_year or isinstance(raw, date)


def repeats_header(row: Mapping[int, Any], texts: Mapping[int, str]) -> bool:
    """Return whether a row says the header once more, as after a page break."""
    return len(texts) > 1 and sum(row.get(c) == text for c, text in texts.items()) >= 0.8 * len(texts)


def _repeated_below(texts: Mapping[int, str], below: Sequence[Mapping[int, Any]]) -> bool:
    """Return whether many of the texts come again in their own columns, as values do and headers do not."""
    rows = [row for row in below if not repeats_header(row, texts)]
    again = sum(any(_same(row.get(c), text) for row in rows) for c, text in texts.items())
    return again >= (1 if len(texts) == 1 else max(2, 0.3 * len(texts)))


def _same(raw: Any, text: str) -> bool:
    return isinstance(raw, str) and same_header(raw) == same_header(text)


def read_headers(grid: Grid, header_row: int) -> tuple[list[Header], list[str]]:
    """Return the headers of a row, merged cells taken from where their text stands, and what is odd."""
    headers: list[Header] = []
    notes: list[str] = []
    places: dict[str, list[str]] = {}
    for column, (row, raw) in _header_cells(grid, header_row).items():
        if not isinstance(raw, str):
            notes.append(_not_text(row, column, raw))
            continue
        text = " ".join(tidy(raw).split())
        stands = places.setdefault(same_header(text), [])
        headers.append(Header(column, text, a1(row, column), doubled=bool(stands)))
        stands.append(column_letters(column))
    names = {same_header(header.text): header.text for header in reversed(headers)}
    notes += [_twice(names[said], stands) for said, stands in places.items() if len(stands) > 1]
    return headers, [*notes, *_merge_notes(grid, header_row)]


def _header_cells(grid: Grid, header_row: int) -> dict[int, tuple[int, Any]]:
    """Return column -> (row, value) of the header, looking through cells merged downwards into it."""
    found: dict[int, tuple[int, Any]] = {}
    cells = grid.rows[header_row - grid.first_row]
    for column, raw in enumerate(cells, start=1):
        if raw is not None and raw != "" and str(raw).strip():
            found[column] = (header_row, raw)
    for top, left, bottom, _ in grid.merged:
        raw = grid.value(top, left)
        if top < header_row <= bottom and left not in found and raw not in (None, ""):
            found[left] = (top, raw)
    return dict(sorted(found.items()))


def _not_text(row: int, column: int, raw: Any) -> str:
    return (
        f"The header in {a1(row, column)} is {raw}, which is not text, so its column is left out. "
        "Put an apostrophe in front of it to make it text."
    )


def _twice(text: str, stands: Sequence[str]) -> str:
    return (
        f"{len(stands)} columns have the header '{text}': {', '.join(stands)}. Only {stands[0]} is proposed. "
        "Rename the others before the first sync, which stops while it cannot tell them apart."
    )


def _merge_notes(grid: Grid, header_row: int) -> list[str]:
    across = [m for m in grid.merged if m[0] <= header_row <= m[2] and m[3] > m[1]]
    groups = [m for m in grid.merged if m[0] == m[2] == header_row - 1 and m[3] > m[1]]
    above = grid.rows[header_row - 1 - grid.first_row] if header_row > grid.first_row else []
    notes = [
        f"The header {a1(top, left)} is merged across to {a1(bottom, right)}; only column "
        f"{column_letters(left)} has a header of its own."
        for top, left, bottom, right in across
    ]
    if groups and sum(raw is not None and raw != "" for raw in above) > 1:  # one text alone is a title
        notes.append(f"The header takes two rows; row {header_row}, the lower one, names the columns.")
    return notes
