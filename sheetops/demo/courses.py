"""Records with a course of their own: what was typed when, as the journal has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..model.record import Actor, Change, Op, Source


@dataclass
class Courses:
    """What happened to records up to `until` (aware); what is later has not happened yet."""

    until: datetime
    _steps: list[tuple[datetime, int, str, str, dict[str, Any]]] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def key(self, table: str, pattern: str) -> str:
        """Return the next key of a table."""
        self._numbers[table] = self._numbers.get(table, 0) + 1
        return pattern.format(self._numbers[table])

    def say(self, at: datetime, table: str, key: str, /, **values: Any) -> None:
        """Have somebody type these values of a record; the first time makes it."""
        if at <= self.until:
            known = {name: value for name, value in values.items() if value is not None}
            self._steps.append((at, len(self._steps), table, key, known))

    def changes(self, who: str) -> Iterator[Change]:
        """Yield everything as changes of the dataset, in the order in which it happened."""
        source, now = Source(Actor.IMPORT, who=who), dict[tuple[str, str], dict[str, Any]]()
        for at, _, table, key, values in sorted(self._steps, key=lambda step: step[:2]):
            record = now.get((table, key))
            if record is None:
                now[table, key] = dict(values)
                yield Change(table, key, Op.ADD, source, new=dict(values), effective_at=at)
                continue
            for name, value in values.items():
                if record.get(name) != value:
                    yield Change(table, key, Op.SET, source, name, record.get(name), value, effective_at=at)
                    record[name] = value
