"""Scenarios as columns of the cases and as the table of patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain, plain_rows
from ..days import day_end, moments, today, until
from ..making import figures
from ..sets import Answer, Ask
from .columns import PatternColumns, pattern_columns
from .made import REPEATED, outcome_prefix, outcomes
from .settings import Settings
from .spec import Outcome

if TYPE_CHECKING:
    from .column_set import PatternSets

_TABLE = {
    "pattern": "pattern", "attributes": "attributes", "state": "state", "size": "n", "expected": "expected",
    "ratio": "ratio", "lower": "lower", "upper": "upper", "q": "q", "basis": "basis", "trend": "trend", "risk": "risk",
    "first_seen": "first_seen", "last_seen": "last_seen", "related": "related", "recommendation": "recommendation",
    "recommended_to": "for", "why": "why", "members": "members",
}  # fmt: skip
"""The table's fields, and what the statistics call them."""
_OUTCOME = ("yes", "decided", "rate", "lower", "upper", "level")
_NUMBERS = ("expected", "ratio", "lower", "upper", "q")
_DATES = ("first_seen", "last_seen")


def answer(spec: PatternSets, ask: Ask) -> Answer:
    """Return the columns of each case and the records of the table of patterns."""
    found, times = _found(spec, ask)
    cases = found.cases.rename(columns={"why": "pattern_why"})
    end = day_end(ask.as_of, spec.timezone)
    notes = [f"Patterns of {spec.table}: {note}." for note in found.notes if note.startswith("not judged")]
    notes += _unreasoned(ask.kept[spec.patterns], spec.patterns)
    rows = {spec.patterns: _records(spec, found.patterns)}
    return Answer(cases, until(times, ask.as_of, end), notes, rows=rows)


def _found(spec: PatternSets, ask: Ask) -> tuple[PatternColumns, pd.Series]:
    """Return what is found in the cases that were there at the time, with the times of all of them."""
    times = moments(ask.records[spec.date], spec.timezone)
    here = ~(times > ask.as_of).fillna(False)
    cases = ask.records[[spec.key, *spec.attributes]].assign(_at=times)[here]
    told = {name: column[here] for name, column in _outcomes(spec, ask.records).items()}
    end = pd.Timestamp(day_end(ask.as_of, spec.timezone)) - pd.Timedelta(microseconds=1)
    found = pattern_columns(
        cases.assign(**told), key=spec.key, attributes=spec.attributes, date="_at", as_of=end, window=spec.window,
        outcomes=tuple(told), earlier=_earlier(ask.kept[spec.patterns]), settings=Settings(q=spec.fdr, most=spec.most),
    )  # fmt: skip
    day = today(ask.as_of, spec.timezone)
    table = found.patterns.assign(
        **{name: [_day(one, end, day) for one in found.patterns[name]] for name in _DATES}
    )
    return found._replace(patterns=table), times


def _day(said: Any, end: pd.Timestamp, day: Any) -> Any:
    """Return a date; the time that was asked about is the day it is."""
    if isinstance(said, pd.Timestamp):
        return day if said == end else said.date()
    return said


def _earlier(kept: pd.DataFrame) -> pd.DataFrame:
    """Return the records of the table as the statistics call their fields. One that people archived is as good as dismissed."""
    names = {field: name for field, name in _TABLE.items() if field in kept}
    table = kept.rename(columns=names).rename(columns={"pattern_id": "id"})
    status = plain(kept["status"]).where(~kept["archived"], "dismissed")
    return table.assign(status=status)


def _outcomes(spec: PatternSets, records: pd.DataFrame) -> dict[str, pd.Series]:
    """Return for each outcome whether a case came to it; None where it could not, or nobody knows yet."""
    rows = plain_rows(records[list(spec.outcome_fields)]) if spec.outcomes else []
    told = {one.name: pd.Series([_came(one, row) for row in rows], index=records.index, dtype=object) for one in spec.outcomes}  # fmt: skip
    if spec.repeats:
        flags = [plain(records[f"{name}_repeat"]) for name in spec.repeats if f"{name}_repeat" in records]
        together = pd.concat(flags, axis=1) if flags else pd.DataFrame(index=records.index)
        known = together.notna().any(axis=1)
        told[REPEATED] = (together == True).any(axis=1).astype(object).where(known, None)  # noqa: E712
    return told


def _came(outcome: Outcome, row: Mapping[str, Any]) -> bool | None:
    if outcome.of is not None and not outcome.of.matches(row):
        return None
    if outcome.of is None and outcome.when.text.strip() in row and row[outcome.when.text.strip()] is None:
        return None  # a yes/no field that is blank
    return outcome.when.matches(row)


def _records(spec: PatternSets, patterns: pd.DataFrame) -> pd.DataFrame:
    """Return the table of patterns as records: numbers to four figures, so that they change when something did."""
    table = {field: patterns[name] for field, name in _TABLE.items()}
    for outcome in outcomes(spec):
        prefix = outcome_prefix(outcome)
        for name in _OUTCOME:
            column = f"{outcome}_{name}"
            if column in patterns:
                table[f"{prefix}_{name}"] = patterns[column]
    rows = pd.DataFrame(table).set_axis(patterns["id"])
    rates = [name for name in rows if name.endswith(("_rate", "_lower", "_upper"))]
    for name in (*_NUMBERS, *rates):
        rows[name] = [figures(one) for one in rows[name]]
    for name in [name for name in rows if name == "risk" or name.endswith("_level")]:
        rows[name] = [one or None for one in plain(rows[name])]
    return rows


def _unreasoned(kept: pd.DataFrame, table: str) -> list[str]:
    lost = kept[(kept["status"] == "dismissed").fillna(False) & kept["reason"].isna() & ~kept["archived"]]
    return [f"{key} is dismissed without a reason: say it in the column 'reason' of {table}." for key in lost["pattern_id"]]  # fmt: skip


def explain(spec: PatternSets, ask: Ask, key: str) -> Sequence[str]:
    """Say how a case came to its pattern, or how a pattern came about."""
    found, _ = _found(spec, ask)
    table = found.patterns.set_index("id")
    if key in table.index:
        return _pattern_lines(spec, table.loc[key], key)
    if key not in found.cases.index:
        return []
    number = plain(found.cases["pattern_id"])[key]
    if number is None:
        notes = [f"  {note}" for note in found.notes]
        return [f"{key} is in no pattern of the last {spec.window} days: {len(table):,} are known.", *notes]
    return [
        f"{key} is in {number}, of {len(table):,} patterns.",
        *_pattern_lines(spec, table.loc[number], number),
    ]


def _pattern_lines(spec: PatternSets, row: pd.Series, key: str) -> list[str]:
    lines = [f"{key}: {row['why']}", f"  what its cases have in common: {row['attributes']}"]
    if row["state"] == "gone":
        return [*lines, f"  It is gone: last found on {row['last_seen']}."]
    lines += [
        f"  found {row['n']:,} in {spec.window} days, expected {row['expected']:.3g} ({row['basis']}): {row['ratio']:.3g} times as many ({row['lower']:.3g}-{row['upper']:.3g}, exact 95 % interval)",
        f"  among patterns as sure as this, {row['q']:.2g} are false (q, Benjamini-Hochberg)",
        f"  trend: {row['trend']}; risk: {row['risk'] or 'not judged'}",
    ]
    for outcome in outcomes(spec):
        if row.get(f"{outcome}_decided"):
            rate = (
                f"{row[f'{outcome}_rate']:.0%} ({row[f'{outcome}_lower']:.0%}-{row[f'{outcome}_upper']:.0%})"
            )
            lines.append(
                f"  {outcome}: {row[f'{outcome}_yes']:,} of {row[f'{outcome}_decided']:,}, {rate}; {row[f'{outcome}_level'] or 'not judged'}"
            )
    if row["recommendation"]:
        lines.append(f"  what usually helps ({row['for']}): {row['recommendation']}")
    return lines
