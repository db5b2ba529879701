"""One atomic write of a spreadsheet, what is read back in the same call, and the repair of what people moved meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ...model.errors import SheetopsError, TrackerChanged
from ...model.sheet import HELD_TAB, SpreadsheetWrite, Stamp
from . import locking, own_tab, repair
from .building import PAYLOAD, digest, divided, tab_requests
from .cells import Json
from .connection import Connection
from .reading import EVERYTHING, Read
from .repair import Meant, Now, Repair
from .stamps import Chain, Link, create, drop
from .tabs import by_id, column_range, quoted, tab_of
from .transport import IdInUse

ROUNDS = 3
"""How often values are brought to their rows when people keep moving these while we write."""

_BACK = (
    "replies,updatedSpreadsheet(sheets(properties(sheetId),data(startRow,startColumn,"
    "rowData(values(userEnteredValue)))))"
)
_ALL_BACK = f"replies,updatedSpreadsheet({EVERYTHING})"


@dataclass
class Outcome:
    """What came of a write: whether the spreadsheet is as planned, and what a person should look at."""

    as_planned: bool = True
    notes: list[str] = field(default_factory=list)


@dataclass
class Job:
    """A write under way. `read` is what it was planned on; it is brought up to date as requests are made."""

    connection: Connection
    read: Read
    write: SpreadsheetWrite
    payload: int = PAYLOAD
    locks: Sequence[int] = ()
    """Ids of protected ranges that go with the last part: our own, or what a run that died has left."""
    landed: Callable[[], None] = lambda: None
    """Called when the write has landed and nothing has been repaired yet."""
    chains: dict[str, Chain] = field(default_factory=dict)
    meant: dict[str, Meant] = field(default_factory=dict)

    def run(self) -> Outcome:
        """Carry the write out. Raise TrackerChanged when another program wrote first; nothing is changed then."""
        for tracker, change in self.write.tabs.items():
            self.chains[tracker] = self.read.chain(tracker)
            self.meant[tracker] = repair.meant(self.read.tabs[tracker], change)
        parts = divided(self._requests(), self.payload)
        for part in parts[:-1]:
            self._send(part, final=False)
        answer = self._send(parts[-1], final=True)
        self.landed()
        return self._settled(answer)

    # --- requests --------------------------------------------------------------------------------------

    def _requests(self) -> list[Json]:
        requests: list[Json] = []
        for tracker, change in self.write.tabs.items():
            requests += tab_requests(self.read.tabs[tracker], change)
            requests += map(drop, self.chains[tracker].far_old())
        if self.read.own is None:
            requests += own_tab.made()
            self.read.own = own_tab.fresh()
        sheets = {tab.title: tab.sheet_id for tab in self.read.tabs.values()}
        requests += own_tab.line_requests(self.read.own, self.write.held_tab, sheets)
        return requests + [locking.released(one) for one in self.locks]

    def _send(self, requests: Sequence[Json], *, final: bool) -> Json | None:
        """Send one part with a link for every tracker it writes; None when it landed and its answer was lost."""
        links = {tracker: self._link(tracker, requests, final=final) for tracker in self.write.tabs}
        batch = [*(create(link, self.read.tabs[tracker].sheet_id) for tracker, link in links.items()), *requests]  # fmt: skip
        ranges = self._ranges() if final else []
        mask = _ALL_BACK if self._whole else _BACK if ranges else "replies"
        try:
            sent = self.connection.batch(batch, ranges, mask)
        except IdInUse as error:
            if not error.resent or not self._is_ours(links):
                raise
            self._add(links)
            return None
        except SheetopsError as error:
            changed = changed_meanwhile(error)
            if changed is None:
                raise
            if not self._is_ours(links):
                raise changed from None
            self._add(links)  # refused for the ranges to read back, after it was carried out
            return None
        self._add(links)
        return sent.answer

    def _link(self, tracker: str, requests: Sequence[Json], *, final: bool) -> Link:
        stamp, chain = self.write.tabs[tracker].stamp, self.chains[tracker]
        assert stamp is not None, "every write is stamped"
        if not final:  # the generation counts only once all parts are there
            stamp = Stamp(stamp.workspace, stamp.tracker, stamp.generation - 1)
        return chain.next(stamp, digest(requests), self.read.tabs[tracker].sheet_id)

    def _is_ours(self, links: dict[str, Link]) -> bool:
        """Whether a batch whose answer was lost has landed after all: its link says what it did."""
        link = next(iter(links.values()))
        there = self.connection.metadata(link.id)
        return there is not None and there.get("metadataValue") == link.value()

    def _add(self, links: dict[str, Link]) -> None:
        for tracker, link in links.items():
            chain = self.chains[tracker]
            self.chains[tracker] = replace(chain, links=(*chain.links, link))
            tab = self.read.tabs[tracker]
            tab.metadata = (*tab.metadata, create(link, 0)["createDeveloperMetadata"]["developerMetadata"])

    # --- reading back ------------------------------------------------------------------------------------

    def _ranges(self) -> list[str]:
        """What to read back of every tab: headers, keys, and the rows that keys alone cannot vouch for."""
        if self._whole:
            return [quoted(self.read.tabs[tracker].title) for tracker in self._checked()]
        found = []
        for tracker, meant in self._checked().items():
            tab = self.read.tabs[tracker]
            found += [f"{quoted(tab.title)}!{meant.header_row}:{meant.header_row}",
                      column_range(tab.title, meant.key_column)]  # fmt: skip
            if close := meant.close:
                found.append(f"{quoted(tab.title)}!{close[0]}:{close[-1]}")
        return found

    def _checked(self) -> dict[str, Meant]:
        """The trackers of which cells were written."""
        return {tracker: meant for tracker, meant in self.meant.items() if meant.cells}

    @property
    def _whole(self) -> bool:
        """Whether whole tabs are read back."""
        return any(meant.whole for meant in self._checked().values())

    def _now(self, answer: Json) -> dict[str, Now]:
        back = answer.get("updatedSpreadsheet", {})
        if self._whole:
            return self._tabs(back, set(self._checked()))
        blocks = {number: iter(sheet.get("data", ())) for number, sheet in by_id(back).items()}
        return {
            tracker: _now(blocks[self.read.tabs[tracker].sheet_id], close=bool(meant.close))
            for tracker, meant in self._checked().items()
        }

    def _settled(self, answer: Json | None) -> Outcome:
        """Look at what was read back, and bring what stands in wrong cells to its place."""
        outcome = Outcome(as_planned=answer is not None)
        try:
            for _ in range(ROUNDS):
                found = self._now(answer) if answer is not None else self._look_again(set(self._checked()))
                repairs = self._repairs(found)
                outcome.as_planned &= not repairs
                for one in repairs.values():
                    outcome.notes += [note for note in one.unsure if note not in outcome.notes]
                repairs = {tracker: one for tracker, one in repairs.items() if one}
                if not repairs:
                    return outcome
                answer = self._send_repairs(repairs)
            found = self._now(answer) if answer is not None else self._look_again(set(self._checked()))
            if not any(self._repairs(found).values()):
                return outcome
            why = "were moved again and again while they were written"
        except SheetopsError as error:  # what was written stays written: this is no failure of the write
            why = (
                f"were moved while they were written, and could not be brought to their places ({error.what})"
            )
        outcome.as_planned = False
        names = ", ".join(sorted({self.read.tabs[tracker].title for tracker in self.meant}))
        outcome.notes.append(f"Rows of '{names}' {why}; look whether all is where it was.")
        return outcome

    def _repairs(self, found: dict[str, Now]) -> dict[str, Repair]:
        """Return what is to be put right in each tab where rows or columns moved."""
        displaced = {t for t, now in found.items() if repair.is_displaced(self.meant[t], now)}
        if closer := {t for t in displaced if repair.needs_whole_tab(self.meant[t], found[t])}:
            found.update(self._look_again(closer))
        repairs = {t: repair.repair(self.meant[t], found[t]) for t in displaced}
        for t in found.keys() - displaced:
            self.meant[t] = replace(self.meant[t], cells={}, appended={})
        for t, one in repairs.items():
            self.meant[t] = repair.after(self.meant[t], found[t], one) if one else replace(self.meant[t], cells={})  # fmt: skip
        return repairs

    def _look_again(self, trackers: set[str]) -> dict[str, Now]:
        tabs = {self.read.tabs[tracker].sheet_id for tracker in trackers}
        filters = [{"gridRange": {"sheetId": sheet_id}} for sheet_id in sorted(tabs)]
        answer = self.connection.by_filter(filters, EVERYTHING)
        return self._tabs(answer, trackers)

    def _tabs(self, answer: Json, trackers: set[str]) -> dict[str, Now]:
        sheets = by_id(answer)
        found = {tracker: tab_of(sheets[self.read.tabs[tracker].sheet_id]) for tracker in trackers}
        for tracker, tab in found.items():
            self.read.tabs[tracker].title = tab.title
        return {tracker: Now(tab=tab) for tracker, tab in found.items()}

    def _send_repairs(self, repairs: dict[str, Repair]) -> Json | None:
        """Write the repairs; None where the answer was lost, or a tab was renamed so that nothing was written."""
        requests = [
            request
            for tracker, one in repairs.items()
            for request in repair.requests_for(one.cells, self.meant[tracker].before)
        ]
        try:
            return self._send(requests, final=True)
        except IdInUse:
            raise
        except TrackerChanged:
            return None


def _now(blocks: Iterator[Json], *, close: bool) -> Now:
    """Return what the ranges that were read back say: the header row, the key column, the rows to look at closely."""
    header, column = next(blocks), next(blocks)
    headers = next(iter(_lines(header).values()), [])
    keys = {row: cells[0] if cells else {} for row, cells in _lines(column).items()}
    left = header.get("startColumn", 0)
    return Now(keys, dict(enumerate(headers, start=left + 1)), _lines(next(blocks)) if close else {})


def _lines(block: Json) -> dict[int, list[Json]]:
    """Return row -> what was entered in its cells."""
    rows = enumerate(block.get("rowData", ()), start=block.get("startRow", 0) + 1)
    return {n: [cell.get("userEnteredValue", {}) for cell in row.get("values", ())] for n, row in rows}


_OTHER_TABS = re.compile(rf'Unable to parse range|No (?:sheet|grid) with id|"{HELD_TAB}" already exists')


def changed_meanwhile(error: SheetopsError) -> TrackerChanged | None:
    """A tab that was renamed, deleted or added after the read makes Google refuse the whole batch."""
    if not _OTHER_TABS.search(str(error)):
        return None
    return TrackerChanged(
        "A tab was renamed, deleted or added after the spreadsheet was read.",
        not_done="Nothing was written.",
        next_step="Run: sheetops sync",
    )
