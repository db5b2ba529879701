"""The writing half of a run: commit the dataset, write each spreadsheet once, confirm. Section 4 of the design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .books import Book, LeftOut, Look
from .done import Done, GuardTripped
from .environment import Environment, Request
from .merge.held_tab import LastRun, build_tab
from .merge.plan import Plan, TrackerPlan, plain
from .merge.tab_controls import control_lines, find_controls
from .model.errors import SheetopsError, StoreError, TrackerChanged
from .model.record import Intent, RowMemory, Run
from .model.schema import Schema, reading_fingerprint
from .model.sheet import Grid, SpreadsheetWrite, Stamp, TabWrite
from .reading import Prepared, mapping_of, prepare
from .words import outcome_words

if TYPE_CHECKING:
    from .dataset import Store

ROUNDS = 4
"""How often a run reads again when people keep saving while it works."""

BACKUPS = Path(".sheetops") / "backups"


def run_sync(
    folder: Path,
    schema: Schema,
    store: Store,
    env: Environment,
    request: Request,
    *,
    digest: str | None = None,
    look: Look | None = None,
) -> Done:
    """Carry out one run: read, merge, guard, commit, write, confirm. The caller holds the dataset's lock.

    `digest` is that of a saved plan: PlanStale is raised when the plan would be another by now. Raise
    GuardTripped when a guard stops it; nothing is written then. `look` is the first look at the
    spreadsheets, where somebody has just taken it.
    """
    return _Runner(folder, schema, store, env, request, look).run(digest)


class _Runner:
    """One run. A class because a run is read, written and confirmed in rounds that share everything."""

    def __init__(
        self,
        folder: Path,
        schema: Schema,
        store: Store,
        env: Environment,
        request: Request,
        look: Look | None,
    ) -> None:
        self.folder, self.schema, self.store, self.look = folder, schema, store, look
        self.env, self.request = env, request
        undoes = request.undo.run if request.undo else None
        self.record = Run(next_run_id(store), request.verb, env.now(), who=env.who, undoes=undoes)
        self.done = Done(None)
        self.backed_up: set[str] = set()
        self.failed: dict[str, SheetopsError] = {}
        self.said: list[str] = []
        """What the spreadsheets had to say about being written."""

    def run(self, digest: str | None) -> Done:
        for _ in range(ROUNDS):
            prepared = self._prepare()
            self._check(prepared.plan, digest)
            digest = None
            self.failed = {}
            self._carry_out(prepared)
            self.request = replace(self.request, undo=None)
            if not any(isinstance(error, TrackerChanged) for error in self.failed.values()):
                break
        if not self.done.plans:
            self.done.notes = prepared.plan.all_notes
        self.done.notes += tuple(self.said)
        if prepared.columns is not None and not prepared.plan.stopped:
            prepared.columns.remember()
        left = {out.tracker: out for out in prepared.left_out}
        left.update({tracker: LeftOut(tracker, error) for tracker, error in self.failed.items()})
        self.done.left_out = list(left.values())
        return self._finish()

    def _prepare(self) -> Prepared:
        look, self.look = self.look, None  # good for one round: the next one looks again
        prepared = prepare(self.folder, self.schema, self.store, self.env, self.request, look)
        self.env.fault("sync:read")
        return prepared

    def _check(self, plan: Plan, digest: str | None) -> None:
        if digest is not None and plan.to_json()["digest"] != digest:
            from .model.errors import PlanStale

            raise PlanStale(
                "The saved plan is stale: the dataset or a spreadsheet has changed since it was made.",
                not_done="Nothing was written.",
                next_step="Make a new one: sheetops plan --save FILE",
            )
        if plan.stopped and not self.done.plans:
            raise GuardTripped(plan)

    def _carry_out(self, prepared: Prepared) -> None:
        plan = prepared.plan
        if plan.stopped:  # a later round of a run: what was committed stays, the rest waits for a person
            trips = {trip.tracker: GuardTripped(plan) for trip in plan.guards}
            self.failed.update(trips)
            return
        self._confirm_landed(prepared)
        if plan.is_empty:
            self._remember(prepared)
            return
        if plan.schema_changes:
            self.store.apply_schema(self.record)
            plan = replace(plan, seq=self.store.head())
        self._back_up(prepared)
        self.done.plans.append(plan)
        self.done.run = self.record
        seq = self._commit(prepared, plan)
        try:
            self._write_all(prepared, plan, seq)
        except StoreError as error:
            raise StoreError(
                error.what,
                not_done="The dataset had taken the changes; the run was cut off after that, and nothing is lost.",
                next_step="Mend what is in the way, then run: sheetops sync (it goes on from there).",
            ) from error

    def _write_all(self, prepared: Prepared, plan: Plan, seq: int) -> None:
        for number, book in enumerate(prepared.books):
            self.env.progress(f"writing {book.trackers[0].name}", 0.6 + 0.4 * number / len(prepared.books))
            self._write(book, prepared, plan, seq)

    # --- the dataset -------------------------------------------------------------------------------

    def _commit(self, prepared: Prepared, plan: Plan) -> int:
        from .dataset import Commit, TrackerCommit

        trackers = [
            TrackerCommit(t.tracker, t.memory, self._intent(prepared, t) if t.must_write else None)
            for t in plan.trackers
        ]
        released = [((t.tracker, *place), said) for t in plan.trackers for place, said in t.released]
        held = [item for t in plan.trackers for item in t.held]
        seq = self.store.commit(Commit(self.record, plan.seq, plan.changes, held, released, trackers))
        self.env.fault("sync:committed")
        return seq

    def _intent(self, prepared: Prepared, tracker: TrackerPlan) -> Intent:
        state = prepared.sides[tracker.tracker].state
        writes = tuple(
            {"key": c.key, "field": c.field, "address": c.address, "old": plain(c.old), "new": plain(c.new)}
            for c in tracker.shown
        )
        return Intent(
            tracker.tracker, self.record.id, state.generation + 1, 0,
            tuple(append.key for append in tracker.appends), tracker.mints, writes,
            tuple((key, name, said) for (key, name), said in tracker.settles),
        )  # fmt: skip

    def _confirm_landed(self, prepared: Prepared) -> None:
        """Catch up with writes of a run that was cut off between writing and confirming."""
        for tracker, state in prepared.landed.items():
            appended = {key: state.rows[key] for key in state.rows if state.rows[key] == RowMemory()}
            self._confirm(prepared, tracker, state.generation, state.seq, None, appended)

    def _confirm(
        self, prepared: Prepared, tracker: str, generation: int, seq: int, identity: str | None,
        rows: Mapping[str, RowMemory | None],
    ) -> None:  # fmt: skip
        from .dataset import Confirm

        side = prepared.sides[tracker]
        fingerprint = reading_fingerprint(side.table, side.spec)
        mapping = mapping_of(side.spec, side.tab, side.table.key)
        self.store.confirm(
            Confirm(tracker, generation, seq, identity, fingerprint, mapping, rows, self.env.now())
        )

    def _remember(self, prepared: Prepared) -> None:
        """Nothing to do: remember how the spreadsheets look, so that the next run sees it at once."""
        head = self.store.head()
        for tracker in prepared.plan.trackers:
            side = prepared.sides[tracker.tracker]
            state, mapping = side.state, mapping_of(side.spec, side.tab, side.table.key)
            identity = self._settled_identity(tracker, prepared, prepared.plan.identities[tracker.tracker])
            read_alike = (state.mapping, state.fingerprint) == (
                mapping,
                reading_fingerprint(side.table, side.spec),
            )
            if state.generation and (state.seq != head or not read_alike):
                self._confirm(prepared, tracker.tracker, state.generation, head, identity, tracker.memory)
            elif tracker.memory or state.identity != identity:
                self.store.remember_identity(tracker.tracker, identity, tracker.memory)

    def _settled_identity(self, tracker: TrackerPlan, prepared: Prepared, identity: str) -> str | None:
        """The identity to skip on next time; None while a row is missing, which needs a second look."""
        rows = {**prepared.sides[tracker.tracker].state.rows, **tracker.memory}
        waiting = any(m is not None and m.missing for m in rows.values())
        known = {(item.key, item.field) for item in tracker.held}
        unresolved = waiting and any(
            m is not None and m.missing and (key, None) not in known for key, m in rows.items()
        )
        return None if unresolved else identity

    # --- the spreadsheets --------------------------------------------------------------------------

    def _back_up(self, prepared: Prepared) -> None:
        writes = {t.tracker for t in prepared.plan.trackers if t.must_write}
        for book in prepared.books:
            ids = {tracker.id for tracker in book.trackers}
            if ids & writes and not ids & self.backed_up:
                kept = self.folder / BACKUPS / book.trackers[0].id  # two workbooks may have one name
                book.spreadsheet.backup(str(kept), self.record.id)
                self.backed_up |= ids

    def _write(self, book: Book, prepared: Prepared, plan: Plan, seq: int) -> None:
        ids = {tracker.id for tracker in book.trackers}
        plans = [t for t in plan.trackers if t.tracker in ids]
        if book.snapshot is None or not plans:
            return
        identity = book.identity
        if any(t.must_write for t in plans):
            self.env.fault(f"sync:before-write:{book.trackers[0].id}")
            try:
                written = book.spreadsheet.write(
                    book.snapshot, self._spreadsheet_write(plans, prepared, plan, book.snapshot.held_tab)
                )
            except SheetopsError as error:
                self.failed.update({t.tracker: error for t in plans})
                return
            identity = written.identity
            self.said += [note for note in written.notes if note not in self.said]
            self.env.fault(f"sync:written:{book.trackers[0].id}")
        for tracker in plans:
            state = prepared.sides[tracker.tracker].state
            generation = state.generation + (1 if tracker.must_write else 0)
            rows = {append.key: RowMemory() for append in tracker.appends}
            settled = self._settled_identity(tracker, prepared, identity)
            self._confirm(prepared, tracker.tracker, generation, seq, settled, rows)

    def _spreadsheet_write(
        self, plans: Sequence[TrackerPlan], prepared: Prepared, plan: Plan, own: Grid | None
    ) -> SpreadsheetWrite:
        """Return the one write of a spreadsheet, whose own tab was read as `own`: its control cells stay as they are."""
        tabs = {
            t.tracker: TabWrite(
                t.cells, t.appends, t.headers, t.last_row,
                Stamp(self.store.workspace_id, t.tracker, prepared.sides[t.tracker].state.generation + 1),
                t.header_row, t.key_column,
            )
            for t in plans
            if t.must_write
        }  # fmt: skip
        settled = {(t.tracker, *place) for t in plans for place, _ in t.settles}
        ids = {t.tracker for t in plans}
        held = [i for i in self.store.held() if i.tracker in ids and i.place not in settled]
        run = LastRun(self.record.id, self.record.started, outcome_words(plan.counts()))
        known = find_controls(own)
        controls = control_lines(known) if known else ()
        return SpreadsheetWrite(tabs, build_tab(run, held, plans, self.schema, controls))

    # --- the end -----------------------------------------------------------------------------------

    def _finish(self) -> Done:
        done = self.done
        done.held = len(self.store.held())
        if done.run is None:
            return done
        counts: dict[str, int] = {}
        for plan in done.plans:
            for name, number in plan.counts().items():
                counts[name] = number if name == "held" else counts.get(name, 0) + number
        done.counts = {**counts, "held": done.held}
        done.outcome = outcome_words(done.counts)
        self.store.end_run(self.record.id, self.env.now(), done.outcome, done.counts)
        done.run = replace(self.record, ended=self.env.now(), outcome=done.outcome, counts=done.counts)
        return done


def next_run_id(store: Store) -> str:
    """Return the id of the next run: R1, R2, ... so that a person can type it."""
    last = store.runs(1)
    return f"R{int(last[0].id.removeprefix('R')) + 1}" if last else "R1"
