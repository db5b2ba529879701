"""The clock against a counter that looks at the local clock every minute, in eleven zones and five schedules."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sheetops.columns.sla import BusinessCalendar

from .clock_stories import HOLIDAYS, SCHEDULES

ZONES = (
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "Asia/Kolkata",
    "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Pacific/Chatham",
)  # fmt: skip
YEARS = (2011, 2025)
"""2011: Apia skips December 30, Sao Paulo and Casablanca change their clocks. 2025: the holidays, Ramadan in Casablanca."""

CLOSED = {*HOLIDAYS, "2011-12-31", "2011-04-03", "2011-10-30"}


@cache
def minutes(year):
    first, last = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    return np.arange(first, last, 60)


@cache
def shown(zone, year):
    """What the local clock shows each minute: the weekday, the minute of the day, and whether the date is a holiday."""
    zone, closed = ZoneInfo(zone), {datetime.fromisoformat(day).toordinal() for day in CLOSED}
    clock = [datetime.fromtimestamp(minute, zone) for minute in minutes(year).tolist()]
    return (
        np.array([moment.weekday() for moment in clock]),
        np.array([moment.hour * 60 + moment.minute for moment in clock]),
        np.array([moment.toordinal() in closed for moment in clock]),
    )


def counts(schedule, zone, year):
    """Whether each minute counts, from the schedule's description in words, not from its code."""
    weekday, minute, holiday = shown(zone, year)

    def between(opening, closing):
        return (minute >= opening * 60) & (minute < closing * 60)

    usual = {
        "mf9-18": (weekday < 5) & between(9, 18),
        "lunch": ((weekday < 4) & (between(9, 12) | between(13, 17.5)))
        | ((weekday == 5) & between(11, 14.5)),
        "24x7": between(0, 24),
        "night": between(22, 24) | between(0, 6),
        "dsthr": between(0, 1.5) | between(2.5, 3),
    }
    return usual[schedule] & ~holiday


@pytest.mark.parametrize("zone", ZONES)
def test_every_minute_agrees_with_the_local_clock(zone):
    for schedule, hours in SCHEDULES.items():
        calendar = BusinessCalendar(hours, zone, CLOSED, horizon=(2010, 2026))
        for year in YEARS:
            at, counted = minutes(year), counts(schedule, zone, year)
            wrong = calendar.seconds_between(at, at + 60) != 60 * counted
            assert np.count_nonzero(wrong) == 0, (schedule, year, at[wrong][:3])
            assert np.array_equal(calendar.is_open(at), counted)
            assert calendar.seconds_between(at[0], at[-1] + 60) == 60 * counted.sum()
