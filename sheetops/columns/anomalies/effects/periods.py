"""A table's records as counts before and after a measure: whole periods only, treated groups and those it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..counting import PERIODS, count_table, wall_clock
from .effect import Effect, effect

TREATED, AGAINST = "treated", "against"
MOST_UNITS = 200
"""Units beyond these, the smallest, are left out."""


@dataclass(frozen=True)
class BeforeAndAfter:
    """Counts of treated units and of others (None: none), a row for each whole period, and the first `at` rows before.

    `of` and `against_of` are what they are counts of (None: they are plain counts). `notes` say what is left out.
    """

    treated: pd.DataFrame
    of: pd.DataFrame | None
    against: pd.DataFrame | None
    against_of: pd.DataFrame | None
    at: int
    notes: tuple[str, ...]

    def effect(self, name: str) -> Effect:
        """Return what changed."""
        return effect(
            self.treated,
            self.at,
            of=self.of,
            comparison=self.against,
            comparison_of=self.against_of,
            name=name,
        )


def before_and_after(
    dates: pd.Series,
    sides: Sequence[str | None],
    units: Sequence[str],
    hits: Sequence[bool] | None,
    since: date,
    *,
    every: str,
    as_of: datetime,
    timezone: str,
) -> BeforeAndAfter:
    """Return the counts of records by period, side and unit.

    `dates`, `sides` (TREATED, AGAINST, None: not looked at), `units` and `hits` (counted are those that are true, of all;
    None: all are counted) have one entry for each record. Left out are the period in which the measure began in the middle,
    the one that is not over, the first one unless it is whole, and those after the last record of the table. Raises ValueError for a period that there is not.
    """
    said = {"side": list(sides), "unit": list(units), "hit": True if hits is None else list(hits)}
    frame = dates.reset_index(drop=True).to_frame("at").assign(**said)
    last = _day(frame["at"][frame["at"] <= _as(as_of, frame["at"], timezone)].max(), timezone)
    frame = frame[frame["side"].notna()]
    counted = count_table(
        frame, date="at", by=["side", "unit"], every=every, as_of=as_of, timezone=timezone, most=MOST_UNITS
    )
    all_of = counted.counts.iloc[:-1]
    kept, notes = _whole(all_of.index, since, every, _day(frame["at"].min(), timezone), last)
    all_of = all_of[kept]
    found = all_of
    if hits is not None:
        some = count_table(
            frame[frame["hit"]], date="at", by=["side", "unit"], every=every, as_of=as_of, timezone=timezone
        )
        found = some.counts.reindex(index=all_of.index, columns=all_of.columns, fill_value=0)
    sides_of = [None if hits is None else all_of, found]
    of, values = ([_side(one, side) for side in (TREATED, AGAINST)] for one in sides_of)
    at = int((all_of.index < pd.Timestamp(since)).sum())
    treated = values[0] if values[0] is not None else pd.DataFrame(index=all_of.index)
    return BeforeAndAfter(treated, of[0], values[1], of[1], at, (*counted.notes, *notes))


def _side(counts: pd.DataFrame | None, side: str) -> pd.DataFrame | None:
    if counts is None or side not in counts.columns.get_level_values(0):
        return None
    return counts[side]


def _as(as_of: datetime, dates: pd.Series, timezone: str) -> pd.Timestamp:
    """Return a moment that can be compared with the dates: aware where they are, else what the clock shows."""
    return (
        pd.Timestamp(as_of) if getattr(dates.dtype, "tz", None) is not None else wall_clock(as_of, timezone)
    )


def _day(moment: pd.Timestamp, timezone: str) -> pd.Timestamp | None:
    """Return the day of a record, by the clock; None where there is none."""
    return None if pd.isna(moment) else wall_clock(moment, timezone).normalize()


def _whole(
    index: pd.DatetimeIndex, since: date, every: str, first: pd.Timestamp | None, last: pd.Timestamp | None
) -> tuple[pd.Series, list[str]]:
    """Return which periods are kept, and what is said of the others. `last` is the last day with any record of the table."""
    began = pd.Timestamp(since).to_period(PERIODS[every]).start_time
    kept, notes = pd.Series(True, index=index), []
    if began < pd.Timestamp(since) and began in index:
        kept[began] = False
        notes.append(f"The {every} from {began:%Y-%m-%d} is left out: the measure began in it.")
    if len(index) and first is not None and first > index[0]:
        kept.iloc[0] = False
        notes.append(
            f"The {every} from {index[0]:%Y-%m-%d} is left out: the first record is of {first:%Y-%m-%d}."
        )
    if last is not None and (ended := index > last).any():
        kept[ended] = False
        notes.append(f"Nothing after {last:%Y-%m-%d} is counted: there are no records of any kind since.")
    return kept, notes
