"""Escalation steps as people write them: `50: level + 1; 75: next_action_due = now + 4h; 100: needs_follow_up = true`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"(\d+(?:\.\d+)?)\s*%?\s*:\s*(.+)", re.DOTALL)
_ADD = re.compile(r"([A-Za-z_]\w*)\s*([+-])\s*(\d+)")
_SET = re.compile(r"([A-Za-z_]\w*)\s*=\s*(.+)", re.DOTALL)
_LATER = re.compile(r"(now|due)(?:\s*\+\s*(\d+)\s*(min|m|h|d))?")
_SECONDS = {"min": 60, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True)
class Moment:
    """A moment that is known when the step is reached: `now` or `due`, plus seconds of wall time."""

    base: str
    seconds: int = 0


@dataclass(frozen=True)
class Step:
    """What to propose when a goal has used up `percent` of its target.

    `add` is a number that is added to the field; otherwise the field is set to `value`, which is text,
    a number, a bool or a Moment.
    """

    percent: float
    field: str
    value: Any = None
    add: int | None = None
    text: str = ""


def read_steps(text: str) -> tuple[Step, ...]:
    """Return the steps in the order of their percentages. Raise ValueError, in words, for one that is wrong."""
    steps = [_step(part.strip()) for part in re.split(r"[;\n]", text) if part.strip()]
    return tuple(sorted(steps, key=lambda step: step.percent))


def _step(said: str) -> Step:
    found = _STEP.fullmatch(said)
    if not found:
        raise ValueError(f"'{said}' is no escalation step; write it like 75: level + 1")
    percent, what = float(found[1]), found[2].strip()
    if added := _ADD.fullmatch(what):
        return Step(percent, added[1], add=int(added[2] + added[3]), text=what)
    if put := _SET.fullmatch(what):
        return Step(percent, put[1], _value(put[2].strip()), text=what)
    raise ValueError(f"'{what}' changes nothing; write it like level + 1 or needs_follow_up = true")


def _value(said: str) -> Any:
    if later := _LATER.fullmatch(said):
        return Moment(later[1], int(later[2] or 0) * _SECONDS.get(later[3] or "", 0))
    if said.casefold() in {"true", "yes", "false", "no"}:
        return said.casefold() in {"true", "yes"}
    if re.fullmatch(r"-?\d+", said):
        return int(said)
    if re.fullmatch(r"-?\d+\.\d+", said):
        return float(said)
    return said[1:-1] if said[:1] in {"'", '"'} and said[-1:] == said[:1] else said
