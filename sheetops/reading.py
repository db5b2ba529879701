"""The reading half of a run: spreadsheets and dataset to plan inputs. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .books import Book, LeftOut, Look, Quiet, open_books
from .engine.worked import Worked
from .environment import Environment, Request
from .merge.displaced import misplaced
from .merge.guards import GuardTrip
from .merge.held_tab import read_decisions
from .merge.inputs import DatasetSide, PlanInputs, Standing, TrackerSide
from .merge.plan import Plan
from .merge.planner import make_plan
from .merge.tab import Tab, read_tab
from .model.errors import SheetopsError, TrackerBusy, TrackerChanged
from .model.record import Change, Entry, Intent, Op, Record, RowMemory, TrackerState
from .model.schema import FieldType, Schema, TrackerSpec
from .model.sheet import Refused, Snapshot, Stamp, TabSnapshot, TabWrite
from .model.values import Reading

if TYPE_CHECKING:
    from .dataset import Store


@dataclass
class Prepared:
    """A plan and everything needed to carry it out."""

    plan: Plan
    books: list[Book]
    sides: dict[str, TrackerSide]
    left_out: list[LeftOut]
    landed: dict[str, TrackerState]
    """Trackers whose last write had landed although its run was cut off: their state as it really is."""
    columns: Columns | None = None
    """What computed the columns; None where there are none."""


def prepare(
    folder: Path, schema: Schema, store: Store, env: Environment, request: Request, look: Look | None = None
) -> Prepared:
    """Read every tracker that may have changed and return the plan of a run over them.

    `look` is the first look at the spreadsheets, where somebody has just taken it.
    """
    look = look or open_books(folder, schema, env, request)
    books = look.books
    reader = _Reader(schema, store, env, request, look.left_out)
    for number, book in enumerate(books):
        env.progress(f"reading {book.trackers[0].name}", 0.5 * number / len(books))
        reader.read(book)
    env.progress("comparing", 0.5)
    plan = reader.plan(Refused())
    unread = [] if plan.stopped else [book for book in reader.skipped if reader.concerned(book, plan)]
    for book in unread:  # nothing had changed in them, but what changed elsewhere has to reach them
        reader.read(book, anyway=True)
    return reader.prepared(books, reader.plan(Refused()) if unread else plan)


class Columns:
    """The computed columns of one plan. A plan is made several times as more is read; equal asks are answered once."""

    def __init__(self, schema: Schema, store: Store, env: Environment) -> None:
        from .engine import Engine

        self._engine = Engine(schema, env.columns, store, env.now())
        self._asked: tuple[Mapping[str, Mapping[str, Record]], list[Change]] | None = None
        self._worked = Worked()

    @property
    def tables(self) -> frozenset[str]:
        """The tables whose records have to be known, all of them."""
        return self._engine.tables

    def __call__(
        self, records: Mapping[str, Mapping[str, Record]], changes: Sequence[Change]
    ) -> tuple[Sequence[Change], Sequence[str]]:
        wanted = ({name: dict(records.get(name, {})) for name in self.tables}, list(changes))
        if self._asked != wanted:
            self._asked, self._worked = wanted, self._engine.work(*wanted)
        return self._worked.changes, self._worked.notes

    def remember(self) -> None:
        """Note that the columns are up to date now, and until when."""
        self._engine.remember(self._worked)


class _Reader:
    """Collects the trackers' sides one spreadsheet at a time, then loads the dataset's side once."""

    def __init__(
        self, schema: Schema, store: Store, env: Environment, request: Request, left_out: list[LeftOut]
    ) -> None:
        self.schema, self.store, self.env, self.request = schema, store, env, request
        self.left_out = left_out
        self.sides: dict[str, TrackerSide] = {}
        self.trips: list[GuardTrip] = []
        self.identities: dict[str, str] = {}
        self.landed: dict[str, TrackerState] = {}
        self.unconfirmed: dict[str, Intent] = {}
        self.books: list[Book] = []
        self.skipped: list[Book] = []
        self.workspace = store.workspace_id
        self.quiet = Quiet(schema, store, request)
        self.columns = Columns(schema, store, env) if env.columns else None
        self.held = self.quiet.held

    # --- spreadsheets ------------------------------------------------------------------------------

    def read(self, book: Book, *, anyway: bool = False) -> None:
        """Read a spreadsheet, unless nothing has happened to it or to its tables since it was agreed on."""
        if not anyway and self.quiet.about(book):
            self.skipped.append(book)
            return
        if owner := book.spreadsheet.busy():
            busy = TrackerBusy(
                f"{book.trackers[0].name} is open ({owner}).",
                not_done="It was left out: nothing in it was read or written.",
                next_step="Save and close it, then run: sheetops sync",
            )
            self.left_out.extend(LeftOut(tracker.id, busy) for tracker in book.trackers)
            if self.request.writes:
                return
        try:
            book.snapshot = book.spreadsheet.read(book.trackers)
        except SheetopsError as error:
            self.left_out.extend(LeftOut(tracker.id, error) for tracker in book.trackers)
            return
        self.books.append(book)
        book.identity = book.snapshot.identity
        for tracker in book.trackers:
            self.identities[tracker.id] = book.identity
            self._side(book.snapshot, tracker)

    def concerned(self, book: Book, plan: Plan) -> bool:
        """Whether a plan is news for a spreadsheet that was not read because nothing in it had changed."""
        changed = {change.table for change in plan.changes if change.op is not Op.AGREE}
        settled = {place for t in plan.trackers for place, _ in (*t.released, *t.settles)}
        return any(
            tracker.table in changed
            or any((i.key, i.field) in settled for i in self.held.get(tracker.id, ()))
            for tracker in book.trackers
        )

    def _side(self, snapshot: Snapshot, tracker: TrackerSpec) -> None:
        table = self.schema.table_of(tracker)
        reading = Reading(ZoneInfo(tracker.timezone), tracker.day_first)
        state = self._recovered(tracker, snapshot.tabs[tracker.id].stamp)
        grid = snapshot.tabs[tracker.id].grid
        tab = read_tab(tracker, table, grid, reading, first=state.generation == 0)
        if isinstance(tab, GuardTrip):
            self.trips.append(tab)
            return
        standing, trip = self._standing(tracker, snapshot.tabs[tracker.id], state)
        if (changed := _mapping_trip(tracker, tab, state)) is not None:
            self.trips.append(changed)
        base_seq = state.seq
        if standing is Standing.OLDER:
            stamp = snapshot.tabs[tracker.id].stamp
            assert stamp is not None
            base_seq = state.generations[stamp.generation]
        decisions = read_decisions(snapshot.held_tab)
        held = self.held.get(tracker.id, [])
        mine = {i.number: decisions[i.number] for i in held if i.number in decisions}
        self.sides[tracker.id] = TrackerSide(
            tracker, table, tab, state, standing, base_seq, held, mine,
            self._since(tracker, state, base_seq, standing), self._misplaced(tracker, tab), trip, snapshot.saved_by, snapshot.saved_at, (*snapshot.notes, *_new_columns(tracker, tab, state)),
        )  # fmt: skip

    def _recovered(self, tracker: TrackerSpec, stamp: Stamp | None) -> TrackerState:
        """Return the tracker's state; the stamp tells whether a write that was never confirmed landed."""
        state = self.store.tracker_state(tracker.id)
        intent = state.intent
        if intent is None or stamp is None or stamp.generation != intent.generation:
            return state
        if (stamp.workspace, stamp.tracker) != (self.workspace, tracker.id):
            return state
        rows = {**state.rows, **{key: RowMemory() for key in intent.appended}}
        settled = {(key, name) for key, name, _ in intent.releases}
        items = self.held.get(tracker.id, [])
        self.held[tracker.id] = [i for i in items if (i.key, i.field) not in settled]
        generations = {**state.generations, intent.generation: intent.seq}
        landed = replace(
            state,
            generation=intent.generation,
            seq=intent.seq,
            rows=rows,
            intent=None,
            generations=generations,
        )
        self.landed[tracker.id] = landed
        self.unconfirmed[tracker.id] = intent
        return landed

    def _misplaced(self, tracker: TrackerSpec, tab: Tab) -> frozenset[tuple[str, str]]:
        """Return the cells that a write which was never confirmed may have hit in a wrong row, or missed."""
        intent = self.unconfirmed.get(tracker.id)
        return misplaced(tab, intent.writes) if intent is not None else frozenset()

    def _standing(
        self, tracker: TrackerSpec, tab: TabSnapshot, state: TrackerState
    ) -> tuple[Standing, GuardTrip | None]:
        stamp = tab.stamp
        if stamp is None:
            if state.generation == 0:
                return Standing.NEW, None
            return Standing.LOST, _stamp_trip(tracker, _GONE)
        if (stamp.workspace, stamp.tracker) != (self.workspace, tracker.id):
            other = f"tracker '{stamp.tracker}'" if stamp.workspace == self.workspace else "another workspace"
            lost = Standing.NEW if state.generation == 0 else Standing.LOST
            return lost, _stamp_trip(tracker, _COPY.format(other=other))
        if stamp.generation == state.generation:
            return Standing.CURRENT, None
        if stamp.generation < state.generation and stamp.generation in state.generations:
            return Standing.OLDER, _stamp_trip(tracker, _OLDER)
        return Standing.LOST, _stamp_trip(tracker, _NEWER)

    def _since(
        self, tracker: TrackerSpec, state: TrackerState, base_seq: int, standing: Standing
    ) -> Sequence[Entry]:
        if standing is Standing.NEW and not state.rows:
            return ()
        frozen = [memory.frozen_from for memory in state.rows.values() if memory.frozen_from is not None]
        return self.store.entries(table=tracker.table, after=min([base_seq, *frozen]))

    # --- the dataset's side ------------------------------------------------------------------------

    def prepared(self, books: list[Book], plan: Plan) -> Prepared:
        """Return the plan, after asking the spreadsheets what of it they cannot take; that is held."""
        if not plan.stopped and (refused := self._refused(plan)):
            plan = self.plan(refused)
        return Prepared(plan, books, self.sides, self.left_out, self.landed, self.columns)

    def plan(self, refused: Refused) -> Plan:
        """Return the plan for everything read so far."""
        return make_plan(
            self._inputs(refused),
            verb=self.request.verb,
            trips=self.trips,
            identities=self.identities,
            busy=[str(out.error) for out in self.left_out],
            schema_changes=[change.sentence for change in self.store.schema_changes()],
        )

    def _refused(self, plan: Plan) -> Refused:
        cells: dict[tuple[str, int, int], str] = {}
        appends: dict[str, str] = {}
        writes = {
            t.tracker: TabWrite(t.cells, t.appends, t.headers, t.last_row, None, t.header_row, t.key_column)
            for t in plan.trackers
            if t.cells or t.appends or t.headers
        }
        for book in self.books:
            tabs = {t.id: writes[t.id] for t in book.trackers if t.id in writes}
            if tabs and book.snapshot is not None:
                try:
                    found = book.spreadsheet.refused(book.snapshot, tabs)
                except TrackerChanged:  # the write will say so too, and then it is read again
                    continue
                cells.update(found.cells)
                appends.update(found.appends)
        return Refused(cells, appends)

    def _inputs(self, refused: Refused) -> PlanInputs:
        sides = list(self.sides.values())
        records: dict[str, Mapping[str, Record]] = {}
        computed = self.columns.tables if self.columns else frozenset()
        for table in {side.table.name for side in sides} | self._undone_tables() | computed:
            records[table] = self.store.records(table, self._wanted(table, sides))
        elsewhere = frozenset(
            (item.table, item.key, item.field)
            for tracker, items in self.held.items()
            if tracker not in self.sides
            for item in items
        )
        names = {tracker.id: tracker.name for tracker in self.schema.trackers.values()}
        dataset = DatasetSide(
            self.quiet.head, records, self._keys(sides), self._taken(sides), elsewhere, names
        )
        request = self.request
        return PlanInputs(
            self.schema, dataset, sides, self.env.now(), request.allow, request.undo, self.columns, refused
        )  # fmt: skip

    def _undone_tables(self) -> set[str]:
        return (
            {e.table for e in self.request.undo.entries if e.op is not Op.SCHEMA}
            if self.request.undo
            else set()
        )

    def _wanted(self, table: str, sides: Sequence[TrackerSide]) -> Collection[str] | None:
        """The keys a plan looks at; None for all, where a tracker may lack rows it never had."""
        if self.columns and table in self.columns.tables:
            return None
        mine = [side for side in sides if side.table.name == table]
        if any(side.standing is not Standing.CURRENT for side in mine):
            return None
        keys: set[str] = set()
        for side in mine:
            keys |= side.touched
        if self.request.undo:
            keys |= {entry.key for entry in self.request.undo.entries if entry.table == table}
        return keys

    def _keys(self, sides: Sequence[TrackerSide]) -> dict[str, frozenset[str]]:
        wanted = {
            s.table.name for s in sides if s.tab.keyless or s.decisions or any(i.decision for i in s.held)
        }
        for side in sides:
            wanted |= {
                f.references for f in side.table.fields if f.type is FieldType.REFERENCE and f.references
            }
        return {name: frozenset(self.store.keys(name)) for name in wanted}

    def _taken(self, sides: Sequence[TrackerSide]) -> dict[tuple[str, str], Mapping[object, str]]:
        taken: dict[tuple[str, str], Mapping[object, str]] = {}
        for table in {side.table.name: side.table for side in sides}.values():
            unique = [f.name for f in table.fields if f.unique and f.name != table.key]
            if unique:
                active = {k: r.values for k, r in self.store.records(table.name).items() if not r.archived}
                for name in unique:
                    taken[table.name, name] = {v[name]: k for k, v in active.items() if v[name] is not None}
        return taken


def mapping_of(tracker: TrackerSpec, tab: Tab, key: str) -> tuple[tuple[str, str], ...]:
    """Return what decides how cells become values, as (field, header) pairs and three settings.

    The headers of columns that nobody mapped are remembered beside them, to tell when a new one comes.
    """
    columns = tuple((c.field, c.header) for c in tracker.columns if c.field in tab.positions)
    dates = "day first" if tracker.day_first else "month first"
    others = tuple((f"{_COLUMN}{header}", header) for header in tab.unmapped)
    return (*columns, *others, ("@key", key), ("@timezone", tracker.timezone), ("@dates", dates))


_COLUMN = "@column "


def _new_columns(tracker: TrackerSpec, tab: Tab, state: TrackerState) -> tuple[str, ...]:
    known = {header for name, header in state.mapping if name.startswith(_COLUMN)}
    if not state.generation:
        return ()
    return tuple(
        f"Column '{header}' is new in {tracker.name} and left alone. To sync it, add it to sheetops.toml "
        f"under [trackers.{tracker.id}.columns]."
        for header in tab.unmapped
        if header not in known
    )


_SETTINGS = {"@key": "the key", "@timezone": "the time zone", "@dates": "the date order"}


def _mapping_trip(tracker: TrackerSpec, tab: Tab, state: TrackerState) -> GuardTrip | None:
    before, now = dict(state.mapping), dict(mapping_of(tracker, tab, tab.table.key))
    changed = [name for name in before if name in now and before[name] != now[name]]
    if not changed:
        return None
    said = ", ".join(
        f"{_SETTINGS.get(name, f'the column of {name}')} was '{before[name]}' and is '{now[name]}'"
        for name in changed
    )
    return GuardTrip(
        tracker.id, "mapping", f"sheetops.toml reads {tracker.name} otherwise than the last sync did: {said}.",
        "mapping", "Change it back if that was not meant.",
    )  # fmt: skip


_GONE = (
    "has lost the stamp that sheetops writes into it: it may be a copy, or have been saved by another program"
)
_COPY = "carries the stamp of {other}: it looks like a copy"
_OLDER = "is older than the last sync: it looks restored from a backup"
_NEWER = "carries a stamp this dataset does not know: the dataset may have been restored from a backup"


def _stamp_trip(tracker: TrackerSpec, said: str) -> GuardTrip:
    return GuardTrip(
        tracker.id,
        "stamp",
        f"{tracker.name} {said}.",
        "stamp",
        "Nothing will be deleted, and cells that differ will be held, if you go on with it.",
    )
