"""What a watch has taken on and not finished, kept in the dataset, so that a tick is neither lost nor done twice.

A tick goes through these states, each written down before the next step:

    taken     seen, and still ticked in the spreadsheet
    started   unticked there; the action is about to begin
    ran       done; the outcome is to be written beside it

See docs/watch.md for what happens where the machine stops between two of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...dataset import Store

_NOTE = "watch"


@dataclass(frozen=True)
class Intent:
    """One tick. `number` is its own; `said` stands beside it in the spreadsheet while it is done, and is unlike all others.

    `last_run` is the workspace's last run when the tick was taken, `times` how often its action was begun.
    """

    number: int
    book: str
    action: str
    record: str
    said: str
    state: str = "taken"
    last_run: str = ""
    times: int = 0
    outcome: str = ""
    exit_code: int = 0

    @property
    def who(self) -> str:
        """Return the name under which its run goes into the journal, by which it is found again."""
        return f"tick {self.number} in {self.book}"


class Intents:
    """The ticks of a workspace that are not finished, the oldest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self) -> list[Intent]:
        """Return them."""
        return [Intent(**one) for one in self._read().get("open", ())]

    def next_number(self) -> int:
        """Return a number that no tick has had; it is used up once a tick of it is kept."""
        return int(self._read().get("last", 0)) + 1

    def keep(self, intent: Intent) -> None:
        """Write a tick down, in place of what was known of it."""
        others = [one for one in self.open() if one.number != intent.number]
        self._write([*others, intent], max(int(self._read().get("last", 0)), intent.number))

    def done(self, intent: Intent) -> None:
        """Forget a tick."""
        self._write([one for one in self.open() if one.number != intent.number], int(self._read()["last"]))

    def _read(self) -> Mapping[str, Any]:
        said: Mapping[str, Any] = json.loads(self._store.recall(_NOTE) or "{}")
        return said

    def _write(self, intents: Sequence[Intent], last: int) -> None:
        ordered = sorted(intents, key=lambda one: one.number)
        self._store.remember(_NOTE, json.dumps({"last": last, "open": [asdict(one) for one in ordered]}))
