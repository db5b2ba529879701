"""What may be typed without a warning, as data validation of Google Sheets. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ...tracker_rules import Kind, Rule
from .cells import Json

LONGEST_LIST = 500
"""Choices of a drop-down at the most (documented)."""
SIGN = "sheetops holds what it cannot read."
"""The end of the words of every rule that sheetops has set, by which it knows them again."""


_TRUTH = ("TRUE", "FALSE")
"""How a cell shows what sheetops itself writes for yes and no: Google marks each cell that is not in the list."""


def google_rule(rule: Rule) -> Json:
    """Return a rule as data validation. It warns and lets the person go on, as in a workbook."""
    return {
        "condition": _condition(rule),
        "inputMessage": f"{rule.message} {SIGN}",
        "strict": False,
        "showCustomUi": True,
    }


def _condition(rule: Rule) -> Json:
    if rule.values:
        values = (*rule.values, *(_TRUTH if rule.kind is Kind.YES_NO else ()))
        return {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": value} for value in values]}
    if rule.kind is Kind.DATE:
        return {"type": "DATE_IS_VALID"}
    limits = [_limit(limit) for limit in (rule.low, rule.high) if limit is not None]
    if len(limits) == 2:
        return {"type": "NUMBER_BETWEEN", "values": limits}
    return {"type": "NUMBER_LESS_THAN_EQ" if rule.low is None else "NUMBER_GREATER_THAN_EQ", "values": limits}


def _limit(limit: Any) -> Json:
    """Return a limit as people would type it in any country: 0.5 is 0,5 in some, and =1/2 in all."""
    above, below = Decimal(str(limit)).as_integer_ratio()
    return {"userEnteredValue": str(above) if below == 1 else f"={above}/{below}"}
