"""Runs: one row each, written with the first thing the run commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from ..model.errors import UnknownName
from ..model.nearest import did_you_mean
from ..model.record import Run
from .codec import dump_json, load_json
from .tables import RUNS


def latest(conn: Connection, limit: int) -> list[Run]:
    """Return the last runs, newest first."""
    return [_run(row) for row in conn.execute(select(RUNS).order_by(RUNS.c.number.desc()).limit(limit))]


def by_id(conn: Connection, run: str) -> Run:
    """Return the run. Raise UnknownName with the nearest one otherwise."""
    row = conn.execute(select(RUNS).where(RUNS.c.id == run)).first()
    if row is None:
        known = [known.id for known in latest(conn, 1000)]
        raise UnknownName(
            f"There is no run '{run}'.{did_you_mean(run, known)}",
            next_step="See them with `sheetops history`.",
        )
    return _run(row)


def _run(row: Any) -> Run:
    return Run(
        id=row.id,
        verb=row.verb,
        started=row.started,
        ended=row.ended,
        outcome=row.outcome,
        who=row.who,
        undoes=row.undoes,
        counts=load_json(row.counts),
        first_seq=row.first_seq,
        last_seq=row.last_seq,
    )


def begin(conn: Connection, run: Run) -> None:
    """Write the run's row unless it is there."""
    if conn.execute(select(RUNS.c.id).where(RUNS.c.id == run.id)).first():
        return
    number = conn.execute(select(func.coalesce(func.max(RUNS.c.number), 0))).scalar_one() + 1
    values = {
        "id": run.id,
        "number": number,
        "verb": run.verb,
        "started": run.started,
        "ended": run.ended,
        "outcome": run.outcome,
        "who": run.who,
        "undoes": run.undoes,
        "counts": dump_json(dict(run.counts)),
        "first_seq": 0,
        "last_seq": 0,
    }
    conn.execute(insert(RUNS), values)


def extend(conn: Connection, run: str, before: int, after: int) -> None:
    """Note that the run wrote the journal entries after `before` up to `after`."""
    if after == before:
        return
    mine = RUNS.c.id == run
    conn.execute(update(RUNS).where(mine, RUNS.c.first_seq == 0).values(first_seq=before + 1))
    conn.execute(update(RUNS).where(mine).values(last_seq=after))


def end(conn: Connection, run: str, ended: datetime, outcome: str, counts: Mapping[str, int]) -> None:
    """Note how the run ended. A run that committed nothing has no row, and needs none."""
    values = {"ended": ended, "outcome": outcome, "counts": dump_json(dict(counts))}
    conn.execute(update(RUNS).where(RUNS.c.id == run).values(values))
