"""Held items: cells and rows left alone until a person decides. A closed item stays, with its outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from ..model.errors import UnknownName
from ..model.record import Choose, Decision, HeldItem, HeldKind, Run
from .codec import pack, unpack
from .commit import Place
from .tables import HELD


def open_items(conn: Connection, tracker: str | None = None, number: int | None = None) -> list[HeldItem]:
    """Return the open items by number, of one tracker or of all."""
    wanted = select(HELD).where(HELD.c.outcome.is_(None)).order_by(HELD.c.number)
    if tracker is not None:
        wanted = wanted.where(HELD.c.tracker == tracker)
    if number is not None:
        wanted = wanted.where(HELD.c.number == number)
    return [_item(row) for row in conn.execute(wanted)]


def settled_items(conn: Connection, key: str) -> list[tuple[HeldItem, str, str]]:
    """Return the closed items about a record, each with its outcome and the run that closed it."""
    wanted = select(HELD).where(HELD.c.outcome.is_not(None), HELD.c.key == key).order_by(HELD.c.number)
    return [(_item(row), row.outcome, row.closed_run or "") for row in conn.execute(wanted)]


def _item(row: Any) -> HeldItem:
    return HeldItem(
        tracker=row.tracker,
        table=row.table_name,
        key=row.key,
        field=row.field,
        kind=HeldKind(row.kind),
        reason=row.reason,
        base=unpack(row.base),
        ours=unpack(row.ours),
        theirs=unpack(row.theirs),
        address=row.address,
        suggestion=row.suggestion,
        ours_said=row.ours_said,
        theirs_said=row.theirs_said,
        number=row.number,
        since=row.since,
        run=row.run,
        decision=_decision(row),
    )


def _decision(row: Any) -> Decision | None:
    if row.decision is None:
        return None
    return Decision(Choose(row.decision), unpack(row.decision_value), row.decided_by)


def file_items(conn: Connection, items: Iterable[HeldItem], run: Run) -> None:
    """File items; one whose place is held already updates that item and keeps its number and since."""
    items = list(items)
    if not items:
        return
    there = {item.place: item for item in open_items(conn)}
    number = conn.execute(select(func.coalesce(func.max(HELD.c.number), 0))).scalar_one()
    new: list[HeldItem] = []
    for item in {item.place: item for item in items}.values():
        was = there.get(item.place)
        if was is not None:
            _update(conn, was, item)
        else:
            number += 1
            new.append(replace(item, number=number, since=run.started, run=run.id))
    if new:
        conn.execute(insert(HELD), [_row(item) for item in new])


def _update(conn: Connection, was: HeldItem, item: HeldItem) -> None:
    """A decision made while the run was working is not lost, unless it was about something else."""
    kept = replace(item, number=was.number, since=was.since, run=was.run)
    if replace(kept, decision=was.decision) == was:
        kept = was
    if kept != was:
        conn.execute(update(HELD).where(HELD.c.number == was.number).values(_row(kept)))


def _row(item: HeldItem) -> dict[str, Any]:
    return {
        "number": item.number,
        "tracker": item.tracker,
        "table_name": item.table,
        "key": item.key,
        "field": item.field,
        "kind": item.kind.value,
        "reason": _printable(item.reason),
        "base": pack(item.base),
        "ours": pack(item.ours),
        "theirs": pack(item.theirs),
        "address": item.address,
        "suggestion": item.suggestion and _printable(item.suggestion),
        "ours_said": _printable(item.ours_said),
        "theirs_said": _printable(item.theirs_said),
        "since": item.since,
        "run": item.run,
        **_decided(item.decision),
    }


def _decided(decision: Decision | None) -> dict[str, Any]:
    if decision is None:
        return {"decision": None, "decision_value": None, "decided_by": None}
    return {
        "decision": decision.choice.value,
        "decision_value": pack(decision.value),
        "decided_by": decision.who,
    }


def _printable(text: str) -> str:
    """A reason may quote a cell, and a cell may hold what no database takes as text."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def release_items(conn: Connection, released: Iterable[tuple[Place, str]], run: str, at: datetime) -> None:
    """Close open items at these places, each with the word that says how it ended."""
    for place, outcome in released:
        closed = {"outcome": outcome, "closed_run": run, "closed_at": at}
        conn.execute(update(HELD).where(_open_at(place)).values(closed))


def _open_at(place: Place) -> ColumnElement[bool]:
    tracker, key, field = place
    at = HELD.c
    return and_(
        at.outcome.is_(None), at.tracker == tracker, at.key == key, at.field.is_not_distinct_from(field)
    )


def decide(conn: Connection, number: int, decision: Decision) -> HeldItem:
    """Put a person's word on an open item. Raise UnknownName when there is none of that number."""
    if not open_items(conn, number=number):
        raise UnknownName(
            f"There is no open held item number {number}.", next_step="See them with `sheetops held`."
        )
    conn.execute(update(HELD).where(HELD.c.number == number).values(_decided(decision)))
    return open_items(conn, number=number)[0]
