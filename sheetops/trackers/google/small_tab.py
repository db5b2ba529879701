"""The tab `sheetops` of a Google spreadsheet outside a run: one small read, and one write that two programs cannot both do.

Each write adds a piece of developer metadata whose id follows from the one before. Google takes an id once: of two
programs that read the same tab only one can write, and a write whose answer was lost is not carried out twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress

from ...model.errors import SheetopsError, TrackerChanged, TrackerUnreadable
from ...model.sheet import HELD_TAB, TITLE, Grid, TabEdit, column_letters
from . import own_tab
from .building import digest
from .cells import Json, as_read
from .connection import Connection
from .remembered import Remembered
from .tabs import TabState, by_id, id_of, quoted, tab_of
from .transport import IdInUse
from .writing import changed_meanwhile

KEY = "sheetops.tab"
"""The key of the developer metadata that counts these writes."""

ROWS = 60
"""How many rows are read: what is looked for stands above what is held."""

_WIDTH = 13
_LIST = "sheets(properties(sheetId,title))"
_SHEET = "properties(sheetId,title,gridProperties(rowCount,columnCount)),developerMetadata"
_CELLS = "data(startRow,startColumn,rowData(values(userEnteredValue)))"
_READ = f"sheets({_SHEET},{_CELLS})"
_BACK = f"replies,updatedSpreadsheet(sheets(properties(sheetId,title),{_CELLS}))"


class GoogleTab:
    """See `model.sheet.OwnTab`. `asks_drive`: Drive's version of the file may be asked, which costs no read."""

    def __init__(
        self, connection: Connection, name: str, remembered: Remembered, *, asks_drive: bool
    ) -> None:
        self._connection, self._name, self._remembered = connection, name, remembered
        self._asks_drive = asks_drive

    @property
    def name(self) -> str:
        return self._name

    def version(self) -> str:
        return self._connection.drive_version() if self._asks_drive else ""

    def busy(self) -> str | None:
        return None

    def read(self) -> Grid | None:
        state = self._look()
        return state.grid() if state is not None else None

    def change(self, edit: Callable[[Grid | None], TabEdit | None]) -> Grid | None:
        state = self._look()
        grid = state.grid() if state is not None else None
        wanted = edit(grid)
        if wanted is None:
            return grid
        made = state is None
        state = state or own_tab.fresh()
        requests = (own_tab.made() if made else []) + _requests(state, wanted)
        try:
            answer = self._send(state, requests, made=made)
        except SheetopsError as error:
            raise changed_meanwhile(error) or error from None
        if made:
            self._remembered.own = state.sheet_id
            self._remembered.save()
        if answer is not None and wanted.cells:
            self._check(answer, state, wanted)
        return grid

    # --- reading ---------------------------------------------------------------------------------------

    def _look(self) -> TabState | None:
        """Return the tab. It is asked for by its id where that is known, and looked up where that is no more."""
        if self._remembered.own is not None:
            with suppress(TrackerUnreadable):
                return self._read(self._remembered.own)
        sheets = self._connection.structure(_LIST).get("sheets", ())
        own = next((id_of(sheet) for sheet in sheets if sheet["properties"]["title"] == HELD_TAB), None)
        if own != self._remembered.own:
            self._remembered.own = own
            self._remembered.save()
        return None if own is None else self._read(own)

    def _read(self, sheet_id: int) -> TabState:
        area = {"sheetId": sheet_id, "startRowIndex": 0, "endRowIndex": ROWS}
        sheets = by_id(self._connection.by_filter([{"gridRange": area}], _READ))
        state = tab_of(sheets[sheet_id])
        if state.value(1, 1) != TITLE:
            raise TrackerUnreadable(
                f"The tab '{state.title}' of {self.name} is not as sheetops made it.",
                not_done="It was left as it is.",
                next_step="Rename that tab; the next sync makes its own.",
            )
        return state

    # --- writing ---------------------------------------------------------------------------------------

    def _send(self, state: TabState, requests: Sequence[Json], *, made: bool) -> Json | None:
        """Carry out a change; None where it was carried out and its answer was lost."""
        old = [one for one in state.metadata if one.get("metadataKey") == KEY]
        number = 1 + max((_number(one) for one in old), default=0)
        said = f"{number}|{digest(requests)}"
        count = _count(self._connection.spreadsheet, state.sheet_id, number, said)
        drops = [{"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": one["metadataId"]}}}}
                 for one in old]  # fmt: skip
        # The tab has to be there before anything can be said of it; its own id then keeps a second one away.
        batch = [*requests, count, *drops] if made else [count, *requests, *drops]
        area = f"{quoted(state.title)}!A1:{column_letters(_WIDTH)}{ROWS}"
        try:
            return self._connection.batch(batch, [] if made else [area], "replies" if made else _BACK).answer
        except IdInUse as error:
            made_id = count["createDeveloperMetadata"]["developerMetadata"]["metadataId"]
            there = self._connection.metadata(made_id) if error.resent else None
            if there is None or there.get("metadataValue") != said:
                raise
            return None

    def _check(self, answer: Json, state: TabState, wanted: TabEdit) -> None:
        """Raise TrackerChanged where rows were moved in the very moment of the write, so that it went beside its place.

        It can have hit nothing that a person typed: people type into none of the columns that are written but that
        of the tick itself.
        """
        now = tab_of(by_id(answer["updatedSpreadsheet"])[state.sheet_id])
        moved = any(
            now.value(row, column) != state.value(row, column) for row, column in _landmarks(state, wanted)
        )
        if moved or any(now.value(c.row, c.column) != as_read(c.value) for c in wanted.cells):
            raise TrackerChanged(
                f"Somebody moved rows of the tab '{state.title}' of {self.name} while it was written.",
                not_done="",
                next_step="It is written again by itself.",
            )


def _landmarks(state: TabState, wanted: TabEdit) -> list[tuple[int, int]]:
    """Return the cells beside those that are written, which say what row it is."""
    written = {(cell.row, cell.column) for cell in wanted.cells}
    return [(row, 2) for row in {row for row, _ in written} if (row, 2) not in written]


def _requests(state: TabState, wanted: TabEdit) -> list[Json]:
    requests: list[Json] = []
    if wanted.lines and wanted.inserted is not None and state.rows:
        first, number = wanted.inserted
        requests += own_tab.block_requests(
            state.sheet_id, first, wanted.lines[first - 1 : first - 1 + number]
        )
    elif wanted.lines:
        requests += own_tab.line_requests(state, wanted.lines, {})
    return requests + [own_tab.cell_request(state.sheet_id, cell) for cell in wanted.cells]


def _number(metadata: Json) -> int:
    number = str(metadata.get("metadataValue", "")).partition("|")[0]
    return int(number) if number.isdecimal() else 0


def _count(spreadsheet: str, sheet_id: int, number: int, said: str) -> Json:
    place = f"{KEY}|{spreadsheet}|{sheet_id}|{number}".encode()
    made = {
        "metadataId": 1 + int.from_bytes(hashlib.blake2b(place, digest_size=8).digest(), "big") % (2**31 - 2),
        "metadataKey": KEY,
        "metadataValue": said,
        "location": {"sheetId": sheet_id},
        "visibility": "DOCUMENT",
    }
    return {"createDeveloperMetadata": {"developerMetadata": made}}
