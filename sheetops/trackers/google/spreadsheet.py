"""A Google spreadsheet that holds trackers, behind the one small Protocol that all backends have."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...config.google import GoogleSettings
from ...model.errors import SheetopsError, TrackerChanged
from ...model.schema import TrackerSpec
from ...model.sheet import (
    OwnTab,
    Refused,
    Snapshot,
    SpreadsheetWrite,
    TabSnapshot,
    TabWrite,
    Written,
    a1,
)
from .. import backups
from . import locking
from .building import PAYLOAD
from .connection import Connection
from .reading import EVERYTHING, Read, read
from .remembered import Remembered
from .stamps import Chain
from .tabs import by_id, quoted, refusal, tab_of
from .transport import IdInUse
from .wording import in_locale
from .writing import Job, changed_meanwhile

CELLS_OF_A_FILE = 10_000_000
"""What a spreadsheet holds at the most, over all tabs (documented)."""


@dataclass(frozen=True)
class Options:
    """How a spreadsheet is read and written. `fault` is called where a test may crash; `payload` is in bytes."""

    drive_version: bool = False
    full_read_every: int = 20
    lock: bool = False
    payload: int = PAYLOAD
    fault: Callable[[str], None] = lambda point: None

    @classmethod
    def of(cls, settings: GoogleSettings, trackers: Sequence[TrackerSpec]) -> Options:
        """Return what the config says about a spreadsheet."""
        lock = any(tracker.lock for tracker in trackers)
        return cls(settings.drive_version, settings.full_read_every, lock)


def _same_clock(one: str, other: str) -> bool:
    """Return whether two time zones show the same time in every season of 2026: UTC is also called Etc/GMT."""
    try:
        clocks = ZoneInfo(one), ZoneInfo(other)
    except (ValueError, ZoneInfoNotFoundError):  # Google has some of its own, such as GMT-07:00
        return one == other
    days = [datetime(2026, month, 1, 12, tzinfo=UTC) for month in range(1, 13)]
    return all(
        day.astimezone(clocks[0]).replace(tzinfo=None) == day.astimezone(clocks[1]).replace(tzinfo=None)
        for day in days
    )


class GoogleSpreadsheet:
    """A spreadsheet in Google Sheets. Reading is one request; so is writing, however many cells change.

    People may edit while a run is under way. Whatever they move is found again by its key (`repair`); other programs
    of ours are kept out by the stamp (`stamps`). Only the very cell that somebody types into within the second of the
    write can be lost, and `lock` rules that out too.
    """

    def __init__(
        self,
        connection: Connection,
        trackers: Sequence[TrackerSpec],
        remembered: Remembered | None = None,
        options: Options | None = None,
    ) -> None:
        self.connection, self.trackers = connection, list(trackers)
        self.remembered, self.options = remembered or Remembered(), options or Options()
        self._looked: tuple[Read, str] | None = None
        """The read of the last look at the identity, and that identity: to be made use of once."""
        self._last: Read | None = None

    @property
    def name(self) -> str:
        """What people call the spreadsheet."""
        return self.trackers[0].name

    def identity(self) -> str:
        """Return a fingerprint of what the trackers' tabs say. Costs a read, which the next `read` makes use of.

        Where Drive's version is asked first, and is the one that stood for a known content, it costs no read.
        """
        version = self._version()
        if version and self._is_known(version):
            self.remembered.trust(version, self.remembered.identity, self.remembered.skipped + 1)
            return self.remembered.identity
        found = self._read(self.trackers)
        identity = found.identity()
        self._looked = found, identity
        if version:
            self.remembered.trust(version, identity)
        return identity

    def _version(self) -> str:
        return self.connection.drive_version() if self.options.drive_version else ""

    def _is_known(self, version: str) -> bool:
        known = self.remembered
        return version == known.version and known.skipped + 1 < self.options.full_read_every

    def _read(self, trackers: Sequence[TrackerSpec]) -> Read:
        return read(self.connection, trackers, self.remembered)

    def busy(self) -> str | None:
        return None

    def read(self, trackers: Sequence[TrackerSpec]) -> Snapshot:
        looked, self._looked = self._looked, None
        wanted = {tracker.id for tracker in trackers}
        if looked is not None and wanted == looked[0].tabs.keys():
            found, identity = looked
        else:
            found = self._read(trackers)
            identity = found.identity()
        self._last = found
        tabs = {
            tracker: TabSnapshot(tab.grid(), found.chain(tracker).stamp)
            for tracker, tab in found.tabs.items()
        }
        own = found.own.grid() if found.own is not None else None
        return Snapshot(identity, tabs, own, self._notes(found, trackers), token=found)

    def _notes(self, found: Read, trackers: Sequence[TrackerSpec]) -> tuple[str, ...]:
        """Say what a person should know before the spreadsheet is written."""
        notes = []
        for tracker in trackers:
            title = found.tabs[tracker.id].title
            if title.casefold() != tracker.tab.casefold():
                notes.append(
                    f"The tab '{tracker.tab}' of {tracker.name} is called '{title}' now and is still followed. "
                    f'Write tab = "{title}" under [trackers.{tracker.id}].'
                )
        zones = {t.timezone for t in trackers if not _same_clock(t.timezone, found.timezone)}
        if zones and found.timezone:
            notes.append(
                f"Dates in {self.name} are read as {', '.join(sorted(zones))}, as sheetops.toml says; the spreadsheet's "
                f"own clock is {found.timezone} (File > Settings), which decides what NOW() and TODAY() show."
            )
        return tuple(notes)

    def refused(self, snapshot: Snapshot, tabs: Mapping[str, TabWrite]) -> Refused:
        found: Read = snapshot.token
        cells: dict[tuple[str, int, int], str] = {}
        appends: dict[str, str] = {}
        for tracker, change in tabs.items():
            tab = found.tabs[tracker]
            for cell in change.cells:
                said = refusal(tab, cell.row, cell.column, cell.value, over_formula=cell.over_formula)
                if said:
                    cells[tracker, cell.row, cell.column] = said
            if change.appends and (said := self._no_room(found, tracker, change)):
                appends[tracker] = said
        return Refused(cells, appends)

    def _no_room(self, found: Read, tracker: str, change: TabWrite) -> str | None:
        """Return why rows cannot be added below the data, None where they can."""
        tab = found.tabs[tracker]
        for row, append in enumerate(change.appends, start=change.last_row + 1):
            for column, value in append.cells.items():
                if tab.value(row, column) not in (None, ""):
                    return f"{a1(row, column)} is not empty; move what stands there"
                if said := refusal(tab, row, column, value, over_formula=False):
                    return said
        rows = change.last_row + len(change.appends) - tab.row_count
        if rows > 0 and tab.row_count * tab.column_count + rows * tab.column_count > CELLS_OF_A_FILE:
            return f"the spreadsheet would have more than {CELLS_OF_A_FILE:,} cells; delete rows or columns nobody uses"
        return None

    # --- writing ---------------------------------------------------------------------------------------

    def write(self, snapshot: Snapshot, write: SpreadsheetWrite) -> Written:
        found: Read = snapshot.token
        self.options.fault("write:before")
        locks = locking.left_behind(list(found.tabs.values()))
        if self.options.lock:
            locks = [*locks, *self._lock(found, write)]
        try:
            worded = in_locale(write, found.locale)
            landed = partial(self.options.fault, "write:landed")
            outcome = Job(self.connection, found, worded, self.options.payload, locks, landed).run()
        except SheetopsError as error:
            self._unlock(locks)
            if isinstance(error, TrackerChanged) and not isinstance(error, IdInUse):
                self.remembered.forget()  # a tab has another name now, or is gone
            raise
        self.options.fault("write:after")
        if found.own is not None and self.remembered.own is None:
            self.remembered.learn(self.trackers, {t: tab.sheet_id for t, tab in found.tabs.items()}, found.own.sheet_id)  # fmt: skip
        return Written(found.identity() if outcome.as_planned else "", tuple(outcome.notes))

    def _lock(self, found: Read, write: SpreadsheetWrite) -> list[int]:
        """Protect the tabs, and see in the same call that they are what the plan was made on.

        Raise TrackerChanged where they are not.
        """
        tabs = {tracker: found.tabs[tracker] for tracker in write.tabs}
        robot = self.connection.transport.robot
        requests = [locking.taken(tab, robot) for tab in tabs.values()]
        titles = [quoted(tab.title) for tab in tabs.values()]
        mask = f"replies,updatedSpreadsheet({EVERYTHING})"
        try:
            answer = self.connection.batch(requests, titles, mask).answer
        except SheetopsError as error:
            raise changed_meanwhile(error) or error from None
        ours = [reply["addProtectedRange"]["protectedRange"]["protectedRangeId"] for reply in answer["replies"]]  # fmt: skip
        self.options.fault("write:locked")
        sheets = by_id(answer["updatedSpreadsheet"])
        for tab in tabs.values():
            seen = tab_of(sheets[tab.sheet_id])
            if seen.raw != tab.raw or Chain.of(seen.metadata, "").links != Chain.of(tab.metadata, "").links:
                self._unlock(ours)
                raise TrackerChanged(
                    f"Somebody edited '{tab.title}' of {self.name} just before it was written.",
                    not_done="It was not written.",
                    next_step="Run: sheetops sync",
                )
        return ours

    def _unlock(self, locks: Sequence[int]) -> None:
        """Take our protection away after a failure. What cannot be taken away now, the next run does."""
        if locks:
            with suppress(SheetopsError):
                self.connection.batch([locking.released(one) for one in locks])

    def backup(self, folder: str, run: str) -> None:
        """Keep what was read, as Google said it: values, formulas, stamps. Costs no request after a read."""
        looked = self._last or self._read(self.trackers)
        name = self.connection.spreadsheet

        def copy(kept: Path) -> None:
            text = json.dumps(looked.answer, ensure_ascii=False)
            (kept / f"{name}.{run}.json").write_text(text, encoding="utf-8")

        backups.keep(Path(folder), self.name, f"{name}.*.json", copy)

    def used(self) -> str:
        return self.connection.used()

    def own_tab(self) -> OwnTab:
        from .small_tab import GoogleTab

        return GoogleTab(self.connection, self.name, self.remembered, asks_drive=self.options.drive_version)
