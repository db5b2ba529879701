"""References in formulas follow the cells that they mean when rows and columns come and go."""

from __future__ import annotations

import re
from collections.abc import Callable

from .a1 import column_index, column_name

Shift = Callable[[int | None, int | None], tuple[int | None, int | None] | None]
"""From the ends of a span (None is open) to its new ends; None when nothing of it is left."""

_CELL = r"(\$?)([A-Za-z]{1,3})(\$?)(\d+)"
_REFERENCE = re.compile(
    rf'"(?:[^"]|"")*"|((?:(?:\'((?:[^\']|\'\')*)\'|([^\W\d]\w*))!)?){_CELL}(?::{_CELL})?(?![\w(])'
)


def moved_formula(formula: str, home: str, changed: str, dimension: str, shift: Shift) -> str:
    """Return the formula of a cell on sheet `home` after lines of sheet `changed` shifted."""

    def moved(match: re.Match[str]) -> str:
        if match[1] is None:  # a text, which stays as it is
            return match[0]
        title = (match[2] or "").replace("''", "'") or match[3] or home
        return _moved(match, dimension, shift) if title.casefold() == changed.casefold() else match[0]

    return _REFERENCE.sub(moved, formula)


def copied_formula(formula: str, rows: int, columns: int) -> str:
    """Return the formula as it is so many cells further on: references go along, but not what a `$` holds."""

    def copied(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        corners = [match.group(4, 5, 6, 7)] + ([match.group(8, 9, 10, 11)] if match[9] is not None else [])
        places = [
            (_place(one[0], column_index(one[1]), columns), _place(one[2], int(one[3]) - 1, rows))
            for one in corners
        ]
        if min(min(place) for place in places) < 0:
            return "#REF!"
        texts = (
            f"{one[0]}{column_name(column)}{one[2]}{row + 1}"
            for one, (column, row) in zip(corners, places, strict=True)
        )
        return match[1] + ":".join(texts)

    return _REFERENCE.sub(copied, formula)


def _place(fixed: str, index: int, by: int) -> int:
    return index if fixed else index + by


def _moved(match: re.Match[str], dimension: str, shift: Shift) -> str:
    prefix, corners = match[1], [match.group(4, 5, 6, 7)]
    if match[9] is not None:
        corners.append(match.group(8, 9, 10, 11))
    places = [int(c[3]) - 1 if dimension == "ROWS" else column_index(c[1]) for c in corners]
    ends = shift(min(places), max(places) + 1)
    if ends is None or ends[0] is None or ends[1] is None:
        return "#REF!"
    new = [ends[0], ends[1] - 1] if places[0] <= places[-1] else [ends[1] - 1, ends[0]]
    return prefix + ":".join(
        _corner(corner, place, dimension) for corner, place in zip(corners, new, strict=False)
    )


def _corner(corner: tuple[str, ...], place: int, dimension: str) -> str:
    fixed_column, letters, fixed_row, digits = corner
    if dimension == "ROWS":
        return f"{fixed_column}{letters}{fixed_row}{place + 1}"
    return f"{fixed_column}{column_name(place)}{fixed_row}{digits}"
