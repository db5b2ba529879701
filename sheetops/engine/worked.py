"""What computing columns came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ..model.record import Change


@dataclass
class Worked:
    """What the engine found for one plan: changes of the dataset, what a person should know, and until when it holds."""

    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    next_change: datetime | None = None
