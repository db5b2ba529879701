"""Opening hours as people write them, read into seconds of the local day. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from ...model.errors import SlaError
from ...model.nearest import did_you_mean

DAY = 86_400
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER = {name: n for names in (DAYS, _LONG) for n, name in enumerate(names)} | {
    "tues": 1,
    "thur": 3,
    "thurs": 3,
}

DEFAULT_HORIZON = (1990, 2060)
_EARLIEST, _LATEST = 1900, 2200

Span = tuple[int, int]
"""Opening and closing in seconds after the midnight with which the day begins; beyond 86,400 it runs into the next day."""

Week = tuple[tuple[Span, ...], ...]
"""The spans of Monday to Sunday, each day's in order of opening, as they were written (they may overlap)."""

_EXAMPLE = 'Write it like "mon-fri 09:00-18:00, sat 10:00-14:00".'
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_SPAN = re.compile(r"(\d[\d:]*)-(\d[\d:]*)")


def read_time(said: Any) -> int:
    """Return the seconds after midnight of "09:00", "9:00", "24:00", "09:00:30" or a `datetime.time`."""
    if isinstance(said, time):
        return said.hour * 3600 + said.minute * 60 + said.second
    found = _TIME.fullmatch(said.strip()) if isinstance(said, str) else None
    if not found:
        raise SlaError(f"'{said}' is not a time of day. Write it like 09:00.")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    at = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or at > DAY:
        raise SlaError(f"'{said}' is not a time of day: a day runs from 00:00 to 24:00.")
    return at


def read_spans(said: Any) -> tuple[Span, ...]:
    """Return the spans of one day: a list of (open, close), or a text such as "09:00-12:00, 13:00-17:30".

    A close at or before its opening is on the next day: ("22:00", "06:00"). An empty list, "" or "closed" is no span.
    """
    if isinstance(said, str):
        said = _split_spans(said)
    try:
        pairs = [(read_time(opening), read_time(closing)) for opening, closing in said]
    except (TypeError, ValueError) as error:
        if isinstance(error, SlaError):
            raise
        raise SlaError(f'{said!r} are no opening hours. Write them like [["09:00", "18:00"]].') from None
    return tuple(sorted(_span(opening, closing) for opening, closing in pairs))


def _span(opening: int, closing: int) -> Span:
    if opening in (closing, DAY):
        raise SlaError(
            f"{show_time(opening)}-{show_time(closing)} has no length. For the whole day write 00:00-24:00."
        )
    return opening, closing if closing > opening else closing + DAY


def _split_spans(said: str) -> list[Span | tuple[str, str]]:
    words = _plain(said).replace(",", " ").split()
    if words in (["24x7"], ["24h"]):
        return [("00:00", "24:00")]
    found = [_SPAN.fullmatch(word) for word in words if word not in ("and", "&", "closed")]
    wrong = next(
        (
            w
            for w, f in zip((w for w in words if w not in ("and", "&", "closed")), found, strict=True)
            if not f
        ),
        None,
    )
    if wrong is not None:
        raise SlaError(f"'{wrong}' are no opening hours. Write them like 09:00-18:00.")
    return [(f[1], f[2]) for f in found if f]


def read_week(said: Any) -> Week:
    """Return the week that some hours say: a mapping of days to spans, "24x7", or "mon-fri 09:00-18:00, sat ...".

    Days are mon to sun, or their full names; a day that is not named is closed. Raise SlaError.
    """
    if isinstance(said, str):
        return _read_week_text(said)
    if not isinstance(said, Mapping):
        raise SlaError(f"{said!r} are no hours of a week. {_EXAMPLE}")
    week: list[tuple[Span, ...]] = [()] * 7
    for name, spans in said.items():
        number = day_number(name)
        try:
            week[number] = tuple(sorted((*week[number], *read_spans(spans))))
        except SlaError as error:
            raise SlaError(f"{name}: {error.what}", next_step=error.next_step) from None
    return tuple(week)


def day_number(name: Any) -> int:
    """Return 0 for Monday to 6 for Sunday. Raise SlaError with the nearest day."""
    number = _NUMBER.get(str(name).strip().casefold())
    if number is None:
        near = did_you_mean(str(name), DAYS) or f" There is: {', '.join(DAYS)}."
        raise SlaError(f"there is no day '{name}'.{near}")
    return number


def _read_week_text(said: str) -> Week:
    text = _plain(said)
    if text.strip() in ("24x7", "24/7"):
        return (((0, DAY),),) * 7
    week: list[list[Span]] = [[] for _ in DAYS]
    days: list[int] = []
    fresh = True  # whether the next day begins a new list of days: "mon tue 9:00-12:00, wed ..."
    for word in text.replace(",", " ").split():
        if found := _SPAN.fullmatch(word):
            if not days:
                raise SlaError(f"'{word}' stands before any day. {_EXAMPLE}")
            for day in days:
                week[day] += read_spans([(found[1], found[2])])
            fresh = True
        elif word in ("24h", "closed"):
            for day in days:
                week[day] += [(0, DAY)] if word == "24h" else []
            fresh = True
        elif word not in ("and", "&"):
            days = (days if not fresh else []) + _read_days(word)
            fresh = False
    if not fresh:
        raise SlaError(f"'{said}' names a day without hours. {_EXAMPLE}")
    return tuple(tuple(sorted(spans)) for spans in week)


def _read_days(word: str) -> list[int]:
    """Return the days of "mon", "mon-fri", "fri-mon" or "daily"."""
    if word == "daily":
        return list(range(7))
    first, dash, last = word.partition("-")
    if word[:1].isdigit():
        raise SlaError(f"'{word}' is neither a day nor a time like 09:00-18:00. {_EXAMPLE}")
    begin = day_number(first)
    end = day_number(last) if dash else begin
    return [(begin + n) % 7 for n in range((end - begin) % 7 + 1)]


def _plain(said: str) -> str:
    """Return a text in small letters, its dashes plain and without spaces around them."""
    text = re.sub(r"[‐‑‒–—]", "-", said.casefold()).replace(";", ",").replace("\n", ",")
    return re.sub(r"\s*-\s*", "-", text.replace("every day", "daily"))


def read_horizon(said: tuple[int, int]) -> tuple[int, int]:
    """Return the first and last year of a horizon. Raise SlaError."""
    first, last = said
    if not _EARLIEST <= first <= last <= _LATEST:
        raise SlaError(
            f"the years of a calendar are a first and a last one from {_EARLIEST} to {_LATEST}, not {first} to {last}."
        )
    return first, last


def read_date(said: Any) -> date:
    """Return the date of a `date`, a `datetime` or an ISO text ("2026-12-25"). Raise SlaError."""
    if isinstance(said, datetime):
        return said.date()
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said).strip())
    except ValueError:
        raise SlaError(f"'{said}' is not a date. Write it like 2026-12-25.") from None


def read_holidays(said: Iterable[Any], first_year: int, last_year: int) -> dict[date, str]:
    """Return the name ("" when none is known) of each closed date.

    An object of the `holidays` package fills in a year when it is first asked about it: it is asked about every year.
    """
    if isinstance(said, str):
        raise SlaError(f"'{said}' is no list of dates. Write the dates in brackets.")
    if hasattr(said, "expand") and isinstance(said, Mapping):
        for year in range(first_year, last_year + 1):
            said.get(date(year, 1, 1))
    named = said if isinstance(said, Mapping) else dict.fromkeys(said, "")
    return dict(sorted((read_date(day), str(name or "")) for day, name in named.items()))


def read_exceptions(said: Mapping[Any, Any]) -> dict[date, tuple[Span, ...]]:
    """Return the spans of each date that has hours of its own; no spans: closed."""
    found: dict[date, tuple[Span, ...]] = {}
    for day, spans in said.items():
        try:
            found[read_date(day)] = read_spans(spans)
        except SlaError as error:
            raise SlaError(f"{day}: {error.what}") from None
    return dict(sorted(found.items()))


def show_time(seconds: int) -> str:
    """Return seconds after midnight as "09:00"; a closing on the next day as "06:00"."""
    seconds = seconds if seconds <= DAY else seconds - DAY
    hours, rest = divmod(seconds, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{second:02d}" if second else "")


def show_span(span: Span) -> str:
    """Return a span as "09:00-18:00"."""
    return f"{show_time(span[0])}-{show_time(span[1])}"
