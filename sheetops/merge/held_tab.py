"""The tab named `sheetops`: what the last run did, and the held items with a drop-down each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..model.record import Choose, Decision, HeldItem
from ..model.schema import Schema
from ..model.sheet import TITLE, Grid, TabLine
from ..model.values import is_blank, show_value
from .decide import choices, meaning
from .findings import Ignored
from .plan import TrackerPlan

COLUMNS = (
    "No.",
    "Where",
    "Record",
    "Column",
    "In this tracker",
    "Last saved",
    "In the dataset",
    "Who put it in the dataset",
    "Last agreed",
    "Why it is held",
    "Nearest valid",
    "Your decision",
    "Use this",
)
TAKE_BACK = "To take it back: "
"""How the line about undoing the last run begins; it ends in the command."""

DECIDE = "Choose in 'Your decision' (type a value beside 'use this:'), save, and the next sync does it."
_DECISION, _USE = COLUMNS.index("Your decision"), COLUMNS.index("Use this")
_WHERE = COLUMNS.index("Where")


@dataclass(frozen=True)
class LastRun:
    """The run the tab speaks of: its id, when it was (aware), and what it did in words."""

    id: str
    at: datetime
    outcome: str


def build_tab(
    run: LastRun,
    held: Sequence[HeldItem],
    trackers: Sequence[TrackerPlan],
    schema: Schema,
    controls: Sequence[TabLine] = (),
) -> tuple[TabLine, ...]:
    """Return the tab's lines for one spreadsheet, whose trackers and held items are given.

    `controls` are the lines of its control cells, where it has any (`tab_controls`).
    """
    zone = ZoneInfo(schema.trackers[trackers[0].tracker].timezone) if trackers else ZoneInfo("UTC")
    when = run.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    lines = [
        TabLine((TITLE,), "title"),
        TabLine((f"Last run {run.id}, {when} ({zone.key}): {run.outcome}",)),
        TabLine((f"{TAKE_BACK}sheetops undo {run.id}",), "muted"),
        TabLine(()),
        *controls,
    ]
    lines += _held_lines(held, schema)
    lines += _ignored_lines([i for t in trackers for i in t.ignored], schema, trackers)
    lines += _left_lines([key for t in trackers for key in t.left])
    return tuple(lines)


def _held_lines(held: Sequence[HeldItem], schema: Schema) -> list[TabLine]:
    if not held:
        return [TabLine(("Nothing is held: every cell agrees.",))]
    lines = [
        TabLine((f"{len(held)} held: left exactly as typed until somebody decides.",), "title"),
        TabLine((DECIDE,), "muted"),
        TabLine(COLUMNS, "header"),
    ]
    return lines + [held_line(item, schema) for item in held]


def held_line(item: HeldItem, schema: Schema) -> TabLine:
    """Return the line of one held item."""
    tab = schema.trackers[item.tracker].tab
    zone = ZoneInfo(schema.trackers[item.tracker].timezone)
    field = schema.tables[item.table].by_name.get(item.field or "")

    def show(value: Any) -> str:
        return show_value(field, value, zone) if field is not None else ("" if value is None else str(value))

    options = choices(item)
    decision = item.decision.choice.value if item.decision else None
    cells = (
        item.number,
        f"{tab}!{item.address}" if item.address else tab,
        item.key,
        (field.header if field else "(whole row)") if item.field is None or field else item.field,
        show(item.theirs) if item.field else "",
        item.theirs_said,
        show(item.ours) if item.field else "",
        item.ours_said,
        show(item.base) if item.field else "",
        _sentence(item),
        item.suggestion or "",
        decision,
        item.decision.value if item.decision and item.decision.choice is Choose.USE else None,
    )
    links = {_WHERE: f"'{tab.replace(chr(39), chr(39) * 2)}'!{item.address}"} if item.address else {}
    inputs = (_DECISION, _USE) if Choose.USE in options else (_DECISION,) if options else ()
    return TabLine(
        cells, "wrap", links, tuple(c.value for c in options), _DECISION if options else None, inputs
    )


def _sentence(item: HeldItem) -> str:
    said = item.reason[:1].upper() + item.reason[1:]
    ways = [
        f"'{c.value}': {meaning(item.kind, c)}"
        for c in choices(item)
        if item.field is None or c is Choose.NEW_KEY
    ]
    return f"{said}. {'; '.join(ways)}" if ways else f"{said}."


def _ignored_lines(
    ignored: Sequence[Ignored], schema: Schema, trackers: Sequence[TrackerPlan]
) -> list[TabLine]:
    if not ignored:
        return []
    table = schema.table_of(schema.trackers[trackers[0].tracker])
    lines = [
        TabLine(()),
        TabLine(("Typed into columns that are not edited here, and put back by the last run:",), "title"),
        TabLine(("", "Where", "Record", "Column", "What was typed"), "header"),
    ]
    for edit in ignored[:200]:
        field = table.by_name.get(edit.field)
        typed = show_value(field, edit.typed) if field else str(edit.typed)
        lines.append(
            TabLine(("", edit.address, edit.key, field.header if field else edit.field, typed), "wrap")
        )
    return lines


def _left_lines(left: Sequence[str]) -> list[TabLine]:
    if not left:
        return []
    return [
        TabLine(()),
        TabLine(
            (f"Rows whose record was archived or moved out ({len(left)}); you may delete them:",), "muted"
        ),
        *(TabLine(("", "", key)) for key in left[:200]),
    ]


def read_decisions(grid: Grid | None) -> Mapping[int, Decision]:
    """Return what people chose in the tab, by item number. A tab that is not laid out as ours says nothing."""
    if grid is None:
        return {}
    header = next(
        (n for n, row in enumerate(grid.rows) if [str(c).strip() for c in row[: len(COLUMNS)]] == [*COLUMNS]),
        None,
    )
    if header is None:
        return {}
    found: dict[int, Decision] = {}
    for row in grid.rows[header + 1 :]:
        cells = [*row, *[None] * len(COLUMNS)]
        if not isinstance(cells[0], (int, float)) or is_blank(cells[_DECISION]):
            continue
        if (choice := _choice(str(cells[_DECISION]))) is not None:
            found[int(cells[0])] = Decision(choice, cells[_USE] if choice is Choose.USE else None)
    return found


def _choice(said: str) -> Choose | None:
    folded = said.strip().rstrip(":").casefold().replace("’", "'")
    return next((c for c in Choose if c.value.rstrip(":") == folded), None)
