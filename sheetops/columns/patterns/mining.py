"""The scenarios of a period as a table: what recurs more often than it should."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .period import column_of, read_period
from .scenarios import Scenario, scenarios_of
from .settings import Settings
from .why import label, sentence

COLUMNS = (
    "id", "pattern", "attributes", "depth", "n", "expected", "ratio", "lower", "upper", "shrunk",
    "p_value", "q_value", "basis", "trend", "before", "why",
)  # fmt: skip
"""The columns of `mine`'s answer; `members` comes last where it is asked for."""


def mine(
    frame: pd.DataFrame,
    attributes: Sequence[str],
    *,
    as_of: datetime | pd.Timestamp,
    date: str,
    window: int | float | str | timedelta | pd.Timedelta,
    q: float = 0.05,
    max_depth: int = 5,
    min_count: int = 5,
    most: int = 30,
    history: int = 6,
    key: str | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Return the combinations of attribute values that recur more often than they should, one row for each.

    `frame` has a row for each case; `attributes` are names of its columns, `date` the one that says when a case was.
    Counted are cases in the `window` (days, or a length of time) that ends at `as_of`, and compared with up to
    `history` windows before; later cases never matter. Two comparisons are made of every combination of two to
    `max_depth` attributes with `min_count` cases: with independence (the attributes' own frequencies, and those of
    pairs that hang together as a whole), and with the previous period (scaled to totals and single values). At most
    `most` scenarios are returned, new and rising ones first; each is judged given all others, so that they say
    different things. `q` is the share of false ones that is put up with (weighted Benjamini-Hochberg: Genovese,
    Roeder and Wasserman 2006; the family is every combination that could have been).

    Columns: `id` (of the values alone), `pattern` in words, `attributes` (a dict), `depth`, `n` observed, `expected`,
    `ratio` of both with its exact 95 % interval `lower` and `upper`, `shrunk` ratio, `p_value`, `q_value`, `basis`
    ("independence" or "previous period"), `trend` (new, rising, falling, chronic, steady; "no history"), `before`
    (cases in the windows before), `why`; with `members`, a tuple of its cases' keys (`key`'s column, else the index).

    What cannot be judged gives no rows; `.attrs["notes"]` says in sentences what was left out, and why. Raise
    ValueError for settings that mean nothing.
    """
    settings = Settings(q=q, max_depth=max_depth, min_count=min_count, most=most, history=history)
    period = read_period(frame, attributes, as_of, date, window, settings)
    if isinstance(period, str):
        return _table([], [f"not judged: {period}"], 0.0, None)
    keys = _keys(frame, key) if members else None
    return _table(scenarios_of(period, settings), list(period.notes), period.days, keys)


def _keys(frame: pd.DataFrame, key: str | None) -> pd.Series:
    column = column_of(frame, key) if key else None
    return frame.index.to_series() if column is None else column


def _table(found: Sequence[Scenario], notes: list[str], days: float, keys: pd.Series | None) -> pd.DataFrame:
    rows = [_row(one, days) for one in found]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(_TYPES)
    if keys is not None:
        table["members"] = pd.Series([tuple(keys.iloc[one.rows]) for one in found], dtype=object)
    table.attrs["notes"] = notes
    return table


def _row(one: Scenario, days: float) -> dict[str, Any]:
    said = label(one.attributes)
    return {
        "id": one.id, "pattern": said, "attributes": dict(one.attributes), "depth": len(one.attributes),
        "n": one.n, "expected": one.expected, "ratio": one.ratio, "lower": one.lower, "upper": one.upper,
        "shrunk": one.shrunk, "p_value": one.p_value, "q_value": one.q_value, "basis": one.basis,
        "trend": one.trend, "before": one.before, "why": sentence(said, one.n, days, one.expected, one.q_value),
    }  # fmt: skip


_NUMBERS = ("expected", "ratio", "lower", "upper", "shrunk", "p_value", "q_value")
_TYPES = dict.fromkeys(_NUMBERS, "float64") | dict.fromkeys(("depth", "n", "before"), "int64")
