"""How a workspace stands: its trackers, the last runs and the held items, as plain data for /v1/status and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...model.record import HeldItem, Run
from ...words import Wording

if TYPE_CHECKING:
    from ...library import Workspace

RUNS = 12
HELD = 200
"""How many held items are shown; `held` counts all."""


def standing(ws: Workspace, *, with_held: bool) -> dict[str, Any]:
    """Return it. A workspace that was never synced has no dataset yet, and none is made for this."""
    fresh = not ws.has_dataset
    items = [] if fresh else ws.held()
    said: dict[str, Any] = {
        "workspace": ws.config.name, "timezone": ws.config.timezone, "trackers": _trackers(ws, items, fresh=fresh),
        "records": {} if fresh else {name: ws.store.count(name) for name in ws.schema.tables},
        "runs": [] if fresh else [_run(run) for run in ws.runs(RUNS)], "held": len(items),
    }  # fmt: skip
    if with_held:
        wording = Wording(ws.schema)
        said["held_items"] = [_held(wording, item) for item in items[:HELD]]
    return said


def _trackers(ws: Workspace, items: list[HeldItem], *, fresh: bool) -> list[dict[str, Any]]:
    return [
        {
            "tracker": spec.id, "name": spec.name, "tab": spec.tab,
            "written": 0 if fresh else ws.store.tracker_head(spec.id).generation,
            "held": sum(1 for item in items if item.tracker == spec.id),
        }
        for spec in ws.schema.trackers.values()
    ]  # fmt: skip


def _run(run: Run) -> dict[str, Any]:
    outcome = run.outcome or ("running, or cut off" if run.ended is None else "")
    ended = run.ended.isoformat() if run.ended else None
    return {"run": run.id, "verb": run.verb, "who": run.who, "outcome": outcome,
            "started": run.started.isoformat(), "ended": ended}  # fmt: skip


def _held(wording: Wording, item: HeldItem) -> dict[str, Any]:
    """Return a held item with its values in words."""
    sides = {}
    if item.field:
        mine, ours = (wording.quoted(item.table, item.field, side) for side in (item.theirs, item.ours))
        sides = {"in_tracker": mine, "in_dataset": ours}
    return {
        "number": item.number, "tracker": wording.tracker(item.tracker), "address": item.address, "key": item.key,
        "field": item.field, "reason": item.reason, "nearest": item.suggestion,
        "decided": item.decision.choice.value if item.decision else None, **sides,
    }  # fmt: skip
