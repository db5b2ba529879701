"""Who comes up more often than is usual, as columns of the cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain
from ..days import day_end, moments, until
from ..sets import Answer, Ask
from .offenders import repeat_numbers, repeats

if TYPE_CHECKING:
    from .column_set import PatternSets
    from .spec import Exposure


def answer(spec: PatternSets, ask: Ask) -> Answer:
    """Return for each case how often the one it names came up before, and whether that is more than is usual now."""
    cases, times = _cases(spec, ask)
    columns = {}
    for name in spec.repeats:
        known = _judged(spec, ask, cases, name)
        said = plain(cases[name]).astype(object)
        columns[f"{name}_repeats"] = repeat_numbers(cases, name, "_at", days=spec.repeat_days)
        columns[f"{name}_repeat"] = said.map(known["repeat"].to_dict())
        columns[f"{name}_repeat_why"] = said.map(known["why"].to_dict())
    return Answer(
        pd.DataFrame(columns, index=cases.index), until(times, ask.as_of, day_end(ask.as_of, spec.timezone))
    )


def _cases(spec: PatternSets, ask: Ask) -> tuple[pd.DataFrame, pd.Series]:
    """Return the cases that were there at the time, and the times of all."""
    times = moments(ask.records[spec.date], spec.timezone)
    cases = (
        ask.records[list(spec.repeats)]
        .assign(_at=times)
        .set_axis(pd.Index(ask.records[spec.key].astype(object)))
    )
    return cases[~(times > ask.as_of).fillna(False).to_numpy()], times


def _judged(spec: PatternSets, ask: Ask, cases: pd.DataFrame, name: str) -> pd.DataFrame:
    end = pd.Timestamp(day_end(ask.as_of, spec.timezone)) - pd.Timedelta(microseconds=1)
    given = next((one for one in spec.exposure if one.name == name), None)
    if given is None:
        return repeats(cases, name, "_at", as_of=end, days=spec.repeat_days)
    spent = _exposure(spec, given, name, ask)
    return repeats(
        cases, name, "_at", as_of=end, days=spec.repeat_days, exposure=spent, nouns=("case", given.noun)
    )


def _exposure(spec: PatternSets, given: Exposure, name: str, ask: Ask) -> pd.Series | pd.DataFrame:
    """Return what each had to do with: for all of the window, or row by row with its date."""
    rows = ask.records if given.table == spec.table else ask.tables[given.table]
    amounts = pd.to_numeric(rows[given.amount], errors="coerce").astype(float)
    names = plain(rows[given.by])
    if not given.date:
        return amounts.set_axis(pd.Index(names, dtype=object))
    return pd.DataFrame({name: names, "_at": moments(rows[given.date], spec.timezone), "amount": amounts})


def explain(spec: PatternSets, ask: Ask, key: str) -> Sequence[str]:
    """Say how often those whom a case names came up, and what would be usual."""
    cases, _ = _cases(spec, ask)
    if key not in cases.index:
        return []
    lines = []
    for name in spec.repeats:
        who = plain(cases[name])[key]
        known = _judged(spec, ask, cases, name)
        if who is not None and who in known.index:
            lines.append(f"{name.replace('_', ' ')} {who}: {known.loc[who, 'why']}")
    return lines
