"""Repeat merchants, creators, reviewers: more cases in a window than their exposure makes usual, by exact Poisson limits.

Each is compared with all the others: the expected count is the others' rate times its own exposure (live sessions, orders,
reviews); without exposure, what the others have that have any, a Poisson count without its zeros (David and Johnson 1952).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
from scipy import special

from ...words import count as counted
from ..statistics import Floats, benjamini_hochberg, poisson_greater

LEAST, FALSE, USUAL = 3, 0.05, 0.975
"""Cases that make a repeat offender at least; false discovery rate; quantile up to which a count is usual."""
EXCESS = 1.5
"""Ratio to what is expected that a repeat offender has at least: among many cases a tenth more is certain, and nothing."""
FEWEST = 5
"""Others that are needed to say what is usual."""
COLUMNS = ["count", "exposure", "rate", "expected", "usual", "ratio", "p_value", "q_value", "repeat", "why"]


def repeats(
    cases: pd.DataFrame,
    by: str,
    date: str,
    *,
    as_of: Any,
    days: int = 90,
    exposure: pd.Series | pd.DataFrame | None = None,
    least: int = LEAST,
    false: float = FALSE,
    nouns: tuple[str, str] = ("case", "session"),
) -> pd.DataFrame:
    """Return one row for each of `by` with a case or exposure in the `days` up to `as_of`, in order of name.

    `exposure` is a series (name -> amount in the window), or a frame with the columns `by`, `date` and, unless each row
    is one, `amount`. Columns: count; exposure (NaN: none given); rate (cases per 100 of exposure); expected; usual (the
    largest usual count: the Poisson 97.5 % quantile); ratio (observed/expected); p_value (exact, one-sided),
    q_value (Benjamini-Hochberg over all that are judged); repeat (above usual, at least `least`, q <= `false`, ratio >= 1.5); why
    ("7 cases in 90 days over 41 sessions; 1.9 expected, up to 5 is usual (q = 0.003)", or "not judged: REASON").
    Cases after `as_of` do not count, so that an answer never changes later. Raise ValueError where a column is missing.
    """
    _need(cases, by, date)
    end = _instant(as_of)
    counts = _in_window(cases, by, date, end, days).groupby(level=0).size()
    amounts = None if exposure is None else _exposures(exposure, by, date, end, days)
    names = sorted(set(counts.index) | set(() if amounts is None else amounts.index))
    observed = counts.reindex(names, fill_value=0).to_numpy(float)
    spent = np.full(len(names), np.nan) if amounts is None else amounts.reindex(names).to_numpy(float)
    reasons = _reasons(observed, spent, amounts is not None, least)
    expected = np.full(len(names), np.nan)
    judged = np.array([not reason for reason in reasons], bool)
    compare = _expected_by_exposure if amounts is not None else _expected_by_share
    expected[judged] = compare(observed[judged], spent[judged])
    p = _p_values(observed, expected, truncated=amounts is None)
    q = benjamini_hochberg(p)
    usual = _usual(expected, truncated=amounts is None)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = expected / -np.expm1(-expected) if amounts is None else expected
        rate = 100 * observed / spent
        ratio = observed / mean
        flag = (observed > usual) & (observed >= least) & (q <= false) & (ratio >= EXCESS)
    why = [
        _why(numbers, days, nouns)
        for numbers in zip(reasons, observed, spent, mean, usual, q, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(
        {
            "count": observed.astype("int64"), "exposure": spent, "rate": rate, "expected": mean, "usual": usual, "ratio": ratio,
            "p_value": p, "q_value": q, "repeat": flag, "why": why,
        },
        index=pd.Index(names, name=by, dtype=object),
    )  # fmt: skip


def repeat_numbers(cases: pd.DataFrame, by: str, date: str, *, days: int = 90) -> pd.Series:
    """Return for each case how many of the same name there were in the `days` up to it, itself included.

    Missing where the name or the date is. Of cases at the same instant each counts the others that stand above it.
    """
    _need(cases, by, date)
    instants = _instants(cases[date])
    names = cases[by].astype(object)
    known = np.flatnonzero(names.notna().to_numpy() & ~np.isnat(instants))
    codes = pd.factorize(names.iloc[known].astype(str))[0].astype(np.int64)
    order = np.lexsort((known, instants[known], codes))
    sorted_codes, ticks = codes[order], instants[known][order].astype("datetime64[s]").astype(np.int64)
    span = np.int64(ticks.max() - ticks.min() + days * 86_400 + 2) if len(ticks) else np.int64(1)
    place = sorted_codes * span + (ticks - (ticks.min() if len(ticks) else 0))
    first = np.maximum(
        np.searchsorted(place, place - days * 86_400, side="right"),
        np.searchsorted(sorted_codes, sorted_codes),
    )
    numbers = np.full(len(cases), np.nan)
    numbers[known[order]] = np.arange(len(order)) - first + 1
    return pd.Series(pd.array(numbers, dtype="Float64"), index=cases.index, name="repeat_number").astype(
        "Int64"
    )


def _need(frame: pd.DataFrame, *columns: str) -> None:
    if missing := [name for name in columns if name not in frame.columns]:
        raise ValueError(f"there is no column '{missing[0]}'; there is: {', '.join(map(str, frame.columns))}")


def _instant(value: Any) -> np.datetime64:
    instant: np.datetime64 = _instants(pd.Series([value], dtype=object))[0]
    if np.isnat(instant):
        raise ValueError(f"as_of is a date or time, not {value!r}")
    return instant


def _instants(dates: pd.Series) -> Any:
    """Return dates as UTC instants, NaT where there is none or it cannot be read."""
    read = pd.to_datetime(dates.astype(object), utc=True, errors="coerce", format="mixed")
    return read.dt.tz_localize(None).to_numpy("datetime64[us]")


def _in_window(frame: pd.DataFrame, by: str, date: str, end: np.datetime64, days: int) -> pd.DataFrame:
    """Return the rows of the window (end - days, end], by name."""
    instants = _instants(frame[date])
    inside = (instants <= end) & (instants > end - np.timedelta64(days, "D")) & frame[by].notna().to_numpy()
    kept = frame[inside]
    return kept.set_axis(kept[by].astype(str))


def _exposures(exposure: Any, by: str, date: str, end: np.datetime64, days: int) -> pd.Series:
    """Return the exposure of each name in the window; a wrong amount makes the name's sum wrong, not the others'."""
    if isinstance(exposure, pd.DataFrame):
        _need(exposure, by, date)
        kept = _in_window(exposure, by, date, end, days)
        amounts = kept["amount"] if "amount" in kept.columns else pd.Series(1.0, index=kept.index)
    else:
        kept = exposure[exposure.index.notna()]
        amounts = kept.set_axis(kept.index.astype(str))
    numbers = pd.to_numeric(amounts, errors="coerce").astype(float)
    wrong = ~(numbers >= 0) | ~np.isfinite(numbers)
    summed = numbers.where(~wrong, np.nan).groupby(level=0).sum(min_count=1)
    return summed.mask(wrong.groupby(level=0).any())


def _reasons(observed: Floats, spent: Floats, with_exposure: bool, least: int) -> list[str]:
    """Return why each is not judged; nothing where it is."""
    with np.errstate(invalid="ignore"):
        usable = spent > 0 if with_exposure else observed > 0
    others = int(usable.sum()) - usable
    reasons = []
    for good, amount, rest in zip(usable.tolist(), spent.tolist(), others.tolist(), strict=True):
        if with_exposure and not good:
            unknown = (
                "its exposure is missing, negative or infinite"
                if amount != amount
                else "no exposure in the window"
            )
            reasons.append(unknown)
        else:
            reasons.append("" if rest >= FEWEST else f"{rest} others to compare with, {FEWEST} are needed")
    return reasons


def _expected_by_exposure(observed: Floats, spent: Floats) -> Floats:
    """Return the others' rate times each one's own exposure; half a case is added to what others have, so that none is not never."""
    others: Floats = (observed.sum() - observed + 0.5) / np.maximum(spent.sum() - spent, 1e-12)
    return others * spent


def _expected_by_share(observed: Floats, spent: Floats) -> Floats:
    """Return the Poisson mean whose counts without zeros have the others' mean (Newton's method on m = x / (1 - exp(-x)))."""
    mean = (observed.sum() - observed) / np.maximum(len(observed) - 1, 1)
    mean = np.maximum(mean, 1.0 + 0.5 / np.maximum(len(observed) - 1, 1))
    found: Floats = np.maximum(2 * (mean - 1), 1e-3)
    for _ in range(60):
        kept = -np.expm1(-found)
        slope = (kept - found * np.exp(-found)) / kept**2
        found = np.maximum(found - (found / kept - mean) / np.maximum(slope, 1e-9), 1e-6)
    return found


def _p_values(observed: Floats, expected: Floats, *, truncated: bool) -> Floats:
    p: Floats = poisson_greater(observed, expected)
    if not truncated:
        return p
    with np.errstate(invalid="ignore", divide="ignore"):
        given: Floats = np.minimum(p / -np.expm1(-expected), 1.0)  # it is known to have one
    return given


def _usual(expected: Floats, *, truncated: bool) -> Floats:
    """Return the largest count that is still usual."""
    quantile = np.full(expected.shape, USUAL)
    if truncated:
        quantile = 1 - (1 - USUAL) * -np.expm1(-expected)
    with np.errstate(invalid="ignore"):
        found = np.ceil(special.pdtrik(quantile, expected) - 1e-9)
        low = np.maximum(np.nan_to_num(found) - 1, 0)  # pdtrik is continuous: the step below may be enough
        enough = special.pdtr(low, expected) >= quantile
    usual: Floats = np.where(np.isnan(expected), np.nan, np.where(enough, low, np.nan_to_num(found)))
    return usual


def _why(numbers: tuple[Any, ...], days: int, nouns: tuple[str, str]) -> str:
    reason, count, spent, expected, usual, q = numbers
    over = f" over {counted(round(spent), nouns[1])}" if np.isfinite(spent) else ""
    said = f"{counted(round(count), nouns[0])} in {counted(days, 'day')}{over}"
    if reason:
        return f"not judged: {reason} ({said})"
    rarely = f" (q = {q:.2g})" if count > usual else ""
    return f"{said}; {expected:.1f} expected, up to {usual:,.0f} is usual{rarely}"
