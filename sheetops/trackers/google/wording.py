"""Formulas of ours as a spreadsheet in Google Sheets takes them: the locale's mark between arguments, and cells that moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...model.live import is_live, with_separator
from ...model.sheet import Formula, SpreadsheetWrite, TabWrite, a1
from ...ooxml import parse_cell
from .cells import Json

_COMMA = frozenset(
    ["bn", "cy", "en", "fil", "gu", "he", "hi", "iw", "ja", "kn", "ko", "ml", "mn", "mr", "my", "pa", "ta", "te",
     "th", "zh"]
)  # fmt: skip
"""Languages of locales that write 1.5: a comma stands between arguments there. A semicolon is taken everywhere, and is
the only one where 1,5 is written (googleapis/google-api-nodejs-client#1994)."""

_CELL = re.compile(r'"(?:[^"]|"")*"|\b([A-Z]{1,3}[0-9]{1,7})\b')

Place = tuple[int, int]


def in_locale(write: SpreadsheetWrite, locale: str) -> SpreadsheetWrite:
    """Return a write whose formulas read as people of the locale ("de_DE") write them."""
    if locale.partition("_")[0] in _COMMA:
        return write
    return replace(write, tabs={tracker: _worded(tab) for tracker, tab in write.tabs.items()})


def _worded(tab: TabWrite) -> TabWrite:
    cells = tuple(replace(cell, value=_semicolons(cell.value)) for cell in tab.cells)
    appends = tuple(
        replace(one, cells={column: _semicolons(value) for column, value in one.cells.items()})
        for one in tab.appends
    )
    return replace(tab, cells=cells, appends=appends)


def _semicolons(value: Any) -> Any:
    if not isinstance(value, Formula):
        return value
    return replace(value, text=with_separator(value.text, ";"))


def follow(said: Json, now: Callable[[Place], Place | None]) -> Json:
    """Return what to enter where rows or columns moved: a formula of ours names its cells where they are `now`."""
    text = said.get("formulaValue", "")
    if not is_live(text):
        return said
    return {"formulaValue": _CELL.sub(lambda match: _moved(match, now), text)}


def _moved(match: re.Match[str], now: Callable[[Place], Place | None]) -> str:
    if match[1] is None:
        return match[0]
    at = now(parse_cell(match[1]))
    return match[0] if at is None else a1(*at)
