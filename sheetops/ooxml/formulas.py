"""Moving a formula: the text a shared formula has in another cell, and which references it makes.

ECMA-376 part 1, 18.3.1.40 (f, shared formulas) and 18.17 (formula grammar).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from sheetops.ooxml.refs import MAX_COLUMN, MAX_ROW, Range, column_letters, column_number
from sheetops.ooxml.scan import Formula

Place = tuple[int, int]

# Texts, quoted sheet names and structured references are stepped over; a name or function is no reference.
_TOKEN = re.compile(
    r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'!?|\[(?:[^\[\]]|\[[^\]]*\])*\]"
    r"|(?P<cell>\$?[A-Za-z]{1,3}\$?[0-9]{1,7})(?![A-Za-z0-9_.(!\[])"
    r"|(?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})(?![A-Za-z0-9_.(!])"
    r"|(?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7})(?![A-Za-z0-9_.(!])"
    r"|[A-Za-z_\\][\w.\\?]*!?|[0-9]+(?:\.[0-9]*)?(?:[Ee][+-]?[0-9]+)?|.",
    re.DOTALL,
)
_PART = re.compile(r"(\$?)([A-Za-z]{1,3})?(\$?)([0-9]{1,7})?\Z")


def moved(formula: str, rows: int, columns: int) -> str:
    """Return a formula as it reads `rows` lower and `columns` further right; $ references stay."""
    pieces = []
    for match in _TOKEN.finditer(formula):
        token = match[0]
        if match.lastgroup in ("cell", "columns", "rows"):
            token = ":".join(_moved_part(part, rows, columns) for part in token.split(":"))
            token = "#REF!" if "#REF!" in token else token
        pieces.append(token)
    return "".join(pieces)


def _moved_part(part: str, rows: int, columns: int) -> str:
    match = re.match(r"(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,7})\Z", part)
    if match is None:
        return part
    fixed_column, letters, fixed_row, number = match.groups()
    if not letters:
        fixed_column, fixed_row = "", fixed_column or fixed_row
    if letters and not fixed_column:
        column = column_number(letters) + columns
        if not 1 <= column <= MAX_COLUMN:
            return "#REF!"
        letters = column_letters(column)
    if number and not fixed_row:
        row = int(number) + rows
        if not 1 <= row <= MAX_ROW:
            return "#REF!"
        number = str(row)
    return f"{fixed_column if letters else ''}{letters}{fixed_row}{number}"


def references(formula: str) -> Iterator[tuple[str, Range]]:
    """Yield (sheet name or '', range) of every plain reference in a formula."""
    sheet, first = "", None
    tokens = list(_TOKEN.finditer(formula))
    for index, match in enumerate(tokens):
        token = match[0]
        if token.endswith("!"):
            sheet = token[:-1].strip("'").replace("''", "'")
            continue
        if match.lastgroup == "cell":
            following = [t[0] for t in tokens[index + 1 : index + 3]]
            if (
                first is None
                and len(following) == 2
                and following[0] == ":"
                and tokens[index + 2].lastgroup == "cell"
            ):
                first = token
                continue
            yield sheet, Range.parse(f"{first}:{token}" if first else token)
            first = None
        elif match.lastgroup:
            yield sheet, Range.parse(token)
        if token != ":":  # noqa: S105
            sheet = ""


class FormulaTexts(Mapping[Place, str]):
    """The texts of a sheet's formulas by (row, column); a shared one's is worked out when it is asked for."""

    def __init__(self, formulas: Mapping[Place, Formula]) -> None:
        self._formulas = formulas

    @cached_property
    def _masters(self) -> dict[str, tuple[Place, str]]:
        found = self._formulas.items()
        return {f.shared: (place, f.text) for place, f in found if f.kind == "shared" and f.text}

    def __getitem__(self, place: Place) -> str:
        formula = self._formulas[place]
        if formula.text or formula.shared not in self._masters:
            return formula.text
        (row, column), text = self._masters[formula.shared]
        return moved(text, place[0] - row, place[1] - column)

    def __contains__(self, place: object) -> bool:
        return place in self._formulas

    def __iter__(self) -> Iterator[Place]:
        return iter(self._formulas)

    def __len__(self) -> int:
        return len(self._formulas)
