"""What the triggers of a goal's policies say on each row of the timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .policies import Policy
from .timeline import Bools, Ints, Timeline
from .triggers import Trigger


@dataclass(frozen=True)
class Clock:
    """Per row: the clock starts, starts afresh; it is paused; its goal is met, or void.

    `stopped` and `cancelled` hold on the row. `stops` and `cancels` end a cycle there: while a condition
    holds, or each time a moment comes (a column once filled stays filled, so that only the moment itself
    can end the next cycle). `meets` is where a stop comes true; `fresh` where the start does, whether or
    not the goal applies.
    """

    starts: Bools
    resets: Bools
    paused: Bools
    stopped: Bools
    cancelled: Bools
    stops: Bools
    cancels: Bools
    meets: Bools
    fresh: Bools


_PARTS = ("starts", "resets", "paused", "stopped", "cancelled", "stops", "cancels", "meets", "fresh")


def clock_of(timeline: Timeline, policies: Sequence[Policy], chosen: Ints, covered: Bools) -> Clock:
    """Return the clock of a goal: of each row, the triggers of the policy that was chosen for it.

    `covered` says on which rows the goal applies at all: there a clock may start, elsewhere it is void.
    """
    kinds = list(dict.fromkeys(_triggers(policy) for policy in policies))
    clocks = [_clock(timeline, kind, covered) for kind in kinds]
    if len(clocks) == 1:
        return clocks[0]
    kind_of = np.array([kinds.index(_triggers(policy)) for policy in policies])
    which = kind_of[np.maximum(chosen, 0)]
    pick: Callable[[str], Bools] = lambda part: np.choose(which, [getattr(c, part) for c in clocks])  # noqa: E731
    return Clock(*(pick(part) for part in _PARTS))


def _triggers(policy: Policy) -> tuple[Trigger | None, ...]:
    return (policy.start, policy.reset, policy.pause, policy.resume, policy.stop, policy.cancel)


def _clock(timeline: Timeline, kind: tuple[Trigger | None, ...], covered: Bools) -> Clock:
    start, reset, pause, resume, stop, cancel = kind
    running = timeline.trigger(start, default=True) & covered
    fresh = timeline.fires(start, default=True)
    starts = running.copy()
    starts[1:] &= ~running[:-1] | timeline.first[1:]
    cancelled = timeline.trigger(cancel, default=False) | ~covered
    return Clock(
        starts | (fresh & covered),
        timeline.fires(reset),
        _paused(timeline, pause, resume),
        timeline.trigger(stop, default=False),
        cancelled,
        _ends(timeline, stop),
        _ends(timeline, cancel) | ~covered,
        timeline.fires(stop),
        fresh,
    )


def _ends(timeline: Timeline, trigger: Trigger | None) -> Bools:
    if trigger is not None and trigger.moments:
        return timeline.fires(trigger)
    return timeline.trigger(trigger, default=False)


def _paused(timeline: Timeline, pause: Trigger | None, resume: Trigger | None) -> Bools:
    if resume is None:
        return timeline.trigger(pause, default=False)
    since = last_true(timeline.fires(pause))
    until = last_true(timeline.fires(resume) & ~timeline.fires(pause))
    begun = timeline.begun
    return (since > until) & (since >= begun)


def last_true(rows: Bools) -> Ints:
    """Return at each row the index of the last true one up to it, -1 before the first."""
    return (
        np.maximum.accumulate(np.where(rows, np.arange(len(rows)), -1))
        if len(rows)
        else np.zeros(0, np.int64)
    )
