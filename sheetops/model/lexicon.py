"""Words that mean the same in every workbook: totals rows, currencies, headers however they are spelled."""

from __future__ import annotations

from .celltext import tidy

TOTALS = frozenset(
    [
        "total",
        "totals",
        "grand total",
        "subtotal",
        "sub total",
        "sum",
        "average",
        "count",
        "gesamt",
        "summe",
        "gesamtsumme",
        "somme",
        "total général",
        "totale",
        "suma",
        "totaal",
        "итого",
        "всего",
        "总计",
        "合计",
        "合計",
        "小計",
    ]
)
"""What a totals row calls itself: with one of these and no key, a row is arithmetic and not a record."""


def is_total(text: object) -> bool:
    """Return whether a cell says that its row is a total."""
    return isinstance(text, str) and same_header(text).rstrip(": ") in TOTALS


def same_header(header: str) -> str:
    """Return a header as it is compared: NFC, without case, and with single spaces."""
    return " ".join(tidy(header).split()).casefold()
