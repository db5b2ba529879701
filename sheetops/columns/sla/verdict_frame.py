"""Verdicts as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .calendar import BusinessCalendar
from .instants import NEVER, to_datetimes, to_durations
from .timeline import Ints, Timeline

if TYPE_CHECKING:
    from .verdicts import Judged

COLUMNS = (
    "key", "goal", "cycle", "state", "start", "end", "due", "original_due", "at_risk_at", "breached_at", "changes_at",
    "elapsed", "remaining", "percent", "paused_total", "target", "policy", "policy_version", "calendar",
    "calendar_version", "early", "waiting",
)  # fmt: skip
INSTANTS = ("start", "end", "due", "original_due", "at_risk_at", "breached_at", "changes_at")


def verdict_frame(
    timeline: Timeline,
    judged: Sequence[Judged],
    calendars: Mapping[str, BusinessCalendar],
    states: Sequence[str],
) -> pd.DataFrame:
    """Return one row per case, goal and cycle, by goal, then case, then time.

    `key`, `goal`, `cycle` (from 1), `state` (blank: not judged, `early` or no target tells why), `start`, `end`,
    `due`, `original_due`, `at_risk_at`, `breached_at`, `changes_at` (aware, UTC), `elapsed`, `remaining` and
    `paused_total` (open time, as timedeltas), `percent`, `target`, `policy`, `policy_version`, `calendar`,
    `calendar_version`. While paused or cancelled a case has no due time: it moves with every minute.
    """
    joined = {name: _joined(judged, name) for name in judged[0].columns} if judged else {}
    if not joined:
        return pd.DataFrame(columns=list(COLUMNS))
    elapsed, goal = joined["elapsed"], joined["goal_seconds"]
    known = (goal != NEVER) & (joined["state"] >= 0)
    frame: dict[str, Any] = {
        "key": pd.Categorical.from_codes(joined["case"], pd.Index(timeline.keys)),
        "goal": _goals(judged),
        "cycle": joined["cycle"],
        "state": pd.Categorical.from_codes(joined["state"], list(states)),
        **{name: to_datetimes(joined[name]) for name in INSTANTS},
        "elapsed": to_durations(elapsed, joined["state"] >= 0),
        "remaining": to_durations(goal - elapsed, known),
        "percent": np.where(known & (goal > 0), 100.0 * elapsed / np.where(goal > 0, goal, 1), np.nan),
        "paused_total": to_durations(joined["paused_total"], joined["state"] >= 0),
        **_named(judged, calendars),
        "early": joined["early"],
        "waiting": joined["waiting"],
    }
    return pd.DataFrame(frame, copy=False)


def _joined(judged: Sequence[Judged], name: str) -> Any:
    return np.concatenate([part.columns[name] for part in judged])


def _goals(judged: Sequence[Judged]) -> pd.Categorical:
    codes = np.repeat(np.arange(len(judged)), [len(part.cycles) for part in judged])
    return pd.Categorical.from_codes(codes, [part.goal for part in judged])


def _named(judged: Sequence[Judged], calendars: Mapping[str, BusinessCalendar]) -> dict[str, pd.Categorical]:
    """Return what each verdict rests on: its policy and calendar, with their versions."""
    policies = [policy for part in judged for policy in part.policies]
    offsets = np.cumsum([0, *(len(part.policies) for part in judged[:-1])])
    policy = np.concatenate(
        [part.columns["policy"] + offset for part, offset in zip(judged, offsets, strict=True)]
    )
    names = sorted({name for part in judged for name in part.calendars})
    calendar = np.concatenate([_renumbered(part, names) for part in judged])
    return {
        "target": _texts(policy, [getattr(p.target, "text", "") or str(p.target) for p in policies]),
        "policy": _texts(policy, [p.id for p in policies]),
        "policy_version": _texts(policy, [p.version for p in policies]),
        "calendar": _texts(calendar, names),
        "calendar_version": _texts(calendar, [calendars[name].version for name in names]),
    }


def _renumbered(part: Judged, names: Sequence[str]) -> Ints:
    table = np.array([*(names.index(name) for name in part.calendars), -1])
    return table[part.columns["calendar"]]


def _texts(codes: Ints, texts: Sequence[str]) -> pd.Categorical:
    """Return texts by number, equal ones as one category; -1 is blank."""
    distinct = list(dict.fromkeys(texts))
    table = np.array([*(distinct.index(text) for text in texts), -1])
    return pd.Categorical.from_codes(table[codes], distinct)
