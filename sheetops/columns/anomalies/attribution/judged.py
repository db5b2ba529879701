"""What of a frame can be judged: its leaves, one row each, or the reason in words why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .cells import BLANK

_MOST_DIMENSIONS = 20
_MISSING, _NEGATIVE = 0.2, 0.001
_LARGEST = 1e100  # beyond, squares are infinite


def leaves(frame: pd.DataFrame, dimensions: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame | str:
    """Return one row for each combination of the dimensions, with the numbers added up; or why that cannot be.

    Rows that lack a number are left out, up to one in five, negative ones (a correction) up to one in a thousand; blank values of a dimension are one value, "(blank)".
    """
    if len(frame) == 0:
        return "there are no rows"
    if len(dimensions) > _MOST_DIMENSIONS:
        return f"{len(dimensions)} dimensions are more than {_MOST_DIMENSIONS}: every combination of them is looked at"
    frame = frame.reset_index(drop=True)
    counted = frame[list(numbers)].apply(pd.to_numeric, errors="coerce").astype(np.float64)
    missing = counted.isna().any(axis=1)
    if missing.mean() > _MISSING:
        return f"{int(missing.sum()):,} of {len(frame):,} rows have no number"
    kept = counted[~missing]
    if (kept.abs().to_numpy() > _LARGEST).any():
        return f"{int((kept.abs() > _LARGEST).any(axis=1).sum()):,} rows have an infinite number"
    negative = (kept < 0).any(axis=1)
    if negative.mean() > _NEGATIVE:
        return f"{int(negative.sum()):,} of {len(kept):,} rows have a negative number"
    kept = kept[~negative]
    keys = pd.DataFrame({name: _values(frame.loc[kept.index, name]) for name in dimensions})
    if all(keys[name].nunique() < 2 for name in dimensions):
        return f"each of {', '.join(dimensions)} has one value only, so there is nothing to compare"
    together: pd.DataFrame = pd.concat([keys, kept], axis=1)
    return together.groupby(list(dimensions), sort=False, observed=True)[list(numbers)].sum().reset_index()


def _values(column: pd.Series) -> pd.Series:
    """Return the column with blanks named, and with what cannot be compared as its text."""
    named = column.astype(object).where(column.notna(), BLANK)
    named = named.where(~named.map(_is_blank_text), BLANK)
    try:
        pd.factorize(named)
    except TypeError:
        named = named.map(str)
    return named


def _is_blank_text(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()
