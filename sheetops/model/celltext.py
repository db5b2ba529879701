"""What every parser needs: text as it is compared, and the word for a cell that cannot be read."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

CELL_LIMIT = 32_767
"""Characters an Excel cell can hold."""


@dataclass(frozen=True)
class Reading:
    """How a tracker's cells are read: the zone its people live in, and what 5/1/2024 means to them."""

    zone: ZoneInfo
    day_first: bool = True


class Unreadable(ValueError):
    """A raw value that is not a valid value of its field: why, and the nearest one that would be."""

    def __init__(self, reason: str, suggestion: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.suggestion = suggestion


def tidy(text: str) -> str:
    """Return text as it is compared and stored: NFC, no-break spaces as spaces, no space at the ends."""
    return unicodedata.normalize("NFC", text).replace("\u00a0", " ").strip()


def plain_number(value: float) -> str:
    """Return a number as a person would write it: 42, not 42.0, and never 1e+05."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def as_text(raw: Any) -> str:
    """Return any raw cell value as text, for fields that hold text."""
    if isinstance(raw, str):
        return tidy(raw)
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, (int, float)):
        return plain_number(raw)
    if isinstance(raw, datetime):
        return raw.isoformat(" ", "seconds")
    return str(raw)
