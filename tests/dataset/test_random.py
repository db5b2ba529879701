"""Whatever is committed in whatever order: tables equal the journal, and the journal can undo everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetops.dataset import Store
from sheetops.dataset.verify import replay
from sheetops.model.record import Change, Op, Record

from .stories import CASES, RUN, add, agree, archive, commit, edit, restore

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
VALUES = {
    "status": TEXT,
    "order": st.integers(-(2**63), 2**63 - 1),
    "effort": st.floats(allow_nan=False, allow_infinity=False),
    "credit": st.integers(-(10**14), 10**14).map(lambda cents: Decimal(cents).scaleb(-2)),
    "due": st.dates(date(1, 1, 1), date(9999, 12, 31)),
    "opened": st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),
    "spent": st.timedeltas(timedelta(days=-9999), timedelta(days=9999)),
    "urgent": st.booleans(),
}
KEYS = ["a", "A", "é", "0"]
STEPS = st.tuples(
    st.sampled_from(KEYS),
    st.sampled_from(["add", "set", "agree", "archive", "restore"]),
    st.fixed_dictionaries({name: st.none() | some for name, some in VALUES.items()}),
    st.sampled_from(sorted(VALUES)),
)


def fitting(state: dict[str, Record], step: Any) -> Change | None:
    """Return the change that the step means for these records, or None where it makes no sense."""
    key, verb, new, field = step
    record = state.get(key)
    if record is None:
        return add(key, **new) if verb == "add" else None
    if record.archived:
        return restore(key) if verb == "restore" else None
    old = record.values[field]
    changes = {
        "set": edit(key, field, old, new[field]),
        "agree": agree(key, field, old),
        "archive": archive(key),
    }
    return changes.get(verb)


def after(state: dict[str, Record], change: Change) -> dict[str, Record]:
    """The plain model: what a change means for a dict of records."""
    record = state.get(change.key)
    blank: dict[str, Any] = dict.fromkeys(CASES.tables["cases"].by_name)
    if change.op is Op.ADD:
        return state | {change.key: Record(blank | change.new)}
    assert record is not None
    if change.op is Op.SET:
        return state | {change.key: Record({**record.values, str(change.field): change.new})}
    return state | {change.key: Record(record.values, change.op is Op.ARCHIVE)}


def undone(state: dict[str, Record], change: Change) -> dict[str, Record]:
    """The same backwards, from nothing but what the journal's entry says."""
    if change.op is Op.ADD:
        return {key: record for key, record in state.items() if key != change.key}
    if change.op is Op.SET:
        return after(state, edit(change.key, str(change.field), None, change.old))
    if change.op is Op.AGREE:
        return state
    return after(state, restore(change.key) if change.op is Op.ARCHIVE else archive(change.key))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(commits=st.lists(st.lists(STEPS, max_size=8), max_size=4))
def test_tables_equal_the_journal_forwards_and_backwards(new_url: Callable[[], str], commits: Any) -> None:
    with Store.open(new_url(), CASES, create=True) as store:
        store.apply_schema(RUN)
        state: dict[str, Record] = {}
        moments = [state]
        for steps in commits:
            changes = []
            for step in steps:
                if (change := fitting(state, step)) is not None:
                    changes.append(change)
                    state = after(state, change)
                    moments.append(state)
            commit(store, *changes)
            assert store.records("cases") == state
        entries = [entry for entry in store.entries() if entry.op is not Op.SCHEMA]
        with store._db.read() as conn:
            assert replay(entries, store._shapes.read(conn))["cases"] == state
        for entry, moment in zip(reversed(entries), reversed(moments[:-1]), strict=True):
            state = undone(state, entry)
            assert state == moment
        assert store.verify() == []
