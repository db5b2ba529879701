"""The functions and operators of formulas, on values that have been read already. Assumed, as all of the calculation is."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from .arrays import filtered, sequence, sorted_rows, transposed, unique
from .errors import Json
from .grid import Scalar
from .locales import locale_of
from .looks import general
from .serials import to_serial


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


class Shown(float):
    """A number that brings the number format it is shown with, as a date that a formula calculated does."""

    __slots__ = ("form",)
    form: Json | None

    def __new__(cls, number: float, form: Json | None) -> Shown:
        made = super().__new__(cls, number)
        made.form = form
        return made


def form_of(value: object) -> Json | None:
    """Return the number format that came with a calculated value."""
    return value.form if isinstance(value, Shown) else None


def shown(number: float, form: Json | None) -> float:
    """Return the number with the format, where there is one."""
    return Shown(number, form) if form else number


def single(value: Value) -> Scalar | None:
    """Return the one value. Raise when there are several, or when it is an error."""
    if isinstance(value, list):
        if len(value) != 1:
            raise Failure("#VALUE!")
        value = value[0]
    return _sound(value)


def _sound(value: Scalar | None) -> Scalar | None:
    if isinstance(value, str) and value in ERROR_TYPES:
        raise Failure(value)
    return value


def number(value: Value) -> float:
    """Return the value as a number."""
    value = single(value)
    if value is None:
        return 0.0
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise Failure("#VALUE!") from None
    return float(value)


def text_of(value: Scalar | None) -> str:
    """Return the value as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value if isinstance(value, str) else general(value, locale_of("en_US"))


def joined(left: Value, right: Value) -> str:
    """Return `left & right`."""
    return text_of(single(left)) + text_of(single(right))


def plus(left: Value, right: Value) -> float:
    """Return the sum; a date and a number of days make a date."""
    return shown(number(left) + number(right), form_of(single(left)) or form_of(single(right)))


def minus(left: Value, right: Value) -> float:
    """Return the difference; two dates make a number of days."""
    form = None if form_of(single(right)) else form_of(single(left))
    return shown(number(left) - number(right), form)


def times(left: Value, right: Value) -> float:
    """Return the product."""
    return number(left) * number(right)


def divided(left: Value, right: Value) -> float:
    """Return the quotient."""
    if number(right) == 0:
        raise Failure("#DIV/0!")
    return number(left) / number(right)


def power(left: Value, right: Value) -> float:
    """Return `left ^ right`."""
    try:
        return float(number(left) ** number(right))
    except (OverflowError, ZeroDivisionError, TypeError):
        raise Failure("#NUM!") from None


def negative(value: Value) -> float:
    """Return `-value`."""
    return -number(value)


def percent(value: Value) -> float:
    """Return `value%`."""
    return number(value) / 100


_COMPARE = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def compared(mark: str, left: Value, right: Value) -> bool:
    """Return the comparison: numbers come before text, text before truth; a blank is what the other side makes it."""
    left, right = _bare(single(left)), _bare(single(right))
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


def _bare(value: Scalar | None) -> Scalar | None:
    return float(value) if isinstance(value, Shown) else value


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
    return then if number(test) else otherwise


def _rounded(given: Value, places: Value = 0.0) -> float:
    scale: float = 10.0 ** int(number(places))
    scaled = number(given) * scale
    return float(int(scaled + (0.5 if scaled >= 0 else -0.5))) / scale


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "SUM": lambda *v: float(sum(_numbers(v))),
    "AVERAGE": _average,
    "MIN": lambda *v: min(_numbers(v), default=0.0),
    "MAX": lambda *v: max(_numbers(v), default=0.0),
    "COUNT": lambda *v: float(len(_numbers(v))),
    "COUNTA": lambda *v: float(sum(item is not None for item in _flat(v))),
    "COUNTBLANK": lambda *v: float(sum(item in (None, "") for item in _flat(v))),
    "ABS": lambda v: abs(number(v)),
    "ROUND": _rounded,
    "INT": lambda v: float(number(v) // 1),
    "MOD": lambda a, b: number(a) % number(b),
    "IF": _choice,
    "AND": lambda *v: all(_flat(v)),
    "OR": lambda *v: any(_flat(v)),
    "NOT": lambda v: not number(v),
    "LEN": lambda v: float(len(text_of(single(v)))),
    "UPPER": lambda v: text_of(single(v)).upper(),
    "LOWER": lambda v: text_of(single(v)).lower(),
    "TRIM": lambda v: " ".join(text_of(single(v)).split()),
    "LEFT": lambda v, n=1.0: text_of(single(v))[: int(number(n))],
    "RIGHT": lambda v, n=1.0: text_of(single(v))[-int(number(n)) :],
    "CONCATENATE": lambda *v: "".join(text_of(item) for item in _flat(v)),
    "CONCAT": lambda *v: "".join(text_of(item) for item in _flat(v)),
    "DATE": lambda y, m, d: to_serial(datetime(int(number(y)), int(number(m)), int(number(d)))),  # noqa: DTZ001
    "ISBLANK": lambda v: single(v) is None,
    "HYPERLINK": lambda link, label=None: link if label is None else label,
    "SEQUENCE": lambda *v: sequence(*map(number, v)),
    "SORT": lambda v, c=1.0, up=True: sorted_rows(v, number(c), single(up)),
    "UNIQUE": unique,
    "FILTER": filtered,
    "TRANSPOSE": transposed,
}

OF_ONE_CELL = frozenset(
    [
        "ABS",
        "ROUND",
        "INT",
        "MOD",
        "IF",
        "NOT",
        "LEN",
        "UPPER",
        "LOWER",
        "TRIM",
        "LEFT",
        "RIGHT",
        "ISBLANK",
        "DATE",
    ]
)
"""Functions that ARRAYFORMULA carries out cell by cell; the others take a range as one thing."""

OF_ARRAYS = frozenset(["FILTER", "SORT", "UNIQUE"])
"""Functions whose arguments are calculated cell by cell without ARRAYFORMULA."""
