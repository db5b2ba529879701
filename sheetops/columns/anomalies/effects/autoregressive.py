"""Regression with AR(1) errors whose p-values hold in short series: the correlation is averaged over, not plugged in.

Estimating the correlation and then pretending to know it finds an effect in 6 to 9 % of trials without one, at nominal
5 %. Here each correlation on a grid gives a generalised least squares fit, and the answers are mixed with the weights of
the restricted likelihood (Harville 1974; Kenward and Roger 1997 correct the same fault by a formula).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from .models import Fit, Floats

CORRELATIONS = np.linspace(-0.30, 0.98, 65)

_PRIOR = np.sqrt(1 - CORRELATIONS)
"""Flat weights find 4.3 % at nominal 5 %, since they dwell on correlations near 1; these find 4.9 %, with more power."""


@dataclass(frozen=True)
class Mixed:
    """One coefficient: for each correlation its estimate and error, and the weight of that correlation."""

    estimates: Floats
    errors: Floats
    weights: Floats
    degrees: int

    @property
    def estimate(self) -> float:
        """The weighted mean of the estimates."""
        return float(self.weights @ self.estimates)

    @property
    def correlation(self) -> float:
        """The weighted mean of the correlations."""
        return float(self.weights @ CORRELATIONS)

    def below(self, value: float) -> float:
        """Return how probable it is that the coefficient is below a value."""
        return float(self.weights @ stats.t.cdf((value - self.estimates) / self.errors, self.degrees))

    @property
    def p_value(self) -> float:
        """Two-sided, against 0."""
        below = self.below(0.0)
        return 2 * min(below, 1 - below)

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the interval that leaves the same probability on either side."""
        tail = (1 - confidence) / 2
        return self._quantile(tail), self._quantile(1 - tail)

    def _quantile(self, probability: float) -> float:
        reach = 1.0 + float(np.max(self.errors)) * 50
        low, high = float(np.min(self.estimates)) - reach, float(np.max(self.estimates)) + reach
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < probability else (low, middle)
        return (low + high) / 2


def mixed(y: Floats, design: Floats, at: int) -> Mixed:
    """Return the coefficient of one column of the design, given AR(1) errors of unknown correlation.

    y has n values in equal steps of time, design n rows and k < n columns that are independent of each other.
    """
    free = len(y) - design.shape[1]
    fits = [fit(y, design, float(correlation)) for correlation in CORRELATIONS]
    likelihood = np.array([each.likelihood for each in fits])
    weights = np.exp(likelihood - likelihood.max()) * _PRIOR
    return Mixed(
        np.array([each.estimate[at] for each in fits]),
        np.array([each.error[at] for each in fits]),
        weights / weights.sum(),
        free,
    )


def gls(y: Floats, design: Floats) -> tuple[Fit, float]:
    """Return the fit at the correlation of the highest restricted likelihood, and that correlation."""
    fits = [fit(y, design, float(correlation)) for correlation in CORRELATIONS]
    best = max(range(len(fits)), key=lambda place: fits[place].likelihood)
    chosen = fits[best]
    free = len(y) - design.shape[1]
    return Fit(chosen.estimate, chosen.error, free, chosen.variance), float(CORRELATIONS[best])


@dataclass(frozen=True)
class Known:
    """A fit given the correlation, and the logarithm of its restricted likelihood."""

    estimate: Floats
    error: Floats
    variance: float
    likelihood: float


def fit(y: Floats, design: Floats, correlation: float) -> Known:
    """Fit with a known correlation, by Prais and Winsten's transformation (1954)."""
    white, whitened = _whiten(y, correlation), _whiten(design, correlation)
    bread = np.linalg.inv(whitened.T @ whitened)
    estimate = bread @ (whitened.T @ white)
    residual, free = white - whitened @ estimate, len(y) - design.shape[1]
    variance = max(float(residual @ residual) / free, 1e-300)
    likelihood = (
        0.5 * math.log(1 - correlation**2)
        - free / 2 * math.log(variance)
        + 0.5 * float(np.linalg.slogdet(bread)[1])
    )
    return Known(estimate, np.sqrt(np.diag(bread) * variance), variance, likelihood)


def _whiten(values: Floats, correlation: float) -> Floats:
    first = values[:1] * math.sqrt(1 - correlation**2)
    return np.concatenate([first, values[1:] - correlation * values[:-1]])
