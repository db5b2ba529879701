"""Which business calendar a clock follows: one by name, or the one that a column of the case chooses.

Written `London`, or `by owner_calendar` (the column names the calendar), or
`by team: Dublin = ie; Manila = ph; else = london`: the clock then follows the case from hand to hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_BY = re.compile(r"by\s+([A-Za-z_]\w*)\s*(?::\s*(.*))?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class CalendarChoice:
    """The calendar `name`, or with `field`, the one paired with its value, else `name`, else the value itself."""

    name: str | None = None
    field: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()

    def of(self, value: Any) -> str | None:
        """Return the calendar's name for a value of the field; None where there is none."""
        if self.field is None:
            return self.name
        if not self.pairs and self.name is None:
            return None if value is None else str(value)
        return dict(self.pairs).get("" if value is None else str(value), self.name)

    @property
    def names(self) -> frozenset[str]:
        """The calendars that the cell names."""
        named = {calendar for _, calendar in self.pairs}
        return frozenset(named | ({self.name} if self.name else set()))


def read_calendar_choice(said: str) -> CalendarChoice:
    """Return the choice that a cell makes. Raise ValueError, in words, for a pair without `=`."""
    found = _BY.fullmatch(said.strip())
    if not found:
        return CalendarChoice(said.strip())
    pairs = dict(_pair(part) for part in re.split(r"[;\n]", found[2] or "") if part.strip())
    otherwise = pairs.pop("else", None)
    return CalendarChoice(otherwise, found[1], tuple(pairs.items()))


def _pair(said: str) -> tuple[str, str]:
    value, equals, calendar = said.partition("=")
    if not equals and value.strip().casefold().startswith("else "):
        return "else", value.strip()[5:].strip()
    if not equals or not calendar.strip():
        raise ValueError(f"'{said.strip()}' chooses no calendar; write it like Dublin = ie")
    return value.strip(), calendar.strip()
