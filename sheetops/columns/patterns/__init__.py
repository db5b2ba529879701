"""What keeps happening that should not? Scenarios, their risk, the same story told twice, repeat offenders. Pure.

The names are imported when first used: `sheetops.toml` is read without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .mining import mine

__all__ = ["mine"]

_LAZY = {"mine": "mining"}

__getattr__ = lazily(__name__, _LAZY)
