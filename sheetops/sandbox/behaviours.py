"""What the sandbox knows about Google, and how it is known.

`recorded`: gspread's recordings of the real API show it. `documented`: Google's documentation, or the text of an
error that Google is known to answer with, says it. `assumed`: neither; a client should not rely on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from .batch import KNOWN, REQUESTS
from .sheets_api import REQUEST_MODULES

Known = Literal["recorded", "documented", "assumed"]


class Behaviour(NamedTuple):
    """One thing that the sandbox does as Google does."""

    area: str
    what: str
    known: Known
    source: str
    """The recording, the page of the documentation, or why it is assumed so."""


_REST = "rest/v4/spreadsheets"

BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour("spreadsheets", "a new one has one tab Sheet1 of 1000 x 26, en_US, Etc/GMT, Google's theme", "recorded", "CellTest.test_properties"),
    Behaviour("spreadsheets", "zeros and false are left out, but not a sheet's id and index and not a range's start", "recorded", "CellTest.test_merge_cells"),
    Behaviour("spreadsheets", "an unknown id is 404 `Requested entity was not found.`", "recorded", "ClientTest.test_access_non_existing_spreadsheet"),
    Behaviour("spreadsheets", "a field mask selects, with `.`, `/`, `,` and `()`; cells come without includeGridData then", "recorded", "WorksheetTest.test_get_notes"),
    Behaviour("spreadsheets", "a range that begins at its edge omits startRow and startColumn; an empty one has no rowData", "recorded", "WorksheetTest.test_worksheet_notes"),
    Behaviour("spreadsheets", "only tabs that the asked ranges are on are answered", "documented", f"{_REST}/get"),
    Behaviour("spreadsheets", "colors come back in steps of 1/255", "recorded", "WorksheetTest.test_update_tab_color"),
    Behaviour("spreadsheets", "a color is kept in both its fields, `backgroundColor` and `backgroundColorStyle`", "assumed", "seen in answers that others published"),
    Behaviour("spreadsheets", "effectiveFormat is the default format under the cell's own; conditional formats do not count", "assumed", "no recording has formats"),
    Behaviour("spreadsheets", "effectiveFormat has the number format that a formula's value brings (`=TODAY()` is a DATE)", "documented", f"{_REST}/cells#celldata"),
    Behaviour("spreadsheets", "a General cell has no effectiveFormat.numberFormat; a blank cell with a format is in rowData", "assumed", "a mask that leaves nothing of effectiveFormat leaves it out"),
    Behaviour("spreadsheets", "typing a date sets userEnteredFormat.numberFormat", "assumed", "documented in words: as if typed into the editor"),
    Behaviour("ranges", "A1 in every form: cells, whole rows and columns, open ends, quotes, named ranges, R1C1", "documented", "guides/concepts#cell"),
    Behaviour("ranges", "a tab called like a cell is quoted in answers; unquoted, its name is the cell", "recorded", "WorksheetTest.test_get_all_values_title_is_a1_notation"),
    Behaviour("ranges", "a range that goes over the edge is cut; one that begins outside is refused", "assumed", "Google's text is known, the cut is not recorded"),
    Behaviour("ranges", "a named range comes before a tab of the same name", "documented", "guides/concepts#named_range"),
    Behaviour("values", "empty cells at the end of a row and empty rows at the end are left out; an empty range has no values", "recorded", "WorksheetTest.test_get_all_values"),
    Behaviour("values", "null leaves a cell as it is and is not counted; empty text clears it and is", "recorded", "WorksheetTest.test_update_cells_noncontiguous"),
    Behaviour("values", "a single cell is where writing begins; a larger range has to hold what is written", "recorded", "WorksheetTest.test_batch_get"),
    Behaviour("values", "values of the wrong type are refused before the range is looked at", "recorded", "WorksheetTest.test_get_values_merge_cells_outside_of_range"),
    Behaviour("values", "writing outside of the range is `Requested writing within range [...]`", "documented", "Google's text, quoted in many reports"),
    Behaviour("values", "append goes below the last table that meets the range; a gap of one column makes two tables", "recorded", "WorksheetTest.test_append_row_with_empty_value"),
    Behaviour("values", "append to an empty range begins at its first cell", "recorded", "WorksheetTest.test_insert_cols"),
    Behaviour("values", "append adds rows to a full grid", "documented", f"{_REST}.values/append"),
    Behaviour("values", "RAW stores what is sent; `=1+1` is text", "documented", "rest/v4/ValueInputOption"),
    Behaviour("values", "USER_ENTERED reads formulas and numbers", "recorded", "WorksheetTest.test_get_all_records_numericise_unformatted"),
    Behaviour("values", "USER_ENTERED reads percent, currency, dates and times by the spreadsheet's locale", "assumed", "documented in words; the forms follow Unicode CLDR"),
    Behaviour("values", "a cell formatted as plain text keeps what is typed", "assumed", "what the editor does"),
    Behaviour("values", "dates are days since 1899-12-30", "documented", "guides/formats"),
    Behaviour("values", "a number without a format shows ten significant digits, from 1E+15 on in powers", "assumed", "what the editor shows"),
    Behaviour("values", "patterns of numbers and dates", "documented", "guides/formats"),
    Behaviour("formulas", "`=3/2` is calculated", "recorded", "WorksheetTest.test_get_all_records_numericise_unformatted"),
    Behaviour("formulas", "arithmetic, comparison, text, references and some thirty functions; any other formula shows its own text", "assumed", "the sandbox is no calculator"),
    Behaviour("formulas", "references follow inserted, deleted and moved lines, not sorting", "assumed", "what the editor does, as far as it goes"),
    Behaviour("formulas", "`{1;2}`, ARRAYFORMULA, SEQUENCE, SORT, UNIQUE, FILTER and TRANSPOSE spill; the cells they fill have an effectiveValue and no userEnteredValue", "documented", f"{_REST}/cells#celldata"),
    Behaviour("formulas", "a cell in the way, or the edge of the grid, makes the array `#REF!` until it is cleared", "assumed", "what the editor does"),
    Behaviour("formulas", "the option FORMULA shows the values of cells that an array fills", "assumed", "they have no formula of their own"),
    Behaviour("formulas", "TODAY and NOW are in the spreadsheet's time zone; sums and differences of dates are dates and days", "assumed", "what the editor does"),
    Behaviour("batchUpdate", "all requests or none; the refusal names the request by number and kind", "recorded", "WorksheetTest.test_hide_show_worksheet"),
    Behaviour("batchUpdate", "values in userEnteredValue are never parsed", "documented", f"{_REST}/cells#extendedvalue"),
    Behaviour("batchUpdate", "over a range, cells without data are cleared of the fields in the mask", "documented", f"{_REST}/request#updatecellsrequest"),
    Behaviour("batchUpdate", "a formula in repeatCell goes along, but for what `$` holds", "documented", f"{_REST}/request#repeatcellrequest"),
    Behaviour("batchUpdate", "a formula in copyPaste goes along too", "assumed", "what the editor does"),
    Behaviour("batchUpdate", "appendCells writes below the last row with data in any column and adds rows to a full grid", "documented", f"{_REST}/request#appendcellsrequest"),
    Behaviour("batchUpdate", "data is a value, also one that an array fills in; a format, a note or a drop-down alone is not", "assumed", "tutorials say `where there is text`"),
    Behaviour("batchUpdate", "explicit ids of tabs and protected ranges are taken; one in use fails the batch", "documented", f"{_REST}/request#addsheetrequest"),
    Behaviour("batchUpdate", "with a field mask responseIncludeGridData is not looked at", "documented", f"{_REST}/batchUpdate"),
    Behaviour("batchUpdate", "a responseRange off the grid refuses the batch, and nothing is written", "assumed", "a 400 that had written would be no 400"),
    Behaviour("batchUpdate", "includeSpreadsheetInResponse and responseRanges read back what was written", "documented", f"{_REST}/batchUpdate"),
    Behaviour("batchUpdate", "the last visible tab can be neither hidden nor deleted", "recorded", "WorksheetTest.test_hide_show_worksheet"),
    Behaviour("batchUpdate", "a tab's new index is counted before the move", "documented", f"{_REST}/sheets#sheetproperties"),
    Behaviour("batchUpdate", "merging keeps the first value; merging over merged cells takes them apart first", "recorded", "CellTest.test_merge_cells"),
    Behaviour("batchUpdate", "a group of rows switches the group control on, and it stays on", "recorded", "WorksheetTest.test_group_rows"),
    Behaviour("batchUpdate", "auto-resized columns get 8.48 pixels a letter", "recorded", "WorksheetTest.test_auto_resize_columns"),
    Behaviour("batchUpdate", "sorting: numbers, text, FALSE, TRUE; blanks last either way", "documented", f"{_REST}/request#sortrangerequest"),
    Behaviour("batchUpdate", "50,000 characters a cell, 10,000,000 cells a file", "documented", "support: files you can store in Drive"),
    Behaviour("metadata", "an explicit id that is in use fails the batch", "documented", f"{_REST}.developerMetadata"),
    Behaviour("metadata", "an id is positive", "documented", f"{_REST}.developerMetadata"),
    Behaviour("metadata", "the text of that refusal", "assumed", "not documented"),
    Behaviour("metadata", "metadata of rows and columns follows insertion, deletion and moves, and goes with its line", "documented", "guides/metadata"),
    Behaviour("metadata", "whether metadata of rows follows a sort of values: a switch, off unless asked for", "assumed", "not documented; test both ways"),
    Behaviour("metadata", "30,000 characters a sheet", "documented", "guides/metadata#limits"),
    Behaviour("metadata", "every program sees every program's metadata", "assumed", "the sandbox has one project"),
    Behaviour("protection", "the maker and the owner become editors; the reply lists only those who were named", "recorded", "WorksheetTest.test_add_protected_range_normal"),
    Behaviour("protection", "a warning is kept and refuses nobody", "recorded", "WorksheetTest.test_add_protected_range_warning"),
    Behaviour("protection", "others are refused with `You are trying to edit a protected cell or object. ...`", "documented", "Google's text, quoted in many reports"),
    Behaviour("protection", "who may not edit does not see the editors", "documented", f"{_REST}/sheets#protectedrange"),
    Behaviour("protection", "a list of choices that rejects input holds people to it, not programs", "assumed", "what the editor and the API do"),
    Behaviour("Drive", "create, get, delete, list with q, and CSV export", "recorded", "ClientTest.test_client_export_spreadsheet"),
    Behaviour("Drive", "an uploaded CSV becomes the only tab, called as the file, in Los Angeles time", "recorded", "ClientTest.test_import_csv"),
    Behaviour("Drive", "the answer to a v2 upload has the id, title and version only", "assumed", "Google's has sixty more fields"),
    Behaviour("Drive", "version goes up with every change of the spreadsheet", "documented", "drive: rest/v3/files"),
    Behaviour("Drive", "permissions, copies, renaming, trash, another owner; a copy carries the developer metadata", "assumed", "gspread uses them; not recorded"),
    Behaviour("Drive", "a file in the trash is still read and written by the Sheets API; Drive says `trashed`", "assumed", "users report it: obot issue 108"),
    Behaviour("Drive", "a deleted file is 404; one that is shared no longer is 403 in the Sheets API, 404 in Drive's", "documented", "drive: guides/handle-errors, and Google's texts"),
    Behaviour("limits", "reads and writes are counted apart, per user and per project, in any 60 seconds; a refusal is not counted", "assumed", "the quotas are documented, how the minute is counted is not"),
    Behaviour("limits", "429, 503 and 401 as JSON, 5xx as HTML", "documented", "guides/limits and quoted texts"),
    Behaviour("people", "a bearer token that holds an @ is that person; other tokens are the robot, unless they are given a name", "assumed", "the sandbox has no accounts"),
)  # fmt: skip


def markdown() -> str:
    """Return the table as it stands in docs/sandbox.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    assert REQUEST_MODULES  # importing them is what fills REQUESTS
    for area in dict.fromkeys(one.area for one in BEHAVIOURS):
        yield from ("", f"### {area}", "", "| what | known | from |", "|---|---|---|")
        yield from (f"| {one.what} | {one.known} | {one.source} |" for one in BEHAVIOURS if one.area == area)
    yield from ("", "### Requests of a batch", "", f"There: {_names(sorted(REQUESTS))}.", "")
    yield f"Refused by name, with a 400: {_names(sorted(KNOWN - set(REQUESTS)))}."


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
