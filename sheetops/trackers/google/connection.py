"""One spreadsheet's line to Google: the transport with the spreadsheet's id, and a count of the requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from .cells import Json

if TYPE_CHECKING:
    from .transport import Sent, Transport

_Answer = TypeVar("_Answer")


@dataclass
class Count:
    """Requests to one spreadsheet since somebody asked."""

    reads: int = 0
    writes: int = 0
    drive: int = 0

    def words(self) -> str:
        """Return the count in words: "1 read, 2 writes"; "" for none."""
        parts = [(self.reads, "read"), (self.writes, "write"), (self.drive, "look at Drive")]
        return ", ".join(f"{n} {what if n == 1 else _many(what)}" for n, what in parts if n)


def _many(what: str) -> str:
    return what.replace("look", "looks") if what.startswith("look") else f"{what}s"


@dataclass
class Connection:
    """A spreadsheet as the API is asked about it. Requests are counted as Google counts them, repeats included."""

    transport: Transport
    spreadsheet: str
    count: Count = field(default_factory=Count)

    def structure(self, fields: str) -> Json:
        """Read what the spreadsheet consists of, without its cells."""
        return self._counted(lambda: self.transport.read(self.spreadsheet, fields=fields))

    def by_filter(self, filters: Sequence[Json], fields: str) -> Json:
        """Read the parts of the spreadsheet that data filters name."""
        return self._counted(lambda: self.transport.read_by_filter(self.spreadsheet, filters, fields))

    def batch(self, requests: Sequence[Json], response_ranges: Sequence[str] = (), fields: str = "") -> Sent:
        """Carry out all requests, or none."""
        return self._counted(
            lambda: self.transport.batch(
                self.spreadsheet, requests, response_ranges=response_ranges, fields=fields
            )
        )

    def metadata(self, number: int) -> Json | None:
        """Return a piece of developer metadata by its id."""
        return self._counted(lambda: self.transport.metadata(self.spreadsheet, number))

    def drive_version(self) -> str:
        """Return Drive's version of the file, which goes up with every change."""
        return self._counted(lambda: self.transport.drive_version(self.spreadsheet))

    def _counted(self, ask: Callable[[], _Answer]) -> _Answer:
        calls = self.transport.calls
        before = (calls.reads, calls.writes, calls.drive)
        try:
            return ask()
        finally:
            self.count.reads += calls.reads - before[0]
            self.count.writes += calls.writes - before[1]
            self.count.drive += calls.drive - before[2]

    def used(self) -> str:
        """Return the requests since this was last asked, in words."""
        said, self.count = self.count.words(), Count()
        return said
