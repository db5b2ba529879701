"""What a cell says: every field type, read, refused with a reason, offered the nearest, shown and written back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.model.schema import Choice, Field, FieldType
from sheetops.model.sheet import UNCACHED, CellError
from sheetops.model.values import Invalid, Reading, is_blank, parse_value, same_spelling, show_value, to_cell

LONDON = Reading(ZoneInfo("Europe/London"))
US = Reading(ZoneInfo("America/New_York"), day_first=False)
UTC = dt.UTC
T = FieldType
CHOICES = (Choice("UK", ("GB", "United Kingdom")), Choice("IE"), Choice("In progress"))


def field(kind: FieldType, **more: Any) -> Field:
    return Field("f", kind, **more)


def read(kind: FieldType, raw: Any, reading: Reading = LONDON, **more: Any) -> Any:
    return parse_value(field(kind, **more), raw, reading)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (T.TEXT, "  tidy\u00a0text ", "tidy text"),
        (T.TEXT, "00123", "00123"),
        (T.TEXT, 123.0, "123"),
        (T.TEXT, 1e21, "1000000000000000000000"),
        (T.TEXT, True, "TRUE"),
        (T.TEXT, dt.date(2024, 1, 5), "2024-01-05"),
        (T.LONG_TEXT, "two\nlines", "two\nlines"),
        (T.INTEGER, 3.0, 3),
        (T.INTEGER, "1,234", 1234),
        (T.INTEGER, "-7", -7),
        (T.NUMBER, "1E+2", 100.0),
        (T.NUMBER, "12.5%", 0.125),
        (T.NUMBER, "1 234.5", 1234.5),
        (T.MONEY, 19.9, Decimal("19.90")),
        (T.MONEY, "€ 1,234.50", Decimal("1234.50")),
        (T.MONEY, "12 EUR", Decimal("12.00")),
        (T.DATE, dt.datetime(2024, 1, 5), dt.date(2024, 1, 5)),
        (T.DATE, "5/1/2024", dt.date(2024, 1, 5)),
        (T.DATE, "2024-01-05", dt.date(2024, 1, 5)),
        (T.DATE, "5th January 2024", dt.date(2024, 1, 5)),
        (T.DATE, "Jan 5, 2024", dt.date(2024, 1, 5)),
        (T.DATE, "5.1.24", dt.date(2024, 1, 5)),
        (T.DATE, "2024-01-05 00:00:00", dt.date(2024, 1, 5)),
        (T.DATETIME, dt.datetime(2024, 7, 1, 12, 0), dt.datetime(2024, 7, 1, 11, 0, tzinfo=UTC)),
        (T.DATETIME, dt.date(2024, 7, 1), dt.datetime(2024, 6, 30, 23, 0, tzinfo=UTC)),
        (T.DATETIME, "1/7/2024 2:30 pm", dt.datetime(2024, 7, 1, 13, 30, tzinfo=UTC)),
        (T.DATETIME, "2024-07-01T12:00:00Z", dt.datetime(2024, 7, 1, 12, 0, tzinfo=UTC)),
        (T.DATETIME, "2024-07-01 12:00+05:30", dt.datetime(2024, 7, 1, 6, 30, tzinfo=UTC)),
        (T.DURATION, dt.timedelta(hours=30), dt.timedelta(hours=30)),
        (T.DURATION, dt.time(1, 30), dt.timedelta(minutes=90)),
        (T.DURATION, "1:30", dt.timedelta(minutes=90)),
        (T.DURATION, "2 days, 6 hours", dt.timedelta(hours=54)),
        (T.DURATION, "4h 30m", dt.timedelta(minutes=270)),
        (T.BOOLEAN, "Yes", True),
        (T.BOOLEAN, "✗", False),
        (T.BOOLEAN, 1, True),
        (T.CHOICE, "united  kingdom", "UK"),
        (T.CHOICE, "IN PROGRESS", "In progress"),
        (T.MULTI_CHOICE, "ie, gb; ie", "UK; IE"),
        (T.URL, "https://example.org/a?b=c", "https://example.org/a?b=c"),
        (T.PERSON, "  Ann   Lee ", "Ann Lee"),
        (T.PERSON, "Ann@Example.ORG", "ann@example.org"),
        (T.REFERENCE, "CASE-1", "CASE-1"),
    ],
)
def test_read(kind: FieldType, raw: Any, value: Any) -> None:
    more = {"choices": CHOICES} if kind in (T.CHOICE, T.MULTI_CHOICE) else {}
    found = read(kind, raw, **more)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("kind", list(FieldType))
@pytest.mark.parametrize("raw", [None, "", "   ", "\u00a0", "\n"])
def test_blank(kind: FieldType, raw: Any) -> None:
    assert is_blank(raw)
    assert read(kind, raw) is None


@pytest.mark.parametrize(
    ("kind", "raw", "reason", "suggestion"),
    [
        (T.TEXT, "a\x07b", "U+0007", "ab"),
        (T.TEXT, "lone \ud800", "U+D800", "lone "),
        (T.TEXT, "x" * 40_000, "40,000 characters", None),
        (T.INTEGER, 2.5, "is not a whole number", "2"),
        (T.INTEGER, "twelve", "is not a number", None),
        (T.INTEGER, True, "is not a number", None),
        (T.NUMBER, "1.234,5", "is not a number", "1234.5"),
        (T.MONEY, "1.239", "has more than 2 decimals", "1.24"),
        (T.DATE, "31/02/2024", "is not a date in the calendar", "2024-02-29"),
        (T.DATE, "5/1", "is a date without a year", None),
        (T.DATE, 45_296, "is a number, not a date", "2024-01-05"),
        (T.DATE, dt.datetime(2024, 1, 5, 9, 30), "has a time of day", "2024-01-05"),
        (T.DATE, "soon", "is not a date", None),
        (T.DATETIME, "2024-01-05 25:00", "is not a time of day", None),
        (T.DURATION, 4, "is a number without a unit", "4h"),
        (T.DURATION, "a while", "is not a length of time", None),
        (T.BOOLEAN, "yess", "is neither yes nor no", "yes"),
        (T.CHOICE, "UKK", "is not one of: UK, IE, In progress", "UK"),
        (T.MULTI_CHOICE, "UK; Mars", "is not one of", None),
        (T.URL, "example.org/a", "is not a link", "https://example.org/a"),
        (T.TEXT, CellError("#REF!"), "repair the formula", None),
        (T.TEXT, UNCACHED, "no stored result", None),
    ],
)
def test_refused_with_a_reason_and_the_nearest_valid(
    kind: FieldType, raw: Any, reason: str, suggestion: str | None
) -> None:
    more = {"choices": CHOICES} if kind in (T.CHOICE, T.MULTI_CHOICE) else {}
    found = read(kind, raw, **more)
    assert isinstance(found, Invalid)
    assert reason in found.reason
    assert found.suggestion == suggestion
    assert isinstance(found.said, str)


def test_day_and_month_as_the_tracker_declares_them() -> None:
    assert read(T.DATE, "5/1/2024", LONDON) == dt.date(2024, 1, 5)
    assert read(T.DATE, "5/1/2024", US) == dt.date(2024, 5, 1)
    found = read(T.DATE, "5/13/2024", LONDON)
    assert isinstance(found, Invalid)
    assert found.suggestion == "2024-05-13"


@pytest.mark.parametrize(
    "raw", [0, 4.5, float("nan"), float("inf"), 1e300, dt.time(3), "1e999999", "9" * 400]
)
@pytest.mark.parametrize("kind", list(FieldType))
def test_no_cell_breaks_a_run(kind: FieldType, raw: Any) -> None:
    """Every raw value is a value, blank or Invalid; nothing is raised."""
    read(kind, raw, choices=CHOICES)


@given(
    st.sampled_from(list(FieldType)), st.text() | st.integers() | st.floats() | st.datetimes() | st.times()
)
def test_no_cell_at_all_breaks_a_run(kind: FieldType, raw: Any) -> None:
    found = read(kind, raw, choices=CHOICES)
    if found is not None and not isinstance(found, Invalid):
        show_value(field(kind), found)


# --- limits -------------------------------------------------------------------------------------------------


def test_limits_and_patterns() -> None:
    assert isinstance(read(T.INTEGER, 0, minimum=1), Invalid)
    assert isinstance(read(T.INTEGER, 11, maximum=10), Invalid)
    assert read(T.INTEGER, 10, minimum=1, maximum=10) == 10
    found = read(T.TEXT, "X-1", pattern=r"CASE-\d+")
    assert isinstance(found, Invalid)
    assert "CASE-" in found.reason


# --- the hour that does not exist, and the one that comes twice ---------------------------------------------


def test_hour_that_comes_twice_is_its_first_coming() -> None:
    """Europe/London, 2024-10-27: 01:30 comes at 00:30Z and again at 01:30Z."""
    assert read(T.DATETIME, dt.datetime(2024, 10, 27, 1, 30)) == dt.datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


def test_second_coming_of_an_hour_is_no_edit() -> None:
    moment = dt.datetime(2024, 10, 27, 1, 30, tzinfo=UTC)
    cell = to_cell(field(T.DATETIME), moment, LONDON).replace(fold=0)  # no file keeps the fold
    assert cell == dt.datetime(2024, 10, 27, 1, 30)
    assert read(T.DATETIME, cell) != moment
    assert same_spelling(field(T.DATETIME), cell, moment, LONDON)


def test_hour_that_does_not_exist() -> None:
    """Europe/London, 2024-03-31: 01:30 never comes; it is read as 01:30Z, which is 02:30 on the clock."""
    moment = read(T.DATETIME, dt.datetime(2024, 3, 31, 1, 30))
    assert moment == dt.datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
    assert to_cell(field(T.DATETIME), moment, LONDON) == dt.datetime(2024, 3, 31, 2, 30)


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1)))
def test_a_moment_written_to_a_cell_is_the_moment_read_from_it(wall: dt.datetime) -> None:
    moment = read(T.DATETIME, wall)
    cell = to_cell(field(T.DATETIME), moment, LONDON)
    again = read(T.DATETIME, cell)
    assert again == moment or same_spelling(field(T.DATETIME), cell, moment, LONDON)


@given(st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)))
def test_every_date_shown_is_the_date_read(day: dt.date) -> None:
    assert read(T.DATE, show_value(field(T.DATE), day)) == day


@given(
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=999)).map(
        lambda t: dt.timedelta(seconds=t.seconds, days=t.days)
    )
)
def test_every_duration_shown_is_the_duration_read(length: dt.timedelta) -> None:
    assert read(T.DURATION, show_value(field(T.DURATION), length)) == length


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (T.TEXT, None, "(blank)"),
        (T.NUMBER, 42.0, "42"),
        (T.BOOLEAN, True, "yes"),
        (T.MONEY, Decimal("1.50"), "1.50 EUR"),
        (T.DATETIME, dt.datetime(2024, 5, 1, 10, 30, tzinfo=UTC), "2024-05-01 10:30Z"),
        (T.DURATION, dt.timedelta(minutes=270), "4h 30m"),
        (T.DURATION, dt.timedelta(0), "0s"),
    ],
)
def test_shown_in_words(kind: FieldType, value: Any, words: str) -> None:
    assert show_value(field(kind, currency="EUR"), value) == words
