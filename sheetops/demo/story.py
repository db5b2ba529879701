"""The demo: people edit two workbooks and a Google sheet, a sync brings them together, and one run is taken back."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .. import actions
from ..actions import Outcome
from ..config.google import URL_VARIABLE
from ..library import Workspace, open_workspace
from ..model.schema import TrackerSpec
from ..workspace import Config
from .google_sheet import cells_by_key, different, has_google
from .hands import Hands
from .person import Person
from .scene import Desk, Scene, scene_for
from .stage import SANDBOX, add_google, lay_out

if TYPE_CHECKING:
    from ..sandbox import Sandbox

SHARED = "SHEETOPS_SHARED"
"""The environment variable that names the folder with real data, under `data/`."""

_RUN_BY = "demo"
_PAGE = "http://127.0.0.1:8765"
"""Where `sheetops sandbox` answers unless it is told otherwise."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _no_progress(what: str, share: float) -> None:
    """Say nothing."""


def run_demo(
    folder: Path,
    *,
    shared: Path | None = None,
    seed: int = 7,
    now: Callable[[], datetime] = _utc_now,
    progress: Callable[[str, float], None] = _no_progress,
    google: bool | None = None,
) -> Outcome:
    """Play the demo in `folder` and leave its spreadsheets there to open.

    `shared` is a folder with real data (default: what SHEETOPS_SHARED names); without any, `seed` decides
    the invented cases. `now` is the clock; `progress` is told what is being done and the share that is
    done; `google` says whether there is a Google sheet (default: where what it needs is installed). Raise
    ConfigError when the folder holds something else.
    """
    if shared is None and os.environ.get(SHARED):
        shared = Path(os.environ[SHARED])
    progress("making the spreadsheets", 0)
    google = has_google() if google is None else google
    scene = scene_for(shared, seed, now(), google=google)
    config = lay_out(folder, scene)
    with ExitStack() as running:
        box = None
        if google:
            from ..sandbox import Sandbox

            box = running.enter_context(Sandbox(data=config.folder / SANDBOX, seed=seed, clock=now))
            config = add_google(config, scene, box)
        return _Story(scene, config, now, progress, box).play()


class _Story:
    """The demo while it is played; `lines` is what has been said so far. The sandbox is there with a Google sheet only."""

    def __init__(
        self,
        scene: Scene,
        config: Config,
        now: Callable[[], datetime],
        progress: Callable[[str, float], None],
        box: Sandbox | None,
    ) -> None:
        self.scene, self.config, self.now, self.progress, self.box = scene, config, now, progress, box
        self.lines: list[str] = []
        self.told = 0

    def play(self) -> Outcome:
        self._say(f"A demo with {self.scene.about}, in {self.config.folder}")
        self._heading("The first sync fills the dataset from the spreadsheets")
        self._sync()
        self._heading("People edit at the same time: workbooks, which they save, and a Google sheet" if self.box
                      else "Two people edit their workbooks at the same time, and save")  # fmt: skip
        for desk in self.scene.desks:
            self._work(desk, desk.acts)
        self._heading("What a sync would do; nothing is written yet")
        self._command("plan", actions.plan)
        edits = self._do_it()
        self._heading("Decisions, made where people work: in the tab 'sheetops' of their own spreadsheet")
        for desk in self.scene.desks:
            self._decide(desk)
        self._sync()
        self._heading("Who changed what, and any question in SQL")
        key = self.scene.followed
        self._command(
            f"history {key} {self.scene.field}", lambda ws: actions.history(ws, key, self.scene.field)
        )
        self._command(f'sql "{self.scene.question}"', lambda ws: actions.sql(ws, self.scene.question))
        self._heading(f"Take the edits back: run {edits}, in the dataset and in the spreadsheets")
        self._command(f"undo {edits}", lambda ws: actions.undo(ws, edits or ""), tail=True)
        self._end()
        return Outcome("demo", self.lines, self._data(edits))

    def _do_it(self) -> str | None:
        """Sync; where there is a Google sheet, somebody sorts it between the read and the write."""
        sorting = next((desk for desk in self.scene.desks if desk.sorts), None)
        if sorting is None or self.box is None:
            self._heading("Do it")
            return self._sync()
        self._heading(
            f"Do it, while {sorting.person} sorts the Google sheet between sheetops' read and its write"
        )
        spec, hands = self.config.schema.trackers[sorting.tracker], self._hands(sorting)
        before = cells_by_key(self.box, spec)
        self.box.before_next_write(lambda: hands.sort(sorting.sorts))
        run = self._sync()
        self._told(sorting, hands)
        changed = different(before, cells_by_key(self.box, spec))
        self._say(f"    different afterwards, of {len(before):,} cells: {', '.join(changed)}; nothing else")
        return run

    def _work(self, desk: Desk, acts: Callable[[Hands], None]) -> None:
        hands = self._hands(desk)
        if isinstance(hands, Person):
            with hands:
                acts(hands)
        else:
            acts(hands)
        self._told(desk, hands)

    def _hands(self, desk: Desk) -> Hands:
        spec = self.config.schema.trackers[desk.tracker]
        if self.box is not None and spec.backend == "google":
            from .sheet_person import SheetPerson

            return SheetPerson(desk.person, self.box, spec.source, spec.tab)
        return Person(desk.person, self.config.folder / spec.source, spec.tab, self.now())

    def _told(self, desk: Desk, hands: Hands) -> None:
        spec = self.config.schema.trackers[desk.tracker]
        where = f"the Google sheet {spec.name}" if spec.backend == "google" else spec.name
        self._say(f"  {desk.person}, in {where}:", *(f"    {did}" for did in hands.did))

    def _decide(self, desk: Desk) -> None:
        made = desk.decides
        if made is None:
            return
        with self._open() as ws:
            number = next(
                item.number
                for item in ws.held()
                if (item.tracker, item.key, item.field) == (desk.tracker, made.key, made.field)
            )
        self._work(desk, lambda person: person.decide(number or 0, made.choice, made.use))

    def _sync(self) -> str | None:
        outcome = self._command("sync", actions.sync, tail=True)
        run: str | None = outcome.data.get("run")
        return run

    def _command(self, said: str, act: Callable[[Workspace], Outcome], *, tail: bool = False) -> Outcome:
        """Run a command and show what it prints; `tail` for its closing lines only."""
        with self._open() as ws:
            outcome = act(ws)
        shown = outcome.lines
        if tail:
            last = max((n for n, line in enumerate(shown) if not line), default=-1)
            shown = shown[last + 1 :]
        self._say(f"  $ sheetops {said}", *(f"  {line}".rstrip() for line in shown))
        return outcome

    def _open(self) -> Workspace:
        environ = {name: said for name, said in os.environ.items() if name != URL_VARIABLE}
        return open_workspace(self.config.folder, now=self.now, who=_RUN_BY, environ=environ)

    def _end(self) -> None:
        folder = self.config.folder
        self._heading("Open the spreadsheets, look at the tab 'sheetops', edit, save; then run a command")
        self._say(*(f"  {book}" for book in self._workbooks()))
        for spec in self._sheets():
            self._say(f"  {_PAGE}, the Google sheet {spec.name}, while this runs in another terminal:")
            self._say(f"    {program()} sandbox --data {_quoted(folder / SANDBOX)}")
        self._say("", *(f"  {program()} {what} -C {_quoted(folder)}" for what in ("held", "plan", "sync")))
        if self.box is None:
            self._say("", '  A Google sheet joins in once this has run: pip install "sheetops[google]"')

    def _workbooks(self) -> list[str]:
        trackers = self.config.schema.trackers.values()
        return [str(self.config.folder / spec.source) for spec in trackers if spec.backend == "excel"]

    def _sheets(self) -> list[TrackerSpec]:
        return [spec for spec in self.config.schema.trackers.values() if spec.backend == "google"]

    def _data(self, edits: str | None) -> dict[str, object]:
        return {"folder": str(self.config.folder), "workbooks": self._workbooks(),
                "sheets": [spec.source for spec in self._sheets()], "undone": edits, "said": self.lines}  # fmt: skip

    def _heading(self, title: str) -> None:
        self.told += 1
        self.progress("playing", min(1.0, 0.3 + self.told / 10))
        self._say("", f"-- {title} --")

    def _say(self, *lines: str) -> None:
        self.lines.extend(lines)


def program() -> str:
    """Return how to call the command line from here: by its path where the shell would not find it."""
    if shutil.which("sheetops"):
        return "sheetops"
    beside = Path(sys.executable).with_name("sheetops.exe" if os.name == "nt" else "sheetops")
    return _quoted(beside) if beside.exists() else f"{_quoted(Path(sys.executable))} -m sheetops"


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
