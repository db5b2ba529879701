"""Protected ranges: who may change what.

A range's editors, and the owner of the file, may change its cells; anybody else is refused with Google's text. A range
with `warningOnly` refuses nobody. Source:
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/sheets#ProtectedRange
"""

from __future__ import annotations

from .errors import PROTECTED, ApiError, Json
from .grid import Area, Box, Sheet, Spreadsheet


def may_edit(book: Spreadsheet, protected: Json, user: str) -> bool:
    """Whether the user may change the protected cells."""
    editors = protected.get("editors") or {}
    return bool(
        protected.get("warningOnly") or user == book.file.get("owner") or user in (editors.get("users") or [])
        or editors.get("domainUsersCanEdit")
    )  # fmt: skip


def range_of(book: Spreadsheet, protected: Json) -> Area:
    """Return the protected area, which may be given by the name of a range."""
    named = protected.get("namedRangeId")
    for one in book.named:
        if named and one["namedRangeId"] == named:
            return Area.of(one["range"])
    return Area.of(protected.get("range") or {})


def refuse_protected(sheet: Sheet, box: Box, user: str, book: Spreadsheet) -> None:
    """Raise when the user may not change a cell of the rectangle."""
    for protected in sheet.protected:
        if may_edit(book, protected, user) or not range_of(book, protected).within(sheet).meets(box):
            continue
        open_areas = [Area.of(one).within(sheet) for one in protected.get("unprotectedRanges", [])]
        if not any(area.holds(box) for area in open_areas):
            raise ApiError(PROTECTED)


def shown(book: Spreadsheet, protected: Json, user: str) -> Json:
    """Return the protected range as this user sees it: only who may edit it sees the editors (documented)."""
    allowed = may_edit(book, protected, user)
    answer = {name: value for name, value in protected.items() if name != "editors"}
    if not allowed:
        return answer
    return answer | {"requestingUserCanEdit": True, "editors": protected.get("editors") or {}}
