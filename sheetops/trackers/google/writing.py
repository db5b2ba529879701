"""One atomic write of a spreadsheet, what is read back in the same call, and the repair of what people moved meanwhile."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from .tabs import column_range, quoted, tab_of
from .transport import IdInUse

ROUNDS = 3
"""How often values are brought to their rows when people keep moving these while we write."""

_BACK = (
    "replies,updatedSpreadsheet(sheets(properties(sheetId),data(startRow,startColumn,"
    "rowData(values(userEnteredValue)))))"
)


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
        try:
            sent = self.connection.batch(batch, ranges, _BACK if ranges else "replies")
        except IdInUse as error:
            if not error.resent or not self._is_ours(links):
                raise
            self._add(links)
            return None
        except SheetopsError as error:
            raise changed_meanwhile(error) or error from None
        self._add(links)
        return sent.answer

    def _link(self, tracker: str, requests: Sequence[Json], *, final: bool) -> Link:
        stamp, chain = self.write.tabs[tracker].stamp, self.chains[tracker]
        assert stamp is not None, "every write is stamped"
        if not final:  # the generation counts only once all parts are there
            stamp = Stamp(stamp.workspace, stamp.tracker, stamp.generation - 1)
        return chain.next(stamp, digest(requests))

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
        """What to read back: headers and keys of every tab that was written."""
        found = []
        for tracker, meant in self.meant.items():
            if meant.puts or meant.exact:
                tab = self.read.tabs[tracker]
                found += [f"{quoted(tab.title)}!{meant.header_row}:{meant.header_row}",
                          column_range(tab.title, meant.key_column)]  # fmt: skip
        return found

    def _now(self, answer: Json) -> dict[str, Now]:
        sheets = answer.get("updatedSpreadsheet", {}).get("sheets", ())
        by_id = {sheet["properties"].get("sheetId", 0): sheet.get("data", ()) for sheet in sheets}
        found = {}
        for tracker, meant in self.meant.items():
            blocks = by_id.get(self.read.tabs[tracker].sheet_id, ())
            if (meant.puts or meant.exact) and blocks:
                found[tracker] = _now(blocks, meant)
        return found

    def _settled(self, answer: Json | None) -> Outcome:
        """Look at what was read back, and bring what stands in wrong rows to its own."""
        outcome = Outcome(as_planned=answer is not None)
        for _ in range(ROUNDS):
            found = self._now(answer) if answer is not None else self._look_again(set(self.meant))
            displaced = {t for t, now in found.items() if repair.is_displaced(self.meant[t], now)}
            if not displaced:
                return outcome
            outcome.as_planned = False
            if any(repair.needs_whole_tab(self.meant[t], found[t]) and found[t].tab is None for t in displaced):  # fmt: skip
                found = {**found, **self._look_again(displaced)}
            repairs = {tracker: repair.repair(self.meant[tracker], found[tracker]) for tracker in displaced}
            for one in repairs.values():
                outcome.notes += [note for note in one.unsure if note not in outcome.notes]
            if not any(repairs.values()):
                return outcome
            try:
                answer = self._send_repairs(repairs)
            except TrackerChanged:
                break
            self.meant = {t: repair.after(self.meant[t], found[t], one) for t, one in repairs.items()}
        names = ", ".join(sorted({self.read.tabs[tracker].title for tracker in self.meant}))
        outcome.notes.append(
            f"Rows of '{names}' were moved again and again while they were written; the next sync looks at every cell."
        )
        return outcome

    def _look_again(self, trackers: set[str]) -> dict[str, Now]:
        tabs = {tracker: self.read.tabs[tracker].sheet_id for tracker in sorted(trackers)}
        filters = [{"gridRange": {"sheetId": one}} for one in tabs.values()]
        answer = self.connection.by_filter(filters, EVERYTHING)
        sheets = {sheet["properties"].get("sheetId", 0): sheet for sheet in answer.get("sheets", ())}
        return {t: repair.now_of(tab_of(sheets[one]), self.meant[t]) for t, one in tabs.items()}

    def _send_repairs(self, repairs: dict[str, Repair]) -> Json | None:
        requests = [
            request
            for tracker, one in repairs.items()
            for request in repair.requests_for(one.puts, self.read.tabs[tracker].sheet_id)
        ]
        return self._send(requests, final=True)


def _now(blocks: Sequence[Json], meant: Meant) -> Now:
    """Return what the two ranges that were read back say: the header row, then the key column."""
    header, column = blocks[0], blocks[1]
    left, top = header.get("startColumn", 0), column.get("startRow", 0)
    lines = header.get("rowData", ())
    cells = lines[0].get("values", ()) if lines else ()
    headers = {left + n: cell.get("userEnteredValue", {}) for n, cell in enumerate(cells, start=1)}
    keys = {}
    for number, line in enumerate(column.get("rowData", ()), start=top + 1):
        values = line.get("values", ())
        keys[number] = values[0].get("userEnteredValue", {}) if values else {}
    return Now(keys, headers, meant.header_row, meant.key_column)


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
