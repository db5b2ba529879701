"""Which type of field a column is, from what stands in its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from ..model.celltext import tidy
from ..model.parsers import CURRENCY_CODES
from ..model.schema import Field, FieldType
from ..model.values import Invalid, Reading, parse_value
from .choices import find_choices, find_multi_choices, spelling_remark
from .evidence import ENOUGH, ColumnCells, Fit, fits_field, is_length, is_moment
from .words import currency_in_format, currency_in_header, names_digits, names_person

_LONG = 120
_MOST_DECIMALS = 4
_NAME = re.compile(r"[^\W\d_][^\d;|/]{1,59}")
_SPOKEN_YES_NO = frozenset(
    ["yes", "no", "y", "n", "true", "false", "ja", "nein", "oui", "non", "x", "✓", "✔", "☑", "☐"]
)

_ALL_FIT = Fit(0, 0, ())


@dataclass(frozen=True)
class Guess:
    """A field proposed for a column, and remarks on what was seen, each a sentence or part of one."""

    field: Field
    remarks: tuple[str, ...] = ()
    fit: Fit = _ALL_FIT


Reader = Callable[[ColumnCells, str, Reading], Guess | None]


def guess_field(column: ColumnCells, name: str, reading: Reading) -> Guess:
    """Return the first type, from the most particular to text, that nearly all cells read as."""
    if not column.cells:
        return Guess(Field(name, FieldType.TEXT), ("no values yet, so text is a guess",))
    guesses = (reader(column, name, reading) for reader in _READERS)
    guess = next((found for found in guesses if found), None) or _text(column, name, reading)
    return replace(guess, remarks=tuple(_remarks(column, guess)))


def _remarks(column: ColumnCells, guess: Guess) -> Iterator[str]:
    yield from guess.remarks
    if guess.fit.remark:
        yield f"{guess.fit.remark}; these will be held, and nothing in them changes"
    if column.formulas:
        yield f"{column.formulas:,} formulas: their results are read and they are never overwritten"


def _boolean(column: ColumnCells, name: str, reading: Reading) -> Guess | None:
    spoken = {text.casefold() for text in column.texts} & _SPOKEN_YES_NO
    if column.share(bool) < ENOUGH and not spoken:
        return None
    return _if_fits(column, Field(name, FieldType.BOOLEAN), reading)


def _moment(column: ColumnCells, name: str, reading: Reading) -> Guess | None:
    fit = fits_field(column, Field(name, FieldType.DATETIME), reading)
    if not fit.enough or column.share(int, float) > 1 - ENOUGH:
        return None
    timed = sum(times for (_, raw), times in column.counts.items() if _has_time(raw, reading))
    if timed > (1 - ENOUGH) * len(column.cells):
        return Guess(Field(name, FieldType.DATETIME), _typed_as_text(column), fit)
    return _if_fits(column, Field(name, FieldType.DATE), reading, *_typed_as_text(column))


def _has_time(raw: Any, reading: Reading) -> bool:
    if isinstance(raw, datetime):
        return raw.time() != time()
    return isinstance(raw, str) and isinstance(parse_value(_DATE, raw, reading), Invalid) and ":" in raw


_DATE = Field("date", FieldType.DATE)


def _typed_as_text(column: ColumnCells) -> tuple[str, ...]:
    typed = sum(column.texts.values())
    return (
        (f"{typed:,} are typed as text",) if typed and any(is_moment(raw) for _, raw in column.cells) else ()
    )


def _duration(column: ColumnCells, name: str, reading: Reading) -> Guess | None:
    if not any(is_length(raw) for _, raw in column.cells) and not any(
        re.search(r"\d\s*[a-z]|\d:\d", text, re.IGNORECASE) for text in column.texts
    ):
        return None
    clock = any(isinstance(raw, time) for _, raw in column.cells)
    remarks = ("a time of day is kept as the time since midnight",) if clock else ()
    return _if_fits(column, Field(name, FieldType.DURATION), reading, *remarks)


def _amount(column: ColumnCells, name: str, reading: Reading) -> Guess | None:
    if _is_digits_of_a_name(column):
        return None
    currency = _currency(column)
    if currency and (found := _money(column, name, currency, reading)):
        return found
    if whole := _if_fits(column, Field(name, FieldType.INTEGER), reading):
        return whole
    return _if_fits(column, Field(name, FieldType.NUMBER), reading)


def _is_digits_of_a_name(column: ColumnCells) -> bool:
    """Return whether the digits are an identifier: 00123, 7e12 and a phone number are no quantities."""
    if any(re.match(r"0\d|\d+e\d", text, re.IGNORECASE) for text in column.texts):
        return True
    numbers = (raw for kind, raw in column.counts if issubclass(kind, (int, float)))
    return names_digits(column.header.text) and all(raw == int(raw) for raw in numbers)


def _currency(column: ColumnCells) -> str | None:
    """Return the currency that number format, typed marks or header show."""
    shown = [code for code in map(currency_in_format, column.formats) if code]
    shown += [code for text in list(column.texts)[:50] if (code := _currency_in_text(text))]
    return max(set(shown), key=shown.count) if shown else currency_in_header(column.header.text)


def _currency_in_text(text: str) -> str | None:
    mark = re.sub(r"[\d.,'\s+-]", "", tidy(text))
    return currency_in_format(mark) or (mark if mark in CURRENCY_CODES else None)


def _money(column: ColumnCells, name: str, currency: str, reading: Reading) -> Guess | None:
    for decimals in (2, 0, *range(3, _MOST_DECIMALS + 1)):
        proposed = Field(name, FieldType.MONEY, currency=currency, decimals=decimals)
        if decimals and (found := _if_fits(column, proposed, reading)):
            return found
    return None


def _url(column: ColumnCells, name: str, reading: Reading) -> Guess | None:
    if not any("://" in text for text in column.texts):
        return None
    return _if_fits(column, Field(name, FieldType.URL), reading)


def _person(column: ColumnCells, name: str, reading: Reading) -> Guess | None:
    texts = column.texts
    if column.share(str) < ENOUGH:
        return None
    addresses = sum(times for text, times in texts.items() if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", text))
    names = sum(times for text, times in texts.items() if _NAME.fullmatch(text) and len(text.split()) <= 5)
    people = addresses + (names if names_person(column.header.text) else 0)
    return Guess(Field(name, FieldType.PERSON)) if people >= ENOUGH * len(column.cells) else None


def _choice(column: ColumnCells, name: str, reading: Reading) -> Guess | None:
    for kind, find in ((FieldType.MULTI_CHOICE, find_multi_choices), (FieldType.CHOICE, find_choices)):
        if choices := find(column):
            remark = spelling_remark(choices)
            remarks = (f"{len(choices)} choices seen", *([remark] if remark else []))
            found = _if_fits(column, Field(name, kind, choices=choices), reading, *remarks)
            if found:
                return found
    return None


def _text(column: ColumnCells, name: str, reading: Reading) -> Guess:
    is_long = any(len(text) > _LONG or "\n" in text for text in column.texts)
    proposed = Field(name, FieldType.LONG_TEXT if is_long else FieldType.TEXT)
    return Guess(proposed, tuple(_mixture(column, name, reading)), fits_field(column, proposed, reading))


def _mixture(column: ColumnCells, name: str, reading: Reading) -> Iterator[str]:
    """Say of a column taken as text that most of it reads as something else."""
    for kind in (FieldType.DATETIME, FieldType.NUMBER):
        fit = fits_field(column, Field(name, kind), reading)
        if fit.good >= 0.5 * len(column.cells) and not _is_digits_of_a_name(column):
            noun = "dates" if kind is FieldType.DATETIME else "numbers"
            yield (
                f"{fit.good:,} of {len(column.cells):,} are {noun}, too few to call it so; "
                f"others: {', '.join(fit.named)}"
            )


def _if_fits(column: ColumnCells, proposed: Field, reading: Reading, *remarks: str) -> Guess | None:
    fit = fits_field(column, proposed, reading)
    return Guess(proposed, remarks, fit) if fit.enough else None


_READERS: tuple[Reader, ...] = (_boolean, _moment, _duration, _amount, _url, _person, _choice)
"""From the most particular reading to the least; text is what is left."""
