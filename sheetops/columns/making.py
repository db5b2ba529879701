"""What computed columns are made of, said once: fields that sheetops owns, names as words, numbers as a person reads them."""

from __future__ import annotations

import math
from typing import Any

from ..model.schema import Choice, Field, FieldType


def computed(name: str, kind: FieldType, label: str, about: str, *choices: str) -> Field:
    """Return a field that sheetops fills in, of a table that people write in too."""
    return Field(name, kind, label, about, choices=tuple(map(Choice, choices)), computed=True)


def in_words(name: str) -> str:
    """Return a field's name as a header begins: "first_response" is "First response"."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def figures(value: Any) -> float | None:
    """Return a number to four figures, so that a record changes when something did; None where it is none, or infinite."""
    number = math.nan if value is None else float(value)
    return float(f"{number:.4g}") if math.isfinite(number) else None
