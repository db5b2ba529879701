"""What a check found, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

ERROR, WARNING, NOTE = "error", "warning", "note"
"""error: a verdict is missing or wrong because of it. warning: it may be. note: worth knowing."""


@dataclass(frozen=True)
class Finding:
    """One finding: how bad, what kind (a stable word), the sentence, and up to a few keys that show it."""

    severity: str
    kind: str
    message: str
    keys: tuple[str, ...] = ()
    count: int = 1


def finding(severity: str, kind: str, message: str, keys: Iterable[Any] = ()) -> Finding:
    """Return a finding on many cases: all are counted, the first five named."""
    named = [str(key) for key in keys]
    shown = f" ({', '.join(named[:5])}{', ...' if len(named) > 5 else ''})" if named else ""
    return Finding(severity, kind, message + shown, tuple(named[:5]), max(1, len(named)))
