"""Files that people ask for, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .model.errors import TrackerNotWritten

AS_TEXT = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
"""XlsxWriter's options for pandas: text that looks like a formula or a link stays text."""


def write_whole(out: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `out`, and put it in its place. Raise TrackerNotWritten; `out` is as it was then."""
    part = out.with_name(f".{out.stem}.part{out.suffix}")
    try:
        write(part)
        part.replace(out)
    except OSError as error:
        raise TrackerNotWritten(f"{out} could not be written: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)
