"""A small evaluation of formulas: arithmetic, comparison, text, references and the commonest functions.

Assumed. A formula that uses anything else shows its own text: the sandbox never invents a result.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from .a1 import area_of, rectangle
from .errors import ApiError
from .grid import Area, Scalar, Sheet, Spreadsheet
from .locales import locale_of
from .looks import general
from .serials import to_serial

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|"(?P<text>(?:[^"]|"")*)"
    |(?P<range>(?:(?:'(?:[^']|'')*'|[^\W\d]\w*)!)?\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d*)?(?![\w(])
      |(?:(?:'(?:[^']|'')*'|[^\W\d]\w*)!)?\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w(]))
    |(?P<error>\#[A-Z/0]+[!?]?)|(?P<name>[^\W\d][\w.]*)|(?P<mark><=|>=|<>|[-+*/^&=<>(),;%{}]))""",
    re.VERBOSE,
)


class Unknown(Exception):
    """A formula that is beyond this evaluation."""


class Failure(Exception):
    """An error value such as #DIV/0!."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


ERROR_TYPES = {
    "#DIV/0!": "DIVIDE_BY_ZERO", "#VALUE!": "VALUE", "#REF!": "REF", "#NAME?": "NAME", "#NUM!": "NUM",
    "#N/A": "N_A", "#ERROR!": "ERROR",
}  # fmt: skip

Value = Any
"""A scalar, None for an empty cell, or a list of them for a range."""


class Calculation:
    """The values of one spreadsheet's cells, each formula calculated once."""

    def __init__(self, book: Spreadsheet, now: datetime) -> None:
        self._book, self._now = book, now
        self._known: dict[tuple[int, int, int], Scalar | None] = {}
        self._busy: set[tuple[int, int, int]] = set()

    def value(self, sheet: Sheet, row: int, column: int) -> Scalar | None:
        """Return the effective value of a cell; an error is its text, such as `#DIV/0!`."""
        cell = sheet.cell(row, column)
        if cell.formula is None:
            return cell.value
        address = (sheet.id, row, column)
        if address not in self._known:
            self._known[address] = self._calculated(sheet, cell.formula, address)
        return self._known[address]

    def _calculated(self, sheet: Sheet, formula: str, address: tuple[int, int, int]) -> Scalar | None:
        if address in self._busy:
            return "#REF!"
        self._busy.add(address)
        try:
            result = _Reader(formula[1:], sheet, self).result()
        except Failure as failure:
            return failure.code
        except (Unknown, RecursionError):
            return formula
        finally:
            self._busy.discard(address)
        return 0.0 if result is None else result

    def cells(self, sheet: Sheet, text: str) -> list[Scalar | None]:
        """Return the values of a range, row by row."""
        return list(self._cells(sheet, text))

    def _cells(self, sheet: Sheet, text: str) -> Iterator[Scalar | None]:
        try:
            area = area_of(self._book, text) if "!" in text else rectangle(text, sheet.id)
            there = self._book.sheet((area or Area(sheet.id)).sheet_id)
        except ApiError:
            raise Failure("#REF!") from None
        if area is None:
            raise Unknown
        used = there.used()
        box = area.within(there)
        for row in range(box.top, min(box.bottom, max(used.bottom, box.top + 1))):
            for column in range(box.left, min(box.right, max(used.right, box.left + 1))):
                yield self.value(there, row, column)

    def named(self, name: str) -> list[Scalar | None]:
        """Return the values of a named range."""
        for one in self._book.named:
            if one["name"].casefold() == name.casefold():
                area = Area.of(one["range"])
                sheet = self._book.sheet(area.sheet_id)
                return [self.value(sheet, *address) for address in area.within(sheet).cells()]
        raise Failure("#NAME?")

    @property
    def now(self) -> float:
        """Return the time as a serial."""
        return to_serial(self._now)


class _Reader:
    """A recursive-descent reader that calculates as it reads."""

    def __init__(self, text: str, sheet: Sheet, calculation: Calculation) -> None:
        self._sheet, self._calculation = sheet, calculation
        self._tokens = list(_tokens(text))
        self._place = 0

    def result(self) -> Scalar | None:
        found = _single(self._comparison())
        if self._place != len(self._tokens):
            raise Unknown
        return found

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
            left = _compared(mark, _single(left), _single(self._joined()))
        return left

    def _joined(self) -> Value:
        left = self._sum()
        while self._take("&"):
            left = _text(_single(left)) + _text(_single(self._sum()))
        return left

    def _sum(self) -> Value:
        left = self._product()
        while mark := self._take("+", "-"):
            right = _number(self._product())
            left = _number(left) + (right if mark == "+" else -right)
        return left

    def _product(self) -> Value:
        left = self._power()
        while mark := self._take("*", "/"):
            right = _number(self._power())
            if mark == "/" and right == 0:
                raise Failure("#DIV/0!")
            left = _number(left) * right if mark == "*" else _number(left) / right
        return left

    def _power(self) -> Value:
        left = self._signed()
        while self._take("^"):
            left = _number(left) ** _number(self._signed())
        return left

    def _signed(self) -> Value:
        if mark := self._take("-", "+"):
            value = self._signed()
            return -_number(value) if mark == "-" else value
        value = self._atom()
        while self._take("%"):
            value = _number(value) / 100
        return value

    def _atom(self) -> Value:
        kind, text = self._peek()
        if self._take("("):
            value = self._comparison()
            if not self._take(")"):
                raise Failure("#ERROR!")
            return value
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

    def _call(self, name: str) -> Value:
        self._take("(")
        if name == "IFERROR":
            return self._iferror()
        if name in ("TODAY", "NOW"):
            self._take(")")
            return float(int(self._calculation.now)) if name == "TODAY" else self._calculation.now
        function = FUNCTIONS.get(name)
        arguments = list(self._arguments())
        if function is None:
            raise Unknown
        try:
            return function(*arguments)
        except (TypeError, ValueError, IndexError):
            raise Failure("#VALUE!") from None

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


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match or not match.lastgroup:
            raise Failure("#ERROR!")
        yield match.lastgroup, match[match.lastgroup]
        place = match.end()


def _single(value: Value) -> Scalar | None:
    if isinstance(value, list):
        if len(value) != 1:
            raise Failure("#VALUE!")
        value = value[0]
    return _sound(value)


def _sound(value: Scalar | None) -> Scalar | None:
    if isinstance(value, str) and value in ERROR_TYPES:
        raise Failure(value)
    return value


def _number(value: Value) -> float:
    value = _single(value)
    if value is None:
        return 0.0
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise Failure("#VALUE!") from None
    return float(value)


def _text(value: Scalar | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value if isinstance(value, str) else general(value, locale_of("en_US"))


_COMPARE = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def _compared(mark: str, left: Scalar | None, right: Scalar | None) -> bool:
    blanks: dict[type, Scalar] = {str: "", bool: False, float: 0.0}
    left = blanks[type(right)] if left is None and right is not None else left
    right = blanks[type(left)] if right is None and left is not None else right
    if isinstance(left, str) and isinstance(right, str):
        return bool(_COMPARE[mark](left.casefold(), right.casefold()))
    rank = {float: 0, str: 1, bool: 2}
    if type(left) is not type(right):
        return bool(_COMPARE[mark](rank[type(left)], rank[type(right)]))
    compare: Callable[[Any, Any], bool] = _COMPARE[mark]
    return compare(left, right)


def _flat(values: tuple[Value, ...]) -> Iterator[Scalar | None]:
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            yield _sound(item)


def _numbers(values: tuple[Value, ...]) -> list[float]:
    """Return the numbers; text and truth in a range are passed over, as in Sheets."""
    return [item for item in _flat(values) if isinstance(item, float) and not isinstance(item, bool)]


def _average(*values: Value) -> float:
    numbers = _numbers(values)
    if not numbers:
        raise Failure("#DIV/0!")
    return sum(numbers) / len(numbers)


def _choice(test: Value, then: Value = True, otherwise: Value = False) -> Value:
    return then if _number(test) else otherwise


def _rounded(number: Value, places: Value = 0.0) -> float:
    scale: float = 10.0 ** int(_number(places))
    scaled = _number(number) * scale
    return float(int(scaled + (0.5 if scaled >= 0 else -0.5))) / scale


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "SUM": lambda *v: float(sum(_numbers(v))),
    "AVERAGE": _average,
    "MIN": lambda *v: min(_numbers(v), default=0.0),
    "MAX": lambda *v: max(_numbers(v), default=0.0),
    "COUNT": lambda *v: float(len(_numbers(v))),
    "COUNTA": lambda *v: float(sum(item is not None for item in _flat(v))),
    "COUNTBLANK": lambda *v: float(sum(item in (None, "") for item in _flat(v))),
    "ABS": lambda v: abs(_number(v)),
    "ROUND": _rounded,
    "INT": lambda v: float(_number(v) // 1),
    "MOD": lambda a, b: _number(a) % _number(b),
    "IF": _choice,
    "AND": lambda *v: all(_flat(v)),
    "OR": lambda *v: any(_flat(v)),
    "NOT": lambda v: not _number(v),
    "LEN": lambda v: float(len(_text(_single(v)))),
    "UPPER": lambda v: _text(_single(v)).upper(),
    "LOWER": lambda v: _text(_single(v)).lower(),
    "TRIM": lambda v: " ".join(_text(_single(v)).split()),
    "LEFT": lambda v, n=1.0: _text(_single(v))[: int(_number(n))],
    "RIGHT": lambda v, n=1.0: _text(_single(v))[-int(_number(n)) :],
    "CONCATENATE": lambda *v: "".join(_text(item) for item in _flat(v)),
    "CONCAT": lambda *v: "".join(_text(item) for item in _flat(v)),
    "DATE": lambda y, m, d: to_serial(datetime(int(_number(y)), int(_number(m)), int(_number(d)))),  # noqa: DTZ001
    "ISBLANK": lambda v: _single(v) is None,
    "HYPERLINK": lambda link, label=None: link if label is None else label,
}
