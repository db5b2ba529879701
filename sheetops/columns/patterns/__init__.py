"""What keeps happening that should not? Scenarios, their risk, the same story told twice, repeat offenders. Pure.

The names are imported when first used: `sheetops.toml` is read without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .mine import mine
    from .same_story import Stories, stories
    from .standardise import propose, standardised

__all__ = ["Stories", "mine", "propose", "standardised", "stories"]

_LAZY = {
    "Stories": "same_story",
    "mine": "mine",
    "propose": "standardise",
    "standardised": "standardise",
    "stories": "same_story",
}

__getattr__ = lazily(__name__, _LAZY)
