"""What is said about a point: its value, what was expected, and each comparison in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .comparing import CYCLES, WEIGHTS, Compared, Cycle, shift_rows
from .readings import Readings
from .settings import Settings

_DAY = 86_400 * 10**9
_SAID_FROM = 1.0
"""Usual errors from which a comparison is named in a reason; fewer where it counts more than once."""


def number(value: float) -> str:
    """Return a value as people write it: 1,240 or 0.0312."""
    if not np.isfinite(value):
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.3g}"


def expected_words(low: float, high: float) -> str:
    """Return a range: "1,240-1,610", or "-3 to 5" where a minus sign would be read as a dash."""
    return f"{number(low)} to {number(high)}" if low < 0 else f"{number(low)}-{number(high)}"


def slot_words(readings: Readings, compared: Compared, row: int) -> str:
    """Return what the expected range is for: "for a Tuesday 20:00", "for a Tuesday", or nothing without a season."""
    if not (readings.calendar and compared.cycle.period and compared.seasonal[row]):
        return ""
    stamp = pd.Timestamp(int(readings.wall[row]))
    if compared.cycle.period <= _DAY:
        return f" for a {stamp:%A %H:%M}"
    return f" for a {stamp:%A}" if compared.cycle.period == 7 * _DAY else ""


def against(name: str, readings: Readings, cycle: Cycle) -> str:
    """Return the words for what a comparison compares with."""
    if name == "last":
        return "the last value"
    if name == "ar":
        return "what the last points lead to"
    if name in ("week", "range"):
        spans_week = readings.calendar and abs(cycle.windows[1] * readings.step - 7 * _DAY) < _DAY
        of = "middle" if name == "week" else "range"
        return f"the week's {of}" if spans_week else f"the {of} of the last {cycle.windows[1]:,} points"
    if readings.calendar and cycle.period == _DAY:
        return f"the same time on the last {CYCLES} days"
    if readings.calendar and cycle.period == 7 * _DAY:
        return f"the same weekday of the last {CYCLES} weeks"
    return f"the same slot of the last {CYCLES} cycles"


def comparison_words(name: str, z: float, readings: Readings, cycle: Cycle) -> str:
    """Return a comparison in words: "4.8 usual errors below the last value"."""
    if not np.isfinite(z):
        return f"cannot be compared with {against(name, readings, cycle)}"
    if name == "range" and z == 0:
        return f"within {against(name, readings, cycle)}"
    many = "more than " if abs(z) >= 50 else ""
    return f"{many}{abs(z):.1f} usual errors {'below' if z < 0 else 'above'} {against(name, readings, cycle)}"


def point_words(row: int, readings: Readings, compared: Compared, settings: Settings) -> str:
    """Return the reason for one point: its value, the expected range, and the comparisons that agree, strongest first."""
    value, middle, error = readings.values[row], compared.expected[row], settings.width * compared.scale[row]
    lower = max(middle - error, 0.0) if compared.never_negative[row] else middle - error
    label = f" {settings.label}" if settings.label else ""
    range_ = expected_words(lower, middle + error)
    said = f"{number(value)}{label}; expected {range_}{slot_words(readings, compared, row)}"
    sign = np.sign(compared.z[row])
    zs = {name: float(one.z[row]) for name, one in compared.by.items()}
    agreeing = sorted(
        (n for n, z in zs.items() if np.isfinite(z) and z * sign * max(WEIGHTS[n], 1.0) >= _SAID_FROM),
        key=lambda n: -abs(zs[n]),
    )
    parts = [comparison_words(name, zs[name], readings, compared.cycle) for name in agreeing]
    parts[1:] = [part.replace(" usual errors", "") for part in parts[1:]]
    return "; ".join([said, ", ".join(parts)]) if parts else said


def shift_words(row: int, readings: Readings, compared: Compared) -> str:
    """Return the words for a sustained shift."""
    side = "below" if compared.shift[row] < 0 else "above"
    rows = shift_rows(compared.cycle)
    return f"a sustained shift: the mean of the last {rows:,} points is {abs(compared.shift[row]):.1f} times its usual error {side} what was expected"


def since(start: int, readings: Readings) -> str:
    """Return when an episode began."""
    when: Any = pd.Timestamp(int(readings.wall[start]))
    return f"{when:%a %-d %b %H:%M}" if readings.calendar else f"point {readings.rows[start]:,}"
