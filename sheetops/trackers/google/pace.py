"""How often Google is asked: never more than so many times in any minute."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock

MINUTE = 60.0


@dataclass
class Pace:
    """The turns taken in the last minute, of one kind and one account.

    Own code, because the well-kept limiters (pyrate-limiter 4, aiolimiter) sleep and time by themselves: a run's
    deadline could not include their waiting, and no test could move their clock. And not a bucket that is refilled:
    a full one lets 119 requests through in its first minute, where Google allows 60.
    """

    taken: deque[float] = field(default_factory=deque)
    lock: Lock = field(default_factory=Lock)

    def take(self, limit: int, now: float, latest: float) -> float | None:
        """Return when the next turn is, `now` or later, and take it; None when that is after `latest`."""
        with self.lock:
            while self.taken and self.taken[0] <= now - MINUTE:
                self.taken.popleft()
            full = len(self.taken) >= limit
            turn = max(now, self.taken[-limit] + MINUTE) if full else now
            if turn > latest:
                return None
            self.taken.append(turn)
            return turn


_PACES: defaultdict[Hashable, Pace] = defaultdict(Pace)


def pace_of(clock: Callable[[], float], account: Hashable, kind: str) -> Pace:
    """Return the pace that everything in this process keeps for an account; reads and writes apart."""
    return _PACES[clock, account, kind]
