"""SLA clocks: business calendars, targets. Pure: no I/O, no clock; instants are int64 Unix seconds.

The names are imported when first used: `sheetops.toml` is read without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .calendar import BusinessCalendar
    from .targets import Target, due_at, parse_target

__all__ = ["BusinessCalendar", "Target", "due_at", "parse_target"]

_LAZY = {"BusinessCalendar": "calendar", "Target": "targets", "due_at": "targets", "parse_target": "targets"}


__getattr__ = lazily(__name__, _LAZY)
