"""What keeps happening that should not? Scenarios, their risk, the same story told twice, repeat offenders. Pure.

The names are imported when first used: `sheetops.toml` is read without NumPy. No name is that of its module: the module
would take its place once it is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .columns import PatternColumns, pattern_columns
    from .identity import name_all
    from .mining import mine
    from .offenders import repeat_numbers, repeats
    from .recommending import recommend
    from .reviewers import agreement, overturns
    from .risk import risk_table
    from .same_story import Stories, stories
    from .settings import Settings
    from .standardise import propose, standardised

__all__ = [
    "PatternColumns",
    "Settings",
    "Stories",
    "agreement",
    "mine",
    "name_all",
    "overturns",
    "pattern_columns",
    "propose",
    "recommend",
    "repeat_numbers",
    "repeats",
    "risk_table",
    "standardised",
    "stories",
]

_LAZY = {
    "PatternColumns": "columns",
    "Settings": "settings",
    "Stories": "same_story",
    "agreement": "reviewers",
    "mine": "mining",
    "name_all": "identity",
    "overturns": "reviewers",
    "pattern_columns": "columns",
    "propose": "standardise",
    "recommend": "recommending",
    "repeat_numbers": "offenders",
    "repeats": "offenders",
    "risk_table": "risk",
    "standardised": "standardise",
    "stories": "same_story",
}

__getattr__ = lazily(__name__, _LAZY)
