"""Do reviewers decide alike? Overturn rates against peers on the same policy, and agreement where a case was reviewed twice.

Nobody is ranked, and nobody with few reviews is named: they are pooled, and the pool is shown only when it hides each of
them. A rate outside the funnel is a reason to talk about the policy, not a verdict on a person.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from scipy import special

from ...words import count as counted
from ..statistics import Floats, benjamini_hochberg, fisher, rate_prior, shrunk_rate, wilson

LEAST = 20
"""Reviews of a policy below which a reviewer is not named."""
HIDING = 3
"""Reviewers that a pool has at least: of two, each knows the other."""
OTHERS = "others (n too small)"
FALSE, FUNNEL = 0.05, 0.95
RATES = [
    "policy",
    "reviewer",
    "reviews",
    "overturned",
    "rate",
    "peers",
    "shrunk",
    "lower",
    "upper",
    "q_value",
    "verdict",
    "why",
]
AGREEMENT = ["cases", "reviews", "agreement", "lower", "upper", "alpha", "kappa", "why"]


def overturns(
    reviews: pd.DataFrame,
    *,
    reviewer: str,
    policy: str,
    overturned: str,
    least: int = LEAST,
    false: float = FALSE,
) -> pd.DataFrame:
    """Return one row for each policy and reviewer with at least `least` reviews of it, and one for the others together.

    `overturned` is true or false, missing where it was not checked (then the review does not count). Columns: reviews,
    overturned, rate, peers (the rate of all others on that policy), shrunk (beta-binomial posterior mean over that policy's
    reviewers), lower and upper (funnel: the exact binomial 95 % limits of a reviewer like the peers), q_value
    (Fisher's exact test against the peers, two-sided, Benjamini-Hochberg over all), verdict ("as peers", "more overturned than peers", "less
    overturned than peers", "not judged"), why. Sorted by policy and name, never by rate. Raise ValueError where a column is missing.
    """
    _need(reviews, reviewer, policy, overturned)
    known = reviews[[policy, reviewer, overturned]].dropna()
    truth = known[overturned].map(_truth)
    known, truth = known[truth.notna()], truth[truth.notna()].astype(float)
    by = [known[policy].astype(str), known[reviewer].astype(str)]
    cells = truth.groupby(by).agg(["size", "sum"])
    rows = [
        row
        for name, some in cells.groupby(level=0)
        for row in _policy_rows(str(name), some.droplevel(0), least)
    ]  # fmt: skip
    frame = pd.DataFrame(
        rows, columns=["policy", "reviewer", "reviews", "overturned", "peers", "rest", "shrunk", "reason"]
    )
    return _judged(frame, false)


def _need(frame: pd.DataFrame, *columns: str) -> None:
    if missing := [name for name in columns if name not in frame.columns]:
        raise ValueError(f"there is no column '{missing[0]}'; there is: {', '.join(map(str, frame.columns))}")


def _truth(value: Any) -> Any:
    """Return whether a value says yes; missing where it says neither."""
    said = str(value).strip().casefold()
    return (
        True
        if said in {"true", "1", "1.0", "yes"}
        else False
        if said in {"false", "0", "0.0", "no"}
        else None
    )


def _policy_rows(policy: str, cells: pd.DataFrame, least: int) -> list[dict[str, Any]]:
    """Return the rows of one policy: those who are named, then all others as one."""
    size, bad = cells["size"].to_numpy(float), cells["sum"].to_numpy(float)
    shrunk = shrunk_rate(bad, size, rate_prior(bad, size))
    rows = []
    for place in np.flatnonzero(size >= least):
        rest, rest_bad = size.sum() - size[place], bad.sum() - bad[place]
        enough = rest >= least
        rows.append(
            {
                "policy": policy, "reviewer": str(cells.index[place]), "reviews": int(size[place]), "overturned": int(bad[place]),
                "peers": rest_bad / rest if enough else np.nan, "rest": rest, "shrunk": shrunk[place],
                "reason": "" if enough else f"peers have {rest:.0f} of {least} reviews of {policy}",
            }
        )  # fmt: skip
    few = size < least
    if few.any():
        rows.append(_pool(policy, int(few.sum()), size[few].sum(), bad[few].sum(), least))
    return rows


def _pool(policy: str, people: int, size: float, bad: float, least: int) -> dict[str, Any]:
    shown = people >= HIDING and size >= least
    said = counted(people, "reviewer") + f" with fewer than {counted(least, 'review')} each"
    return {
        "policy": policy, "reviewer": OTHERS,
        "reviews": int(size) if shown else pd.NA, "overturned": int(bad) if shown else pd.NA,
        "peers": np.nan, "shrunk": np.nan, "reason": said,
    }  # fmt: skip


def _judged(frame: pd.DataFrame, false: float) -> pd.DataFrame:
    frame = frame.astype(
        {"reviews": "Int64", "overturned": "Int64", "peers": float, "rest": float, "shrunk": float}
    )
    size, bad = (frame[name].to_numpy(float, na_value=np.nan) for name in ("reviews", "overturned"))
    peers = frame["peers"].to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        frame["rate"] = bad / size
    frame["lower"], frame["upper"] = _funnel(size, peers)
    frame["q_value"] = benjamini_hochberg(_differs(bad, size, frame["rest"].to_numpy(float), peers))
    columns = (
        frame[name].tolist()
        for name in ("reviews", "overturned", "peers", "lower", "upper", "q_value", "reason")
    )
    said = [_verdict(row, false) for row in zip(*columns, strict=True)]
    frame["verdict"] = pd.Series([verdict for verdict, _ in said], index=frame.index, dtype=object)
    frame["why"] = pd.Series([why for _, why in said], index=frame.index, dtype=object)
    return frame[RATES]


def _differs(bad: Floats, size: Floats, rest: Floats, peers: Floats) -> Floats:
    """Return Fisher's exact two-sided p of a reviewer against the peers: what few peers say is uncertain too."""
    rest_bad = np.round(rest * peers)
    return fisher(bad, size - bad, rest_bad, rest - rest_bad).p_two


def _funnel(size: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """Return the smallest and largest rates that are usual in so many reviews: exact binomial quantiles (Spiegelhalter 2005)."""
    ends = []
    for quantile in ((1 - FUNNEL) / 2, (1 + FUNNEL) / 2):
        found = np.full(len(size), np.nan)
        for place in np.flatnonzero(~np.isnan(rate) & ~np.isnan(size)):
            counts = np.arange(size[place])
            below = special.betainc(size[place] - counts, counts + 1, 1 - rate[place])
            found[place] = np.searchsorted(below, quantile - 1e-12) / size[place]
        ends.append(found)
    return ends[0], ends[1]


def _verdict(row: tuple[Any, ...], false: float) -> tuple[str, str]:
    size, bad, peers, lower, upper, q, reason = row
    if pd.isna(size):
        return "not judged", f"not judged: {reason}; not shown, so that nobody is known by it"
    said = f"{bad:,} of {size:,} overturned ({100 * bad / size:.0f} %)"
    if reason:
        return "not judged", f"not judged: {reason} ({said})"
    said += f"; peers {100 * peers:.0f} %, {100 * lower:.0f}-{100 * upper:.0f} % is usual for so many"
    rate = bad / size
    if q <= false and not lower <= rate <= upper:
        return ("more" if rate > upper else "less") + " overturned than peers", f"{said} (q = {q:.2g})"
    return "as peers", said


# --- the same case reviewed twice -----------------------------------------------------------------


def agreement(
    reviews: pd.DataFrame,
    *,
    case: str,
    reviewer: str,
    label: str,
    policy: str | None = None,
    least: int = LEAST,
) -> pd.DataFrame:
    """Return for each policy (or for all together) how far reviewers of the same case agree; nobody is named.

    Columns: cases (reviewed at least twice), reviews (of these), agreement (share of the pairs of reviews of one case that agree, each
    case counting once) with its Wilson 95 % interval, alpha (Krippendorff's, nominal: 1 is agreement, 0 is chance), kappa
    (Cohen 1960; only where the same two people reviewed every case), why. Of two reviews of one case by one person the
    last counts. Fewer than `least` cases: not judged. Raise ValueError where a column is missing.
    """
    needed = [case, reviewer, label, *([policy] if policy else [])]
    _need(reviews, *needed)
    known = reviews[needed].dropna().astype(str)
    known = known.drop_duplicates([*([policy] if policy else []), case, reviewer], keep="last")
    groups = known.groupby(policy) if policy else [("all", known)]
    made = {str(name): _agreed(some, case, reviewer, label, least) for name, some in groups}
    frame = pd.DataFrame(
        made.values(), index=pd.Index(list(made), name=policy or "policy", dtype=object), columns=AGREEMENT
    )
    return frame.astype({name: "int64" if name in ("cases", "reviews") else float for name in AGREEMENT[:-1]})


def _agreed(some: pd.DataFrame, case: str, reviewer: str, label: str, least: int) -> tuple[Any, ...]:
    table = pd.crosstab(some[case], some[label]).to_numpy(float)
    twice = table[table.sum(axis=1) > 1]
    cases, total = len(twice), int(twice.sum()) if len(twice) else 0
    if cases < least:
        return (
            cases,
            total,
            *[np.nan] * 5,
            f"not judged: {cases} of {least} cases were reviewed by two people",
        )
    sizes = twice.sum(axis=1)
    each = (twice * (twice - 1)).sum(axis=1) / (sizes * (sizes - 1))
    share, interval = float(each.mean()), wilson(each.sum(), cases)
    alpha = krippendorff_alpha(twice)
    kappa = _kappa(some, case, reviewer, label)
    said = f"two reviews of one case agree in {100 * share:.0f} % ({100 * interval.lower:.0f}-{100 * interval.upper:.0f} %) of {cases:,}"
    by_chance = (
        "; all say the same, so that chance cannot be told from agreement"
        if np.isnan(alpha)
        else f"; alpha {alpha:.2f}"
    )
    return (cases, total, share, float(interval.lower), float(interval.upper), alpha, kappa, said + by_chance)


def krippendorff_alpha(table: Any) -> float:
    """Return Krippendorff's alpha for nominal labels (Krippendorff 2011) of a table cases x labels of how many said so.

    Cases with fewer than two reviews do not count. NaN where all reviews have the same label.
    """
    counts = np.asarray(table, float)
    counts = counts[counts.sum(axis=1) > 1]
    sizes = counts.sum(axis=1, keepdims=True)
    if not len(counts):
        return float("nan")
    apart = ((counts * (sizes - counts)) / (sizes - 1)).sum()
    totals, n = counts.sum(axis=0), counts.sum()
    chance = (totals * (n - totals)).sum() / (n - 1)
    return float(1 - apart / chance) if chance > 0 else float("nan")


def _kappa(some: pd.DataFrame, case: str, reviewer: str, label: str) -> float:
    people = sorted(some[reviewer].unique())
    if len(people) != 2:
        return float("nan")
    wide = some.pivot(index=case, columns=reviewer, values=label).dropna()
    return cohen_kappa(wide[people[0]].tolist(), wide[people[1]].tolist())


def cohen_kappa(one: list[str], other: list[str]) -> float:
    """Return Cohen's kappa of two reviewers' labels of the same cases (Cohen 1960); NaN where chance alone agrees always."""
    table = pd.crosstab(pd.Series(one, dtype=object), pd.Series(other, dtype=object))
    labels = sorted(set(one) | set(other))
    joint = table.reindex(index=labels, columns=labels, fill_value=0).to_numpy(float)
    if not joint.sum():
        return float("nan")
    joint = joint / joint.sum()
    chance = float(joint.sum(axis=0) @ joint.sum(axis=1))
    return float((np.trace(joint) - chance) / (1 - chance)) if chance < 1 - 1e-12 else float("nan")
