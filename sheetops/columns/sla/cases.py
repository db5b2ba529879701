"""What the verdicts of one run rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .settings import Settings
from .ticking import Ticking
from .timeline import Timeline
from .verdicts import Judged


@dataclass(frozen=True)
class Cases:
    """The timeline and cycles behind the verdicts, for explanations, reports and checks.

    `timeline` ends at `as_of` (Unix seconds); `complete` has what is still to come.
    """

    timeline: Timeline
    complete: Timeline
    judged: Sequence[Judged]
    ticking: Ticking
    settings: Settings
    as_of: int
