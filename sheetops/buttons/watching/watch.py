"""The watch itself: looks at every spreadsheet now and then, cheaply, and has ticks carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ...books import LeftOut
from ...merge.tab_controls import find_controls, install_edit
from ...model.errors import SheetopsError, TrackerBusy
from ...model.record import HeldItem
from ...model.sheet import OwnTab
from ..pressing import Pressed
from ..telling import own_tabs
from .doing import Doing
from .intents import Intent, Intents

if TYPE_CHECKING:
    from ...library import Workspace

LONGEST_PAUSE = 900.0
"""Seconds: the most that is waited before a spreadsheet that cannot be reached is asked again."""

SHARE_OF_QUOTA = 3
"""Looks may take one in so many of the reads that sheetops may make in a minute."""


@dataclass(frozen=True)
class World:
    """What a watch takes from the world. `random` gives 0 to 1; `say` is handed each line; `fault` is for tests."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    random: Callable[[], float]
    say: Callable[[str], None] = lambda line: None
    fault: Callable[[str], None] = lambda point: None


@dataclass
class _Book:
    """What is known of one spreadsheet between two looks."""

    tab: OwnTab
    version: str = ""
    waits: bool = False
    """Whether something stands there that could not be done, so that it is looked at again although nobody saved it."""
    failures: int = 0
    due: datetime | None = None
    complaint: str = ""


@dataclass
class Looked:
    """What the looks of a watch came to."""

    looks: int = 0
    done: list[dict[str, Any]] = field(default_factory=list)
    exit_code: int = 0


class Watch:
    """A watch over one workspace. `open_ws` opens it under a name for the journal; `every` is in seconds."""

    def __init__(self, open_ws: Callable[[str], Workspace], every: float, world: World) -> None:
        self._open_ws, self._world = open_ws, world
        self._asked = every
        self._books: dict[str, _Book] = {}
        self.looked = Looked()

    def run(self, *, once: bool = False, until: datetime | None = None) -> Looked:
        """Look again and again, `until` a time where one is given. Raise RunLocked when another watch is at work."""
        with self._open_ws("watch") as ws, ws.store.lock(f"sheetops watch of {ws.config.name}", "watch"):
            self._open(ws)
            while True:
                self.look(ws)
                if once or (until is not None and self._world.now() >= until):
                    return self.looked
                wait = self.every(ws) * (0.9 + 0.2 * self._world.random())
                if until is not None:
                    wait = min(wait, max(0.0, (until - self._world.now()).total_seconds()))
                self._world.sleep(wait)

    def every(self, ws: Workspace) -> float:
        """Return the seconds between two looks: as asked, and longer where they would take too much of Google's quota."""
        settings = ws.config.google
        reads = len({spec.source for spec in ws.schema.trackers.values() if spec.backend == "google"})
        if settings.drive_version:  # Drive says whether anything changed, under a quota of its own
            reads = 0
        return max(self._asked, 60.0 * reads * SHARE_OF_QUOTA / settings.per_minute)

    def _open(self, ws: Workspace) -> None:
        """Take hold of the tabs; names that two workbooks share are told apart."""
        found = own_tabs(ws)
        for tab in found:
            if isinstance(tab, LeftOut):
                self._world.say(f"{tab.tracker} is not watched: {tab.error}")
                self.looked.exit_code = max(self.looked.exit_code, tab.error.exit_code)
                continue
            name, number = tab.name, 2
            while name in self._books:
                name, number = f"{tab.name} ({number})", number + 1
            self._books[name] = _Book(tab)

    # --- one look ---------------------------------------------------------------------------------------

    def look(self, ws: Workspace) -> None:
        """Look at every spreadsheet that is due, finish what was cut off, and carry out what is ticked."""
        doing = Doing(
            Intents(ws.store), self._open_ws, self._world.now, ws.config.timezone, self._world.fault
        )
        waiting: dict[str, list[Intent]] = {}
        for intent in doing.intents.open():
            waiting.setdefault(intent.book, []).append(intent)
        for name in waiting.keys() - self._books.keys():
            for intent in waiting[name]:
                self._world.say(f"The tick for {intent.action} in {name} is dropped: sheetops.toml no longer names {name}.")  # fmt: skip
                doing.intents.done(intent)
        for name, book in self._books.items():
            if book.due is None or book.due <= self._world.now():
                self._guarded(ws, doing, name, book, waiting.get(name, []))
        self.looked.looks += 1

    def _guarded(self, ws: Workspace, doing: Doing, name: str, book: _Book, waiting: list[Intent]) -> None:
        """Look at one spreadsheet. One that cannot be reached is left alone for a while, longer each time."""
        try:
            self._at(ws, doing, name, book, waiting)
        except SheetopsError as error:
            book.failures += 1
            pause = min(LONGEST_PAUSE, self.every(ws) * 2.0**book.failures)
            open_elsewhere = isinstance(error, TrackerBusy) and book.tab.busy() is not None
            if open_elsewhere:  # it costs nothing to see whether it was closed
                pause = 0.0
            book.due, book.waits = self._world.now() + timedelta(seconds=pause), True
            if book.complaint != error.what:
                self._world.say(f"{name}: {error}")
            book.complaint = error.what
            if not open_elsewhere:
                self.looked.exit_code = max(self.looked.exit_code, error.exit_code)
        else:
            book.failures, book.due, book.complaint = 0, None, ""

    def _at(self, ws: Workspace, doing: Doing, name: str, book: _Book, waiting: list[Intent]) -> None:
        tab = book.tab
        for intent in waiting:
            self._note(name, intent.action, doing.resume(tab, intent))
        version = tab.version()
        if version and version == book.version and not book.waits and not waiting:
            return
        book.waits = False
        controls = find_controls(tab.read())
        if not controls:
            tab.change(lambda grid: install_edit(grid, self._held(ws, grid is None), ws.schema))
            self._world.say(f"{name}: its tab 'sheetops' has ticks now.")
        ticked = [(action, one.record) for action, one in controls.items() if one.ticked]
        if ticked and (owner := tab.busy()) is not None:
            raise TrackerBusy(
                f"{name} is open ({owner}), and its ticks wait.",
                not_done="Nothing was started.",
                next_step="Save and close it.",
            )
        for action, record in ticked:
            self._note(name, action, doing.take(tab, name, action, record))
        # What we wrote is no news, but a tick that came in the same moment is: so the version of before counts.
        book.version = version
        book.waits = bool(ticked)

    def _held(self, ws: Workspace, nothing_there: bool) -> list[HeldItem]:
        return [] if nothing_there or not ws.has_dataset else ws.held()

    def _note(self, name: str, action: str, pressed: Pressed | None) -> None:
        if pressed is None:
            return
        self._world.say(f"{name}, {action}: {pressed.sentence}")
        self.looked.done.append({"spreadsheet": name, **pressed.to_json()})
        self.looked.exit_code = max(self.looked.exit_code, pressed.exit_code)
