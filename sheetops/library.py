"""The library: a workspace as an object. The command line is a thin layer over this."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .books import LeftOut
from .environment import Environment, Request, collector_paused
from .model.errors import SheetopsError, UnknownName
from .model.nearest import did_you_mean
from .model.record import Actor, Change, Choose, Decision, Entry, HeldItem, Op, Run
from .model.schema import Table, TrackerSpec
from .model.sheet import Spreadsheet
from .trackers import Opener, open_spreadsheet
from .trackers import backends as all_backends
from .trackers import close as close_backends
from .workspace import Config, find_workspace, load_config

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .dataset import Store
    from .done import Done
    from .merge.plan import Plan
    from .sla_view import SlaView


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TableView:
    """A table of the dataset, for reading."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self.name = store, name

    def to_pandas(self) -> pd.DataFrame:
        """Return the active records, one row each: money as numbers, dates and datetimes (UTC) typed."""
        return self._store.frame(self.name)

    def __len__(self) -> int:
        return self._store.count(self.name)

    def __getitem__(self, key: str) -> Mapping[str, Any]:
        """Return one record's values by field. Raise UnknownName when there is none."""
        found = self._store.records(self.name, [key])
        if key not in found:
            near = did_you_mean(key, self._store.keys(self.name))
            raise UnknownName(f"There is no record '{key}' in {self.name}.{near}")
        return found[key].values


class Workspace:
    """A workspace: its config, its dataset, its trackers. Use it as a context manager, or `close` it.

    `now` is the clock, `who` the name that goes into the journal; `backends` opens spreadsheets by the
    backend's name (None: as the config and `environ` say); `fault` is called at numbered points, where a test may crash; `progress` with what
    is being done and the share (0-1) that is done.
    """

    def __init__(
        self,
        config: Config,
        *,
        now: Callable[[], datetime] = _utc_now,
        who: str = "",
        backends: Mapping[str, Opener] | None = None,
        environ: Mapping[str, str] = os.environ,
        fault: Callable[[str], None] = lambda point: None,
        progress: Callable[[str, float], None] = lambda what, share: None,
    ) -> None:
        self.config, self.schema = config, config.schema
        opened_by = all_backends(config.google, environ) if backends is None else backends
        self._env = Environment(now, who, opened_by, config.columns, fault, progress)
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """The dataset, opened when first needed and made when there is none."""
        if self._store is None:
            self._store = self._open_store(self.config.database_url)
        return self._store

    def now(self) -> datetime:
        """Return the time, by the workspace's clock (aware)."""
        return self._env.now()

    @property
    def who(self) -> str:
        """The name that goes into the journal."""
        return self._env.who

    def close(self) -> None:
        """Let go of the dataset, and of the line to Google."""
        close_backends(self._env.backends)
        if self._store is not None:
            self._store.close()
            self._store = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _request(
        self, only: Iterable[str], allow: Iterable[str], *, writes: bool, verb: str = "sync"
    ) -> Request:
        wanted = frozenset(self.schema.tracker(name).id for name in only)
        return Request(wanted, frozenset(allow), verb=verb, writes=writes)

    def plan(self, only: Iterable[str] = (), allow: Iterable[str] = ()) -> Plan:
        """Return what `sync` would do, as data. Nothing is written, in no place.

        `only` names trackers (default: all); `allow` guards that may be overridden (see `sheetops plan`).
        """
        request = self._request(only, allow, writes=False)
        if self.has_dataset:
            return self._plan(request)
        with TemporaryDirectory() as scratch:  # no dataset yet, and a plan makes none
            self._store = self._open_store(f"sqlite:///{(Path(scratch) / 'plan.db').as_posix()}")
            try:
                return self._plan(request)
            finally:
                self.close()

    @property
    def has_dataset(self) -> bool:
        """Whether the dataset has been made. A server is taken to have it."""
        scheme, _, path = self.config.database_url.partition(":///")
        return self._store is not None or not scheme.startswith("sqlite") or Path(path).exists()

    def _open_store(self, url: str) -> Store:
        from .dataset import Store

        return Store.open(url, self.schema, create=True, fault=self._env.fault)

    def _plan(self, request: Request) -> Plan:
        from .reading import prepare

        with collector_paused():
            return prepare(self.config.folder, self.schema, self.store, self._env, request).plan

    def spreadsheets(self) -> list[Spreadsheet | LeftOut]:
        """Return the spreadsheets that trackers are in, one each; where one cannot be reached, why."""
        grouped: dict[tuple[str, str], list[TrackerSpec]] = {}
        for tracker in self.schema.trackers.values():
            grouped.setdefault((tracker.backend, tracker.source), []).append(tracker)
        found: list[Spreadsheet | LeftOut] = []
        for trackers in grouped.values():
            try:
                found.append(open_spreadsheet(self.config.folder, trackers, self._env.backends))
            except SheetopsError as error:
                found.append(LeftOut(trackers[0].id, error))
        return found

    def _run(self, request: Request, digest: str | None = None) -> Done:
        from .books import nothing_to_do, open_books
        from .done import Done

        folder, store, env = self.config.folder, self.store, self._env
        with collector_paused(), store.lock(env.who or request.verb):
            look = open_books(folder, self.schema, env, request)
            if digest is None and nothing_to_do(self.schema, store, env, request, look):
                done = Done(None, held=len(store.held()))
            else:  # the planner and all it needs, only where there is something to plan
                from .running import run_sync

                done = run_sync(folder, self.schema, store, env, request, digest=digest, look=look)
            done.used = look.used()
            return done

    def sync(
        self, only: Iterable[str] = (), allow: Iterable[str] = (), *, saved: Mapping[str, Any] | None = None
    ) -> Done:
        """Bring trackers and dataset into agreement and return what was done.

        `saved` is a saved plan as `Plan.to_json` gives it: PlanStale is raised when it no longer fits.
        Raise GuardTripped when a guard stops the run; nothing is written then.
        """
        request = self._request(only, allow, writes=True)
        digest = str(saved["digest"]) if saved is not None else None
        return self._run(request, digest)

    def undo(self, run: str, allow: Iterable[str] = ()) -> Done:
        """Take a run back, as a new run. Cells changed by people since are held, not overwritten."""
        from .done import Done
        from .merge.inputs import Undo

        undone = self.store.run(run)
        entries = [e for e in self.store.entries(run=undone.id) if self._is_taken_back(e)]
        if not entries:
            said = f"{undone.id} took nothing into the dataset, so there is nothing to take back."
            return Done(None, held=len(self.store.held()), outcome=said)
        later = self._later(entries)
        allowed = {*allow, "mass-edit", "deletes"}
        request = Request(
            frozenset(), frozenset(allowed), Undo(undone.id, entries, later), f"undo {undone.id}"
        )
        return self._run(request)

    def _is_taken_back(self, entry: Entry) -> bool:
        """Whether an undo is about an entry. Computed columns follow by themselves from what it takes back."""
        if entry.op in (Op.SCHEMA, Op.AGREE) or (entry.op is Op.ADD and entry.source.actor is Actor.COMPUTED):
            return False
        table = self.schema.tables.get(entry.table)
        field = table.by_name.get(entry.field or "") if table else None
        return not (field and field.computed)

    def _later(self, entries: Collection[Entry]) -> list[Entry]:
        last = max((entry.seq for entry in entries), default=0)
        later: list[Entry] = []
        for table in {entry.table for entry in entries}:
            keys = {entry.key for entry in entries if entry.table == table}
            later += self.store.entries(table=table, keys=keys, after=last)
        return later

    def keep(self, table: Table) -> None:
        """Have the dataset keep a table of sheetops' own too, unless sheetops.toml has one of that name."""
        if table.name not in self.schema.tables:
            self.schema = replace(self.schema, tables={**self.schema.tables, table.name: table})
            if self._store is not None:
                self._store.close()
                self._store = None

    def commit(
        self, verb: str, work: Callable[[int], tuple[Sequence[Change], Mapping[str, int], str]]
    ) -> Run:
        """Bring changes that come from no tracker into the dataset: one run, one transaction.

        `work` is given the head of the journal, and returns the changes, their counts, and what they come to in words.
        """
        from .dataset import Commit
        from .running import next_run_id

        store, env = self.store, self._env
        with collector_paused(), store.lock(env.who or verb):
            run = Run(next_run_id(store), verb, env.now(), who=env.who)
            changes, counts, outcome = work(store.head())
            if store.schema_changes():
                store.apply_schema(run)
            store.commit(Commit(run, store.head(), changes))
            store.end_run(run.id, env.now(), outcome, counts)
            return replace(run, ended=env.now(), outcome=outcome, counts=counts)

    def held(self) -> list[HeldItem]:
        """Return the open held items, by number."""
        return self.store.held()

    def resolve(self, number: int, choice: Choose, value: Any = None) -> HeldItem:
        """Record a decision on a held item; the next sync carries it out. Raise UnknownName otherwise."""
        return self.store.decide(number, Decision(choice, value, self._env.who))

    def history(self, key: str, field: str | None = None) -> list[Entry]:
        """Return who changed what of a record, where and when, oldest first."""
        return self.store.entries(key=key, field=field)

    def runs(self, limit: int = 20) -> list[Run]:
        """Return the last runs, newest first."""
        return self.store.runs(limit)

    def sla(self, table: str = "", *, as_of: datetime | None = None) -> SlaView:
        """Return the SLA of a table (default: the only one that has one) at a time (default: now).

        Raise UnknownName when the table has none.
        """
        from .sla_view import SlaView

        known = self.config.sla
        name = table or (next(iter(known)) if len(known) == 1 else "")
        if name not in known:
            there = f" There is: {', '.join(known)}." if known else ""
            raise UnknownName(
                f"The table '{table}' has no SLA goals.{there}" if table else f"Say which table.{there}",
                next_step="Goals are named in sheetops.toml under [sla.TABLE] (docs/sla.md).",
            )
        return SlaView(self.schema, self.store, known[name], as_of or self._env.now())

    def table(self, name: str) -> TableView:
        """Return a table of the dataset. Raise UnknownName, with the nearest, when there is none."""
        return TableView(self.store, self.schema.table(name).name)


def open_workspace(
    folder: str | Path = ".",
    *,
    now: Callable[[], datetime] = _utc_now,
    who: str = "",
    progress: Callable[[str, float], None] = lambda what, share: None,
    environ: Mapping[str, str] = os.environ,
) -> Workspace:
    """Open the workspace in `folder` or the nearest folder above it.

    Raise WorkspaceMissing when there is none and ConfigError when its sheetops.toml has a mistake.
    """
    return Workspace(
        load_config(find_workspace(Path(folder))), now=now, who=who, progress=progress, environ=environ
    )
