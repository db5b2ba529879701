"""From what was read to a plan: one pure function."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .absorb import absorb
from .combine import combine
from .findings import Findings
from .guards import GuardTrip, Tally, judge
from .inputs import PlanInputs, Standing
from .plan import Plan
from .push import push


def make_plan(
    inputs: PlanInputs,
    *,
    verb: str = "sync",
    trips: Sequence[GuardTrip] = (),
    identities: Mapping[str, str] | None = None,
    busy: Sequence[str] = (),
    schema_changes: Sequence[str] = (),
) -> Plan:
    """Return everything a run would do, as data. Reads nothing, writes nothing, knows no clock.

    `trips` are guards found while reading (a header or stamp gone); those a person allowed are dropped.
    """
    findings = _absorb_all(inputs)
    together = combine(inputs, findings)
    if inputs.columns is not None:
        computed, notes = inputs.columns(together.after, together.changes)
        for change in computed:
            together.apply(change)
        together.notes.extend(notes)
    trackers = [push(found, together) for found in findings]
    found_trips = [trip for found in findings for trip in judge(tally(found), inputs.schema.guards)]
    stamps = [side.stamp_trip for side in inputs.trackers if side.stamp_trip is not None]
    guards = _not_allowed((*trips, *stamps, *found_trips), inputs.allow)
    return Plan(
        verb, inputs.dataset.seq, tuple(together.changes), tuple(trackers), guards,
        dict(identities or {}), tuple(busy), tuple(schema_changes), tuple(together.notes),
    )  # fmt: skip


def _absorb_all(inputs: PlanInputs) -> list[Findings]:
    """Merge every tracker for itself. Only the new keys they give are shared, so that no two give the same."""
    spoken_for: dict[str, set[str]] = {}
    for side in inputs.trackers:
        spoken_for.setdefault(side.table.name, set()).update(side.tab.rows, side.tab.twice, side.state.rows)
    by_id = {
        side.id: absorb(side, inputs.dataset, spoken_for[side.table.name])
        for side in sorted(inputs.trackers, key=lambda side: side.id)  # the config's order does not matter
    }
    return [by_id[side.id] for side in inputs.trackers]


def _not_allowed(trips: Sequence[GuardTrip], allow: Collection[str]) -> tuple[GuardTrip, ...]:
    return tuple(trip for trip in trips if trip.override is None or trip.override not in allow)


def tally(found: Findings) -> Tally:
    """Return the numbers the guards judge. Decided changes and first syncs are nobody's accident."""
    side = found.side
    headers = {c.field: c.header for c in side.spec.columns}
    edits = [(key, name) for (key, name), take in found.takes.items() if not take.decided]
    edits = [place for place in edits if place[0] not in found.adds]
    if side.standing is Standing.NEW:
        edits = []
    by_column: dict[str, int] = {}
    for _, name in edits:
        by_column[headers[name]] = by_column.get(headers[name], 0) + 1
    unparsable = {headers[name]: count for name, count in found.invalid.items()}
    earlier = {item.key for item in side.held if item.field is None}
    return Tally(
        tracker=side.id,
        name=side.spec.name,
        known=len(side.state.rows),
        rows=side.tab.row_count,
        missing=len(found.missing),
        changed_rows=len({key for key, _ in edits}),
        changed_by_column=by_column,
        duplicate_keys=len(set(side.tab.twice) - earlier),
        unparsable_by_column=unparsable,
    )
