"""A workspace of the template live-governance, filled with its example: workbooks, dataset, columns, all in agreement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ..done import Done
from ..library import open_workspace
from ..model.record import Actor, Change, Op, Source
from ..templates import init_workspace
from .governance import current_version, example

TEMPLATE = "live-governance"


def begin_with_example(
    folder: Path, now: datetime, *, seed: int = 7, cases: int | None = None,
    progress: Callable[[str, float], None] = lambda what, share: None,
) -> tuple[list[Path], Done]:  # fmt: skip
    """Begin a workspace with the example in it, up to `now` (aware). Return what was written, and the last sync.

    Raise TrackerNotWritten, with nothing written, where a workspace is already.
    """
    written = init_workspace(folder, TEMPLATE)
    with open_workspace(folder, now=lambda: now, who="example", progress=progress) as ws:
        ws.sync()  # the rows that the workbooks begin with
        changes = example(now, seed, cases)
        policy, version = current_version()
        there = ws.store.records("policies", [policy])[policy].values.get("current_version")
        source = Source(Actor.IMPORT, who="example")
        changes.append(Change("policies", policy, Op.SET, source, "current_version", there, version))
        added = sum(change.op is Op.ADD for change in changes)
        said = f"Took {added:,} records of the example, with their course."
        ws.commit("import", lambda head: (changes, {"records_added": added}, said))
        return written, ws.sync()
