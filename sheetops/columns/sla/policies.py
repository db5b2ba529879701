"""SLA policies: rows that ops staff edit, read into what the clock follows.

A row that has a bad cell is left out as a whole, with every bad cell named in words: half a policy
would be a promise that nobody made. All other rows go on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ...model.condition import Condition
from .calendar_choice import CalendarChoice
from .policy_cells import Cells
from .steps import Step
from .targets import Target
from .triggers import Trigger

FOREVER = 2**62
"""The end of a policy that has none, in Unix seconds."""


@dataclass(frozen=True)
class Until:
    """A deadline that stands in a column of the case: `until next_action_due`."""

    field: str
    text: str = ""


@dataclass(frozen=True)
class Policy:
    """One row of `sla_policies`: for which cases a goal holds, its target, and what moves its clock.

    `applies_when` None: every case. `start` None: from the case's first moment. `at_risk` is in percent.
    `effective_from` and `effective_to` are Unix seconds, the end excluded: a clock follows the policies
    that were in force when it started, unless a newer one is `retroactive`. `repeat` is how a goal
    comes again: "" (once), "each start", or "after stop" (the next cycle begins where the last one ended).
    """

    id: str
    goal: str
    target: Target | Until
    applies_when: Condition | None = None
    calendar: CalendarChoice = field(default_factory=lambda: CalendarChoice("default"))
    start: Trigger | None = None
    pause: Trigger | None = None
    resume: Trigger | None = None
    stop: Trigger | None = None
    cancel: Trigger | None = None
    reset: Trigger | None = None
    at_risk: float = 80.0
    escalation: tuple[Step, ...] = ()
    order: float = 0.0
    effective_from: int = -FOREVER
    effective_to: int = FOREVER
    retroactive: bool = False
    repeat: str = ""
    boundary: str = "closing"
    source: str = ""
    market: str = ""

    @property
    def version(self) -> str:
        """A digest of everything the row says (12 hexadecimal digits)."""
        said = repr([(f.name, repr(getattr(self, f.name))) for f in fields(self)])
        return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """The triggers that the policy has."""
        every = (self.start, self.pause, self.resume, self.stop, self.cancel, self.reset)
        return tuple(trigger for trigger in every if trigger)

    @property
    def moments(self) -> frozenset[str]:
        """The columns of which the value is a moment."""
        return frozenset().union(*(trigger.moments for trigger in self.triggers))

    @property
    def watched(self) -> frozenset[str]:
        """The columns of which the value is compared or looked up."""
        own = self.applies_when.fields if self.applies_when else frozenset()
        column = {self.calendar.field} if self.calendar.field else set()
        until = {self.target.field} if isinstance(self.target, Until) else set()
        return frozenset(own | column | until).union(*(trigger.fields for trigger in self.triggers))


@dataclass(frozen=True)
class PolicyProblem:
    """A cell of `sla_policies` that cannot be read: its row (from 1), policy, column, and why, in words."""

    row: int
    policy: str
    column: str
    value: Any
    message: str


def read_policies(
    rows: Iterable[Mapping[str, Any]], timezone: str = "UTC"
) -> tuple[list[Policy], list[PolicyProblem]]:
    """Return the policies in the order in which they are tried, and what is wrong with the rows left out.

    A row maps the column names of `POLICY_TABLE` to cells: text, numbers, bools, dates or blanks (None,
    "" or NaN). `timezone` is where an `effective_from` without a time begins its day.
    """
    policies: list[Policy] = []
    problems: list[PolicyProblem] = []
    for number, row in enumerate(rows, start=1):
        cells = Cells(row, timezone)
        if cells.empty:
            continue
        policy = _policy(cells, number)
        named = policy.id if policy else cells.text("policy") or f"row {number}"
        problems += [PolicyProblem(number, named, bad.column, bad.value, bad.message) for bad in cells.bad]
        if policy:
            policies.append(policy)
    policies, doubled = _without_doubles(policies)
    return sorted(policies, key=lambda p: (p.goal, p.order)), problems + doubled


def _policy(cells: Cells, number: int) -> Policy | None:
    cells.check_columns()
    goal = cells.slug("goal")
    begins, ends = cells.moment("effective_from", -FOREVER), cells.moment("effective_to", FOREVER)
    if begins >= ends:
        cells.wrong("effective_to", "is not after effective_from, so the policy never holds")
    target = _target(cells)
    read: dict[str, Any] = {
        "applies_when": cells.condition("applies_when", also=cells.priority("priority")),
        "calendar": cells.calendar("calendar"),
        **{name: cells.trigger(name) for name in ("start", "pause", "resume", "stop", "cancel", "reset")},
        "at_risk": cells.percent("at_risk", 80.0),
        "escalation": cells.steps("escalation"),
        "order": cells.number("order", float(number)),
        "retroactive": cells.flag("retroactive"),
        "repeat": cells.one_of("repeat", ("", "each start", "after stop")),
        "boundary": cells.one_of("boundary", ("closing", "opening")),
        "source": cells.text("source"),
        "market": cells.text("market"),
    }
    if read["resume"] and not read["pause"]:
        cells.wrong("resume", "has nothing to resume: the policy has no pause")
    if cells.bad or target is None:
        return None
    name = cells.text("policy") or f"{goal} {number}"
    return Policy(name, goal, target, effective_from=begins, effective_to=ends, **read)


def _target(cells: Cells) -> Target | Until | None:
    said = cells.text("target")
    if said.casefold().startswith("until "):
        column = said[6:].strip()
        if column.isidentifier():
            return Until(column, said)
        cells.wrong("target", "names no column; write it like until next_action_due")
        return None
    return cells.target("target")


def _without_doubles(policies: list[Policy]) -> tuple[list[Policy], list[PolicyProblem]]:
    """Keep the first row of each policy id: a pasted copy must not hold twice."""
    kept: dict[str, Policy] = {}
    problems = []
    for policy in policies:
        if policy.id in kept:
            message = f"there is another policy '{policy.id}' above; this row was left out"
            problems.append(PolicyProblem(0, policy.id, "policy", policy.id, message))
        kept.setdefault(policy.id, policy)
    return list(kept.values()), problems
