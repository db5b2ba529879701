"""The demo: two people edit two workbooks, a sync brings them together, and one run is taken back."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from .. import actions
from ..actions import Outcome
from ..library import Workspace, open_workspace
from ..workspace import Config
from .person import Person
from .scene import Desk, Scene, scene_for
from .stage import lay_out

SHARED = "SHEETOPS_SHARED"
"""The environment variable that names the folder with real data, under `data/`."""

_RUN_BY = "demo"


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
) -> Outcome:
    """Play the demo in `folder` and leave its workbooks there to open.

    `shared` is a folder with real data (default: what SHEETOPS_SHARED names); without any, `seed` decides
    the invented cases. `now` is the clock; `progress` is told what is being done and the share that is
    done. Raise ConfigError when the folder holds something else.
    """
    if shared is None and os.environ.get(SHARED):
        shared = Path(os.environ[SHARED])
    progress("making the workbooks", 0)
    scene = scene_for(shared, seed, now())
    config = lay_out(folder, scene)
    return _Story(scene, config, now, progress).play()


class _Story:
    """The demo while it is played; `lines` is what has been said so far."""

    def __init__(
        self,
        scene: Scene,
        config: Config,
        now: Callable[[], datetime],
        progress: Callable[[str, float], None],
    ) -> None:
        self.scene, self.config, self.now, self.progress = scene, config, now, progress
        self.lines: list[str] = []
        self.told = 0

    def play(self) -> Outcome:
        self._say(f"A demo with {self.scene.about}, in {self.config.folder}")
        self._heading("The first sync fills the dataset from the workbooks")
        self._sync()
        self._heading("Two people edit their workbooks at the same time, and save")
        for desk in self.scene.desks:
            self._work(desk, desk.acts)
        self._heading("What a sync would do; nothing is written yet")
        self._command("plan", actions.plan)
        self._heading("Do it")
        edits = self._sync()
        self._heading("One decision, made where people work: in the workbook's tab 'sheetops'")
        self._decide()
        self._sync()
        self._heading("Who changed what, and any question in SQL")
        key = self.scene.followed
        self._command(
            f"history {key} {self.scene.field}", lambda ws: actions.history(ws, key, self.scene.field)
        )
        self._command(f'sql "{self.scene.question}"', lambda ws: actions.sql(ws, self.scene.question))
        self._heading(f"Take the edits back: run {edits}, in the dataset and in the workbooks")
        self._command(f"undo {edits}", lambda ws: actions.undo(ws, edits or ""), tail=True)
        self._end()
        return Outcome("demo", self.lines, self._data(edits))

    def _work(self, desk: Desk, acts: Callable[[Person], None]) -> None:
        spec = self.config.schema.trackers[desk.tracker]
        with Person(desk.person, self.config.folder / spec.source, spec.tab, self.now()) as person:
            acts(person)
        self._say(f"  {desk.person}, in {spec.name}:", *(f"    {did}" for did in person.did))

    def _decide(self) -> None:
        desk = self.scene.desks[0]
        with self._open() as ws:
            item = next(
                i
                for i in ws.held()
                if i.tracker == desk.tracker and (i.key, i.field) == (self.scene.followed, self.scene.field)
            )
        assert item.number is not None
        self._work(desk, lambda person: person.decide(item.number or 0, "keep mine"))

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
        return open_workspace(self.config.folder, now=self.now, who=_RUN_BY)

    def _end(self) -> None:
        folder = self.config.folder
        self._heading("Open the workbooks, look at the tab 'sheetops', edit, save; then run a command")
        self._say(*(f"  {folder / spec.source}" for spec in self.config.schema.trackers.values()))
        self._say("", *(f"  {program()} {what} -C {_quoted(folder)}" for what in ("held", "plan", "sync")))

    def _data(self, edits: str | None) -> dict[str, object]:
        books = [str(self.config.folder / spec.source) for spec in self.config.schema.trackers.values()]
        return {"folder": str(self.config.folder), "workbooks": books, "undone": edits, "said": self.lines}

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
