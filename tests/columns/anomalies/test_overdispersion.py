"""Quantiles and tails of overdispersed counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.columns.anomalies import quasi_poisson_quantile
from sheetops.columns.anomalies.overdispersion import quasi_poisson_below, quasi_poisson_tail
from tests.conftest import SHARED

VECTORS = SHARED / "vectors" / "rstats" / "nb_quantiles.csv"


@pytest.mark.skipif(not VECTORS.exists(), reason="the single answers of R are not here")
def test_every_quantile_is_that_of_r():
    table = pd.read_csv(VECTORS)
    assert (quasi_poisson_quantile(table.mu, table.phi, table.a) == table.upper).all()


@given(mean=st.floats(1e-6, 1e6), dispersion=st.floats(1, 500), alpha=st.floats(1e-6, 0.4))
def test_a_quantile_is_the_smallest_count_whose_tail_is_small_enough(mean, dispersion, alpha):
    quantile = quasi_poisson_quantile(mean, dispersion, alpha)
    assert quasi_poisson_tail(quantile + 1, mean, dispersion) <= alpha * (1 + 1e-6) + 1e-12
    assert quantile == 0 or quasi_poisson_tail(quantile, mean, dispersion) >= alpha * (1 - 1e-6) - 1e-12


@given(count=st.integers(0, 200), mean=st.floats(0.01, 100), dispersion=st.floats(1, 50))
def test_below_and_above_add_up(count, mean, dispersion):
    assert quasi_poisson_below(count, mean, dispersion) + quasi_poisson_tail(
        count + 1, mean, dispersion
    ) == pytest.approx(1)


def test_what_cannot_be_said_is_nan():
    assert np.isnan(quasi_poisson_quantile([np.nan, -1.0, 3.0], [1.0, 1.0, np.nan], 0.05)).all()
    assert quasi_poisson_quantile(0, 2, 0.05) == 0
    assert quasi_poisson_quantile(1e18, 2, 0.05) == pytest.approx(1e18)
    assert np.isnan(quasi_poisson_tail(np.nan, 2, 1))
    assert quasi_poisson_tail(3, 0, 1) == 0
