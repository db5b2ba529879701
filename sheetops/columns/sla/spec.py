"""What a table's SLA is told by the config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SlaSpec:
    """What an `[sla.TABLE]` part says.

    `goals` have a column each of `columns`. Policies are rows: `inline` ones of the file, and those of the table
    `policies` ("" : none). `history` is a table of changes from before the journal ("" : none). `roles` says
    which field is the status, owner, team, priority and opening time; `calendar` is the one that policies mean
    by "default". `refresh` is in seconds: how often columns that run with the clock are written anew. `live`
    writes the state as a formula that compares with NOW().
    """

    table: str
    goals: tuple[str, ...]
    columns: tuple[str, ...]
    policies: str
    inline: tuple[Mapping[str, Any], ...]
    history: str
    roles: Mapping[str, str]
    calendar: str
    timezone: str
    refresh: int
    live: bool
