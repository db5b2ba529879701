"""Frames as plain values: a missing one is None, whatever pandas calls it in a column of that type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]


def plain(column: pd.Series) -> pd.Series:
    """Return a column of Python objects in which what is missing is None."""
    return column.astype(object).where(column.notna(), None)


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by column name, what is missing as None."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]
