"""How a count, or an incident of one, came to what it says, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain_rows
from ..sets import Ask
from .count_columns import counts, judge, signal_name
from .incident_words import incident_lines

if TYPE_CHECKING:
    from .column_set import CountColumns


def explain(spec: CountColumns, ask: Ask, key: str) -> Sequence[str]:
    """Say how a count, or an incident of one, came to what it says."""
    kept = ask.kept[spec.name]
    record = next((one for one in plain_rows(kept[kept["count_id"] == key])), None) if len(kept) else None
    if record is None:
        return _incident_lines(spec, ask, key)
    at, fields = pd.Timestamp(record["period"]), [field.name for field in spec.fields]
    counted = counts(spec, ask)
    judged = judge(spec, counted, ask.as_of)
    series = " · ".join(str(record[name]) for name in fields) or "all"
    mine = judged[(judged["series"] == series)].set_index("period")
    if at not in mine.index:
        return [
            f"{key}: {record['number']} in the {spec.every} of {at.date()}, too long ago to be judged again."
        ]
    row = mine.loc[at]
    lines = [f"{key}: {series}, {spec.every} of {at.date()}: {row['count']:,.0f} records of {spec.table}."]
    if row["why"]:
        lines.append(f"  {row['why']}")
    if not str(row["why"]).startswith("not judged"):
        many = len(judged[judged["period"] == at])
        lines += [
            f"  expected {row['expected']:.4g}; {row['lower']:.4g} to {row['upper']:.4g} is usual",
            f"  each side of it is exceeded by chance in {spec.alpha:.3g} of all {spec.every}s",
            f"  judged by: {row['method']}; p = {row['p_value']:.2g} (two-sided)",
            f"  q = {row['q_value']:.2g} among the {many:,} series of the {spec.every}: flagged up to {spec.fdr:g}",
        ]
    before = mine.loc[mine.index < at, "count"].tail(12)
    if len(before):
        lines.append(
            f"  the {len(before)} before it: {', '.join('?' if pd.isna(n) else f'{n:,.0f}' for n in before)}"
        )
    return lines


def _incident_lines(spec: CountColumns, ask: Ask, key: str) -> list[str]:
    kept = ask.kept[spec.incidents]
    mine = kept[(kept["incident"] == key) & (kept["signal"] == signal_name(spec))] if len(kept) else kept
    return incident_lines(plain_rows(mine)[0]) if len(mine) else []
