"""Reading a formula, and calculating it as it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from .arrays import Table, each, stacked
from .functions import (
    FUNCTIONS,
    OF_ARRAYS,
    OF_ONE_CELL,
    Failure,
    Unknown,
    Value,
    compared,
    divided,
    joined,
    minus,
    negative,
    percent,
    plus,
    power,
    single,
    times,
)  # fmt: skip
from .grid import Sheet

if TYPE_CHECKING:
    from .formulas import Calculation

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|"(?P<text>(?:[^"]|"")*)"
    |(?P<range>(?:(?:'(?:[^']|'')*'|[^\W\d]\w*)!)?\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d*)?(?![\w(])
      |(?:(?:'(?:[^']|'')*'|[^\W\d]\w*)!)?\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w(]))
    |(?P<error>\#[A-Z/0]+[!?]?)|(?P<name>[^\W\d][\w.]*)|(?P<mark><=|>=|<>|[-+*/^&=<>(),;%{}]))""",
    re.VERBOSE,
)


class Reader:
    """A recursive-descent reader that calculates as it reads."""

    def __init__(self, text: str, sheet: Sheet, calculation: Calculation) -> None:
        self._sheet, self._calculation = sheet, calculation
        self._tokens = list(_tokens(text))
        self._place = 0
        self._each = False  # inside ARRAYFORMULA

    def result(self) -> Value:
        """Return the value: a scalar, or a Table that fills the cells beside it too."""
        found = self._comparison()
        if self._place != len(self._tokens):
            raise Unknown
        return found if isinstance(found, Table) and found.spills else single(found)

    def _with(self, act: Callable[..., Value], *values: Value) -> Value:
        """Return what `act` makes of the values; inside ARRAYFORMULA, of each cell of them."""
        if self._each and any(isinstance(value, Table) for value in values):
            return each(lambda *cells: _or_error(act, cells), values)
        return act(*values)

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._place] if self._place < len(self._tokens) else ("end", "")

    def _take(self, *marks: str) -> str:
        kind, text = self._peek()
        if kind == "mark" and text in marks:
            self._place += 1
            return text
        return ""

    def _comparison(self) -> Value:
        left = self._joined()
        while mark := self._take("=", "<>", "<", ">", "<=", ">="):
            left = self._with(partial(compared, mark), left, self._joined())
        return left

    def _joined(self) -> Value:
        left = self._sum()
        while self._take("&"):
            left = self._with(joined, left, self._sum())
        return left

    def _sum(self) -> Value:
        left = self._product()
        while mark := self._take("+", "-"):
            left = self._with(plus if mark == "+" else minus, left, self._product())
        return left

    def _product(self) -> Value:
        left = self._power()
        while mark := self._take("*", "/"):
            left = self._with(times if mark == "*" else divided, left, self._power())
        return left

    def _power(self) -> Value:
        left = self._signed()
        while self._take("^"):
            left = self._with(power, left, self._signed())
        return left

    def _signed(self) -> Value:
        if mark := self._take("-", "+"):
            value = self._signed()
            return self._with(negative, value) if mark == "-" else value
        value = self._atom()
        while self._take("%"):
            value = self._with(percent, value)
        return value

    def _atom(self) -> Value:
        kind, text = self._peek()
        if self._take("("):
            value = self._comparison()
            if not self._take(")"):
                raise Failure("#ERROR!")
            return value
        if self._take("{"):
            return self._literal()
        self._place += 1
        if kind == "number":
            return float(text)
        if kind == "text":
            return text.replace('""', '"')
        if kind == "range":
            found = self._calculation.cells(self._sheet, text)
            return found if ":" in text else (found or [None])[0]
        if kind == "error":
            raise Failure(text)
        if kind == "name":
            return self._call(text.upper()) if self._peek() == ("mark", "(") else self._word(text)
        raise Unknown

    def _word(self, name: str) -> Value:
        if name.upper() in ("TRUE", "FALSE"):
            return name.upper() == "TRUE"
        return self._calculation.named(name)

    def _literal(self) -> Value:
        """Read what is left of `{1, 2; 3, 4}`: commas go to the right, semicolons down."""
        lines: list[list[Value]] = [[]]
        while True:
            lines[-1].append(self._comparison())
            if self._take("}"):
                break
            mark = self._take(",", ";")
            if not mark:
                raise Failure("#ERROR!")
            lines += [[]] if mark == ";" else []
        found = stacked(lines)
        if found is None:
            raise Failure("#VALUE!")
        return found

    def _call(self, name: str) -> Value:
        self._take("(")
        if name == "IFERROR":
            return self._iferror()
        if name == "ARRAYFORMULA":
            return self._array()
        if name in ("TODAY", "NOW"):
            self._take(")")
            now = self._calculation.now
            return self._calculation.dated(float(int(now)) if name == "TODAY" else now, clock=name == "NOW")
        function = FUNCTIONS.get(name)
        arguments = self._in_array() if name in OF_ARRAYS else list(self._arguments())
        if function is None:
            raise Unknown
        try:
            found = self._with(function, *arguments) if name in OF_ONE_CELL else function(*arguments)
        except (TypeError, ValueError, IndexError):
            raise Failure("#VALUE!") from None
        return self._calculation.dated(found) if name == "DATE" and isinstance(found, float) else found

    def _array(self) -> Value:
        """Read ARRAYFORMULA: its argument is calculated cell by cell, and a range in it spills too."""
        found = next(iter(self._in_array()), None)
        return Table(found, found.width) if isinstance(found, Table) else found

    def _in_array(self) -> list[Value]:
        before, self._each = self._each, True
        try:
            return list(self._arguments())
        finally:
            self._each = before

    def _arguments(self) -> Iterator[Value]:
        if self._take(")"):
            return
        while True:
            yield self._comparison()
            if self._take(")"):
                return
            if not self._take(",", ";"):
                raise Failure("#ERROR!")

    def _iferror(self) -> Value:
        start = self._place
        try:
            arguments = list(self._arguments())
        except Failure:
            self._place = start
            self._skip_argument()
            arguments = [None, *self._arguments()]
            return arguments[1] if len(arguments) > 1 else None
        return arguments[0]

    def _skip_argument(self) -> None:
        depth = 0
        while self._place < len(self._tokens):
            kind, text = self._tokens[self._place]
            if kind == "mark" and depth == 0 and text in (",", ";"):
                self._place += 1
                return
            if kind == "mark" and depth == 0 and text == ")":
                return
            depth += (kind == "mark") * ((text == "(") - (text == ")"))
            self._place += 1


def _or_error(act: Callable[..., Value], cells: tuple[Value, ...]) -> Value:
    """Return what `act` makes of the cells of one place: an error stays in its own cell."""
    try:
        return single(act(*cells))
    except Failure as failure:
        return failure.code
    except (TypeError, ValueError, IndexError):
        return "#VALUE!"


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match or not match.lastgroup:
            raise Failure("#ERROR!")
        yield match.lastgroup, match[match.lastgroup]
        place = match.end()
