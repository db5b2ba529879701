"""From records and their history to one timeline per case.

Three sources tell what happened: the change history (journal or imported), columns of times in the
current record (`resolved_at` says when, however late it was typed), and the record's other columns,
which hold for as long as the history says nothing else. Shuffling the history, or receiving it in
parts, changes nothing: the timeline is a function of the set of changes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .findings import ERROR, Finding, finding
from .history import History, read_history
from .instants import is_times
from .moments import Happened, happenings
from .settings import Settings
from .timeline import Bools, Coded, Codes, Ints, Timeline
from .triggers import filled


@dataclass(frozen=True)
class Watch:
    """Which columns a timeline needs: those compared, those whose value is a moment, and of those, the
    ones of which every value counts (a merchant's messages) and not only the last (a correction)."""

    states: frozenset[str] = frozenset()
    moments: frozenset[str] = frozenset()
    each: frozenset[str] = frozenset()


def build_timeline(
    records: pd.DataFrame,
    history: pd.DataFrame | None,
    watch: Watch,
    settings: Settings,
    instants: Collection[int] = (),
) -> tuple[Timeline, list[Finding]]:
    """Return the timeline of every record, in the records' order, and what is wrong with the times.

    `instants` are Unix seconds at which every case that has begun gets a row, such as the day a policy changed.
    """
    keys, found = _keys(records, settings)
    records = records[~records[settings.key].duplicated(keep="last")] if found else records
    past = read_history(history, keys, settings.timezone)
    moments, states = _split(records, past, watch)
    happened: dict[str, Happened] = {}
    for name in sorted(moments):
        column = records.get(name)
        happened[name], more = happenings(
            name, column, past, keys, settings.timezone, each=name in watch.each
        )
        found += more
    plain = np.isin(past.name, [past.names[name] for name in states if name in past.names])
    case = np.concatenate([past.case[plain], *(part.case for part in happened.values())])
    at = np.concatenate([past.at[plain], *(part.at for part in happened.values())])
    rows = _Rows.of(case, at, instants, len(keys))
    fields, hits = _fields(records, past, plain, states, happened, rows)
    for name in watch.moments - moments:
        fields[filled(name)], hits[name] = _filled_states(fields[name], rows.timeline_first)
    return (
        Timeline(keys.to_numpy(object), rows.case.astype(np.int32), rows.at, fields, hits),
        found + past.findings + _without_start(keys, rows.case),
    )


def _keys(records: pd.DataFrame, settings: Settings) -> tuple[pd.Index, list[Finding]]:
    keys = pd.Index(records[settings.key])
    twice = keys.duplicated(keep="last")
    if not twice.any():
        return keys, []
    message = "keys stand in several records; the last of each was taken"
    return keys[~twice], [finding(ERROR, "duplicate key", message, keys[twice])]


def _split(records: pd.DataFrame, past: History, watch: Watch) -> tuple[set[str], set[str]]:
    """Tell the columns of times from those that merely are filled or not."""
    moments = {name for name in watch.moments if _holds_times(name, records, past)}
    states = set(watch.states) | (set(watch.moments) - moments)
    return moments, states


def _holds_times(name: str, records: pd.DataFrame, past: History) -> bool:
    if name in records and is_times(records[name]):
        return True
    told = past.new.iloc[past.of(name)].dropna()
    sample = told.iloc[0] if len(told) else None
    if sample is None and name in records:
        said = records[name].dropna()
        sample = said.iloc[0] if len(said) else None
    return isinstance(sample, date)


@dataclass(frozen=True)
class _Rows:
    """The distinct (case, second) of all events in order, and for each event its row."""

    case: Ints
    at: Ints
    row_of: Ints

    @classmethod
    def of(cls, case: Ints, at: Ints, instants: Collection[int], cases: int) -> _Rows:
        """Sort events by case and time; at each instant add a row to every case that began before it."""
        if not len(at):
            return cls(case, at, np.zeros(0, np.int64))
        low = min(int(at.min()), *instants) if instants else int(at.min())
        span = (max(int(at.max()), *instants) if instants else int(at.max())) - low + 1
        mixed = case * span + (at - low)
        order = np.argsort(mixed, kind="stable")
        ordered = mixed[order]
        new = np.concatenate(([True], ordered[1:] != ordered[:-1]))
        row_of = np.empty(len(mixed), np.int64)
        row_of[order] = np.cumsum(new) - 1
        rows = ordered[new]
        if len(instants):
            rows, row_of = _with_instants(rows, row_of, span, low, instants, cases)
        row_case, offset = np.divmod(rows, span)
        return cls(row_case, offset + low, row_of)

    @property
    def timeline_first(self) -> Bools:
        return (
            np.concatenate(([True], self.case[1:] != self.case[:-1])) if len(self.case) else np.zeros(0, bool)
        )


def _with_instants(
    rows: Ints, row_of: Ints, span: int, low: int, instants: Collection[int], cases: int
) -> tuple[Ints, Ints]:
    row_case, offset = np.divmod(rows, span)
    begins = np.full(cases, np.iinfo(np.int64).max)
    first = np.concatenate(([True], row_case[1:] != row_case[:-1]))
    begins[row_case[first]] = offset[first]
    extra = [np.flatnonzero(begins < instant - low) * span + (instant - low) for instant in instants]
    merged = np.union1d(rows, np.concatenate(extra))
    moved: Ints = np.searchsorted(merged, rows)
    return merged, moved[row_of]


def _fields(
    records: pd.DataFrame,
    past: History,
    plain: Bools,
    states: set[str],
    happened: dict[str, Happened],
    rows: _Rows,
) -> tuple[dict[str, Coded], dict[str, Bools]]:
    count = int(plain.sum())
    row_of: Ints = np.full(len(past.case), -1)
    row_of[plain] = rows.row_of[:count]
    first = rows.timeline_first
    fields: dict[str, Coded] = {}
    for name in sorted(states):
        fields[name] = _state(name, records, past, row_of, rows.case, first)
    hits: dict[str, Bools] = {}
    for name, part in happened.items():
        mine = rows.row_of[count : count + len(part.case)]
        count += len(part.case)
        codes: Codes = np.full(len(rows.case), -1, np.int32)
        codes[mine[~part.clear]] = 1
        codes[mine[part.clear]] = 0
        initial = np.zeros(len(records), np.int32)
        fields[filled(name)] = Coded(_forward(codes, initial, rows.case, first), (None, True))
        hits[name] = np.zeros(len(rows.case), bool)
        hits[name][mine[~part.clear]] = True
    return fields, hits


def _state(name: str, records: pd.DataFrame, past: History, row_of: Ints, case: Ints, first: Bools) -> Coded:
    """Return a field along the timeline: what the history says, else what the record says."""
    vocabulary: dict[Any, int] = {None: 0}
    mine = past.of(name)
    column = records[name] if name in records else pd.Series([None] * len(records), dtype=object)
    initial = _encode(column, vocabulary)
    new = _encode(past.new.iloc[mine], vocabulary)
    began = _first_of_case(past.case[mine], row_of[mine])
    before = new[began].copy()
    if past.old is not None:
        said = _encode(past.old.iloc[mine[began]], vocabulary)
        born = past.added[mine[began]]
        before = np.where(born, before, said)
    initial[past.case[mine[began]]] = before
    codes = np.full(len(case), -1, np.int32)
    codes[row_of[mine]] = new
    return Coded(_forward(codes, initial, case, first), tuple(vocabulary))


def _first_of_case(case: Ints, row: Ints) -> Ints:
    """Return the index of the earliest change of each case; of equals the first known. Rows are in case order."""
    order = np.argsort(row, kind="stable")
    ordered = case[order]
    return order[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(order) else order


def _encode(column: pd.Series, vocabulary: dict[Any, int]) -> Codes:
    """Return the column's values as numbers in `vocabulary`, which grows; blanks are 0."""
    codes, distinct = pd.factorize(column)
    table = np.zeros(len(distinct) + 1, np.int32)
    for n, value in enumerate(distinct.tolist() if hasattr(distinct, "tolist") else list(distinct)):
        table[n] = 0 if _blank(value) else vocabulary.setdefault(value, len(vocabulary))
    return table[codes]


def _blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _forward(codes: Codes, initial: Codes, case: Ints, first: Bools) -> Codes:
    """Fill codes forward from the last row that has one (not -1), from `initial` at each case's first."""
    empty = first & (codes < 0)
    codes[empty] = initial[case[empty]]
    last = np.where(codes >= 0, np.arange(len(codes)), 0)
    return codes[np.maximum.accumulate(last)] if len(codes) else codes


def _filled_states(field: Coded, first: Bools) -> tuple[Coded, Bools]:
    """Return whether a column that holds no times is filled, and at which rows it was filled anew."""
    changed = first.copy()
    changed[1:] |= field.codes[1:] != field.codes[:-1]
    codes = (field.codes > 0).astype(np.int32)
    return Coded(codes, (None, True)), changed & (codes > 0)


def _without_start(keys: pd.Index, case: Ints) -> list[Finding]:
    seen = np.zeros(len(keys), bool)
    seen[case] = True
    if seen.all():
        return []
    message = (
        "cases have neither a history nor a time in any column that the policies name; they are not judged"
    )
    return [finding(ERROR, "missing start", message, keys[~seen])]
