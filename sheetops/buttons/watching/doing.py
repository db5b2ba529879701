"""One tick from being seen to its outcome in words, through every place where the machine may stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...merge.tab_controls import find_controls, outcome_edit, take_edit
from ...model.errors import SheetopsError, TrackerChanged
from ...model.record import Run
from ...model.sheet import Grid, OwnTab, TabEdit
from ..own_mistakes import own_mistake
from ..pressing import Pressed, failed, press
from .intents import Intent, Intents

if TYPE_CHECKING:
    from ...library import Workspace

ROUNDS = 4
"""How often a tab is read and written again when people keep saving."""

MOST_STARTS = 3
"""After so many starts that were cut off, a tick is given up: something about it stops the program."""

_LONGEST = 1500
_LONG = ("preview", "held", "explain", "weekly")
"""Actions whose lines are the answer."""


@dataclass
class Doing:
    """What carries ticks out. `open_ws` opens the workspace under a name for the journal; `fault` is called at each
    point where a test may crash."""

    intents: Intents
    open_ws: Callable[[str], Workspace]
    now: Callable[[], datetime]
    timezone: str
    fault: Callable[[str], None] = lambda point: None

    def take(self, tab: OwnTab, book: str, action: str, record: str) -> Pressed | None:
        """Carry out a tick in the spreadsheet called `book`. None where it was taken away before, or waits for another run."""
        number = self.intents.next_number()
        said = f"{self._at()}: being done ... (tick {number})"
        intent = Intent(number, book, action, record, said, last_run=self._last_run())
        self.intents.keep(intent)
        self.fault("taken")
        return self._untick(tab, intent)

    def resume(self, tab: OwnTab, intent: Intent) -> Pressed | None:
        """Go on with a tick from where a watch that was cut off left it."""
        if intent.state == "ran":
            return self._tell(tab, intent, ())
        if intent.state == "started":
            return self._start(tab, intent)
        there = find_controls(tab.read()).get(intent.action)
        if there is not None and there.outcome == intent.said:
            return self._start(tab, intent)  # unticked already, and nothing begun
        return self._untick(tab, intent)

    def _untick(self, tab: OwnTab, intent: Intent) -> Pressed | None:
        found: list[TabEdit | None] = []

        def edit(grid: Grid | None) -> TabEdit | None:
            found[:] = [take_edit(grid, intent.action, intent.said)]
            return found[0]

        _changed(tab, edit)
        if found == [None]:  # taken away again before we came to it
            self.intents.done(intent)
            return None
        self.fault("unticked")
        return self._start(tab, intent)

    def _start(self, tab: OwnTab, intent: Intent) -> Pressed | None:
        if intent.times:  # a watch was cut off while it did this
            before = self._run_of(intent)
            if before is not None and before.ended is not None:
                return self._ran(tab, intent, Pressed(intent.action, before.outcome or "", (), 0, before.id))
            if given_up := self._given_up(intent, before):
                return self._ran(tab, intent, given_up)
            if before is not None:
                return self._ran(tab, intent, self._completed(intent, before))
        begun = replace(intent, state="started", times=intent.times + 1)
        self.intents.keep(begun)
        self.fault("started")
        pressed = self._pressed(begun, intent.action)
        self.fault("pressed")
        if pressed.data.get("error", {}).get("code") == "locked":  # another run: the next look tries again
            self.intents.keep(replace(begun, times=intent.times, state="taken"))
            return None
        return self._ran(tab, begun, pressed)

    def _pressed(self, intent: Intent, action: str) -> Pressed:
        try:
            with self.open_ws(intent.who) as ws:
                return press(ws, action, key=intent.record)
        except SheetopsError as error:
            return failed(action, error)
        except Exception as error:  # a mistake of our own is said beside the tick, and ends no watch
            return failed(action, own_mistake(error))

    # --- after a cut ------------------------------------------------------------------------------------

    def _run_of(self, intent: Intent) -> Run | None:
        """Return the run that a tick led to, by the name it has in the journal; None where nothing was committed."""
        with self.open_ws(intent.who) as ws:
            return (
                next((run for run in ws.runs(200) if run.who == intent.who), None) if ws.has_dataset else None
            )

    def _completed(self, intent: Intent, before: Run) -> Pressed:
        """Complete a run that was cut off after its commit: any sync goes on from there."""
        rest = self._pressed(intent, "sync")
        said = f"It was cut off as {before.id} and has been completed. {rest.sentence}"
        return replace(rest, action=intent.action, sentence=said)

    def _given_up(self, intent: Intent, before: Run | None) -> Pressed | None:
        if intent.times >= MOST_STARTS:
            said = f"The program was cut off {intent.times} times while it did this, and gives it up. "
            next_step = f"Run in a terminal, to see why: sheetops {'sync' if before else intent.action}"
            return Pressed(intent.action, said + next_step, (), 1)
        if intent.action == "undo" and before is None and self._last_run() != intent.last_run:
            said = f"It was cut off before it began, and {self._last_run()} has come since. Nothing was taken back; tick again to take back the last run."  # fmt: skip
            return Pressed(intent.action, said, (), 1)
        return None

    def _last_run(self) -> str:
        with self.open_ws("watch") as ws:
            return next((run.id for run in ws.runs(1)), "") if ws.has_dataset else ""

    # --- the outcome ------------------------------------------------------------------------------------

    def _ran(self, tab: OwnTab, intent: Intent, pressed: Pressed) -> Pressed:
        more = pressed.lines if intent.action in _LONG and pressed.exit_code in (0, 3) else ()
        said = " | ".join([pressed.sentence, *(line.strip() for line in more if line.strip() and line != pressed.sentence)])  # fmt: skip
        outcome = f"{self._at()}: {said if len(said) <= _LONGEST else said[: _LONGEST - 1] + '…'}"
        ran = replace(intent, state="ran", outcome=outcome, exit_code=pressed.exit_code)
        self.intents.keep(ran)
        self.fault("ran")
        return self._tell(tab, ran, pressed.lines)

    def _tell(self, tab: OwnTab, intent: Intent, lines: tuple[str, ...]) -> Pressed:
        went = intent.exit_code in (0, 3)
        _changed(tab, lambda grid: outcome_edit(grid, intent.action, intent.outcome, went=went))
        self.fault("told")
        self.intents.done(intent)
        return Pressed(intent.action, intent.outcome, lines, intent.exit_code)

    def _at(self) -> str:
        now = self.now().astimezone(ZoneInfo(self.timezone))
        return f"{now:%a} {now.day} {now:%b %H:%M}"


def _changed(tab: OwnTab, edit: Callable[[Grid | None], TabEdit | None]) -> None:
    for again in range(ROUNDS, 0, -1):
        try:
            tab.change(edit)
        except TrackerChanged:
            if again == 1:
                raise
        else:
            return
