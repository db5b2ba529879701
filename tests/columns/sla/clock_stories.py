"""What the tests of the clock share: schedules, the independent answers' holidays, instants from local times."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = ("2025-04-18", "2025-04-21", "2025-05-05", "2025-12-25", "2025-12-26", "2026-01-01")


def every_day(*spans):
    return {day: list(spans) for day in DAYS}


def weekdays(*spans):
    return {day: list(spans) for day in DAYS[:5]}


SCHEDULES = {
    "mf9-18": weekdays(("09:00", "18:00")),
    "lunch": {
        **{day: [("09:00", "12:00"), ("13:00", "17:30")] for day in DAYS[:4]},
        "sat": [("11:00", "14:30")],
    },
    "24x7": every_day(("00:00", "24:00")),
    "night": every_day(("22:00", "06:00")),
    "dsthr": every_day(("00:00", "01:30"), ("02:30", "03:00")),
}
"""The five schedules of `vectors/sla/README.md`."""


def at(text, zone="Europe/London"):
    """Unix seconds of a local time; one with an offset is taken at its word."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).timestamp())


def local(instant, zone="Europe/London"):
    """The local time of an instant, with its offset."""
    return datetime.fromtimestamp(int(instant), ZoneInfo(zone)).isoformat(" ", "minutes")
