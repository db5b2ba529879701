"""Putting a finished file in the place of another, with what the file system keeps about it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from pathlib import Path

from sheetops.ooxml.errors import SaveFailed, WorkbookLocked
from sheetops.ooxml.locks import lock_owner

_TRIES, _PAUSE = 6, 0.25


def copy_attributes(old: Path, new: Path) -> None:
    """Give the new file the old one's permissions, owner and extended attributes, as far as we may."""
    with contextlib.suppress(OSError):
        shutil.copymode(old, new)
    if sys.platform == "win32":
        return
    stat = old.stat()
    with contextlib.suppress(OSError):
        os.chown(new, stat.st_uid, stat.st_gid)
    if hasattr(os, "listxattr"):
        for name in _attributes(old):
            with contextlib.suppress(OSError):
                os.setxattr(new, name, os.getxattr(old, name))


def _attributes(path: Path) -> list[str]:
    try:
        return os.listxattr(path)
    except OSError:
        return []


def replace(new: Path, old: Path) -> None:
    """Put new in the place of old. A sharing violation, as Windows reports it, is tried again for a second."""
    for attempt in range(_TRIES):
        try:
            new.replace(old)
            break
        except PermissionError as error:
            if attempt == _TRIES - 1:
                owner = lock_owner(old)
                who = f"{owner} has it open" if owner else "another program holds it"
                raise WorkbookLocked(
                    f"{old.name} cannot be replaced: {who}. The file is untouched. Close it there and run again."
                ) from error
            time.sleep(_PAUSE)
        except OSError as error:
            raise SaveFailed(f"{old.name} could not be replaced: {error}. The file is untouched.") from error
    _flush_folder(old.parent)


def _flush_folder(folder: Path) -> None:
    """Make the new name last through a power cut; Windows has no such call for folders."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
