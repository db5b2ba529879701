"""A mistake of the program's own, in a sentence, where nobody would see a traceback."""

from __future__ import annotations

import traceback
from pathlib import Path

from ..model.errors import SheetopsError


def own_mistake(error: Exception) -> SheetopsError:
    """Return what to say of an exception that nobody foresaw, with the place in the program."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}: {error}"
    return SheetopsError(
        f"sheetops made a mistake of its own ({where}).",
        not_done="What was written before it stands; the next run goes on from there.",
        next_step="Tell whoever looks after sheetops, with this sentence.",
    )
