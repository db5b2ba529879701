"""One read of a spreadsheet: every tracker's tab and the program's own, with all that decides about writing.

Tabs are asked for by their id once it is known, so that one that people renamed is still found. A first read has to
ask for the list of tabs before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...model.errors import SheetopsError, TrackerUnreadable
from ...model.nearest import did_you_mean
from ...model.schema import TrackerSpec
from ...model.sheet import HELD_TAB, TITLE
from .cells import Json
from .connection import Connection
from .remembered import Remembered
from .stamps import Chain
from .tabs import TabState, by_id, find_live, forget_unread, id_of, results_wanted, tab_of, take_results

_SHEET = (
    "properties(sheetId,title,hidden,gridProperties(rowCount,columnCount)),merges,developerMetadata,"
    "protectedRanges(protectedRangeId,range,unprotectedRanges,description,warningOnly,requestingUserCanEdit)"
)
_CELLS = "data(startRow,startColumn,rowData(values({},effectiveFormat(numberFormat(type)))))"
_BOOK = "properties(title,timeZone,locale)"
STRUCTURE = f"{_BOOK},sheets({_SHEET})"
EVERYTHING = f"{_BOOK},sheets({_SHEET},{_CELLS.format('userEnteredValue')})"
RESULTS = f"sheets(properties(sheetId),{_CELLS.format('effectiveValue')})"


@dataclass
class Read:
    """What one look at a spreadsheet showed. `tabs` are the trackers' by id; `own` is the program's tab."""

    spreadsheet: str
    tabs: dict[str, TabState]
    own: TabState | None
    title: str
    timezone: str
    locale: str
    answer: Json
    """The answer itself, for the backup."""

    def chain(self, tracker: str) -> Chain:
        """Return the chain of stamps on a tracker's tab."""
        return Chain.of(self.tabs[tracker].metadata, self.spreadsheet)

    def identity(self) -> str:
        """Return a fingerprint of all that was entered and calculated, of the stamps, and of which spreadsheet it is."""
        said = hashlib.blake2b(digest_size=16)
        for part in self._content():
            said.update(repr(part).encode("utf-8", "surrogatepass"))
        return said.hexdigest()

    def _content(self) -> Iterator[Any]:
        yield self.spreadsheet
        for tracker, tab in sorted(self.tabs.items()):
            yield tracker, self.chain(tracker).number
            yield from tab.content()
        if self.own is not None:
            yield from self.own.content()


def read(
    connection: Connection, trackers: Sequence[TrackerSpec], remembered: Remembered, mask: str = EVERYTHING
) -> Read:
    """Read the trackers' tabs, as much of them as the field mask says: EVERYTHING and maybe more.

    Raise TrackerUnreadable, with the tabs there are, where one is missing.
    """
    ids = remembered.ids(trackers)
    if ids is not None:
        try:
            return _read(connection, trackers, ids, remembered.own, mask)
        except SheetopsError:
            remembered.forget()  # a tab may be gone, or the own one; if it was something else, it will say so again
    return _read(connection, trackers, *_looked_up(connection, trackers, remembered), mask)


def _looked_up(
    connection: Connection, trackers: Sequence[TrackerSpec], remembered: Remembered
) -> tuple[dict[str, int], int | None]:
    answer = connection.structure(STRUCTURE)
    sheets = answer.get("sheets", ())
    ids = {tracker.id: _find(tracker, sheets, connection) for tracker in trackers}
    own = next((s["properties"]["sheetId"] for s in sheets if s["properties"]["title"] == HELD_TAB), None)
    remembered.learn(trackers, ids, own)
    return ids, own


def _find(tracker: TrackerSpec, sheets: Sequence[Json], connection: Connection) -> int:
    """Return the id of a tracker's tab: the one of its name, else the one that carries its stamp."""
    titles = [sheet["properties"]["title"] for sheet in sheets]
    for sheet in sheets:
        if sheet["properties"]["title"].casefold() == tracker.tab.casefold():
            return id_of(sheet)
    for sheet in sheets:
        stamp = Chain.of(sheet.get("developerMetadata", ()), connection.spreadsheet).stamp
        if stamp is not None and stamp.tracker == tracker.id:
            return id_of(sheet)
    raise TrackerUnreadable(
        f"{tracker.name} has no tab '{tracker.tab}'.{did_you_mean(tracker.tab, titles)}",
        not_done="It was left out; nothing in it was read or written.",
        next_step=f"Its tabs are {', '.join(map(repr, titles))}. Name one in sheetops.toml under "
        f"[trackers.{tracker.id}], or bring the tab back: File > Version history in the spreadsheet.",
    )


def _read(
    connection: Connection,
    trackers: Sequence[TrackerSpec],
    ids: Mapping[str, int],
    own: int | None,
    mask: str,
) -> Read:
    wanted = [*dict.fromkeys(ids.values()), *([] if own is None else [own])]
    answer = connection.by_filter([{"gridRange": {"sheetId": one}} for one in wanted], mask)
    sheets = by_id(answer)
    tabs = {tracker: tab_of(sheets[sheet_id]) for tracker, sheet_id in ids.items()}
    found = Read(
        connection.spreadsheet, tabs, tab_of(sheets[own]) if own is not None else None,
        answer["properties"]["title"], answer["properties"].get("timeZone", ""),
        answer["properties"].get("locale", ""), answer,
    )  # fmt: skip
    _refuse_strange_tab(found, trackers[0])
    _read_results(connection, trackers, found)
    return found


def _read_results(connection: Connection, trackers: Sequence[TrackerSpec], found: Read) -> None:
    """Read what formulas come to, where a watched column has any: the second read of a run."""
    for tracker in trackers:
        find_live(found.tabs[tracker.id], tracker)
    wanted = [
        area
        for tracker in trackers
        for area in results_wanted(found.tabs[tracker.id], [column.header for column in tracker.columns])
    ]
    tabs = {tab.sheet_id: tab for tab in found.tabs.values()}
    if wanted:
        answer = connection.by_filter([{"gridRange": area} for area in wanted], RESULTS)
        for number, sheet in by_id(answer).items():
            take_results(tabs[number], sheet)
    for tab in tabs.values():
        forget_unread(tab)


def _refuse_strange_tab(found: Read, tracker: TrackerSpec) -> None:
    """Stop at a tab that has our name and is not ours: writing it would wipe out what people built."""
    own = found.own
    if own is None or own.value(1, 1) == TITLE or not any(map(any, own.rows)):
        return
    if any(Chain.of(tab.metadata, "").links for tab in found.tabs.values()):
        return
    raise TrackerUnreadable(
        f"{tracker.name} has a tab '{own.title}' that sheetops did not make, and needs that name for its own.",
        not_done="The spreadsheet was left as it is.",
        next_step="Rename that tab, and run the command again.",
    )
