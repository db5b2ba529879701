"""What computing columns came to, and what the dataset remembers of it between runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from ..model.record import Change


@dataclass(frozen=True)
class Said:
    """What one set of columns had to say: notes for a person, and until when it holds (None: until somebody changes something)."""

    notes: tuple[str, ...] = ()
    until: datetime | None = None
    failed: bool = False
    at: datetime | None = None
    """When it was computed."""


@dataclass
class Worked:
    """What the engine found for one plan: changes of the dataset, what a person should know, and what each set said."""

    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sets: dict[str, Said] = field(default_factory=dict)


@dataclass(frozen=True)
class Remembered:
    """When, at which position of the journal, and by which settings columns were last computed, and what they said."""

    fingerprint: str = ""
    seq: int = -1
    as_of: datetime | None = None
    sets: Mapping[str, Said] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def read(cls, text: str | None) -> Remembered:
        """Return what was remembered as text; nothing where there is none, or none that is understood."""
        try:
            said = json.loads(text or "{}")
            sets = {
                name: Said(tuple(one["notes"]), _time(one["until"]), one["failed"], _time(one.get("at")))
                for name, one in said["sets"].items()
            }
            return cls(said["fingerprint"], said["seq"], _time(said["as_of"]), sets)
        except (KeyError, TypeError, ValueError, AttributeError):
            return cls()

    def text(self) -> str:
        """Return it as text."""
        sets = {
            name: {
                "notes": one.notes,
                "until": one.until.isoformat() if one.until else None,
                "failed": one.failed,
                "at": one.at.isoformat() if one.at else None,
            }
            for name, one in self.sets.items()
        }
        as_of = self.as_of.isoformat() if self.as_of else None
        return json.dumps({"fingerprint": self.fingerprint, "seq": self.seq, "as_of": as_of, "sets": sets})

    def is_over(self, label: str, as_of: datetime) -> bool:
        """Whether the time alone makes a set's answer another one."""
        until = self.sets[label].until if label in self.sets else None
        return until is not None and until <= as_of

    def holds(self, label: str, as_of: datetime) -> bool:
        """Whether a set's answer is still good at a time, as long as nobody changed anything."""
        said = self.sets.get(label)
        back = self.as_of is not None and as_of < self.as_of
        return said is not None and not said.failed and not back and not self.is_over(label, as_of)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
