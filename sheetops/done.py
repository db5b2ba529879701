"""What a run came to, or what stopped it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .books import LeftOut
from .model.errors import GuardStopped
from .model.record import Run

if TYPE_CHECKING:
    from .merge.plan import Plan


@dataclass
class Done:
    """What a run came to. `run` is None when there was nothing to do at all.

    `plans` are the plans that were carried out, one for each time the spreadsheets had to be read.
    """

    run: Run | None
    plans: list[Plan] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    held: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    outcome: str = "Nothing to do."
    notes: tuple[str, ...] = ()
    """What a person should know besides what the plans say."""
    used: Mapping[str, str] = field(default_factory=dict)
    """Spreadsheet -> what talking to it has cost in words ("1 read, 1 write"), for those online."""

    @property
    def id(self) -> str | None:
        """The run's id, for `undo`; None when there was nothing to do."""
        return self.run.id if self.run else None

    @property
    def exit_code(self) -> int:
        """The exit code of section 7 of the design: 0, 1, 3 or 5."""
        if self.left_out:
            return max((out.error.exit_code for out in self.left_out), key=lambda code: (code == 1, code))
        return 3 if self.held else 0


class GuardTripped(GuardStopped):
    """A guard stopped a run; `plan` is what it would have done."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        said = " ".join(trip.message for trip in plan.guards)
        steps = " ".join(dict.fromkeys(trip.next_step for trip in plan.guards))
        super().__init__(said, not_done="Nothing was written, here or in the dataset.", next_step=steps)
