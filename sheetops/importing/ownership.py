"""Who owns a cell: an import may change what it wrote itself and nobody touched since, and what nobody ever filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..model.record import Actor, Entry, Op, Source


@dataclass
class CellStory:
    """How a cell came to say what it says: (source, value) of each change, without those that were undone."""

    trail: list[tuple[Source, Any]] = field(default_factory=list)
    imported: dict[str, Any] = field(default_factory=dict)
    """Import -> the last value it wrote."""

    def follow(self, source: Source, value: Any) -> None:
        """Take one change. An undo takes away the changes that it undid."""
        if source.actor is Actor.UNDO:
            while self.trail and self.trail[-1][1] != value:
                self.trail.pop()
            return
        self.trail.append((source, value))
        if source.actor is Actor.IMPORT:
            self.imported[source.who] = value

    def belongs_to(self, origin: str) -> bool:
        """Whether an import may change the cell."""
        if not self.trail:
            return True
        source = self.trail[-1][0]
        return source.actor is Actor.DEFAULT or (source.actor is Actor.IMPORT and source.who == origin)

    @property
    def last(self) -> Source | None:
        """Who changed the cell last; None where nobody did."""
        return self.trail[-1][0] if self.trail else None


def stories(entries: Iterable[Entry]) -> dict[str, dict[str, CellStory]]:
    """Return key -> field -> how its cell came to be, from the journal entries of some records in order."""
    found: dict[str, dict[str, CellStory]] = {}
    for entry in entries:
        cells = found.setdefault(entry.key, {})
        if entry.op is Op.ADD:
            for name, value in (entry.new or {}).items():
                cells.setdefault(name, CellStory()).follow(entry.source, value)
        elif entry.op is Op.SET and entry.field is not None:
            cells.setdefault(entry.field, CellStory()).follow(entry.source, entry.new)
    return found
