"""The columns that a tracker shows: of every goal its current cycle, with the reason in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .calendar import BusinessCalendar
from .instants import NEVER
from .verdicts import Judged
from .why import sentences

SHOWN = (
    "due",
    "original_due",
    "at_risk_at",
    "state",
    "elapsed",
    "remaining",
    "percent",
    "paused_total",
    "breached_at",
    "cycle",
)
"""The columns of each goal, before `why`; a column's name is `{goal}_{column}`."""


def current(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return each case's and goal's current cycle: the last one, which alone can be open."""
    if verdicts.empty:
        return verdicts
    key, goal = verdicts["key"].cat.codes.to_numpy(), verdicts["goal"].cat.codes.to_numpy()
    last = np.ones(len(verdicts), bool)
    last[:-1] = (key[1:] != key[:-1]) | (goal[1:] != goal[:-1])
    return verdicts if last.all() else verdicts[last]


def sla_columns(
    verdicts: pd.DataFrame,
    keys: Any,
    judged: Sequence[Judged],
    calendars: Mapping[str, BusinessCalendar],
    statuses: Sequence[Any],
    timezone: str,
) -> pd.DataFrame:
    """Return a row per key, in the order given, and the columns of every goal that was judged.

    Durations are timedeltas of open time and instants aware, in UTC. `why` names wall times in `timezone`.
    """
    shown: dict[str, Any] = {}
    now = current(verdicts)
    why = pd.Series(sentences(now, calendars, statuses, timezone), dtype=object)
    for part in judged:
        mine = np.flatnonzero((now["goal"] == part.goal).to_numpy())
        case = now["key"].cat.codes.to_numpy()[mine]
        place = np.full(len(keys), -1)
        place[case] = mine
        whole = len(mine) == len(keys) and bool((place == mine).all())
        for name in SHOWN:
            shown[f"{part.goal}_{name}"] = _spread(now[name], mine if whole else place, whole)
        shown[f"{part.goal}_why"] = _spread(why, mine if whole else place, whole)
    return pd.DataFrame(shown, index=pd.Index(keys, name="key"), copy=False)


def _spread(column: pd.Series, place: Any, whole: bool) -> Any:
    """Return a column for every key: `place` is where each key's verdict stands, -1 for none."""
    if column.dtype == np.int64:
        column = column.astype("Int64")
    array: Any = column.array
    return array.take(place) if whole else array.take(place, allow_fill=True)


def next_change(verdicts: pd.DataFrame, as_of: datetime, later: int | None = None) -> datetime | None:
    """Return the earliest instant after `as_of` at which a state changes if nobody does anything.

    `later` is the earliest moment, in Unix seconds, that a cell already names and that is still to come.
    None: nothing will change by itself.
    """
    moments = [] if verdicts.empty else [verdicts["changes_at"].min()]
    if later is not None and later != NEVER:
        moments.append(pd.Timestamp(later, unit="s", tz="UTC"))
    known = [moment.to_pydatetime() for moment in moments if moment is not pd.NaT]
    return min((moment for moment in known if moment > as_of), default=None)
