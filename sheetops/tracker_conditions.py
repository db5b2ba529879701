"""Colours by meaning in a workbook's tracker: held, breached, at risk, anomaly, overdue, done with.

None of them is told by colour alone: each has a weight, a slant or a line of its own, so that a black and white print and a
person who sees no red can tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .book_looks import TabLook
from .model.schema import Field, FieldType, Table, TrackerSpec
from .model.sheet import column_letters


@dataclass(frozen=True)
class Meaning:
    """One thing that a colour says, in a few words, with XlsxWriter's properties of it."""

    name: str
    says: str
    style: Mapping[str, Any]


MEANINGS: Mapping[str, Meaning] = {
    one.name: one
    for one in (
        Meaning("held", "A cell of this record waits for your decision: see the tab sheetops.", {"bg_color": "#D9C8F0", "bold": True, "left": 5, "border_color": "#5B3A8C"}),
        Meaning("breached", "The target is used up, or a deadline has passed.", {"bg_color": "#F6C7C3", "font_color": "#7A1210", "bold": True}),
        Meaning("overdue", "This day has passed and the work is not done with.", {"bg_color": "#F6C7C3", "font_color": "#7A1210", "bold": True, "underline": 1}),
        Meaning("at risk", "Most of the target is used up.", {"bg_color": "#FCE4B0", "font_color": "#6B4A00", "italic": True}),
        Meaning("paused", "The clock stands: somebody else has it.", {"font_color": "#5A6770", "bg_color": "#E6EAED"}),
        Meaning("met", "Done in time.", {"font_color": "#1E6B3A"}),
        Meaning("anomaly", "Outside what was expected; watch is nearly so.", {"bg_color": "#CFE0F5", "font_color": "#123F73", "bold": True}),
        Meaning("problem", "Something is missing or does not fit: the cell says what.", {"bg_color": "#FFF2C6", "font_color": "#6B4A00"}),
        Meaning("critical", "The gravest kind.", {"font_color": "#7A1210", "bold": True}),
        Meaning("done", "Done with: the row is grey.", {"font_color": "#8A949B"}),
    )
}  # fmt: skip

_STATES: Sequence[tuple[str, Sequence[str]]] = (
    ("breached", ("breached", "met late")), ("at risk", ("at risk",)), ("paused", ("paused",)), ("met", ("met",)),
)  # fmt: skip
_BAD = ("breached", "at_risk", "off_track", "high")
_HELD = '=COUNTIFS(INDIRECT("sheetops!$C$1:$C$5000"),${letter}{row},INDIRECT("sheetops!$J$1:$J$5000"),"?*")>0'
"""The tab sheetops lists held records in its column C, with the reason in J; until the first sync there is none."""


@dataclass(frozen=True)
class Rule:
    """A conditional format: the column it is for (0-based; None: all of the row), what it means, and its formula.

    The formula is over the first row of the records; "{row}" in it is that row's number.
    """

    column: int | None
    meaning: str
    formula: str


def rules(spec: TrackerSpec, table: Table, look: TabLook) -> Iterator[Rule]:
    """Yield the conditional formats of a tracker, the weightiest first."""
    at = {column.field: place for place, column in enumerate(spec.columns)}
    fields = {column.field: table.field(column.field) for column in spec.columns}
    if table.key in at:
        letter = column_letters(at[table.key] + 1)
        yield Rule(at[table.key], "held", _HELD.replace("{letter}", letter))
    for name, place in at.items():
        yield from _of_field(fields[name], place)
    over = _ended(look, at)
    for name, place in at.items():
        if _is_deadline(fields[name]):
            cell, now = f"{column_letters(place + 1)}{{row}}", _now(fields[name])
            still = f",NOT({over.lstrip('=')})" if over else ""
            yield Rule(place, "overdue", f"=AND(ISNUMBER(${cell}),${cell}<{now}{still})")
    if over:
        yield Rule(None, "done", over)


def is_state(field: Field) -> bool:
    """Return whether a field says how an SLA goal stands."""
    return field.computed and field.name.endswith("_state")


def _is_deadline(field: Field) -> bool:
    named = field.name == "due" or field.name.endswith("_due")
    return named and not field.computed and field.type in (FieldType.DATE, FieldType.DATETIME)


def _now(field: Field) -> str:
    return "TODAY()" if field.type is FieldType.DATE else "NOW()"


def _of_field(field: Field, place: int) -> Iterator[Rule]:
    cell = f"${column_letters(place + 1)}{{row}}"
    if is_state(field):
        yield from (Rule(place, meaning, _any_of(cell, words)) for meaning, words in _STATES)
    elif field.computed and (field.name == "anomaly" or field.name.endswith("_anomaly")):
        yield Rule(place, "anomaly", _any_of(cell, ("high", "low", "watch")))
    elif field.computed and field.name == "to_mend":
        yield Rule(place, "problem", f'={cell}<>""')
    elif field.computed and field.name.endswith(("pattern_risk", "_repeat")):
        yield Rule(place, "at risk", f'=OR({cell}="high",{cell}=TRUE)')
    elif field.name == "severity":
        yield Rule(place, "critical", _any_of(cell, ("critical",)))
    elif field.name == "health":
        yield Rule(place, "breached", _any_of(cell, ("off_track",)))
        yield Rule(place, "at risk", _any_of(cell, ("at_risk",)))
    elif field.name == "status" and any(one.value == "stale" for one in field.choices):
        yield Rule(place, "at risk", _any_of(cell, ("stale",)))


def _ended(look: TabLook, at: Mapping[str, int]) -> str:
    """Return the condition that a record is done with; "" where nothing says so."""
    if not look.ends or look.status not in at:
        return ""
    return _any_of(f"${column_letters(at[look.status] + 1)}{{row}}", look.ends)


def _any_of(cell: str, words: Sequence[str]) -> str:
    tests = ",".join(f'{cell}="{word}"' for word in words)
    return f"=OR({tests})" if len(words) > 1 else f"={tests}"
