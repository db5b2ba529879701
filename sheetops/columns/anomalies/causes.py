"""What explains an incident: which parts of the total moved, and what else changed then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .attribution import words
from .attribution.attribute import attribute
from .context import Incident as Window
from .context import hypotheses
from .incidents import Incident
from .known import COLUMNS, concerning
from .looking import Looked, Table
from .points import Series

_WEEKS, _FULL = 4, 5
_FEW, _FAR = 2, 4.0
"""Cells are compared with the same times of the last weeks; without them, with so many times as many points before."""
MOST = 4
"""So many causes, and so many changes, are told of in a record."""
_WEEK = pd.Timedelta(days=7)


def explained(
    one: Incident, looked: Looked, series: Series, judged: pd.DataFrame, judgeable: Table
) -> Incident:
    """Return an incident with what explains it, in words."""
    causes = explained_by(one, looked, series, judged, judgeable)
    named = [cause for cause in causes["cause"] if cause] if len(causes) else []
    also = also_changed(one, judgeable.spec.series, series.name, judgeable, named)
    return one.explained(_lines(causes["why"]) if len(causes) else "", also_words(also))


def also_words(found: pd.DataFrame) -> str:
    """Return what else changed, in words: the most likely first, each with its grade and class."""
    told = found[found["grade"].isin(("strong", "possible", "weak"))]
    return _lines(f"{row.grade} ({row.klass}): {row.why}" for row in told.rename(columns={"class": "klass"}).itertuples())  # fmt: skip


def _lines(said: Any) -> str:
    return "\n".join(list(said)[:MOST])


def explained_by(
    one: Incident, looked: Looked, series: Series, judged: pd.DataFrame, judgeable: Table
) -> pd.DataFrame:
    """Return which cells of the dimensions explain an incident, as `attribute` says it; empty without dimensions."""
    spec = judgeable.spec
    if not spec.dimensions:
        return pd.DataFrame(columns=["cause", "why"])
    flagged = judged["flag"].to_numpy(dtype=bool)
    places = np.arange(one.first, one.last + 1)
    during = series.times[places[flagged[places]]]
    before = baseline(series.times, during, flagged, one.first)
    rows = judgeable.rows
    for name, value in zip(spec.series, series.name, strict=True):
        rows = rows[rows[name] == value]
    numbers = [f"@{name}" for name in (looked.metric.over, looked.metric.per) if name]
    names = list(spec.dimensions)
    now = rows[rows["time"].isin(during)].groupby(names)[numbers].sum()
    past = rows[rows["time"].isin(before)]
    then = past.groupby(names)[numbers].sum() * (len(during) / max(len(before), 1))
    cells = now.join(then.add_suffix(" before"), how="outer").fillna(0.0).reset_index()
    if not looked.metric.per:
        cells[f"{numbers[0]} before"] *= _to_expected(one, float(cells[f"{numbers[0]} before"].sum()))
    of = numbers[1] if looked.metric.per else None
    found = attribute(
        cells, names, actual=numbers[0], expected=f"{numbers[0]} before", actual_of=of,
        expected_of=of and f"{of} before",
    )  # fmt: skip
    few = len(cells) <= _FEW and of is None and found["verdict"].iloc[0] == "no clear cause"
    return _by_own_past(cells, past, names, numbers[0], len(during)) if few else found


def _by_own_past(
    cells: pd.DataFrame, past: pd.DataFrame, names: list[str], number: str, points: int
) -> pd.DataFrame:
    """Return the one cell that moved, by what it usually does: two cells cannot say what is usual of each other."""
    spread = past.groupby([*names, "time"])[number].sum().groupby(names).std().rename("spread")
    told = cells.merge(spread.reset_index(), on=names, how="left")
    move = told[number] - told[f"{number} before"]
    usual = (told["spread"] * np.sqrt(points)).clip(lower=1e-12)
    moved = (move.abs() / usual > _FAR).fillna(False)
    if moved.sum() != 1 or not move.sum():
        return pd.DataFrame({"cause": [()], "why": ["no clear cause: no part of the total moved alone"]})
    row = told[moved].iloc[0]
    cause = tuple((name, str(row[name])) for name in names)
    why = words.cause(
        cause, float(row[number]), float(row[f"{number} before"]), None,
        float(move[moved].iloc[0] / move.sum()), rising=bool(move.sum() > 0),
    )  # fmt: skip
    return pd.DataFrame({"cause": [cause], "why": [why]})


def _to_expected(one: Incident, total: float) -> float:
    """Return the factor that makes the cells' past add up to what was expected of the total."""
    return one.expected / total if total > 0 and one.expected > 0 else 1.0


def baseline(
    times: pd.DatetimeIndex, during: pd.DatetimeIndex, flagged: np.ndarray[Any, Any], first: int
) -> pd.DatetimeIndex:
    """Return the times that an incident's are compared with: the same ones of the weeks before, where nothing was flagged."""
    usual = times[:first][~flagged[:first]]
    weeks = [during - week * _WEEK for week in range(1, _WEEKS + 1)]
    same = usual[usual.isin(weeks[0].append(weeks[1:]))]
    if len(same) >= 2 * len(during):
        return same
    return usual[-max(_FULL * len(during), 28) :]


def also_changed(
    one: Incident, names: Sequence[str], values: Sequence[str], judgeable: Table, causes: Sequence[Any]
) -> pd.DataFrame:
    """Return what else changed near an incident, graded, as `hypotheses` says it."""
    return changes(
        judgeable.events, names, values, Window(one.started, one.until if one.is_over else None, causes)
    )


def changes(
    events: pd.DataFrame, names: Sequence[str], values: Sequence[str], window: Window
) -> pd.DataFrame:
    """Return the events that concern a series as hypotheses about what happened to it in a window."""
    near = concerning(events, names, values)
    if not len(near):
        return pd.DataFrame(columns=["class", "event", "grade", "for", "against", "why"])
    of = dict(zip(near["kind"], near["class"], strict=True))
    limits = [name for name in near if name not in COLUMNS and name not in names]
    lasting = near.assign(end=near["end"].where(~near["open"].astype(bool)))
    return hypotheses(window, lasting[["kind", "name", "start", "end", *limits]], of)
