"""What the SLA columns of one table are told about its fields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Names of fields, "" or a name that the table lacks where there is no such field.

    `opened` is a column of times: the case's first moment, where the history does not reach back to it.
    `timezone` is that of naive times and of dates ("" : naive times are refused), and of times in words.
    """

    key: str = "key"
    opened: str = ""
    status: str = "status"
    owner: str = "owner"
    team: str = "team"
    priority: str = "priority"
    timezone: str = ""

    @property
    def people(self) -> tuple[str, ...]:
        """The fields by which reports and explanations tell who had the case."""
        return tuple(name for name in (self.status, self.owner, self.team, self.priority) if name)
