"""The sandbox that keeps a workspace's Google spreadsheets: the one at work on its folder, or else one started here."""

from __future__ import annotations

import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path

from ...model.errors import TrackerBusy, TrackerUnreadable

_TRIES, _PAUSE_SECONDS = 20, 0.05
_NOT_DONE = "Google Sheets were not read and not changed."


class OwnSandbox:
    """A server in place of Google, for as long as it is needed. Nothing is imported or started before the first request."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running = ExitStack()
        self._url = ""

    def url(self) -> str:
        """Return where the sandbox answers now. Ask again for each request: one that others started may have stopped.

        Raise TrackerUnreadable where the folder holds no sandbox.
        """
        return self._url or self._found() or self._started()

    def _found(self) -> str:
        from ...sandbox import serving

        return serving(self.folder) or ""

    def _started(self) -> str:
        from ...sandbox import FolderInUse

        self._look_at_folder()
        for _ in range(_TRIES):
            try:
                return self._start()
            except FolderInUse:  # somebody else's, which is just starting, or has just stopped
                time.sleep(_PAUSE_SECONDS)
                if found := self._found():
                    return found
            except OSError as error:
                raise TrackerUnreadable(
                    f"The sandbox in {self.folder} cannot be started: {error.strerror or error}.",
                    not_done=_NOT_DONE,
                    next_step="Mend or move that file, or name another folder as sandbox under [google].",
                ) from None
        raise TrackerBusy(
            f"A sandbox on {self.folder} is starting or stopping.",
            not_done=_NOT_DONE,
            next_step="Run the command again in a moment.",
        )

    def _look_at_folder(self) -> None:
        if not self.folder.is_dir():
            raise TrackerUnreadable(
                f"The folder {self.folder}, named as sandbox under [google], is not there.",
                not_done=_NOT_DONE,
                next_step=f"Correct the name, or begin a sandbox there: sheetops sandbox --data {quoted(self.folder)}",
            )

    def _start(self) -> str:
        from ...sandbox import Sandbox

        box = self._running.enter_context(Sandbox(data=self.folder))
        box.front.log = deque(maxlen=0)  # nobody looks at them, and their bodies would stay in memory
        self._url = box.url
        return self._url

    def close(self) -> None:
        """Stop what was started here. The spreadsheets stay in the folder."""
        self._url = ""
        self._running.close()


def quoted(path: Path) -> str:
    """Return a path as it is typed into a terminal."""
    return f'"{path}"' if " " in str(path) else str(path)
