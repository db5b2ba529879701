"""The columns of cases and the table of patterns that a tracker shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .identity import Known, Named, name_all, pairs_of, read_pairs, read_sketch, sketch, sketch_text
from .period import Period, column_of, read_period
from .recommending import Found, recommend
from .risk import ELEVATED, HIGH, overall, risk_table
from .scenarios import Scenario, scenarios_of
from .settings import Settings
from .why import attributes_text, label, sentence

CASE_COLUMNS = ("pattern_id", "pattern", "pattern_size", "pattern_trend", "pattern_risk", "why")
"""The columns of each case; empty for a case in no pattern."""

TABLE_COLUMNS = (
    "id", "pattern", "attributes", "n", "expected", "ratio", "lower", "upper", "q", "basis", "trend", "risk",
    "state", "status", "first_seen", "last_seen", "related", "recommendation_type", "recommendation", "for",
    "why", "members",
)  # fmt: skip
"""The columns of the table of patterns; those of each outcome (`{outcome}_rate` ...) come after them."""

OUTCOME_COLUMNS = ("yes", "decided", "rate", "lower", "upper", "shrunk", "risk_ratio", "level")

CURRENT, GONE = "current", "gone"
PROPOSED, DISMISSED = "proposed", "dismissed"


class PatternColumns(NamedTuple):
    """`cases`: the key as index and CASE_COLUMNS. `patterns`: a row for each pattern, those that are gone last.

    `notes` are sentences about what was left out, "not judged: REASON" where nothing could be.
    """

    cases: pd.DataFrame
    patterns: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Pattern:
    """A scenario with its name and all that the table says of it."""

    scenario: Scenario
    named: Named
    status: str
    risk: str
    row: Mapping[str, Any]


def pattern_columns(
    frame: pd.DataFrame,
    *,
    key: str,
    attributes: Sequence[str],
    date: str,
    as_of: datetime | pd.Timestamp,
    window: int | float | str | timedelta,
    outcomes: Sequence[str] = (),
    earlier: pd.DataFrame | None = None,
    settings: Settings | None = None,
    templates: Sequence[Mapping[str, Any]] | None = None,
) -> PatternColumns:
    """Return what the patterns of a window say of each case, and the patterns as a table with stable ids.

    `outcomes` are columns of true, false or nothing (see `risk.decided`): an outcome's name is the word for it. `earlier`
    is the table as it was last returned, with the `status` that people gave (accepted, dismissed): patterns keep their
    ids, dismissed ones stay so and mark no case, those that are no longer found are kept as "gone". A case in several
    patterns is marked with the one of the most attributes, then the strongest. `templates` are recommendations as in
    recommendations.toml. Raise ValueError where `key` is no column.
    """
    settings = settings or Settings()
    keys = column_of(frame, key)
    if keys is None:
        raise ValueError(f"there is no column {key!r} with the cases' keys")
    period = read_period(frame, attributes, as_of, date, window, settings)
    past = _past(earlier)
    if isinstance(period, str):
        return PatternColumns(_cases(keys, []), _table([], past, outcomes), (f"not judged: {period}",))
    found = scenarios_of(period, settings)
    told = {name: column for name in outcomes if (column := column_of(frame, name)) is not None}
    notes = [
        *period.notes,
        *(f"There is no column {name!r}: no such rate" for name in outcomes if name not in told),
    ]
    patterns = _patterns(found, period, keys, told, past, pd.Timestamp(as_of), templates)
    return PatternColumns(_cases(keys, patterns), _table(patterns, past, outcomes), tuple(notes))


def _past(earlier: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return the rows of the earlier table that have an id, what is missing as None."""
    if earlier is None or "id" not in earlier.columns:
        return []
    rows = earlier.astype(object).where(earlier.notna(), None).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows if row["id"]]


def _patterns(
    found: Sequence[Scenario], period: Period, keys: pd.Series, outcomes: Mapping[str, pd.Series],
    past: Sequence[Mapping[str, Any]], as_of: pd.Timestamp, templates: Sequence[Mapping[str, Any]] | None,
) -> list[_Pattern]:  # fmt: skip
    sketches = [sketch(keys.iloc[one.rows]) for one in found]
    now = [Known("", pairs_of(one.attributes), kept) for one, kept in zip(found, sketches, strict=True)]
    before = [
        Known(str(row["id"]), read_pairs(row.get("attributes")), read_sketch(row.get("members")))
        for row in past
    ]
    names, known = name_all(now, before), {str(row["id"]): row for row in past}
    risks = risk_table({one.id: one.rows for one in found}, outcomes, np.flatnonzero(period.now))
    by_scenario = dict(list(risks.groupby("scenario", sort=False)))
    patterns = []
    for one, named, kept in zip(found, names, sketches, strict=True):
        mine, old = by_scenario.get(one.id, risks.head(0)), known.get(named.id, {})
        status, level = str(old.get("status") or PROPOSED), overall(mine["level"].tolist())
        row = _numbers(one, period.days, mine) | _advice(one, period.days, mine, templates) | {
            "id": named.id, "risk": level, "state": CURRENT, "status": status, "related": _related(named),
            "first_seen": old.get("first_seen") or as_of, "last_seen": as_of, "members": sketch_text(kept),
        }  # fmt: skip
        patterns.append(_Pattern(one, named, status, level, row))
    return patterns


def _numbers(one: Scenario, days: float, risks: pd.DataFrame) -> dict[str, Any]:
    said = label(one.attributes)
    rates = [row["said"] for row in risks.to_dict("records") if row["level"] in (HIGH, ELEVATED)]
    first = [row["said"] for row in risks.to_dict("records") if row["decided"]][:1]
    numbers: dict[str, Any] = {
        "pattern": said, "attributes": attributes_text(one.attributes), "n": one.n, "expected": one.expected,
        "ratio": one.ratio, "lower": one.lower, "upper": one.upper, "q": one.q_value, "basis": one.basis,
        "trend": one.trend, "why": sentence(said, one.n, days, one.expected, one.q_value, rates or first),
    }  # fmt: skip
    for row in risks.to_dict("records"):
        numbers |= {f"{row['outcome']}_{name}": row[name] for name in OUTCOME_COLUMNS}
    return numbers


def _advice(
    one: Scenario, days: float, risks: pd.DataFrame, templates: Sequence[Mapping[str, Any]] | None
) -> dict[str, Any]:
    rows = risks.to_dict("records")
    levels = {row["outcome"]: row["level"] for row in rows}
    rates = {row["outcome"]: row["said"] for row in rows}
    found = Found(label(one.attributes), one.attributes, one.trend, one.n, days, one.expected, levels, rates)
    advice = recommend(found, templates)
    if advice is None:
        return {}
    return {"recommendation_type": advice.type, "recommendation": advice.say, "for": advice.owner}


def _related(named: Named) -> str:
    parts = [f"split from {named.split_from}"] if named.split_from else []
    return "; ".join(parts + ([f"took in {', '.join(named.merged)}"] if named.merged else []))


def _cases(keys: pd.Series, patterns: Sequence[_Pattern]) -> pd.DataFrame:
    columns = {name: np.full(len(keys), None, object) for name in CASE_COLUMNS}
    shown = [one for one in patterns if one.status != DISMISSED]
    for one in sorted(shown, key=_least_telling_first):
        said = (
            one.named.id, one.row["pattern"], one.scenario.n, one.scenario.trend, one.risk, f"{one.named.id} {one.row['why']}",
        )  # fmt: skip
        for name, value in zip(CASE_COLUMNS, said, strict=True):
            columns[name][one.scenario.rows] = value
    cases = pd.DataFrame(columns, index=pd.Index(keys, name="key"))
    return cases.astype({"pattern_size": "Int64"})


def _least_telling_first(one: _Pattern) -> tuple[int, float, str]:
    return len(one.scenario.attributes), one.scenario.strength, one.named.id


def _table(
    patterns: Sequence[_Pattern], past: Sequence[Mapping[str, Any]], outcomes: Sequence[str]
) -> pd.DataFrame:
    here = {one.named.id for one in patterns}
    gone = [{**row, "state": GONE} for row in past if str(row["id"]) not in here]
    columns = [*TABLE_COLUMNS, *(f"{outcome}_{name}" for outcome in outcomes for name in OUTCOME_COLUMNS)]
    return pd.DataFrame([*(one.row for one in patterns), *gone], columns=columns)
