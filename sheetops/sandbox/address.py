"""Which server is at work on a data folder: its address lies in the folder while it runs.

Two servers on one folder would overwrite each other's spreadsheets. The operating system's lock on the file says
whether the server that wrote it is alive, so what a crash leaves behind is no obstacle.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import IO

NAME = "address"


class FolderInUse(OSError):
    """Another sandbox is serving this folder."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(f"a sandbox at {url} is serving {folder} already: use that one, or stop it first")
        self.folder, self.url = folder, url


class Claim:
    """A folder that this server has for itself, until it lets go of it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / NAME
        file = self._tried()
        if file is None:
            raise FolderInUse(folder, _written(self._path) or "an address that it has not written yet")
        self._file = file

    def _tried(self) -> IO[str] | None:
        """Return the locked file. Somebody who asks whether the folder is served holds the lock for a moment: try again."""
        for _ in range(10):
            file = self._path.open("a+", encoding="utf-8")
            if _locked(file) and _is_there(file, self._path):
                return file
            file.close()
            time.sleep(0.02)
        return None

    def write(self, url: str) -> None:
        """Record the address."""
        self._file.truncate(0)
        self._file.write(url + "\n")
        self._file.flush()

    def release(self) -> None:
        """Remove the address and let others serve the folder."""
        if not self._file.closed:
            self._file.truncate(
                0
            )  # before the file goes: whoever has it open must not believe the old address
            if os.name == "posix":
                self._path.unlink(missing_ok=True)
                self._file.close()
            else:  # an open file cannot be removed
                self._file.close()
                self._path.unlink(missing_ok=True)


def serving(folder: Path | str) -> str | None:
    """Return the address of the sandbox that is serving the folder; None when there is none."""
    path = Path(folder) / NAME
    if not path.is_file():
        return None
    with path.open("a+", encoding="utf-8") as file:
        if _locked(file):
            return None  # nobody had it: a crash left it behind. Closing lets go of it again
    return _written(path)


def _is_there(file: IO[str], path: Path) -> bool:
    """Whether the open file is the one in the folder: a server that stops removes its own."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _written(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


if sys.platform == "win32":
    import msvcrt

    def _locked(file: IO[str]) -> bool:
        """Lock a byte far behind the text, which others may then still read."""
        file.seek(1 << 20)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
