"""From what stands in a cell to a canonical value, one function per field type.

Each takes (field, raw, reading) with `raw` never blank and returns the canonical value, or raises
Unreadable with a reason in words and the nearest valid value. A guess is never taken: it is offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .celltext import CELL_LIMIT, Reading, Unreadable, as_text, tidy
from .dates import calendar_date, duration, moment
from .nearest import nearest
from .schema import Field, FieldType

Parser = Callable[[Field, Any, Reading], Any]

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text(field: Field, raw: Any, reading: Reading) -> str:
    """Read text; refuse characters no spreadsheet can hold and more than a cell takes."""
    said = as_text(raw)
    if found := _FORBIDDEN.search(said):
        raise Unreadable(
            f"contains a broken character (U+{ord(found[0]):04X}) that no spreadsheet can store",
            _FORBIDDEN.sub("", said)[:60],
        )
    if len(said) > CELL_LIMIT:
        raise Unreadable(f"is {len(said):,} characters long; a cell holds {CELL_LIMIT:,}")
    return said


def person(field: Field, raw: Any, reading: Reading) -> str:
    """Read a person's name or address: single spaces, e-mail addresses in lower case."""
    said = " ".join(text(field, raw, reading).split())
    return said.lower() if "@" in said else said


_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/]\S*", re.IGNORECASE)


def url(field: Field, raw: Any, reading: Reading) -> str:
    """Read a link with its scheme; offer https:// for one without."""
    said = text(field, raw, reading)
    if not _URL.fullmatch(said):
        bare = re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", said)
        raise Unreadable("is not a link (https://...)", f"https://{said}" if bare else None)
    return said


_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_SWISS = re.compile(r"[+-]?\d{1,3}([' \u202f]\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+(\.\d{3})*,\d+")


def _decimal(said: str) -> Decimal:
    """Read a number written with a decimal point. A decimal comma is a guess, so it is offered."""
    percent = said.endswith("%")
    said = said.removesuffix("%").strip()
    if _GROUPED.fullmatch(said):
        said = said.replace(",", "")
    elif _SWISS.fullmatch(said):
        said = re.sub(r"[' \u202f]", "", said)
    if not _PLAIN.fullmatch(said):
        offered = said.replace(".", "").replace(",", ".") if _COMMA.fullmatch(said) else None
        raise Unreadable("is not a number", offered)
    return Decimal(said) / 100 if percent else Decimal(said)


def _amount(raw: Any) -> Decimal:
    if isinstance(raw, (bool, date, time, timedelta)):
        raise Unreadable("is not a number")
    amount = Decimal(repr(raw)) if isinstance(raw, (int, float)) else _decimal(tidy(raw))
    if not amount.is_finite():
        raise Unreadable("is not a number")
    return amount


def integer(field: Field, raw: Any, reading: Reading) -> int:
    """Read a whole number."""
    value = _amount(raw)
    if value.adjusted() > _LARGEST:
        raise Unreadable("is too large a number; if it is a code, its column should hold text")
    if value != value.to_integral_value():
        raise Unreadable("is not a whole number", str(round(value)))
    if abs(value) >= _INTEGER_LIMIT:
        raise Unreadable("is too large a number; if it is a code, its column should hold text")
    return int(value)


def number(field: Field, raw: Any, reading: Reading) -> float:
    """Read a number, percent signs included."""
    return float(_amount(raw))


CURRENCY_CODES = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "BGN",
        "BRL",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "JPY",
        "KRW",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "RMB",
        "RON",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TRY",
        "TWD",
        "UAH",
        "USD",
        "VND",
        "ZAR",
    ]
)
"""The currencies that are told from other three capitals, such as the DEV of DEV-100."""

_MARK = rf"(?:{'|'.join(sorted(CURRENCY_CODES))}|(?:US)?\$|[€£¥₹₽₩])"
_CURRENCY = re.compile(rf"^{_MARK}\s*(?=[\d.,+-])|(?<=[\d.])\s*{_MARK}$")
_LARGEST = 18
"""Digits before the point of the largest number looked at: a hash such as 7e1234567 is not a number."""

_INTEGER_LIMIT = 2**63
"""A database's largest integer, and one."""

_MONEY_DIGITS = 15
"""Digits that a spreadsheet, and a database column of numbers, keep exactly."""


def money(field: Field, raw: Any, reading: Reading) -> Decimal:
    """Read an amount, with or without a currency mark, exact to the field's decimals."""
    if isinstance(raw, str):
        raw = _CURRENCY.sub("", tidy(raw))
    exact = _amount(raw)
    if exact.adjusted() + 1 + field.decimals > _MONEY_DIGITS:
        raise Unreadable("is too large an amount")
    value = exact.quantize(Decimal(1).scaleb(-field.decimals))
    if abs(exact - value) > Decimal("1e-9") * max(Decimal(1), abs(exact)):
        raise Unreadable(f"has more than {field.decimals} decimals", str(value))
    return value


_YES = frozenset(["yes", "y", "true", "t", "1", "x", "✓", "✔", "☑", "ja", "oui", "si", "sí", "sim", "on"])
_NO = frozenset(["no", "n", "false", "f", "0", "✗", "✘", "☐", "nein", "non", "não", "off"])


def boolean(field: Field, raw: Any, reading: Reading) -> bool:
    """Read yes or no, in the spellings people use."""
    if isinstance(raw, bool):
        return raw
    said = as_text(raw).casefold()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise Unreadable("is neither yes nor no", nearest(said, ["yes", "no"]))


@lru_cache(maxsize=256)
def _spellings(field: Field) -> Mapping[str, str]:
    """Every accepted spelling of a choice, case-folded -> its canonical value."""
    known: dict[str, str] = {}
    for choice in field.choices:
        for spelling in (choice.value, *choice.aliases):
            known.setdefault(tidy(spelling).casefold(), choice.value)
    return known


def _one_of(field: Field, said: str) -> str:
    known = _spellings(field)
    found = known.get(" ".join(said.casefold().split()), known.get(said.casefold()))
    if found is None:
        near = nearest(said, known)
        suggestion = known[near.casefold()] if near else None
        valid = ", ".join(c.value for c in field.choices[:8]) + (", ..." if len(field.choices) > 8 else "")
        raise Unreadable(f"is not one of: {valid}", suggestion)
    return found


def choice(field: Field, raw: Any, reading: Reading) -> str:
    """Read one of the field's choices by its value or an alias, whatever the case."""
    return _one_of(field, as_text(raw))


def multi_choice(field: Field, raw: Any, reading: Reading) -> str:
    """Read several choices divided by ; , | or line breaks, in the order the config lists them."""
    said = [part for part in re.split(r"[;,|\n]", as_text(raw)) if part.strip()]
    chosen = {_one_of(field, tidy(part)) for part in said}
    return "; ".join(c.value for c in field.choices if c.value in chosen)


PARSERS: Mapping[FieldType, Parser] = {
    FieldType.TEXT: text,
    FieldType.LONG_TEXT: text,
    FieldType.INTEGER: integer,
    FieldType.NUMBER: number,
    FieldType.MONEY: money,
    FieldType.DATE: calendar_date,
    FieldType.DATETIME: moment,
    FieldType.DURATION: duration,
    FieldType.BOOLEAN: boolean,
    FieldType.CHOICE: choice,
    FieldType.MULTI_CHOICE: multi_choice,
    FieldType.URL: url,
    FieldType.PERSON: person,
    FieldType.REFERENCE: text,
}
