"""The tab `sheetops` of each spreadsheet of a workspace, outside a run: for a word that cannot wait for the next one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..books import LeftOut
from ..merge.tab_alert import alert_edit
from ..model.errors import SheetopsError, TrackerChanged
from ..model.sheet import HasOwnTab, OwnTab

if TYPE_CHECKING:
    from ..library import Workspace

ROUNDS = 3
"""How often a tab is read and written again when somebody was faster."""


def tell(ws: Workspace, text: str) -> list[str]:
    """Say a text on every tab `sheetops`, "" for that it is over; return where that could not be done, in words."""
    failed = []
    for tab in own_tabs(ws):
        if isinstance(tab, LeftOut):
            failed.append(f"the tab 'sheetops' of {tab.tracker} was not written: {tab.error}")
            continue
        try:
            change(tab, text)
        except SheetopsError as error:
            failed.append(f"the tab 'sheetops' of {tab.name} was not written: {error}")
    return failed


def change(tab: OwnTab, text: str) -> None:
    """Say it on one tab. Raise the tab's error when it cannot be written."""
    for again in range(ROUNDS, 0, -1):
        try:
            tab.change(lambda grid: alert_edit(grid, text))
        except TrackerChanged:
            if again == 1:
                raise
        else:
            return


def own_tabs(ws: Workspace) -> Iterator[OwnTab | LeftOut]:
    """Yield the tab of each spreadsheet that can hold one: workbooks on disk and Google Sheets."""
    for found in ws.spreadsheets():
        if isinstance(found, LeftOut):
            yield found
        elif isinstance(found, HasOwnTab):
            yield found.own_tab()
