"""What is known to have happened, from the dataset's own tables: campaigns, holidays, releases, policies, outages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..days import is_bare, moments
from .spec import EventSpec

COLUMNS = ("kind", "name", "start", "end", "open", "class", "expected", "source")


def known_events(
    specs: Sequence[EventSpec], tables: Mapping[str, pd.DataFrame], as_of: Any, timezone: str
) -> pd.DataFrame:
    """Return all events that had begun at `as_of`, one row each: kind, name, start, end (UTC), open, class, expected, source,
    and the fields that they match by.

    One of a whole day ends with that day; one without an end is an instant, or the day it stands on, and `open`: what it
    brought may have gone on.
    """
    found = [_read(one, tables[one.table], timezone) for one in specs if one.table in tables]
    if not found:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
    events = pd.concat(found, ignore_index=True)
    return events[events["start"].notna() & (events["start"] <= pd.Timestamp(as_of))].reset_index(drop=True)


def _read(spec: EventSpec, table: pd.DataFrame, timezone: str) -> pd.DataFrame:
    start = moments(table[spec.start], timezone)
    end = moments(table[spec.end], timezone) if spec.end else start
    whole_days = is_bare(table[spec.end or spec.start])
    no_end = end.isna() if spec.end else pd.Series(True, index=table.index)
    end = end.fillna(start) + (pd.Timedelta(days=1) if whole_days else pd.Timedelta(0))
    name = (
        table[spec.name].astype(object)
        if spec.name
        else pd.Series(spec.kind, index=table.index, dtype=object)
    )
    said = {
        "kind": spec.kind, "name": name.where(name.notna(), spec.kind), "start": start, "end": end, "open": no_end, "class": spec.of,
        "expected": spec.expected, "source": spec.table,
    }  # fmt: skip
    said.update(
        {field: table[field].astype(object).where(table[field].notna(), None) for field in spec.match}
    )
    return pd.DataFrame(said, index=table.index)


def concerning(events: pd.DataFrame, names: Sequence[str], values: Sequence[str]) -> pd.DataFrame:
    """Return the events that concern a series, given its fields and their values: an event's blank concerns all."""
    concerned = pd.Series(True, index=events.index)
    for name, value in zip(names, values, strict=True):
        if name in events:
            concerned &= events[name].isna() | (events[name].astype("string") == value).fillna(False)
    return events[concerned]
