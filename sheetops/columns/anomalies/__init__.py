"""Is this number strange? Signals, counts, change points, root causes, the effect of a measure. Pure: arrays and frames.

The names are imported when first used: `sheetops.toml` is read without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .attribution.attribute import attribute
    from .context import Incident, hypotheses
    from .detect import detect
    from .ears import ears
    from .effects.effect import Effect, effect
    from .effects.ratio import rate_ratio
    from .farrington import farrington_flexible
    from .shifts import change_points

__all__ = [
    "Effect",
    "Incident",
    "attribute",
    "change_points",
    "detect",
    "ears",
    "effect",
    "farrington_flexible",
    "hypotheses",
    "rate_ratio",
]

_LAZY = {
    "Effect": "effects.effect",
    "Incident": "context",
    "attribute": "attribution.attribute",
    "change_points": "shifts",
    "detect": "detect",
    "ears": "ears",
    "effect": "effects.effect",
    "farrington_flexible": "farrington",
    "hypotheses": "context",
    "rate_ratio": "effects.ratio",
}

__getattr__ = lazily(__name__, _LAZY)
