"""Invented histories for Hypothesis: what happened to a few cases, in whole minutes of May 2026."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from hypothesis import strategies as st

STATUSES = ("Open", "Waiting", "Blocked", "Resolved", "Escalated")
FIRST = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """What is known of the cases now, and how it came about."""

    records: list[dict[str, Any]]
    history: pd.DataFrame


@st.composite
def histories(draw: Any, cases: int = 3, most: int = 8) -> Story:
    """Draw up to `cases` cases, each with some changes of status and team, no two of a cell at one moment."""
    rows: list[tuple[Any, ...]] = []
    now: list[dict[str, Any]] = []
    for key in (f"C{n}" for n in range(1, draw(st.integers(1, cases)) + 1)):
        record: dict[str, Any] = {"key": key, "status": None, "team": None}
        moments = draw(st.lists(st.integers(0, 27 * 24 * 60), min_size=1, max_size=most, unique=True))
        for minute in sorted(moments):
            field = (
                "status" if record["status"] is None else draw(st.sampled_from(["status", "status", "team"]))
            )
            words = STATUSES if field == "status" else ("London", "Manila")
            new = draw(st.sampled_from([word for word in words if word != record[field]]))
            rows.append((key, field, record[field], new, FIRST + timedelta(minutes=minute)))
            record[field] = new
        now.append(record)
    return Story(now, frame(rows))


def frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return rows of (key, field, old, new, recorded_at) as a history."""
    history = pd.DataFrame(rows, columns=["key", "field", "old", "new", "recorded_at"])
    history = history.astype({"old": object, "new": object})
    history["recorded_at"] = pd.DatetimeIndex(history["recorded_at"]).as_unit("us")
    return history
