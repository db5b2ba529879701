"""What makes a Google tracker pleasant and safe: formats, drop-downs, notes, a frozen header, protected columns. Pure.

No value changes, neither as it was entered nor as a run reads it: a number under a date's format would be read as
a date, so a cell that holds one keeps the format it has. What people built stays: columns that nobody mapped, rules and
notes of their own, widths that somebody chose, a filter that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...merge.tab import Tab
from ...model.schema import Field, FieldType, Mode
from ...model.sheet import column_letters
from ...tracker_looks import (
    HEADER_FILL,
    HEADER_TEXT,
    OWNED_HEADER_FILL,
    OWNED_TEXT,
    column_width,
    is_owned,
    number_format,
)
from ...tracker_rules import Rule, header_note, rule_of
from .building import FORMAT
from .cells import LENGTHS, MOMENTS, Json
from .looking import Looks
from .rules import LONGEST_LIST, google_rule
from .tabs import TabState, forbids

OWNED = "Filled in by sheetops: what is typed here is put back"
"""The description of our protected ranges, by which they are known again."""
NOTE_SIGN = "(sheetops)"
"""The last line of our notes, by which they are known again: Google does not say who wrote a note."""

_DEFAULT_WIDTH, _PIXELS_A_LETTER, _MARGIN = 100, 7, 12
_MOST_RUNS = 200
"""Into how many pieces a column may be divided by cells that keep what they have; a batch has its limits."""
_DEEPEST_FROZEN = 10
_TYPES: Mapping[FieldType, str] = {
    FieldType.TEXT: "TEXT", FieldType.LONG_TEXT: "TEXT", FieldType.CHOICE: "TEXT", FieldType.MULTI_CHOICE: "TEXT",
    FieldType.PERSON: "TEXT", FieldType.REFERENCE: "TEXT", FieldType.INTEGER: "NUMBER", FieldType.MONEY: "CURRENCY",
    FieldType.DATE: "DATE", FieldType.DATETIME: "DATE_TIME", FieldType.DURATION: "TIME",
}  # fmt: skip
"""The others keep what they have: a link stays a link, and a number is shown as people want it."""


Run = tuple[int, int | None]
"""Rows that follow each other: first and last, None for the end of the tab."""


@dataclass(frozen=True)
class Shown:
    """A column of the tracker on the tab, counted from 1. The state column has no field."""

    at: int
    header: str
    mode: Mode
    field: Field | None = None


@dataclass
class Formatted:
    """The requests that format a tab, and what to say about it."""

    columns: list[Shown]
    requests: list[Json] = field(default_factory=list)
    drop_downs: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def owned(self) -> list[str]:
        """The headers of the columns that people cannot type into."""
        return [column.header for column in self.columns if is_owned(column.mode)]

    def to_json(self) -> dict[str, list[str]]:
        """Return what was done, for people and programs."""
        headers = [column.header for column in self.columns]
        return {
            "columns": headers,
            "drop_downs": self.drop_downs,
            "owned": self.owned,
            "remarks": self.remarks,
        }


def format_tab(tab: Tab, state: TabState, looks: Looks, robot: str | None) -> Formatted:
    """Return the requests that make a tab what its tracker says. `robot` is who may edit protected columns."""
    return _Format(tab, state, looks, robot).all()


class _Format:
    """One tab while it is thought through."""

    def __init__(self, tab: Tab, state: TabState, looks: Looks, robot: str | None) -> None:
        self.tab, self.state, self.looks, self.robot = tab, state, looks, robot
        columns, locked = _divided(_columns(tab), state)
        self.bottom = _bottom(tab, state, [column.at for column in columns])
        self.done = Formatted(columns)
        if locked:
            self.done.remarks.append(
                f"Somebody has protected {', '.join(column.header for column in locked)}, so nothing is set there. "
                "The owner can let the robot edit them: Data > Protect sheets and ranges."
            )

    def all(self) -> Formatted:
        """Return everything there is to do."""
        if self.state.row_count <= self.tab.header_row:
            self.done.columns.clear()
            self.done.remarks.append("There is no row below its header; add some, and format it again.")
        if not self.done.columns:
            return self.done
        for column in self.done.columns:
            self._header(column)
            self._cells(column)
            self._width(column)
        self._protection()
        self._view()
        return self.done

    # --- ranges --------------------------------------------------------------------------------------

    def _below(self, column: int, runs: Iterable[Run]) -> list[Json]:
        """Return the ranges of a column's cells in these runs of rows."""
        return [self._range(first, last, column, column) for first, last in runs]

    def _range(self, first: int, last: int | None, left: int, right: int) -> Json:
        area = {"sheetId": self.state.sheet_id, "startRowIndex": first - 1, "startColumnIndex": left - 1}
        end = {} if last is None else {"endRowIndex": last}
        return {**area, **end, "endColumnIndex": right}

    def _runs(self, kept: Iterable[int]) -> list[Run]:
        """Return the rows below the header but these, as runs; the end of the tab is None."""
        first = self.tab.header_row + 1
        runs: list[Run] = []
        for row in sorted(kept):
            if row > first:
                runs.append((first, row - 1))
            first = row + 1
        if self.bottom is None or first <= self.bottom:
            runs.append((first, self.bottom))
        return runs

    # --- one column ----------------------------------------------------------------------------------

    def _header(self, column: Shown) -> None:
        place = _header_place(self.tab, column.at)
        fill = OWNED_HEADER_FILL if is_owned(column.mode) else HEADER_FILL
        text = {"bold": True, "italic": is_owned(column.mode), "foregroundColorStyle": _color(HEADER_TEXT)}
        look = {
            "backgroundColorStyle": _color(fill),
            "textFormat": text,
            "verticalAlignment": "MIDDLE",
            "wrapStrategy": "WRAP",
        }
        mask = "userEnteredFormat(backgroundColorStyle,textFormat(bold,italic,foregroundColorStyle),verticalAlignment,wrapStrategy)"  # fmt: skip
        area = self._range(place[0], place[0], place[1], place[1])
        self._repeat(area, {"userEnteredFormat": look}, mask)
        self._note(column, place, area)

    def _note(self, column: Shown, place: tuple[int, int], area: Json) -> None:
        words = self._words(column)
        there = self.looks.notes.get(place, "")
        if there and not there.endswith(NOTE_SIGN):
            self.done.remarks.append(
                f"The header '{column.header}' keeps the note that somebody wrote on it."
            )
        elif words or there:
            note = f"{words}\n{NOTE_SIGN}" if words else ""
            self._repeat(area, {"note": note} if note else {}, "note")

    def _words(self, column: Shown) -> str:
        if column.field is None:
            return "sheetops writes here that a record was archived, or left this tracker."
        return header_note(column.field, self.tab.table, column.mode)

    def _cells(self, column: Shown) -> None:
        if column.field is not None:
            self._numbers(column, column.field)
            self._rules(column, None if is_owned(column.mode) else rule_of(column.field))
        if is_owned(column.mode):
            text = {"italic": True, "foregroundColorStyle": _color(OWNED_TEXT)}
            self._text(column.at, {"userEnteredFormat": {"textFormat": text}})
        elif self._was_owned(column.at):
            self._text(column.at, {})

    def _text(self, column: int, cell: Json) -> None:
        for area in self._below(column, self._runs(())):
            self._repeat(area, cell, "userEnteredFormat.textFormat(italic,foregroundColorStyle)")

    def _numbers(self, column: Shown, shown: Field) -> None:
        """Set the number format, but where it would make a run read another value than before."""
        kind = _TYPES.get(shown.type)
        if kind is None:
            return
        keeps = [row for row in self._rows() if self._would_change(row, column.at, kind)]
        runs = self._runs(keeps)
        if len(runs) > _MOST_RUNS:
            runs = runs[-1:]
        pattern = {} if kind == "TEXT" else {"pattern": number_format(shown)}
        for area in self._below(column.at, runs):
            self._repeat(area, {"userEnteredFormat": {"numberFormat": {"type": kind, **pattern}}}, FORMAT)
        if keeps:
            count = f"{len(keeps):,} {'cell' if len(keeps) == 1 else 'cells'}"
            self.done.remarks.append(
                f"'{column.header}' ({column_letters(column.at)}): {count} of numbers, dates or formulas keep the format "
                f"they have, because with that of {shown.type.value} fields they would be read as something else."
            )

    def _rows(self) -> range:
        last = len(self.state.raw) if self.bottom is None else self.bottom
        return range(self.tab.header_row + 1, last + 1)

    def _would_change(self, row: int, column: int, kind: str) -> bool:
        entered = self.state.entered(row, column)
        if "formulaValue" in entered or (row, column) in self.state.spilled:
            return True
        if "numberValue" not in entered:
            return False
        return kind == "TEXT" or _reads_as(kind) != _reads_as(self.state.kinds.get((row, column)))

    def _rules(self, column: Shown, rule: Rule | None) -> None:
        """Set what may be typed without a warning. Rules that people made stay."""
        rules = {
            row: ours for (row, at), ours in self.looks.rules.items() if at == column.at and row in self._span
        }
        if rule is not None and len(rule.values) > LONGEST_LIST:
            self.done.remarks.append(
                f"'{column.header}' has {len(rule.values):,} choices; a drop-down of Google Sheets holds {LONGEST_LIST}, "
                "so there is none. A sync still holds what is no choice."
            )
            rule = None
        if rule is None:
            runs: list[Run] = [(first, last) for first, last in _neighbours(sorted(row for row, ours in rules.items() if ours))]  # fmt: skip
        else:
            runs = self._runs(row for row, ours in rules.items() if not ours)
            self._say(column.header, rule, kept=sum(not ours for ours in rules.values()))
        runs = runs if len(runs) <= _MOST_RUNS else runs[-1:]
        for area in self._below(column.at, runs):
            request = {"range": area} if rule is None else {"range": area, "rule": google_rule(rule)}
            self.done.requests.append({"setDataValidation": request})

    @property
    def _span(self) -> range:
        return range(self.tab.header_row + 1, (self.bottom or 1 << 31) + 1)

    def _say(self, header: str, rule: Rule, kept: int) -> None:
        if rule.values:
            self.done.drop_downs.append(header)
        if kept:
            cells = "1 cell keeps" if kept == 1 else f"{kept:,} cells keep"
            self.done.remarks.append(f"'{header}': {cells} the drop-down or rule that somebody made.")

    def _width(self, column: Shown) -> None:
        """Set the width, but where somebody chose another than the usual."""
        if self.looks.width(column.at) not in (0, _DEFAULT_WIDTH):
            return
        letters = column_width(column.field, column.header) if column.field else len(column.header) + 5
        span = {"sheetId": self.state.sheet_id, "dimension": "COLUMNS", "startIndex": column.at - 1, "endIndex": column.at}  # fmt: skip
        size = {"pixelSize": _MARGIN + round(letters * _PIXELS_A_LETTER)}
        self.done.requests.append(
            {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}
        )

    def _repeat(self, area: Json, cell: Json, fields: str) -> None:
        self.done.requests.append({"repeatCell": {"range": area, "cell": cell, "fields": fields}})

    # --- the tab -------------------------------------------------------------------------------------

    def _ours(self) -> list[Json]:
        return [one for one in self.state.protected if one.get("description") == OWNED]

    def _was_owned(self, column: int) -> bool:
        areas = [one.get("range", {}) for one in self._ours()]
        return any(
            area.get("startColumnIndex", 0) < column <= area.get("endColumnIndex", 0) for area in areas
        )

    def _protection(self) -> None:
        """Protect the columns that sheetops owns, in place of what an earlier `format` protected."""
        owned = sorted(column.at for column in self.done.columns if is_owned(column.mode))
        wanted = [self._range(self.tab.header_row + 1, self.bottom, left, right) for left, right in _neighbours(owned)]  # fmt: skip
        for one in self._ours():
            area = {"sheetId": self.state.sheet_id, **one.get("range", {})}
            if area in wanted and self._is_robots(one):
                wanted.remove(area)
            elif one.get("requestingUserCanEdit"):
                self.done.requests.append(
                    {"deleteProtectedRange": {"protectedRangeId": one["protectedRangeId"]}}
                )
        self.done.requests += [{"addProtectedRange": {"protectedRange": self._protected(area)}} for area in wanted]  # fmt: skip

    def _is_robots(self, protected: Json) -> bool:
        users = protected.get("editors", {}).get("users", [])
        return bool(protected.get("requestingUserCanEdit")) and (self.robot is None or self.robot in users)

    def _protected(self, area: Json) -> Json:
        editors = {"editors": {"users": [self.robot]}} if self.robot else {}
        return {"range": area, "description": OWNED, **editors}

    def _view(self) -> None:
        """Freeze header and key, and add a filter where there is none."""
        frozen = {name: count for name, count in self._frozen() if count}
        if frozen:
            properties = {"sheetId": self.state.sheet_id, "gridProperties": frozen}
            fields = ",".join(f"gridProperties.{name}" for name in frozen)
            self.done.requests.append({"updateSheetProperties": {"properties": properties, "fields": fields}})
        if not self.looks.has_filter and not any(map(forbids, self.state.protected)):
            left, right = self._block()
            area = self._range(self.tab.header_row, self.bottom, left, right)
            self.done.requests.append({"setBasicFilter": {"filter": {"range": area}}})

    def _frozen(self) -> Iterator[tuple[str, int]]:
        """Yield how many rows and columns to freeze; Google refuses to freeze a part of merged cells, or everything."""
        rows, state = self.tab.header_row, self.state
        cut = any(top <= rows < bottom for top, _, bottom, _ in state.merges)
        if self.looks.frozen_rows < rows <= min(_DEEPEST_FROZEN, state.row_count - 1) and not cut:
            yield "frozenRowCount", rows
        cut = any(left == 1 < right for _, left, _, right in state.merges)
        is_first = self.tab.positions.get(self.tab.table.key) == 1
        if is_first and not self.looks.frozen_columns and state.column_count > 1 and not cut:
            yield "frozenColumnCount", 1

    def _block(self) -> tuple[int, int]:
        """Return the first and last column that people sort together: a filter that left some out would tear rows."""
        lines = self.state.rows[self.tab.header_row - 1 :]
        used = {column for line in lines for column, value in enumerate(line, 1) if value not in (None, "")}
        left, right = (edge(column.at for column in self.done.columns) for edge in (min, max))
        while left - 1 in used:
            left -= 1
        while right + 1 in used:
            right += 1
        return left, right


def _columns(tab: Tab) -> list[Shown]:
    """Return the tracker's columns that are on the tab, from left to right."""
    found = [
        Shown(at, tab.spec.by_field[name].header, tab.mode(name), tab.table.field(name))
        for name, at in tab.positions.items()
        if at != tab.new_key_column
    ]
    if tab.state_column is not None:
        found.append(Shown(tab.state_column, tab.spec.state_header or "", Mode.COMPUTED))
    return sorted(found, key=lambda column: column.at)


def _divided(columns: Sequence[Shown], state: TabState) -> tuple[list[Shown], list[Shown]]:
    """Return the columns that we may edit everywhere, and those in which somebody else has protected cells."""
    locked = [c for c in columns if any(forbids(one) and _meets(one, c.at) for one in state.protected)]
    return [column for column in columns if column not in locked], locked


def _meets(protected: Json, column: int) -> bool:
    area = protected.get("range", {})
    return bool(area.get("startColumnIndex", 0) < column <= area.get("endColumnIndex", 1 << 31))


def _bottom(tab: Tab, state: TabState, columns: Sequence[int]) -> int | None:
    """Return the last row of the data where something else stands below it, such as totals; None: the tab's end."""
    rows = range(tab.last_row + 1, len(state.rows) + 1)
    below = any(state.value(row, column) not in (None, "") for row in rows for column in columns)
    return max(tab.last_row, tab.header_row + 1) if below else None


def _header_place(tab: Tab, column: int) -> tuple[int, int]:
    """Return where a header's cell is: the first of merged ones."""
    for top, left, bottom, _ in tab.grid.merged:
        if top <= tab.header_row <= bottom and left == column:
            return top, left
    return tab.header_row, column


def _neighbours(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return (first, last) of numbers that follow each other."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _reads_as(kind: str | None) -> str:
    return "moment" if kind in MOMENTS else "length" if kind in LENGTHS else "number"


def _color(code: str) -> Json:
    parts = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return {"rgbColor": dict(zip(("red", "green", "blue"), parts, strict=True))}
