"""When a clock starts, pauses and stops: conditions on a case, and moments that a column holds.

A trigger is written like any condition, with one more form: `first_response_at is filled`. A condition on
a value becomes true when the value is known to have changed; `is filled` on a column of times becomes
true at the moment the cell *says*, however late somebody typed it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ...model.condition import Condition

_QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
_FILLED = re.compile(r"\b([A-Za-z_]\w*)\s+is\s+(not\s+)?filled\b")
_MARK = "filled__"


def filled(field: str) -> str:
    """Return the name under which a timeline keeps whether `field` is filled."""
    return _MARK + field


@dataclass(frozen=True)
class Trigger:
    """A condition in which `column is filled` and `column is not filled` may stand."""

    text: str

    @cached_property
    def condition(self) -> Condition:
        """The condition with `x is filled` written as a field of its own."""
        parts = _QUOTED.split(self.text)
        parts[::2] = [_FILLED.sub(lambda m: f"{'not ' if m[2] else ''}{filled(m[1])}", p) for p in parts[::2]]
        return Condition("".join(parts))

    @cached_property
    def moments(self) -> frozenset[str]:
        """The columns whose value is the moment."""
        return frozenset(f.removeprefix(_MARK) for f in self.condition.fields if f.startswith(_MARK))

    @cached_property
    def fields(self) -> frozenset[str]:
        """The columns whose value is compared."""
        return frozenset(f for f in self.condition.fields if not f.startswith(_MARK))
