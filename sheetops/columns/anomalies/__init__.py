"""Is this number strange? Signals, counts, change points, root causes, the effect of a measure. Pure: arrays and frames.

The names are imported when first used: `sheetops.toml` is read without NumPy. No name is that of its module: the module
would take its place once it is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .attribution.attribute import attribute
    from .calibration import calibrate, calibrate_rates, taught
    from .context import Incident, hypotheses
    from .counting import count_table
    from .counts import false_alarm_rate, judge_counts
    from .early_aberration import ears
    from .effects.effect import Effect, effect
    from .effects.ratio import rate_ratio
    from .explaining import comparisons
    from .farrington import farrington_flexible
    from .judging import detect
    from .overdispersion import quasi_poisson_quantile
    from .shifts import change_points

__all__ = [
    "Effect",
    "Incident",
    "attribute",
    "calibrate",
    "calibrate_rates",
    "change_points",
    "comparisons",
    "count_table",
    "detect",
    "ears",
    "effect",
    "false_alarm_rate",
    "farrington_flexible",
    "hypotheses",
    "judge_counts",
    "quasi_poisson_quantile",
    "rate_ratio",
    "taught",
]

_LAZY = {
    "Effect": "effects.effect",
    "Incident": "context",
    "attribute": "attribution.attribute",
    "calibrate": "calibration",
    "calibrate_rates": "calibration",
    "change_points": "shifts",
    "comparisons": "explaining",
    "count_table": "counting",
    "detect": "judging",
    "ears": "early_aberration",
    "effect": "effects.effect",
    "false_alarm_rate": "counts",
    "farrington_flexible": "farrington",
    "hypotheses": "context",
    "judge_counts": "counts",
    "quasi_poisson_quantile": "overdispersion",
    "rate_ratio": "effects.ratio",
    "taught": "calibration",
}

__getattr__ = lazily(__name__, _LAZY)
