"""What keeps happening that should not? Scenarios, their risk, the same story told twice, repeat offenders. Pure.

The names are imported when first used: `sheetops.toml` is read without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .mine import mine
    from .offenders import repeat_numbers, repeats
    from .reviewers import agreement, overturns
    from .same_story import Stories, stories
    from .standardise import propose, standardised

__all__ = [
    "Stories",
    "agreement",
    "mine",
    "overturns",
    "propose",
    "repeat_numbers",
    "repeats",
    "standardised",
    "stories",
]

_LAZY = {
    "Stories": "same_story",
    "agreement": "reviewers",
    "mine": "mine",
    "overturns": "reviewers",
    "propose": "standardise",
    "repeat_numbers": "offenders",
    "repeats": "offenders",
    "standardised": "standardise",
    "stories": "same_story",
}

__getattr__ = lazily(__name__, _LAZY)
