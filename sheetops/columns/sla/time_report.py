"""Who burned the clock: time by owner, team and status, and how often cases went back and forth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .cases import Cases
from .instants import NEVER, to_durations
from .timeline import Bools, Ints, Timeline
from .triggers import Trigger


@dataclass(frozen=True)
class TimeReport:
    """`spent`: a row per case, owner, team and status with `wall` and `open` time (timedeltas).

    `totals` has the same by owner, team and status over all cases, with the number of cases and the share of
    the open time. `cases`: per key the time, `handovers` and `ping_pong` of owner and team, and `reopened`.
    """

    spent: pd.DataFrame
    totals: Mapping[str, pd.DataFrame]
    cases: pd.DataFrame


def time_report(cases: Cases, calendar: str, closed: Trigger | None = None) -> TimeReport:
    """Return where the time of all cases went, up to `as_of`.

    `open` time is that of the calendar named. Time in which `closed` holds is nobody's, and a case that
    leaves it was reopened.
    """
    timeline = cases.timeline
    over = timeline.trigger(closed, default=False)
    wall = timeline.ends(cases.as_of) - timeline.at
    working = cases.ticking.segments(calendar)
    settings = cases.settings
    fields = [name for name in (settings.status, settings.owner, settings.team) if _is_known(timeline, name)]
    rows = np.flatnonzero(~over)
    spent = _spent(timeline, fields, rows, wall, np.where(working == NEVER, 0, working))
    totals = {name: _totals(spent, name) for name in fields}
    return TimeReport(
        _as_time(spent), totals, _per_case(timeline, [f for f in fields if f != settings.status], spent, over)
    )


def _is_known(timeline: Timeline, name: str) -> bool:
    """Return whether the table has the field and ever says anything in it."""
    return len(timeline.value_codes(name).values) > 1


def _spent(timeline: Timeline, fields: list[str], rows: Ints, wall: Ints, working: Ints) -> pd.DataFrame:
    columns: dict[str, Any] = {"key": pd.Categorical.from_codes(timeline.case[rows], pd.Index(timeline.keys))}
    for name in fields:
        coded = timeline.fields[name]
        columns[name] = pd.Categorical.from_codes(coded.codes[rows] - 1, pd.Index(coded.values[1:]))
    frame = pd.DataFrame({**columns, "wall": wall[rows], "open": working[rows]})
    return frame.groupby(["key", *fields], observed=True, dropna=False, sort=False).sum().reset_index()


def _totals(spent: pd.DataFrame, name: str) -> pd.DataFrame:
    groups = spent.groupby(name, observed=True, dropna=False)
    totals = groups[["wall", "open"]].sum()
    totals.insert(0, "cases", groups["key"].nunique())
    totals["share"] = totals["open"] / max(1, int(totals["open"].sum()))
    return _as_time(totals.sort_values("open", ascending=False).reset_index())


def _as_time(frame: pd.DataFrame) -> pd.DataFrame:
    known = np.ones(len(frame), bool)
    return frame.assign(
        **{name: to_durations(frame[name].to_numpy(np.int64), known) for name in ("wall", "open")}
    )


def _per_case(timeline: Timeline, fields: list[str], spent: pd.DataFrame, over: Bools) -> pd.DataFrame:
    sums = spent.groupby("key", observed=True, sort=False)[["wall", "open"]].sum()
    frame = sums.reindex(timeline.keys, fill_value=0)
    for name in fields:
        moved, again = _handovers(timeline, name)
        frame[f"{name}_handovers"], frame[f"{name}_ping_pong"] = moved, again
    back = np.zeros(len(timeline), bool)
    back[1:] = over[:-1] & ~over[1:] & ~timeline.first[1:]
    frame["reopened"] = np.bincount(timeline.case[back], minlength=len(timeline.keys))
    return _as_time(frame.rename_axis("key").reset_index())


def _handovers(timeline: Timeline, name: str) -> tuple[Ints, Ints]:
    """Return per case how often a field passed from one value to another, and how often back to an earlier one.

    A stay without a value (queued, unassigned) is no handover; the next value is compared with the last.
    """
    codes = timeline.fields[name].codes
    rows = np.flatnonzero(codes > 0)
    held, case = codes[rows], timeline.case[rows]
    stays = np.ones(len(rows), bool)
    stays[1:] = (held[1:] != held[:-1]) | (case[1:] != case[:-1])
    held, case = held[stays], case[stays]
    begins = np.concatenate(([True], case[1:] != case[:-1])) if len(case) else np.zeros(0, bool)
    again = pd.DataFrame({"case": case, "held": held}).duplicated().to_numpy()
    count = len(timeline.keys)
    return np.bincount(case[~begins], minlength=count), np.bincount(case[again], minlength=count)
