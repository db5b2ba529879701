"""When columns of times say that something happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .findings import Finding
from .history import History
from .instants import NEVER, seconds_of
from .timeline import Bools, Ints


@dataclass(frozen=True)
class Happened:
    """Moments of one column: the case, the Unix second, and whether the cell was emptied then."""

    case: Ints
    at: Ints
    clear: Bools


def happenings(
    name: str, column: pd.Series | None, past: History, keys: Any, timezone: str, *, each: bool
) -> tuple[Happened, list[Finding]]:
    """Return what a column of times tells, from its history and its current value.

    A value that replaces another is a correction: the newer one tells the moment. A value typed after
    the cell was emptied is another occasion (reopened, resolved again). With `each` every value is one.
    """
    mine = past.of(name)
    mine = mine[np.argsort(past.case[mine], kind="stable")]
    case, emptied_at = past.case[mine], past.at[mine]
    at, known, found = seconds_of(past.new.iloc[mine], timezone, name, np.asarray(keys)[case])
    if column is not None:
        now, now_known, more = seconds_of(column, timezone, name, np.asarray(keys))
        found += more
        case, at, known, emptied_at = _with_record(case, at, known, emptied_at, now, now_known)
    keep = known | _after_a_value(case, known)
    if not each:
        replaced = np.zeros(len(case), bool)
        replaced[:-1] = known[:-1] & (known[1:] | (emptied_at[1:] == NEVER)) & (case[1:] == case[:-1])
        keep &= ~replaced
    keep &= known | (emptied_at != NEVER)
    case, at, known, emptied_at = case[keep], at[keep], known[keep], emptied_at[keep]
    return Happened(case, np.where(known, at, emptied_at), ~known), found


def _after_a_value(case: Ints, known: Bools) -> Bools:
    """Return which blanks follow a value of their case: they empty the cell."""
    after = np.zeros(len(case), bool)
    after[1:] = ~known[1:] & known[:-1] & (case[1:] == case[:-1])
    return after


def _with_record(
    case: Ints, at: Ints, known: Bools, emptied_at: Ints, now: Ints, now_known: Bools
) -> tuple[Ints, Ints, Bools, Ints]:
    """Add the record's own value behind its history, where the history does not end with it.

    A record that is blank while its history ends with a value takes that value back, with no moment
    (`emptied_at` NEVER): nothing says when.
    """
    final = np.full(len(now), NEVER)
    final[case] = np.where(known, at, NEVER)  # of several the last is taken, and they are in order
    differs = np.flatnonzero(np.where(now_known, now, NEVER) != final)
    merged = np.concatenate([case, differs])
    order = np.argsort(merged, kind="stable")
    return (
        merged[order],
        np.concatenate([at, now[differs]])[order],
        np.concatenate([known, now_known[differs]])[order],
        np.concatenate([emptied_at, np.full(len(differs), NEVER)])[order],
    )
