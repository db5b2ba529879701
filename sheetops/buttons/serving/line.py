"""The line of presses of one workspace: one at a time, and clicks that come to the same thing are one piece of work.

A click joins an equal one that waits, never one that has begun: what a person typed before clicking might be in cells
that the running one has read already. `undo` is the exception: a second undo while the first runs is a double click,
and taking back one run more is never what it means.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from ..pressing import Pressed
from .refusals import Refused

GATHER = 0.3
"""Seconds a press waits for its double click before it begins."""
LONGEST = 20
"""Pieces of work that may wait."""
_JOINED_WHILE_RUNNING = frozenset({"undo"})

Work = tuple[str, str]
"""An action and the record it is about."""


class Line:
    """Carries out presses one after the other. `stopping` says whether the service is being stopped."""

    def __init__(
        self, *, gather: float = GATHER, stopping: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._gather, self._stopping, self._sleep = gather, stopping, sleep
        self._joinable: dict[Work, Future[Pressed]] = {}
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(1, "sheetops press")
        self.running: Work | None = None

    def press(
        self, work: Work, act: Callable[[], Pressed], allow: Callable[[], None] = lambda: None
    ) -> tuple[Future[Pressed], bool]:
        """Put work into the line, and return its answer to come and whether it joined work that was there.

        `allow` is asked before new work is begun, and may raise. Raise Refused when the line is too long.
        """
        with self._lock:
            there = self._joinable.get(work)
            if there is not None:
                return there, True
            if len(self._joinable) >= LONGEST:
                raise _too_long()
            allow()
            came = time.monotonic()
            answer = self._worker.submit(self._carry_out, work, act, came)
            self._joinable[work] = answer
            return answer, False

    @property
    def waiting(self) -> int:
        """How many pieces of work wait or run."""
        with self._lock:
            return len(set(self._joinable) | ({self.running} if self.running else set()))

    def close(self) -> None:
        """Wait until what runs has ended. What waits is answered, and not begun, when the service is stopping."""
        self._worker.shutdown(wait=True)

    def _carry_out(self, work: Work, act: Callable[[], Pressed], came: float) -> Pressed:
        self._sleep(max(0.0, came + self._gather - time.monotonic()))
        action = work[0]
        joined_later = action in _JOINED_WHILE_RUNNING
        with self._lock:
            self.running = work
            if not joined_later:
                del self._joinable[work]
        try:
            return _stopped(action) if self._stopping() else act()
        finally:
            with self._lock:
                self.running = None
                if joined_later:
                    del self._joinable[work]


def _stopped(action: str) -> Pressed:
    said = "The service is being stopped. Nothing was run. Press again when it is back."
    return Pressed(action, said, (), 5)


def _too_long() -> Refused:
    return Refused(
        503, "line", f"{LONGEST} presses are waiting already.", next_step="Wait a minute, then press once.", exit_code=5,
    )  # fmt: skip
