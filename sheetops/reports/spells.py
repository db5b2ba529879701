"""When each case was open: from its status history, its dates, and what it says now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .facts import Facts, LeftOut

Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

NEVER = np.iinfo(np.int64).max
"""The end of a spell that is not over, and the time of what has none."""


@dataclass(frozen=True)
class Spells:
    """One row for each stretch in which a case was open: the case's row number, and from when to when (Unix microseconds).

    `opened` is by case; `undated` counts closed cases of which nothing tells when they were closed: they are left out.
    """

    case: Ints
    begin: Ints
    end: Ints
    opened: Ints
    undated: int

    def open_at(self, moment: int) -> Bools:
        """Return which spells hold at a moment: begun before it, and not over by then."""
        return (self.begin < moment) & (self.end >= moment)


def micros(column: pd.Series) -> Ints:
    """Return times as Unix microseconds, NEVER where there is none."""
    known = column.notna().to_numpy()
    plain = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    return np.where(known, plain, NEVER)


def spells(facts: Facts) -> Spells:
    """Return when each case was open. Raise LeftOut where nothing tells when a case is closed."""
    cases = facts.frame("cases", "opened")
    if "status" not in cases and "closed" not in cases:
        facts.frame("cases", "closed")
    opened = micros(cases["opened"])
    closed = micros(cases["closed"]) if "closed" in cases else np.full(len(cases), NEVER)
    if "status" not in cases:
        here = np.flatnonzero(opened != NEVER)
        return Spells(here, opened[here], np.maximum(closed[here], opened[here]), opened, 0)
    if not len(cases):
        none = np.zeros(0, np.int64)
        return Spells(none, none, none, opened, 0)
    return _by_status(facts, cases, opened, closed)


def _by_status(facts: Facts, cases: pd.DataFrame, opened: Ints, closed: Ints) -> Spells:
    over_now = facts.means(cases["status"], "closed")
    if not over_now.any() and "closed" not in cases:
        raise LeftOut(
            "no status of a case means that it is closed: name the words under [reports.values] closed"
        )
    case, at, over = _told(facts, cases, opened, over_now)
    first = np.concatenate(([True], case[1:] != case[:-1]))
    turns = first | (over != np.concatenate(([False], over[:-1])))  # one row for each stretch, open or closed
    case, at, over = case[turns], at[turns], over[turns]
    last = np.concatenate((case[1:] != case[:-1], [True]))
    end = np.where(last, NEVER, np.concatenate((at[1:], [NEVER])))
    only = last & np.concatenate(([True], last[:-1]))
    born_over = only & over
    typed = closed[case]
    end = np.where(born_over, np.maximum(typed, at), end)
    final = ~over & (end != NEVER) & np.concatenate((last[1:], [False])) & over_now[case]
    end = np.where(final & (typed != NEVER), np.minimum(end, np.maximum(typed, at)), end)
    running = ~over & last & (typed != NEVER)  # it has a closing date, whatever its status says
    end = np.where(running, np.maximum(typed, at), end)
    undated = born_over & (typed == NEVER)
    keep = (~over | born_over) & ~undated
    return Spells(case[keep], at[keep], end[keep], opened, int(undated.sum()))


def _told(facts: Facts, cases: pd.DataFrame, opened: Ints, over_now: Bools) -> tuple[Ints, Ints, Bools]:
    """Return (case, when, whether that is closed) of each opening and each change of a status, by case and time."""
    told = facts.changes_of("cases", "status")
    place = pd.Index(cases["key"]).get_indexer(told["key"])
    told, place = told[place >= 0], place[place >= 0]
    at = np.maximum(micros(told["at"]), opened[place]) if len(told) else np.zeros(0, np.int64)
    new = facts.means(told["new"], "closed")
    order = np.lexsort((np.arange(len(place)), at, place))
    place, at, new = place[order], at[order], new[order]
    begins = np.concatenate(([True], place[1:] != place[:-1])) if len(place) else np.zeros(0, bool)
    born = over_now.copy()
    born[place[begins]] = facts.means(told["old"], "closed")[order][begins]
    there = np.flatnonzero(opened != NEVER)
    known = opened[place] != NEVER
    case = np.concatenate((there, place[known]))
    when = np.concatenate((opened[there], at[known]))
    over = np.concatenate((born[there], new[known]))
    order = np.lexsort((np.concatenate((np.full(len(there), -1), np.flatnonzero(known))), when, case))
    return case[order], when[order], over[order]
