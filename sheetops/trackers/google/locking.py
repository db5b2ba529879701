"""`lock = true`: a protected range over a tracker's tab while it is written, so that nobody types into it meanwhile.

The file's owner can always edit a protected range (documented); everybody else is told that it is protected.
Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/sheets#ProtectedRange
"""

from __future__ import annotations

from collections.abc import Sequence

from .cells import Json
from .tabs import TabState

MARK = "sheetops is writing; try again in a moment"
"""The description of such a range, by which one that a run left behind is known again."""


def taken(tab: TabState, robot: str | None) -> Json:
    """Return the request that protects a tab from everybody but the robot."""
    editors = {"editors": {"users": [robot]}} if robot else {}
    protected = {"range": {"sheetId": tab.sheet_id}, "description": MARK, **editors}
    return {"addProtectedRange": {"protectedRange": protected}}


def released(protected_range: int) -> Json:
    """Return the request that takes a protected range away."""
    return {"deleteProtectedRange": {"protectedRangeId": protected_range}}


def left_behind(tabs: Sequence[TabState]) -> list[int]:
    """Return the ids of our protected ranges that are there: those of a run that was cut off."""
    ours = (one for tab in tabs for one in tab.protected if one.get("description") == MARK)
    return [one["protectedRangeId"] for one in ours]
