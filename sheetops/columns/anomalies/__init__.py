"""Is this number strange? Signals, counts, change points, root causes, the effect of a measure. Pure: arrays and frames.

The names are imported when first used: `sheetops.toml` is read without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazily

if TYPE_CHECKING:
    from .calibration import calibrate, taught
    from .counting import count_table
    from .counts import false_alarm_rate, judge_counts
    from .early_aberration import ears
    from .explaining import comparisons
    from .farrington import farrington_flexible
    from .judging import detect
    from .overdispersion import quasi_poisson_quantile

__all__ = [
    "calibrate",
    "comparisons",
    "count_table",
    "detect",
    "ears",
    "false_alarm_rate",
    "farrington_flexible",
    "judge_counts",
    "quasi_poisson_quantile",
    "taught",
]

_LAZY = {
    "calibrate": "calibration",
    "comparisons": "explaining",
    "count_table": "counting",
    "detect": "judging",
    "ears": "early_aberration",
    "false_alarm_rate": "counts",
    "farrington_flexible": "farrington",
    "judge_counts": "counts",
    "quasi_poisson_quantile": "overdispersion",
    "taught": "calibration",
}

__getattr__ = lazily(__name__, _LAZY)
