"""Dates as numbers: days since 1899-12-30 in the spreadsheet's own time zone, the time of day as the fraction.

Source: https://developers.google.com/workspace/sheets/api/guides/formats#about_date_time_values
"""

from __future__ import annotations

from datetime import datetime, timedelta

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial has no time zone


def to_serial(when: datetime) -> float:
    """Return the serial of a wall time."""
    passed = when.replace(tzinfo=None) - _EPOCH
    return passed.days + passed.seconds / 86400 + passed.microseconds / 86400e6


def from_serial(serial: float) -> datetime:
    """Return the wall time of a serial, to the nearest millisecond."""
    return _EPOCH + timedelta(milliseconds=round(serial * 86_400_000))
