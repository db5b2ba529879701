"""What was read from a spreadsheet and what is to be written to it, with no word about file formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from .schema import TrackerSpec


@dataclass(frozen=True)
class CellError:
    """An error value in a cell, such as #REF!."""

    text: str


class Uncached:
    """A formula whose result was never stored, so nobody knows its value without opening the file."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNCACHED"

    def __reduce__(self) -> str:
        """A copy of it, or one that was pickled, is the same object."""
        return "UNCACHED"


UNCACHED = Uncached()


@dataclass(frozen=True)
class Formula:
    """A formula to put in a cell, with its "=", and what it comes to now, for readers that do not calculate.

    Only this is ever written as a formula; a text that begins with "=" stays a text.
    """

    text: str
    result: Any = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Stamp:
    """Which tracker of which workspace a tab is, and the generation last written to it."""

    workspace: str
    tracker: str
    generation: int

    def __str__(self) -> str:
        return f"{self.workspace}:{self.tracker}:{self.generation}"

    @classmethod
    def parse(cls, text: str | None) -> Stamp | None:
        """Return the stamp written as "workspace:tracker:generation", or None when it is not one."""
        parts = (text or "").rsplit(":", 2)
        if len(parts) != 3 or not parts[2].isdigit():
            return None
        return cls(parts[0], parts[1], int(parts[2]))


@dataclass(frozen=True)
class Grid:
    """A tab as it was read. `rows[i]` is sheet row `first_row + i`; `rows[i][j]` is column `j + 1`.

    A blank is None or "". Dates and times are naive wall time. Rows may differ in length.
    `formulas` has the text of each formula by its cell's (row, column), 1-based, "" for a cell that a formula
    elsewhere fills; their value is in `rows`, UNCACHED when the file has none.
    """

    rows: Sequence[Sequence[Any]]
    first_row: int = 1
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Merged ranges as (top, left, bottom, right), 1-based and inclusive."""

    def value(self, row: int, column: int) -> Any:
        """Return the value at a 1-based position; None outside what was read."""
        index = row - self.first_row
        if not 0 <= index < len(self.rows):
            return None
        cells = self.rows[index]
        return cells[column - 1] if column <= len(cells) else None


@dataclass(frozen=True)
class TabSnapshot:
    """One tracker's tab, its stamp (None: it has none), and the raw text of a stamp that is another's."""

    grid: Grid
    stamp: Stamp | None = None


@dataclass(frozen=True)
class Snapshot:
    """A spreadsheet as read in one go. `identity` changes whenever anybody saves it.

    `held_tab` is the grid of the tab named `sheetops`, None when there is none yet.
    """

    identity: str
    tabs: Mapping[str, TabSnapshot]
    """tracker id -> its tab."""
    held_tab: Grid | None = None
    notes: tuple[str, ...] = ()
    saved_by: str = ""
    """Who last saved it, "" where that is not known."""
    saved_at: datetime | None = None
    """When that was (aware), where the spreadsheet says so."""
    token: Any = None
    """Whatever the backend needs to write exactly what was read; nobody else looks inside."""


@dataclass(frozen=True)
class CellWrite:
    """A value, or a `Formula`, to put in a cell. `row` and `column` are 1-based, true for the snapshot it was planned on."""

    row: int
    column: int
    value: Any
    key: str = ""
    field: str = ""
    over_formula: bool = False
    """True only when a person decided that the cell's formula goes, or it is one of ours."""


@dataclass(frozen=True)
class RowAppend:
    """A row to add below the data: column number (1-based) -> value or `Formula`."""

    key: str
    cells: Mapping[int, Any]


@dataclass(frozen=True)
class HeaderWrite:
    """A new column at the right edge of the tab: `header` in the header row `row`, at `column`."""

    row: int
    column: int
    header: str


@dataclass(frozen=True)
class TabWrite:
    """All changes to one tracker's tab. `last_row` is the last row with data in the snapshot.

    `header_row` and `key_column` (1-based) say where the snapshot has its headers and keys, for a backend
    that has to find a row again which people moved while it wrote.
    """

    cells: tuple[CellWrite, ...] = ()
    appends: tuple[RowAppend, ...] = ()
    headers: tuple[HeaderWrite, ...] = ()
    last_row: int = 0
    stamp: Stamp | None = None
    header_row: int = 1
    key_column: int = 1


HELD_TAB = "sheetops"
"""The name of the tab that the program owns in every spreadsheet."""

TITLE = "sheetops keeps this spreadsheet and the team's dataset in agreement"
"""The first cell of that tab, by which the program knows it as its own."""


@dataclass(frozen=True)
class TabLine:
    """A line of the program's own tab: cell texts or values, a style name, links and a drop-down.

    `links` maps a 0-based cell index to an in-spreadsheet place, "'Cases'!D17".
    `choices` gives the words of a drop-down in the cell at `choices_at`; `inputs` are cells to type into, and `ticks`
    are tick boxes, whose values are true or false: what a spreadsheet without such boxes shows as x or nothing.
    """

    cells: tuple[Any, ...] = ()
    style: str = "text"
    links: Mapping[int, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    choices_at: int | None = None
    inputs: tuple[int, ...] = ()
    ticks: tuple[int, ...] = ()


@dataclass(frozen=True)
class TabCell:
    """A cell of the program's own tab, to be put there by itself. Without a `style` it keeps the look it has.

    True and False are a tick box that is ticked, or not.
    """

    row: int
    column: int
    value: Any
    style: str | None = None


@dataclass(frozen=True)
class TabEdit:
    """A change of the program's own tab: some `cells`; or all of its `lines`.

    `inserted` (first row, how many) says which of the lines are new, for a backend that can insert rows and so leaves
    all others as they are.
    """

    cells: tuple[TabCell, ...] = ()
    lines: tuple[TabLine, ...] = ()
    inserted: tuple[int, int] | None = None


class OwnTab(Protocol):
    """The program's own tab of one spreadsheet, outside a run: looked at cheaply, and changed in a few cells.

    Its methods raise TrackerUnreadable, TrackerBusy, TrackerNotWritten or TrackerChanged, and have changed nothing then.
    """

    @property
    def name(self) -> str:
        """What people call the spreadsheet."""
        ...

    def version(self) -> str:
        """Return what changes whenever somebody changes the spreadsheet, as far as that is known without reading it;
        "" where it is not."""
        ...

    def busy(self) -> str | None:
        """Return who has the spreadsheet open so that it cannot be written now, or None."""
        ...

    def read(self) -> Grid | None:
        """Return the tab, at least its first 60 rows; None when there is none yet."""
        ...

    def change(self, edit: Callable[[Grid | None], TabEdit | None]) -> Grid | None:
        """Change the tab by what `edit` says of it as it is read now, and return what was read.

        Nothing is written where it says None. Raise TrackerChanged where somebody was faster; then ask again.
        """
        ...


@runtime_checkable
class HasOwnTab(Protocol):
    """A spreadsheet whose own tab can be changed outside a run."""

    def own_tab(self) -> OwnTab:
        """Return the tab."""
        ...


@dataclass(frozen=True)
class SpreadsheetWrite:
    """One atomic write: the trackers' tabs and their stamps, and the program's own tab together."""

    tabs: Mapping[str, TabWrite]
    held_tab: tuple[TabLine, ...]


@dataclass(frozen=True)
class Refused:
    """What of a write the spreadsheet cannot take: cells by (tracker, row, column), appends by tracker.

    Each comes with the reason in words. Nothing of it is written; the rest can be.
    """

    cells: Mapping[tuple[str, int, int], str] = field(default_factory=dict)
    appends: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.cells or self.appends)


@dataclass(frozen=True)
class Written:
    """What came of a write: the identity the spreadsheet has now, and what a person should know about it."""

    identity: str
    notes: tuple[str, ...] = ()


class Spreadsheet(Protocol):
    """One file or online spreadsheet that holds one or more tracker tabs.

    `write` is atomic. It raises TrackerChanged, TrackerBusy or TrackerNotWritten and then has changed
    nothing; TrackerChanged where the spreadsheet is not what `snapshot` saw, as far as the backend can tell.
    """

    def identity(self) -> str:
        """Return a fingerprint that changes whenever anybody saves other content. Cheap.

        Raise TrackerUnreadable when there is no such spreadsheet.
        """
        ...

    def busy(self) -> str | None:
        """Return who has the spreadsheet open so that it cannot be written now, or None."""
        ...

    def read(self, trackers: Sequence[TrackerSpec]) -> Snapshot:
        """Return everything the named trackers' tabs hold. Raise TrackerUnreadable otherwise."""
        ...

    def refused(self, snapshot: Snapshot, tabs: Mapping[str, TabWrite]) -> Refused:
        """Return what of these changes the spreadsheet could not take. Writes nothing."""
        ...

    def write(self, snapshot: Snapshot, write: SpreadsheetWrite) -> Written:
        """Apply all of `write` or nothing, on top of exactly `snapshot`."""
        ...

    def used(self) -> str:
        """Return in words what talking to it has cost since this was last asked ("1 read, 1 write"); "" for a file."""
        ...

    def backup(self, folder: str, run: str) -> None:
        """Keep a copy of the spreadsheet as it is now under `folder`, named after the run."""
        ...


def column_letters(column: int) -> str:
    """Return the letters of a 1-based column number: 1 -> A, 27 -> AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def a1(row: int, column: int) -> str:
    """Return a cell's address: (17, 4) -> D17."""
    return f"{column_letters(column)}{row}"
