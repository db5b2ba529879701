"""Is this number strange? Signals, counts, change points, root causes, the effect of a measure. Pure: arrays and frames.

The names are imported when first used: `sheetops.toml` is read without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .calibrate import calibrate, taught
    from .comparisons import comparisons
    from .detect import detect
    from .ears import ears
    from .farrington import farrington_flexible

__all__ = ["calibrate", "comparisons", "detect", "ears", "farrington_flexible", "taught"]

_LAZY = {
    "calibrate": "calibrate",
    "comparisons": "comparisons",
    "detect": "detect",
    "ears": "ears",
    "farrington_flexible": "farrington",
    "taught": "calibrate",
}

__getattr__ = lazily(__name__, _LAZY)
