"""What is worth remembering of a spreadsheet between runs, so that the next one needs fewer requests.

All of it can be found out again: the file may be deleted at any time, and costs a request then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ...model.schema import TrackerSpec

FOLDER = Path(".sheetops") / "google"


@dataclass
class Remembered:
    """The ids of tabs, and which content stood behind Drive's version number."""

    path: Path | None = None
    tabs: dict[str, int] = field(default_factory=dict)
    """ "tracker|tab as the config calls it" -> sheet id."""
    own: int | None = None
    version: str = ""
    identity: str = ""
    skipped: int = 0
    """How many runs in a row have trusted the version."""

    @classmethod
    def load(cls, workspace: Path, spreadsheet: str) -> Remembered:
        """Return what is remembered of a spreadsheet; nothing where there is nothing, or nothing readable."""
        path = workspace / FOLDER / f"{spreadsheet}.json"
        with suppress(OSError, ValueError, TypeError, KeyError):
            said = json.loads(path.read_text(encoding="utf-8"))
            tabs = {str(name): int(one) for name, one in said["tabs"].items()}
            own = None if said["own"] is None else int(said["own"])
            return cls(
                path, tabs, own, str(said["version"]), str(said["identity"]), int(said["skipped"])
            )  # fmt: skip
        return cls(path)

    def ids(self, trackers: Sequence[TrackerSpec]) -> Mapping[str, int] | None:
        """Return tracker -> sheet id, None unless all are known."""
        found = {tracker.id: self.tabs.get(_place(tracker)) for tracker in trackers}
        known = {tracker: one for tracker, one in found.items() if one is not None}
        return known if len(known) == len(found) else None

    def learn(self, trackers: Sequence[TrackerSpec], ids: Mapping[str, int], own: int | None) -> None:
        """Remember tabs."""
        self.tabs.update({_place(tracker): ids[tracker.id] for tracker in trackers})
        self.own = own
        self.save()

    def forget(self) -> None:
        """Forget the tabs."""
        self.tabs, self.own = {}, None
        self.trust("", "")

    def trust(self, version: str, identity: str, skipped: int = 0) -> None:
        """Remember which content stood behind a version of the file."""
        if (version, identity, skipped) != (self.version, self.identity, self.skipped):
            self.version, self.identity, self.skipped = version, identity, skipped
            self.save()

    def save(self) -> None:
        """Write it down. What cannot be written costs a request next time, so that is no error."""
        if self.path is None:
            return
        said = {name: getattr(self, name) for name in ("tabs", "own", "version", "identity", "skipped")}
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_suffix(".part")
            part.write_text(json.dumps(said), encoding="utf-8")
            part.replace(self.path)


def _place(tracker: TrackerSpec) -> str:
    return f"{tracker.id}|{tracker.tab}"
