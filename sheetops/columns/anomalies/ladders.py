"""How often a team's own history would be flagged, for each rate that it may choose: of signals, and of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..sets import Ask
from .calibration import RATES, calibrate_rates
from .count_columns import counts
from .counts import LADDER, false_alarm_rate, judge_counts
from .judging import detect
from .looking import signal_name, table
from .points import points

if TYPE_CHECKING:
    from .column_set import CountColumns, SignalColumns


@dataclass(frozen=True)
class Ladder:
    """What one signal, or one table of counts, would have flagged.

    `steps` has a row for each `choice` of the setting `setting` in the part `part` of sheetops.toml: `flags`, `judged` (points),
    `per_thousand` and `chosen`; signals have `episodes`. `series` has the same for each series (of signals, with the
    `threshold` now). `low` says by name why series are not judged.
    """

    name: str
    part: str
    setting: str
    steps: pd.DataFrame
    series: pd.DataFrame
    low: dict[str, str]


def signal_ladders(spec: SignalColumns, ask: Ask, rates: Sequence[float] = RATES) -> list[Ladder]:
    """Return the ladder of each metric of a table, from all that was said up to now."""
    judgeable, found = table(spec, spec.key, ask), []
    for metric in spec.metrics:
        signal, parts, low = signal_name(spec, metric), [], {}
        for one in points(spec, metric, judgeable.rows).series:
            settings = judgeable.settings(one, metric, signal)
            steps = calibrate_rates(one.times, one.values, rates=rates, **settings)
            parts.append(steps.rename(columns={"rate": "choice"}).assign(series=one.said))
            if not steps["judged"].iloc[0]:
                low[one.said] = str(detect(one.times, one.values, **settings)["why"].iloc[-1])
        series = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)
        found.append(
            Ladder(signal, f"signals.{spec.table}", "flags_per_1000", _together(series), series, low)
        )
    return found


_COLUMNS = ["choice", "threshold", "flags", "episodes", "judged", "per_thousand", "chosen", "series"]


def _together(series: pd.DataFrame) -> pd.DataFrame:
    """Return the sums over all series."""
    summed = series.groupby("choice", as_index=False, sort=True)[["flags", "episodes", "judged"]].sum()
    chosen = series.groupby("choice", sort=True)["chosen"].any().to_numpy(dtype=bool)
    judged = summed["judged"].where(summed["judged"] > 0)
    return summed.assign(per_thousand=1000 * summed["flags"] / judged, chosen=chosen)


def count_ladder(spec: CountColumns, ask: Ask) -> Ladder:
    """Return the ladder of a table of counts. What is flagged among many groups at once is less: see `fdr`."""
    wide = counts(spec, ask).counts
    alphas = sorted({*LADDER, spec.alpha})
    said: dict[str, Any] = {
        "every": spec.every,
        "method": spec.method,
        "as_of": ask.as_of,
        "timezone": spec.timezone,
    }
    rates = false_alarm_rate(wide, alphas=alphas, **said)
    steps = pd.DataFrame(
        {
            "choice": rates["alpha"], "flags": rates["high"] + rates["low"], "judged": rates["judged"],
            "per_thousand": rates["per_thousand"], "chosen": rates["alpha"] == spec.alpha,
        }
    )  # fmt: skip
    judged = judge_counts(wide, fdr=None, alpha=spec.alpha, **said)
    names = list(judged.columns[: list(judged.columns).index("period")])
    judged["series"] = judged[names].astype(str).agg(" · ".join, axis=1) if spec.by and len(judged) else "all"
    name = f"counts '{spec.name}' of {spec.table}"
    return Ladder(
        name, f"counts.{spec.name}", "alpha", steps, _each(judged, alphas, spec.alpha), _low(judged)
    )


def _each(judged: pd.DataFrame, alphas: Sequence[float], used: float) -> pd.DataFrame:
    """Return the steps of each series: a count is flagged where its two-sided p-value is no more than twice alpha."""
    known = judged[judged["p_value"].notna()]
    total = known.groupby("series", sort=True).size()
    parts = []
    for alpha in alphas:
        flags = (known["p_value"] <= 2 * alpha).groupby(known["series"], sort=True).sum()
        part = {
            "series": total.index,
            "choice": alpha,
            "flags": flags.to_numpy(dtype=int),
            "judged": total.to_numpy(),
        }
        parts.append(pd.DataFrame(part))
    steps = pd.concat(parts, ignore_index=True)
    return steps.assign(per_thousand=1000 * steps["flags"] / steps["judged"], chosen=steps["choice"] == used)


def _low(judged: pd.DataFrame) -> dict[str, str]:
    """Return why series are not judged at all, each with what is said of its last whole period."""
    whole = judged[~judged["why"].str.endswith("is not over")]
    last = whole.drop_duplicates("series", keep="last").set_index("series")
    never = judged.groupby("series")["p_value"].count() == 0
    return {str(name): str(last["why"].get(name, "not judged")) for name in never.index[never]}
