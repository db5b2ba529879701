"""A series as a picture: its values, what was usual, what was flagged, and the known events it ran through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

Kind = Literal["png", "xlsx"]
KINDS: tuple[Kind, ...] = ("png", "xlsx")
"""A picture, or a workbook with the numbers and a chart of Excel's own."""

COLUMNS = ("time", "value", "expected", "lower", "upper", "anomaly", "why")
FLAGS = ("high", "low", "watch")


@dataclass(frozen=True)
class ChartWords:
    """What stands beside the picture. `values` names the number with its unit, `timezone` is the clock that times are shown on."""

    title: str
    values: str
    timezone: str = "UTC"

    @property
    def times(self) -> str:
        """The label of the axis of time."""
        return f"time ({self.timezone})"


def series_chart(
    points: pd.DataFrame, words: ChartWords, events: pd.DataFrame | None = None, kind: Kind = "png"
) -> bytes:
    """Return the chart of a series as the bytes of a file: the same bytes for the same points.

    `points` has a row for each point, in time: `time` (aware), `value`, `expected`, `lower` and `upper` (NaN where nothing
    is known), `anomaly` (none, watch, low, high) and `why`. `events` has `name`, `start` and `end` (aware). It can be read
    in black and white. Raises ValueError where a column is missing or there is no value to show.
    """
    if missing := [name for name in COLUMNS if name not in points.columns]:
        raise ValueError(f"points have no column '{missing[0]}'; they need {', '.join(COLUMNS)}")
    if not points["value"].notna().any():
        raise ValueError("there is no value to show")
    shown = points.reset_index(drop=True)
    during = events_during(shown, events)
    if kind == "xlsx":
        from .series_workbook import workbook

        return workbook(shown, words, during)
    from .series_png import png

    return png(shown, words, during)


def events_during(points: pd.DataFrame, events: pd.DataFrame | None) -> pd.DataFrame:
    """Return the events that touch the time that is shown, each cut to it, first ones first."""
    import pandas as pd

    first, last = points["time"].iloc[0], points["time"].iloc[-1]
    if events is None or not len(events):
        return pd.DataFrame({"name": [], "start": [], "end": []})
    touching = events[(events["start"] <= last) & (events["end"] >= first)]
    return pd.DataFrame(
        {
            "name": touching["name"].astype(str),
            "start": touching["start"].clip(lower=first),
            "end": touching["end"].clip(upper=last),
        }
    ).sort_values(["start", "name"], kind="stable", ignore_index=True)
