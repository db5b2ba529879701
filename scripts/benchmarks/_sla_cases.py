"""Cases for the benchmark of the SLA columns: half a year of them, each paused three times, under four goals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from sheetops.columns.sla.policies import Policy, read_policies

BEGAN = 1_700_000_000
DAY = 86_400
AS_OF = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=BEGAN + 205 * DAY)
_STATES = np.array(["Waiting", "Open"] * 3 + ["Resolved"], dtype=object)


def policies() -> list[Policy]:
    """Return eight policies for four goals, all of which pause."""
    shared = {"start": "opened_at is filled", "pause": "status == 'Waiting'", "calendar": "uk"}
    rows: list[dict[str, Any]] = [
        {"goal": "acknowledgement", "target": "8h", "stop": "acknowledged_at is filled"},
        {"goal": "closing", "target": "60h", "stop": "status == 'Resolved'"},
    ]
    for priority, hours in (("P1", 4), ("P2", 8), ("P3", 16)):
        rows += [
            {
                "goal": "first_response",
                "priority": priority,
                "target": f"{hours}h",
                "stop": "first_response_at is filled",
            },
            {
                "goal": "resolution",
                "priority": priority,
                "target": f"{hours * 10}h",
                "stop": "status == 'Resolved'",
            },
        ]
    read, problems = read_policies(shared | row for row in rows)
    if problems:
        raise SystemExit(problems[0].message)
    return read


def cases(count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return records and their history, the same for the same count."""
    chance = np.random.default_rng(7)
    opened = BEGAN + chance.integers(0, 200 * DAY, count)
    at = opened[:, None] + np.cumsum(chance.integers(600, 2 * DAY, (count, len(_STATES))), axis=1)
    keys = np.array([f"CASE-{number:06d}" for number in range(count)], dtype=object)
    history = pd.DataFrame(
        {
            "key": np.repeat(keys, len(_STATES)),
            "field": "status",
            "old": np.tile(np.concatenate([["Open"], _STATES[:-1]]), count),
            "new": np.tile(_STATES, count),
            "recorded_at": _instants(at.ravel()),
            "seq": np.arange(at.size),
        }
    )
    responded = opened + chance.integers(60, DAY, count)
    records = pd.DataFrame(
        {
            "key": keys,
            "status": "Open",
            "priority": chance.choice(["P1", "P2", "P3"], count),
            "opened_at": _instants(opened),
            "first_response_at": _mostly(responded, chance),
            "acknowledged_at": _mostly(responded + 3600, chance),
        }
    )
    return records, history


def _mostly(seconds: Any, chance: np.random.Generator) -> Any:
    """Return instants of which a tenth is blank."""
    return pd.Series(_instants(seconds)).where(chance.random(len(seconds)) < 0.9)


def _instants(seconds: Any) -> Any:
    return pd.to_datetime(seconds, unit="s", utc=True).as_unit("us")


class Watched:
    """A calendar that says how long it was asked for: all other attributes are those of the calendar itself."""

    def __init__(self, calendar: Any, clock: Callable[[], float]) -> None:
        self._calendar, self._clock, self.seconds = calendar, clock, 0.0

    def seconds_between(self, starts: Any, ends: Any) -> Any:
        """Return open seconds, and note the time it took."""
        return self._timed(self._calendar.seconds_between, starts, ends)

    def due(self, starts: Any, goals: Any, boundary: str = "opening") -> Any:
        """Return due instants, and note the time it took."""
        return self._timed(self._calendar.due, starts, goals, boundary)

    def _timed(self, work: Callable[..., Any], *arguments: Any) -> Any:
        began = self._clock()
        answer = work(*arguments)
        self.seconds += self._clock() - began
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._calendar, name)
