"""What the dataset remembers of each tracker: generation, row digests, and the write that is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ..model.record import Intent, Mint, RowMemory, TrackerState
from .bulk import fetch
from .chunks import chunks
from .codec import dump_json, load_json, pack, unpack
from .commit import Confirm, TrackerCommit
from .held import release_items
from .tables import GENERATIONS, INTENTS, TRACKER_ROWS, TRACKERS
from .upsert import upsert

OPEN, LANDED, ABANDONED = "open", "landed", "abandoned"


def read_head(conn: Connection, tracker: str) -> TrackerState:
    """Return where the tracker stands, without its rows."""
    row = conn.execute(select(TRACKERS).where(TRACKERS.c.tracker == tracker)).first()
    state = TrackerState(tracker, intent=_open_intent(conn, tracker), generations=_generations(conn, tracker))
    if row is None:
        return state
    mapping = tuple((field, header) for field, header in load_json(row.mapping))
    return replace(
        state,
        generation=row.generation,
        seq=row.seq,
        identity=row.identity,
        fingerprint=row.fingerprint,
        mapping=mapping,
    )


def read_state(conn: Connection, tracker: str) -> TrackerState:
    """Return everything remembered of the tracker."""
    return replace(read_head(conn, tracker), rows=read_rows(conn, tracker))


def read_rows(conn: Connection, tracker: str) -> dict[str, RowMemory]:
    """Return what the tracker is known to hold, by key."""
    column = TRACKER_ROWS.c
    wanted = select(column.key, column.digest, column.missing, column.has_left, column.frozen_from)
    rows = fetch(conn, wanted.where(column.tracker == tracker))
    return {key: RowMemory(digest, bool(missing), bool(left), at) for key, digest, missing, left, at in rows}


def _generations(conn: Connection, tracker: str) -> dict[int, int]:
    wanted = select(GENERATIONS.c.generation, GENERATIONS.c.seq).where(GENERATIONS.c.tracker == tracker)
    rows = conn.execute(wanted.order_by(GENERATIONS.c.generation)).all()
    return {row.generation: row.seq for row in rows}


def _open_intent(conn: Connection, tracker: str) -> Intent | None:
    wanted = select(INTENTS).where(INTENTS.c.tracker == tracker, INTENTS.c.state == OPEN)
    row = conn.execute(wanted).first()
    if row is None:
        return None
    return Intent(
        tracker=tracker,
        run=row.run,
        generation=row.generation,
        seq=row.seq,
        appended=tuple(load_json(row.appended)),
        mints=tuple(Mint(*mint) for mint in unpack(row.mints)),
        writes=tuple(unpack(row.writes)),
        releases=tuple((key, field, outcome) for key, field, outcome in load_json(row.releases)),
    )


def commit_tracker(conn: Connection, commit: TrackerCommit, run: str, seq: int) -> None:
    """Remember rows and open the intent of a commit whose head is `seq`."""
    remember_rows(conn, commit.tracker, commit.rows)
    if commit.intent is not None:
        close_intent(conn, commit.tracker, ABANDONED)
        _open(conn, commit.intent, run, seq)


def _open(conn: Connection, intent: Intent, run: str, seq: int) -> None:
    number = conn.execute(select(func.coalesce(func.max(INTENTS.c.number), 0))).scalar_one() + 1
    values = {
        "number": number,
        "tracker": intent.tracker,
        "run": intent.run or run,
        "generation": intent.generation,
        "seq": seq,
        "appended": dump_json(list(intent.appended)),
        "mints": pack([[mint.key, mint.row, dict(mint.values)] for mint in intent.mints]),
        "writes": pack([dict(write) for write in intent.writes]),
        "releases": dump_json([list(release) for release in intent.releases]),
        "state": OPEN,
    }
    conn.execute(insert(INTENTS), values)


def close_intent(conn: Connection, tracker: str, state: str) -> None:
    """Close the tracker's open intent, if it has one, as landed or abandoned."""
    which = (INTENTS.c.tracker == tracker) & (INTENTS.c.state == OPEN)
    conn.execute(update(INTENTS).where(which).values(state=state))


def remember_rows(conn: Connection, tracker: str, rows: Mapping[str, RowMemory | None]) -> None:
    """Remember rows by key; None forgets one."""
    column = TRACKER_ROWS.c
    for some in chunks([key for key, memory in rows.items() if memory is None]):
        conn.execute(delete(TRACKER_ROWS).where(column.tracker == tracker, column.key.in_(some)))
    upsert(conn, TRACKER_ROWS, [_row(tracker, k, m) for k, m in rows.items() if m is not None])


def _row(tracker: str, key: str, memory: RowMemory) -> dict[str, Any]:
    return {
        "tracker": tracker,
        "key": key,
        "digest": memory.digest,
        "missing": memory.missing,
        "has_left": memory.left,
        "frozen_from": memory.frozen_from,
    }


def confirm_tracker(conn: Connection, confirm: Confirm) -> None:
    """The tracker holds this generation now; its intent has landed, and what that settles is released."""
    state = {
        "tracker": confirm.tracker,
        "generation": confirm.generation,
        "seq": confirm.seq,
        "identity": confirm.identity,
        "fingerprint": confirm.fingerprint,
        "mapping": dump_json([list(pair) for pair in confirm.mapping]),
    }
    upsert(conn, TRACKERS, [state])
    intent = _open_intent(conn, confirm.tracker)
    if intent is not None:
        settled = [((confirm.tracker, key, field), outcome) for key, field, outcome in intent.releases]
        release_items(conn, settled, intent.run, confirm.at)
        close_intent(conn, confirm.tracker, LANDED)


def record_generation(conn: Connection, confirm: Confirm) -> None:
    """Keep which journal position a generation stands for, and remember its rows."""
    generation = {
        "tracker": confirm.tracker,
        "generation": confirm.generation,
        "seq": confirm.seq,
        "confirmed_at": confirm.at,
    }
    upsert(conn, GENERATIONS, [generation])
    remember_rows(conn, confirm.tracker, confirm.rows)


def remember_identity(conn: Connection, tracker: str, identity: str | None) -> None:
    """Remember what the spreadsheet looked like when nothing was left to do."""
    done = conn.execute(update(TRACKERS).where(TRACKERS.c.tracker == tracker).values(identity=identity))
    if not done.rowcount:
        new = {"tracker": tracker, "generation": 0, "seq": 0, "identity": identity, "mapping": "[]"}
        conn.execute(insert(TRACKERS), new)
