"""The verb `sheetops watch`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from ...model.errors import UnknownName
from ...outcome import Outcome
from ...words import count
from .watch import Watch, World

if TYPE_CHECKING:
    from ...library import Workspace

LEAST = 5.0
"""Seconds between two looks: more often helps nobody who has to save, or to see an answer come."""

_UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def seconds(said: str) -> float:
    """Return a length of time in seconds: "60s", "5m", "8h". Raise UnknownName for what is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h)", said.strip().casefold())
    if found is None:
        raise UnknownName(f"'{said}' is no length of time.", not_done="Nothing was watched.", next_step='Write it like "60s", "5m" or "8h".')  # fmt: skip
    return float(found[1]) * _UNITS[found[2]]


def watch(
    open_ws: Callable[[str], Workspace], world: World, *, every: str = "60s", once: bool = False, lasting: str = ""
) -> Outcome:  # fmt: skip
    """Look at the ticks of a workspace until it is time, or somebody stops it."""
    pause = seconds(every)
    if pause < LEAST:
        raise UnknownName(
            f"Every {every} is too often: {LEAST:.0f}s is the least.", not_done="Nothing was watched."
        )
    until = world.now() + timedelta(seconds=seconds(lasting)) if lasting else None
    watching = Watch(open_ws, pause, world)
    try:
        looked = watching.run(once=once, until=until)
    except KeyboardInterrupt:
        looked = watching.looked
        looked.exit_code = 0
    said = f"Looked {'once' if looked.looks == 1 else f'{looked.looks:,} times'}: {count(len(looked.done), 'tick')} carried out."
    exit_code = looked.exit_code if once else 0
    return Outcome("watch", [said], {"looks": looked.looks, "done": looked.done}, exit_code)
