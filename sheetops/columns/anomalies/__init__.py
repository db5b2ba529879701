"""Is this number strange? Signals, counts, change points, root causes, the effect of a measure. Pure: arrays and frames.

The names are imported when first used: `sheetops.toml` is read without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .calibration import calibrate, taught
    from .ears import ears
    from .explaining import comparisons
    from .farrington import farrington_flexible
    from .judging import detect

__all__ = ["calibrate", "comparisons", "detect", "ears", "farrington_flexible", "taught"]

_LAZY = {
    "calibrate": "calibration",
    "comparisons": "explaining",
    "detect": "judging",
    "ears": "ears",
    "farrington_flexible": "farrington",
    "taught": "calibration",
}

__getattr__ = lazily(__name__, _LAZY)
