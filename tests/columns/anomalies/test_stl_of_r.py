"""The STL of the benchmark's peer is R's, to 1e-8 in 10 of 12 fits: the peer is given a fair chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.conftest import SHARED

PERIODS = {"nottem": 12, "co2": 12, "UKgas": 4}
APART = {
    (
        "UKgas",
        "periodic",
    ): "R's median of the residuals is none in 3 of 15 iterations: up to 12 apart in the trend",
    ("nottem", 7): "R's median of the residuals is none in 1 of 15 iterations: up to 0.07 apart in the trend",
}
"""Robust fits in which R is not the paper; strict, so that we hear when it changes.

The weights rest on the median of the residuals' sizes, for which R's stl sorts only as far as two places: n/2 + 1 and n/2, in
that order. Its partial sort (CACM algorithm 410) asks for places in ascending order; where a split falls just between the
two, one of them is left unsorted. With that copied, all twelve fits are equal to 1e-11; with a true median, as here
and in Cleveland et al. 1990, these two are not. Iterations, degrees, jumps and the test's settings are not at fault.
"""


@pytest.mark.parametrize("robust", [False, True], ids=["plain", "robust"])
@pytest.mark.parametrize("name", PERIODS)
@pytest.mark.parametrize("window", ["periodic", 7])
def test_statsmodels_stl_equals_r(name, robust, window, request):
    if robust and (name, window) in APART:
        request.applymarker(pytest.mark.xfail(reason=APART[name, window], strict=True))
    from statsmodels.tsa.seasonal import STL

    path = SHARED / "vectors" / "rstats" / f"stl_{name}_{'robust' if robust else 'plain'}.csv"
    if not path.is_file():
        pytest.skip(f"{path.name} is not there; set SHEETOPS_SHARED to the folder that has the vectors")
    wanted, period = pd.read_csv(path), PERIODS[name]
    values = wanted["y"].to_numpy()
    seasonal = 10 * len(values) + 1 if window == "periodic" else window
    trend = int(np.ceil(1.5 * period / (1 - 1.5 / seasonal)))
    trend += trend % 2 == 0
    fitted = STL(
        values,
        period=period,
        seasonal=seasonal,
        trend=trend,
        low_pass=period + 1 if period % 2 == 0 else period,
        seasonal_deg=0,
        trend_deg=1,
        low_pass_deg=1,
        robust=robust,
        seasonal_jump=int(np.ceil(seasonal / 10)),
        trend_jump=int(np.ceil(trend / 10)),
        low_pass_jump=int(np.ceil((period + 1) / 10)),
    ).fit(inner_iter=1 if robust else 2, outer_iter=15 if robust else 0)
    season = fitted.seasonal
    if window == "periodic":
        means = np.array([season[place::period].mean() for place in range(period)])
        season = means[np.arange(len(values)) % period]
    prefix = "" if window == "periodic" else "s7."
    np.testing.assert_allclose(season, wanted[f"{prefix}seasonal"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(fitted.trend, wanted[f"{prefix}trend"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(
        values - season - fitted.trend, wanted[f"{prefix}remainder"], rtol=0, atol=1e-8
    )
