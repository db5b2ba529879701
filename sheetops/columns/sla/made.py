"""The fields that SLA goals add to a table: which columns a goal has, of which type, and what they tell people."""

from __future__ import annotations

from collections.abc import Sequence

from ...model.live import Live
from ...model.schema import Choice, Field, FieldType
from ..making import in_words

STATES = ("on track", "at risk", "breached", "paused", "met", "met late", "cancelled")

_T = FieldType
_COLUMNS: dict[str, tuple[FieldType, str, str]] = {
    "due": (_T.DATETIME, "due", "When the target is used up, pauses so far included."),
    "original_due": (_T.DATETIME, "first due", "When it was due by the policy that held at the start, without pauses."),
    "at_risk_at": (_T.DATETIME, "at risk from", "From when the goal is at risk, if nothing happens."),
    "state": (_T.CHOICE, "state", "Where the goal stands now."),
    "elapsed": (_T.DURATION, "used", "Open time used up so far."),
    "remaining": (_T.DURATION, "left", "Open time that is left; negative when breached."),
    "percent": (_T.NUMBER, "% used", "How much of the target is used up."),
    "paused_total": (_T.DURATION, "paused", "Open time that was not counted, because the clock was paused."),
    "breached_at": (_T.DATETIME, "breached at", "When the target was used up without the goal being met."),
    "cycle": (_T.INTEGER, "cycle", "How often the goal has come up: 2 after a case was reopened once."),
    "why": (_T.LONG_TEXT, "why", "The verdict in one sentence, with its numbers."),
}  # fmt: skip
NAMES = tuple(_COLUMNS)
"""The columns that each goal may have; a field is called `{goal}_{column}`."""

USUAL = ("due", "at_risk_at", "state", "why")
"""Those that are shown where the config names none."""

RUNNING = frozenset({"elapsed", "remaining", "percent", "paused_total"})
"""Those that change with every second that a clock runs, or stands."""

LIVE = ("due", "at_risk_at", "state")
"""Those that a state needs to run by itself in a tracker."""

STEP = "step"
"""The column that remembers which escalation step of which cycle has been proposed; every goal has it."""


def fields(goals: Sequence[str], columns: Sequence[str], *, live: bool = False) -> tuple[Field, ...]:
    """Return the fields of these goals, in the order of a tracker's columns; `live`: states run with the clock."""
    live = live and {*LIVE} <= {*columns}
    made = [_field(goal, column, live) for goal in goals for column in NAMES if column in columns]
    return tuple(made) + tuple(
        Field(
            f"{goal}_{STEP}", _T.TEXT, f"{in_words(goal)} step", "The last escalation step, as cycle:percent."
        )
        for goal in goals
    )


def _field(goal: str, column: str, live: bool) -> Field:
    kind, label, about = _COLUMNS[column]
    choices = tuple(map(Choice, STATES)) if column == "state" else ()
    shown = _live(goal) if live and column == "state" else None
    return Field(f"{goal}_{column}", kind, f"{in_words(goal)} {label}", about, choices=choices, live=shown)


def _live(goal: str) -> Live:
    on_track, at_risk, breached = STATES[:3]
    return Live(f"{goal}_due", f"{goal}_at_risk_at", breached, at_risk, on_track)
