"""The stamp as developer metadata, and the compare-and-swap that it makes between programs.

Each write adds one link to a chain: metadata with an explicit id that follows from tab and link number. Google
refuses a whole batch that creates an id which is in use, so of two programs that read the same link exactly one writes
the next. Old links stay: an id that was freed could be taken by a program that slept since. Only far-old ones go.
Source: https://developers.google.com/workspace/sheets/api/guides/metadata
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ...model.sheet import Stamp
from .cells import Json

KEY = "sheetops.stamp"
LINKS_KEPT = 120
"""Metadata of a sheet may have 30,000 characters (documented); a link has about 140."""

_IDS = 2**31 - 2


@dataclass(frozen=True)
class Link:
    """One link of a tracker's chain: the stamp as of then, and what the write was (a digest of its requests)."""

    number: int
    stamp: Stamp
    spreadsheet: str
    digest: str
    id: int = 0

    def value(self) -> str:
        """Return the metadata's value."""
        return f"{self.number}|{self.digest}|{self.spreadsheet}|{self.stamp}"

    @classmethod
    def parse(cls, metadata: Json) -> Link | None:
        """Return the link that a piece of developer metadata is, None when it is something else."""
        parts = metadata.get("metadataValue", "").split("|", 3)
        if metadata.get("metadataKey") != KEY or len(parts) != 4 or not parts[0].isdigit():
            return None
        stamp = Stamp.parse(parts[3])
        return cls(int(parts[0]), stamp, parts[2], parts[1], metadata["metadataId"]) if stamp else None


@dataclass(frozen=True)
class Chain:
    """The links on a tab, oldest first, as they were read in one spreadsheet."""

    links: tuple[Link, ...]
    spreadsheet: str

    @classmethod
    def of(cls, metadata: Sequence[Json], spreadsheet: str) -> Chain:
        """Return the chain among a tab's metadata."""
        links = [link for one in metadata if (link := Link.parse(one)) is not None]
        return cls(tuple(sorted(links, key=lambda link: link.number)), spreadsheet)

    @property
    def stamp(self) -> Stamp | None:
        """The stamp last written. That of a copy names the spreadsheet it comes from, so that it fits no tracker."""
        last = self.links[-1] if self.links else None
        if last is None or last.stamp.generation == 0:  # a first write was cut off between two parts
            return None
        if last.spreadsheet == self.spreadsheet:
            return last.stamp
        return Stamp(
            last.stamp.workspace, f"{last.stamp.tracker} of another spreadsheet", last.stamp.generation
        )

    @property
    def number(self) -> int:
        """The last link's number; 0 when there is none."""
        return self.links[-1].number if self.links else 0

    def next(self, stamp: Stamp, digest: str, sheet_id: int) -> Link:
        """Return the link that a write adds to the tab with this id."""
        number = self.number + 1
        taken = {link.id for link in self.links}
        # An id that another link has by chance (1 in 2**31) is stepped over, by every program alike.
        wanted = next(one for salt in range(99) if (one := _id(sheet_id, number, salt)) not in taken)
        return Link(number, stamp, self.spreadsheet, digest, wanted)

    def far_old(self) -> tuple[Link, ...]:
        """Return the links that may go."""
        return self.links[:-LINKS_KEPT]


def _id(sheet_id: int, number: int, salt: int) -> int:
    """Return the id of a link: of the tab, not of the workspace, so that two workspaces keep each other out too."""
    said = f"{sheet_id}|{number}|{salt}".encode()
    return 1 + int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big") % _IDS


def create(link: Link, sheet_id: int) -> Json:
    """Return the request that adds a link to a tab, and fails its batch when somebody has added it already."""
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": link.id,
                "metadataKey": KEY,
                "metadataValue": link.value(),
                "location": {"sheetId": sheet_id},
                "visibility": "DOCUMENT",
            }
        }
    }


def drop(link: Link) -> Json:
    """Return the request that takes a far-old link away."""
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": link.id}}}}
