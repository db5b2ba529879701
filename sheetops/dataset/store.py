"""The store as the rest of sheetops sees it: every method is one transaction on one database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection

from ..model import schema as config
from ..model.errors import ClockWentBack, PlanStale, StoreError
from ..model.record import Decision, Entry, HeldItem, Record, RowMemory, Run, TrackerState
from . import (
    frame,
    held,
    journal,
    lock,
    notes,
    past,
    query,
    records,
    runs,
    schema_apply,
    tracker_memory,
    verify,
    writing,
)
from .commit import Commit, Confirm
from .database import Database, Fault, ShapeMemory
from .draft import TableDraft, touched
from .schema_diff import SchemaChange, changes

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .shape import Shape


class Store:
    """The canonical dataset of a workspace. Use it as a context manager, or `close` it."""

    def __init__(self, database: Database, schema: config.Schema, fault: Fault | None = None) -> None:
        self._db = database
        self._schema = schema
        self._shapes = ShapeMemory()
        self._fault: Fault = fault or (lambda point: None)

    @classmethod
    def open(
        cls,
        url: str,
        schema: config.Schema,
        *,
        create: bool = False,
        workspace_id: str | None = None,
        fault: Fault | None = None,
    ) -> Store:
        """Open the dataset at a SQLAlchemy URL; with `create`, make it when it is not there.

        `workspace_id` names a new dataset (None: a random one). `fault` is called with the name of
        each point at which a test may want to crash. Opening never changes the tables of an existing
        dataset. Raise StoreError when it is missing, damaged, or from a newer sheetops.
        """
        return cls(Database.open(url, create=create, workspace_id=workspace_id), schema, fault)

    def close(self) -> None:
        """Let go of the database."""
        self._db.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def workspace_id(self) -> str:
        """The name given to the workspace when the dataset was created; spreadsheets carry it."""
        return self._db.workspace_id

    def head(self) -> int:
        """Return the number of the last journal entry, 0 when there is none."""
        with self._db.read() as conn:
            return journal.head(conn)

    def last_recorded(self) -> datetime | None:
        """Return when the last journal entry was recorded."""
        with self._db.read() as conn:
            return journal.last_entry(conn)[2]

    def lock(self, owner: str, what: str = "run") -> AbstractContextManager[None]:
        """Hold the dataset for one run. Raise RunLocked, naming the holder, when another run does.

        With another `what` than a run, hold what there may be one of beside the runs.
        """
        return lock.hold(self._db, owner, what)

    def schema_changes(self) -> list[SchemaChange]:
        """Return what the config asks of the stored tables, each change with what blocks it."""
        with self._db.read() as conn:
            return self._schema_changes(conn)

    def _schema_changes(self, conn: Connection) -> list[SchemaChange]:
        shape = self._shapes.read(conn)
        return [schema_apply.judged(conn, shape, change) for change in changes(shape, self._schema)]

    def apply_schema(self, run: Run) -> None:
        """Bring the stored tables to the config and journal it. Raise StoreError on a blocked change."""
        with self._db.write() as conn:
            asked = self._schema_changes(conn)
            for change in asked:
                if change.blocked:
                    raise StoreError(f"{change.sentence} {change.blocked}")
            if asked:
                runs.begin(conn, run)
                before = journal.head(conn)
                schema_apply.apply(conn, self._shapes.read(conn), asked, run)
                runs.extend(conn, run.id, before, journal.head(conn))

    def records(self, table: str, keys: Collection[str] | None = None) -> dict[str, Record]:
        """Return records by key, in order, archived ones included; all of them, or those of `keys`.

        Each has a value for every field of the config; one that is not stored yet is None.
        """
        asked = self._schema.table(table)
        with self._db.read() as conn:
            stored = self._shapes.read(conn).get(table)
            if stored is None:
                return {}
            return records.as_configured(records.load(conn, stored, keys), stored, asked)

    def keys(self, table: str) -> set[str]:
        """Return the keys of all records, archived ones included."""
        self._schema.table(table)
        with self._db.read() as conn:
            stored = self._shapes.read(conn).get(table)
            return records.keys(conn, stored) if stored else set()

    def count(self, table: str) -> int:
        """Return how many active records a table has."""
        self._schema.table(table)
        with self._db.read() as conn:
            stored = self._shapes.read(conn).get(table)
            return records.count(conn, stored) if stored else 0

    def entries(
        self,
        *,
        table: str | None = None,
        key: str | None = None,
        field: str | None = None,
        run: str | None = None,
        after: int = 0,
        keys: Collection[str] | None = None,
    ) -> list[Entry]:
        """Return journal entries in order, narrowed by any of the arguments.

        `field` keeps the entries about whole records too (add, archive, restore). Fields and values
        are given as they are called and typed today.
        """
        with self._db.read() as conn:
            shape = self._shapes.read(conn)
            return journal.entries(
                conn, shape, table=table, key=key, field=field, run=run, after=after, keys=keys
            )

    def verify(self) -> list[str]:
        """Check the journal's hash chain and replay it against the tables; return problems in words."""
        with self._db.read() as conn:
            return verify.problems(conn, self._shapes.read(conn))

    def runs(self, limit: int = 20) -> list[Run]:
        """Return the last runs, newest first."""
        with self._db.read() as conn:
            return runs.latest(conn, limit)

    def run(self, id: str) -> Run:  # noqa: A002 - callers read `store.run(id=...)`
        """Return one run. Raise UnknownName, with the nearest, when there is none."""
        with self._db.read() as conn:
            return runs.by_id(conn, id)

    def tracker_state(self, tracker: str) -> TrackerState:
        """Return everything remembered of a tracker, its rows included."""
        with self._db.read() as conn:
            return tracker_memory.read_state(conn, tracker)

    def tracker_head(self, tracker: str) -> TrackerState:
        """Return what is remembered of a tracker except its rows: quick, whatever its size."""
        with self._db.read() as conn:
            return tracker_memory.read_head(conn, tracker)

    def held(self, tracker: str | None = None) -> list[HeldItem]:
        """Return the open held items by number, of one tracker or of all."""
        with self._db.read() as conn:
            return held.open_items(conn, tracker)

    def settled(self, key: str) -> list[tuple[HeldItem, str, str]]:
        """Return what was held of a record and is no longer: the item, how it ended, and in which run."""
        with self._db.read() as conn:
            return held.settled_items(conn, key)

    def decide(self, number: int, decision: Decision) -> HeldItem:
        """Record a person's decision on an open item. Raise UnknownName when there is no such item."""
        with self._db.write() as conn:
            return held.decide(conn, number, decision)

    def commit(self, commit: Commit) -> int:
        """Write all of a commit, or nothing; return the journal's new head.

        Raise PlanStale when the dataset is not what the plan was made on, and ClockWentBack when the
        run started before the last entry was recorded.
        """
        self._fault("commit:before")
        with self._db.write() as conn:
            seq = self._commit(conn, commit)
        self._fault("commit:after")
        return seq

    def _commit(self, conn: Connection, commit: Commit) -> int:
        run, shape = commit.run, self._shapes.read(conn)
        _check_place(conn, commit)
        rows, drafts = _worked_out(conn, shape, commit)
        runs.begin(conn, run)
        seq = journal.append(conn, run.id, run.started, rows)
        runs.extend(conn, run.id, commit.expected_seq, seq)
        self._fault("commit:mid")
        for draft in drafts:
            writing.write(conn, draft, seq)
        held.release_items(conn, commit.released, run.id, run.started)
        held.file_items(conn, commit.held, run)
        for tracker in commit.trackers:
            tracker_memory.commit_tracker(conn, tracker, run.id, seq)
        return seq

    def confirm(self, confirm: Confirm) -> None:
        """Note that a tracker holds a generation, and close its intent."""
        self._fault("confirm:before")
        with self._db.write() as conn:
            tracker_memory.confirm_tracker(conn, confirm)
            self._fault("confirm:mid")
            tracker_memory.record_generation(conn, confirm)
        self._fault("confirm:after")

    def remember_identity(
        self, tracker: str, identity: str | None, rows: Mapping[str, RowMemory | None] | None = None
    ) -> None:
        """Remember how the spreadsheet looked when nothing was left to do. Only a cache: no run, no journal."""
        with self._db.write() as conn:
            tracker_memory.remember_identity(conn, tracker, identity)
            tracker_memory.remember_rows(conn, tracker, rows or {})

    def recall(self, name: str) -> str | None:
        """Return what was remembered under a name, None when nothing was."""
        with self._db.read() as conn:
            return notes.recall(conn, name)

    def remember(self, name: str, value: str) -> None:
        """Remember a text under a name. Only a cache: no run, no journal."""
        with self._db.write() as conn:
            notes.remember(conn, name, value)

    def abandon_intent(self, tracker: str) -> None:
        """Note that the tracker's intended write did not land."""
        with self._db.write() as conn:
            tracker_memory.close_intent(conn, tracker, tracker_memory.ABANDONED)

    def end_run(self, run_id: str, ended: datetime, outcome: str, counts: Mapping[str, int]) -> None:
        """Note how a run ended. A run that committed nothing is not kept."""
        with self._db.write() as conn:
            runs.end(conn, run_id, ended, outcome, counts)

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return (column names, rows) of a reading SQL statement. Raise QueryRefused otherwise."""
        with self._db.read() as conn:
            shape = self._shapes.read(conn)
        return query.run(self._db, shape, sql)

    def seq_at(self, moment: datetime) -> int:
        """Return the number of the last journal entry of the runs that began by `moment`; 0 when there is none."""
        with self._db.read() as conn:
            return past.seq_at(conn, moment)

    def began(self) -> datetime | None:
        """Return when the first record came into the dataset; None while there is none."""
        with self._db.read() as conn:
            return past.began(conn)

    def columns_at(self, table: str, names: Sequence[str], seq: int) -> dict[str, list[Any]]:
        """Return columns of the records that were active after entry `seq`, as they were then (see `past.columns_at`)."""
        asked = self._schema.table(table)
        with self._db.read() as conn:
            shape = self._shapes.read(conn)
            if table not in shape:
                return {name: [] for name in dict.fromkeys((asked.key, *names))}
            return past.columns_at(conn, shape[table], names, seq)

    def changes_until(self, table: str, fields: Collection[str], seq: int) -> dict[str, list[Any]]:
        """Return the changes of some fields up to entry `seq`, in order, as columns (see `past.changes_until`)."""
        self._schema.table(table)
        with self._db.read() as conn:
            shape = self._shapes.read(conn)
            if table not in shape:
                return {name: [] for name in past.CHANGES}
            return past.changes_until(conn, shape[table], fields, seq)

    def held_at(self, moment: datetime) -> list[Mapping[str, Any]]:
        """Return what was held at a moment, by number."""
        with self._db.read() as conn:
            return past.held_at(conn, moment)

    def frame(self, table: str) -> pd.DataFrame:
        """Return the active records of a table as a typed DataFrame."""
        return frame.frame(self._schema.table(table), self.records(table))


def _check_place(conn: Connection, commit: Commit) -> None:
    """Refuse a plan that was made on another head, and a clock that runs behind the journal."""
    head, _, recorded = journal.last_entry(conn)
    if head != commit.expected_seq:
        raise PlanStale(
            f"The dataset has changed since the plan was made (entry {head}, not {commit.expected_seq}).",
            not_done="Nothing was written.",
            next_step="Make a new plan: `sheetops plan`.",
        )
    if recorded is not None and commit.run.started < recorded:
        raise ClockWentBack(
            f"This machine's clock says {commit.run.started:%Y-%m-%d %H:%M:%S} UTC, but the last change was "
            f"recorded at {recorded:%Y-%m-%d %H:%M:%S} UTC.",
            not_done="Nothing was written.",
            next_step="Set the clock right, or wait until it has caught up, and run this again.",
        )


def _worked_out(conn: Connection, shape: Shape, commit: Commit) -> tuple[list[journal.Row], list[TableDraft]]:
    drafts: dict[str, TableDraft] = {}
    for name, keys in touched(commit.changes).items():
        if name not in shape:
            raise StoreError(
                f"The dataset has no table '{name}' yet.",
                not_done="Nothing was written.",
                next_step="Run `sheetops sync`: it applies what sheetops.toml says.",
            )
        drafts[name] = TableDraft(shape[name], records.load(conn, shape[name], keys))
    return [drafts[change.table].take(change) for change in commit.changes], list(drafts.values())
