"""What another set of policies would change, and which target the past would have kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .calendar import BusinessCalendar
from .columns import current
from .compute import compute
from .policies import Policy
from .settings import Settings
from .targets import Kind, Target


@dataclass(frozen=True)
class WhatIf:
    """`flips`: a row per case and goal whose state or due time would change, before and after.

    `counts`: by goal, state before and state after, the number of cases. `cases` is how many were compared.
    """

    flips: pd.DataFrame
    counts: pd.DataFrame
    cases: int

    def lines(self, examples: int = 3) -> list[str]:
        """Return the outcome as sentences, each with a few keys."""
        said = []
        for row in self.counts.itertuples(index=False):
            mine = self.flips[
                (self.flips["goal"] == row.goal)
                & (self.flips["before"] == row.before)
                & (self.flips["after"] == row.after)
            ]
            keys = ", ".join(map(str, mine["key"].head(examples)))
            change = (
                f"{row.before} -> {row.after}"
                if row.before != row.after
                else f"stay {row.before}, due time moves"
            )
            said.append(
                f"{row.goal}: {row.cases:,} {'case' if row.cases == 1 else 'cases'} {change} ({keys})"
            )
        return said or ["No state and no due time would change."]


def what_if(
    records: pd.DataFrame,
    history: pd.DataFrame | None,
    before: Sequence[Policy],
    after: Sequence[Policy],
    calendars: Mapping[str, BusinessCalendar],
    as_of: datetime,
    settings: Settings,
) -> WhatIf:
    """Return what changes when the policies `after` replace those `before`; arguments as of `compute`."""
    sides = [compute(records, history, rows, calendars, as_of, settings).verdicts for rows in (before, after)]
    return compare(*sides)


def compare(before: pd.DataFrame, after: pd.DataFrame) -> WhatIf:
    """Return in which current cycles two tables of verdicts differ. No verdict is "-"."""
    both = _short(before).add_suffix("_before").join(_short(after).add_suffix("_after"), how="outer")
    states = [both[f"state_{side}"].fillna("-") for side in ("before", "after")]
    dues = [both[f"due_{side}"] for side in ("before", "after")]
    moved = (dues[0] != dues[1]) & ~(dues[0].isna() & dues[1].isna())
    flips = pd.DataFrame(
        {"before": states[0], "after": states[1], "due_before": dues[0], "due_after": dues[1]}
    )
    flips = flips[(states[0] != states[1]) | moved].reset_index()
    counts = flips.groupby(["goal", "before", "after"]).size().rename("cases").reset_index()
    return WhatIf(flips, counts.sort_values("cases", ascending=False, ignore_index=True), len(both))


def _short(verdicts: pd.DataFrame) -> pd.DataFrame:
    now = current(verdicts)
    index = pd.MultiIndex.from_arrays(
        [now["key"].astype(object), now["goal"].astype(object)], names=["key", "goal"]
    )
    return pd.DataFrame(
        {"state": now["state"].astype(object).to_numpy(), "due": now["due"].array}, index=index
    )


def propose_target(verdicts: pd.DataFrame, goal: str, percentile: float = 90.0) -> pd.DataFrame:
    """Return, for each policy of a goal and for all, the target that `percentile` % of the past would have kept.

    Only finished cycles tell: `finished` of them, while `open` ones are not in the figure and may be the slow
    ones. `kept` is the share that kept the target they had; `proposed` is rounded up to what people write.
    Percentiles are of elapsed open time, so they suit hour targets; `seconds` is the exact one.
    """
    mine = verdicts[verdicts["goal"] == goal]
    groups = [(name, mine[mine["policy"] == name]) for name in mine["policy"].dropna().unique()]
    rows = [_proposed(name, part, percentile) for name, part in [*groups, ("(all)", mine)]]
    return pd.DataFrame(rows, columns=["policy", "target", "finished", "open", "kept", "proposed", "seconds"])


def _proposed(name: str, part: pd.DataFrame, percentile: float) -> tuple[object, ...]:
    finished = part[part["state"].isin(["met", "met late"])]
    waiting = int(part["state"].isin(["on track", "at risk", "breached", "paused"]).sum())
    targets = part["target"].dropna().unique()
    target = targets[0] if len(targets) == 1 else ""
    if finished.empty:
        return name, target, 0, waiting, np.nan, "", 0
    elapsed = finished["elapsed"].dt.total_seconds().to_numpy()
    exact = int(np.percentile(elapsed, percentile, method="higher"))
    kept = float((finished["state"] == "met").mean())
    return name, target, len(finished), waiting, kept, str(Target(Kind.ELAPSED, _rounded(exact))), exact


def _rounded(seconds: int) -> int:
    """Round up to a quarter of an hour, from four hours on to hours, from a day on to four hours."""
    step = 900 if seconds <= 4 * 3600 else 3600 if seconds <= 24 * 3600 else 4 * 3600
    return max(step, ceil(seconds / step) * step)
