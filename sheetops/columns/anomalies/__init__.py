"""Is this number strange? Signals, counts, change points, root causes, the effect of a measure. Pure: arrays and frames.

The names are imported when first used: `sheetops.toml` is read without NumPy. No name is that of its module: the module
would take its place once it is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .attribution.attribute import attribute
    from .calibration import calibrate, taught
    from .context import Incident, hypotheses
    from .early_aberration import ears
    from .effects.effect import Effect, effect
    from .effects.ratio import rate_ratio
    from .explaining import comparisons
    from .farrington import farrington_flexible
    from .judging import detect
    from .shifts import change_points

__all__ = [
    "Effect",
    "Incident",
    "attribute",
    "calibrate",
    "change_points",
    "comparisons",
    "detect",
    "ears",
    "effect",
    "farrington_flexible",
    "hypotheses",
    "rate_ratio",
    "taught",
]

_LAZY = {
    "Effect": "effects.effect",
    "Incident": "context",
    "attribute": "attribution.attribute",
    "calibrate": "calibration",
    "change_points": "shifts",
    "comparisons": "explaining",
    "detect": "judging",
    "ears": "early_aberration",
    "effect": "effects.effect",
    "farrington_flexible": "farrington",
    "hypotheses": "context",
    "rate_ratio": "effects.ratio",
    "taught": "calibration",
}

__getattr__ = lazily(__name__, _LAZY)
