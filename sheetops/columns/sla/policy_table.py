"""The table `sla_policies` as data, so that it syncs like any tracker."""

from __future__ import annotations

from ...model.schema import Choice, Field, FieldType, Table

_T = FieldType

_CONDITION = (
    " A condition such as status == 'Open', or `first_response_at is filled` for the moment a cell says."
)

POLICY_TABLE = Table(
    name="sla_policies",
    key="policy",
    key_format="SLA-{:03d}",
    description="For which cases which goal holds, its target, and what starts, pauses and stops its clock.",
    fields=(
        Field("policy", _T.TEXT, required=True, unique=True, description="The row's name, in `why` and `explain`."),
        Field("goal", _T.TEXT, required=True, description="What is promised: first_response, resolution ... Its columns begin with it."),
        Field("applies_when", _T.TEXT, description="For which cases, as a condition. Blank: all. The first row of a goal that fits is taken."),
        Field("priority", _T.TEXT, description="Priorities the row is for, divided by commas. Blank: all."),
        Field("target", _T.TEXT, required=True, description="4h, 90min, 2bd, 6mo, 90d, next business day 16:00, or until and a column of dates."),
        Field("calendar", _T.TEXT, description="A business calendar, or `by owner_calendar`, or `by team: Dublin = ie; else = london`. Blank: default."),
        Field("start", _T.TEXT, description="What starts the clock. Blank: the case's first moment." + _CONDITION),
        Field("pause", _T.TEXT, description="While this holds, time is not counted." + _CONDITION),
        Field("resume", _T.TEXT, description="What ends a pause. Blank: `pause` no longer holding." + _CONDITION),
        Field("stop", _T.TEXT, description="What meets the goal." + _CONDITION),
        Field("cancel", _T.TEXT, description="What makes the goal void." + _CONDITION),
        Field("reset", _T.TEXT, description="What starts the clock afresh, in the same cycle." + _CONDITION),
        Field("repeat", _T.CHOICE, choices=(Choice("each start"), Choice("after stop")), description="How the goal comes again: a new cycle at each start, or where the last one stopped. Blank: once."),
        Field("at_risk", _T.NUMBER, minimum=1.0, maximum=100.0, description="Percent of the target from which the case is at risk. Blank: 80."),
        Field("escalation", _T.LONG_TEXT, description="50: level + 1; 75: next_action_due = now + 4h; 100: needs_follow_up = true"),
        Field("order", _T.NUMBER, description="Rows of a goal are tried in this order. Blank: as they stand."),
        Field("effective_from", _T.DATE, description="Clocks that start from this day on follow the row."),
        Field("effective_to", _T.DATE, description="The first day on which clocks no longer start under the row."),
        Field("retroactive", _T.BOOLEAN, description="From effective_from on, running clocks follow the row too."),
        Field("boundary", _T.CHOICE, choices=(Choice("closing"), Choice("opening")), description="Where a due time stands that is used up exactly at closing. Never changes a verdict."),
        Field("market", _T.TEXT, description="Where the row comes from applies: EU, UK ... Says nothing to the clock."),
        Field("source", _T.LONG_TEXT, description="The contract, law or decision behind the target."),
    ),
)  # fmt: skip
"""Fields of `sla_policies`. Every column but `policy`, `goal` and `target` may be blank."""
