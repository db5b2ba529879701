"""SLA clocks: business calendars, targets. Pure: no I/O, no clock; instants are int64 Unix seconds.

The names are imported when first used: `sheetops.toml` is read without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calendar import BusinessCalendar
    from .targets import Target, due_at, parse_target

__all__ = ["BusinessCalendar", "Target", "due_at", "parse_target"]

_LAZY = {"BusinessCalendar": "calendar", "Target": "targets", "due_at": "targets", "parse_target": "targets"}


def __getattr__(name: str) -> Any:
    """Import a public name from the module that has it."""
    if name not in _LAZY:
        raise AttributeError(f"module 'sheetops.columns.sla' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
