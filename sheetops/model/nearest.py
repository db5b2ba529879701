"""The nearest valid name, for messages that help."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, valid: Iterable[str], cutoff: float = 0.5) -> str | None:
    """Return the valid word that looks most like `word`, ignoring case, or None if none does."""
    folded = {v.casefold(): v for v in valid}
    found = difflib.get_close_matches(word.strip().casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" with a leading space, or "" when nothing is near."""
    found = nearest(word, valid)
    return f" Did you mean '{found}'?" if found else ""
