"""What the service does, without HTTP: carries presses out on one workspace, and says how the workspace stands."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...library import open_workspace
from ...model.errors import SheetopsError, WorkspaceMissing
from ...workspace import CONFIG_NAME, Config, load_config
from ..pressing import Pressed, failed, press
from .admission import WINDOW, Admission, nonce_mark
from .audit import Audit
from .line import Line
from .presses import AskedFor, check_place, plain
from .refusals import Refused, workspace_gone
from .standing import standing
from .tokens import Token, TokenFile

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """Seconds: how long a press is waited for before it is answered "still running", and how long another run is."""

    answer: float = 25.0
    other_run: float = 20.0
    between: float = 0.5


@dataclass
class Service:
    """Presses for the workspace in `folder`. `next_run` says when the next scheduled run is, "" where none is planned."""

    folder: Path
    environ: Mapping[str, str]
    now: Callable[[], float] = time.time
    line: Line = field(default_factory=Line)
    patience: Patience = field(default_factory=Patience)
    next_run: Callable[[], str] = lambda: ""

    def __post_init__(self) -> None:
        self.audit = Audit(self.folder)
        seen = self.audit.nonces(self.now() - 2 * WINDOW)
        self.admission = Admission(TokenFile(self.folder), self.now, seen=seen)
        self._config: tuple[tuple[int, int], Config] | None = None

    def config(self) -> Config:
        """Return what sheetops.toml says now. Raise Refused when the workspace is gone, ConfigError for a mistake in it."""
        path = self.folder / CONFIG_NAME
        try:
            stat = path.stat()
            read = (stat.st_mtime_ns, stat.st_size)
            if self._config is None or self._config[0] != read:
                self._config = read, load_config(path)
        except (WorkspaceMissing, OSError):
            raise workspace_gone() from None
        return self._config[1]

    def begin(self, asked: AskedFor, headers: Mapping[str, str], body: bytes) -> Future[Pressed]:
        """Let a press in and put it into the line; return its answer to come. Raise Refused, which is noted in the log."""
        token = None
        try:
            config = self.config()
            token = self.admission.press(headers, body, asked)
            check_place(asked, config)
            admitted = token
            answer, joined = self.line.press(
                asked.work, lambda: self._carry_out(asked, admitted), lambda: self.admission.count(admitted)
            )
        except Refused as refusal:
            self._note(asked, token, refused=refusal.reason)
            raise
        came = self.now()
        answer.add_done_callback(lambda done: self._note_end(asked, admitted, done.result(), came, joined))
        return answer

    def status(self, *, with_held: bool) -> dict[str, Any]:
        """Return how the workspace stands, as plain data. The held items only where `with_held`: they quote cells."""
        self.config()
        with open_workspace(self.folder, environ=self.environ) as ws:
            said = standing(ws, with_held=with_held)
        running = self.line.running
        return {**said, "running": running[0] if running else None, "next_run": self.next_run(), "as_of": _when(self.now())}  # fmt: skip

    def close(self) -> None:
        """Wait for the press that is being carried out."""
        self.line.close()

    def _carry_out(self, asked: AskedFor, token: Token) -> Pressed:
        try:
            end = time.monotonic() + self.patience.other_run
            while True:
                with open_workspace(self.folder, who=token.name, environ=self.environ) as ws:
                    pressed = press(ws, asked.action, key=asked.key)
                if not _is_locked(pressed) or time.monotonic() > end:
                    return pressed
                time.sleep(self.patience.between)
        except SheetopsError as error:
            return failed(asked.action, error)
        except Exception:
            _LOG.exception("A press of %s failed in a way that was not foreseen", asked.action)
            return _unforeseen(asked.action)

    def _note_end(self, asked: AskedFor, token: Token, said: Pressed, came: float, joined: bool) -> None:
        seconds = round(self.now() - came, 3)
        self._note(asked, token, joined=joined, exit_code=said.exit_code, run=said.run, seconds=seconds)

    def _note(self, asked: AskedFor, token: Token | None, **more: Any) -> None:
        nonce = {"nonce": nonce_mark(token, asked.nonce)} if token and asked.nonce else {}
        self.audit.note(self.now(), token=token.id if token else None, **plain(asked), **nonce, **more)


def _is_locked(pressed: Pressed) -> bool:
    return bool(pressed.data.get("error", {}).get("code") == "locked")


def _unforeseen(action: str) -> Pressed:
    said = "Something went wrong that sheetops did not foresee; what it was stands in the service's log. Nothing typed is lost. Next: sheetops doctor, then press again."
    return Pressed(action, said, (), 1)


def still_running(action: str) -> Pressed:
    """Return what is said of a press that takes longer than its button waits."""
    said = "Still running. It goes on by itself: look at the tab 'sheetops' in a few minutes."
    return Pressed(action, said, (), 5)


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
