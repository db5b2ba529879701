"""One request at work: the spreadsheet that it may change, who asks, the time, and where new ids come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from .a1 import written
from .errors import ApiError, Json
from .grid import Area, Box, Sheet, Spreadsheet
from .protection import refuse_protected


@dataclass(slots=True)
class Call:
    """What a request needs besides its own text."""

    book: Spreadsheet
    user: str
    now: datetime
    options: Json = field(default_factory=dict)
    new_id: Callable[[], int] = lambda: 0
    metadata_follows_sort: bool = False
    touched: set[tuple[int, int, int]] = field(default_factory=set)

    def writable(self, grid_range: Json) -> tuple[Sheet, Box]:
        """Return the sheet and the rectangle of a GridRange. Raise when it may not be changed by this user."""
        sheet, box = box_of(self.book, Area.of(grid_range))
        refuse_protected(sheet, box, self.user, self.book)
        return sheet, box


def box_of(book: Spreadsheet, area: Area) -> tuple[Sheet, Box]:
    """Return the sheet and the rectangle, cut at the edges. Raise when it begins outside of the grid."""
    sheet = book.sheet(area.sheet_id)
    if (area.top or 0) >= sheet.row_count or (area.left or 0) >= sheet.column_count:
        bottom, right = area.bottom or sheet.row_count, area.right or sheet.column_count
        raise beyond(sheet, Box(area.top or 0, bottom, area.left or 0, right))
    return sheet, area.within(sheet)


def beyond(sheet: Sheet, box: Box) -> ApiError:
    """Return the refusal of a range that the grid does not have."""
    return ApiError(
        f"Range ({written(sheet, box)}) exceeds grid limits. "
        f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )
