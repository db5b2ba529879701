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
    from .recommending import recommend
    from .risk import risk_table
    from .settings import Settings

__all__ = ["PatternColumns", "Settings", "mine", "name_all", "pattern_columns", "recommend", "risk_table"]

_LAZY = {
    "PatternColumns": "columns",
    "Settings": "settings",
    "mine": "mining",
    "name_all": "identity",
    "pattern_columns": "columns",
    "recommend": "recommending",
    "risk_table": "risk",
}

__getattr__ = lazily(__name__, _LAZY)
