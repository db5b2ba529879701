"""Regressions with the standard errors that R prints: OLS, Newey-West, clustered, quasi-Poisson.

Conventions, where the field has several: Newey-West is without prewhitening, times n / (n - k), t with n - k degrees of
freedom (R sandwich's `adjust`); clustered errors are times G / (G - 1) ("HC0") and (n - 1) / (n - k) besides ("HC1"), t
with n - k; quasi-Poisson with clustered errors is judged by the normal distribution.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

_MOST_STEPS, _CONVERGED = 100, 1e-8


@dataclass(frozen=True)
class Fit:
    """A regression: for each column of the design its estimate, standard error, statistic and two-sided p-value."""

    estimate: Floats
    error: Floats
    degrees: float
    """Degrees of freedom of the t distribution; infinite: the normal one."""
    dispersion: float

    @property
    def statistic(self) -> Floats:
        """Estimate / error."""
        return self.estimate / self.error

    @property
    def p_value(self) -> Floats:
        """Two-sided."""
        tail = _distribution(self.degrees).sf(np.abs(self.statistic))
        return np.asarray(2 * tail, dtype=np.float64)

    def interval(self, at: int, confidence: float = 0.95) -> tuple[float, float]:
        """Return the confidence interval of one estimate."""
        reach = float(_distribution(self.degrees).ppf((1 + confidence) / 2) * self.error[at])
        return float(self.estimate[at]) - reach, float(self.estimate[at]) + reach


def _distribution(degrees: float) -> Any:
    return stats.norm if np.isinf(degrees) else stats.t(degrees)


def ols(y: Floats, design: Floats) -> Fit:
    """Ordinary least squares."""
    estimate, residual, bread = _least_squares(y, design)
    free = len(y) - design.shape[1]
    variance = float(residual @ residual) / free
    return Fit(estimate, np.sqrt(np.diag(bread) * variance), free, variance)


def newey_west(y: Floats, design: Floats, lag: int = 4) -> Fit:
    """OLS with errors that allow for autocorrelation up to a lag (Newey and West 1987, Bartlett weights)."""
    estimate, residual, bread = _least_squares(y, design)
    n, k = design.shape
    meat = _bartlett(design * residual[:, None], lag)
    return Fit(
        estimate,
        np.sqrt(np.diag(bread @ meat @ bread) * n / (n - k)),
        n - k,
        float(residual @ residual) / (n - k),
    )


def clustered(
    y: Floats, design: Floats, clusters: Sequence[Hashable], kind: Literal["HC0", "HC1"] = "HC1"
) -> Fit:
    """OLS with errors that allow for anything alike within a cluster (Liang and Zeger 1986)."""
    estimate, residual, bread = _least_squares(y, design)
    n, k = design.shape
    variance = _sandwich(bread, design * residual[:, None], clusters, k, kind)
    return Fit(estimate, np.sqrt(variance), n - k, float(residual @ residual) / (n - k))


def quasi_poisson(
    counts: Floats,
    design: Floats,
    exposure: Floats | None = None,
    *,
    clusters: Sequence[Hashable] | None = None,
    lag: int | None = None,
) -> Fit:
    """Log-linear regression of counts with a dispersion from the Pearson residuals (McCullagh and Nelder 1989, 6.2).

    `exposure` is what a count is proportional to. With `clusters`, HC1 clustered errors; with `lag`, Newey-West's
    without the small-sample factor; both judged by the normal distribution.
    """
    offset = np.zeros(len(counts)) if exposure is None else np.log(exposure)
    estimate, mean, weight = _poisson(counts, design, offset)
    n, k = design.shape
    bread: Floats = np.linalg.inv((design.T * weight) @ design).astype(np.float64)
    working = weight * (counts - mean) / mean
    dispersion = float((working**2 / weight).sum()) / (n - k)
    scores = design * working[:, None]
    if clusters is not None:
        return Fit(estimate, np.sqrt(_sandwich(bread, scores, clusters, k, "HC1")), np.inf, dispersion)
    if lag is not None:
        return Fit(estimate, np.sqrt(np.diag(bread @ _bartlett(scores, lag) @ bread)), np.inf, dispersion)
    return Fit(estimate, np.sqrt(np.diag(bread) * dispersion), n - k, dispersion)


def _least_squares(y: Floats, design: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the estimate, the residuals, and (X'X)^-1, by QR."""
    q, r = np.linalg.qr(design)
    inverse: Floats = np.linalg.inv(r).astype(np.float64)
    estimate: Floats = np.asarray(inverse @ (q.T @ y), dtype=np.float64)
    return estimate, np.asarray(y - design @ estimate, dtype=np.float64), inverse @ inverse.T


def _poisson(counts: Floats, design: Floats, offset: Floats) -> tuple[Floats, Floats, Floats]:
    """Return estimate, mean, and the weights of the last step, by iteratively reweighted least squares."""
    mean, last = counts + 0.1, np.inf
    for _ in range(_MOST_STEPS):
        weight = mean
        working = np.log(mean) - offset + (counts - mean) / mean
        root = np.sqrt(weight)
        estimate = np.linalg.lstsq(design * root[:, None], working * root, rcond=None)[0]
        mean = np.exp(design @ estimate + offset)
        some = counts > 0
        logs = np.where(some, counts * np.log(np.where(some, counts, 1.0) / mean), 0.0)
        deviance = float(2 * (logs - (counts - mean)).sum())
        if abs(deviance - last) < _CONVERGED * (abs(deviance) + 0.1):
            break
        last = deviance
    return np.asarray(estimate, dtype=np.float64), mean, weight


def _bartlett(scores: Floats, lag: int) -> Floats:
    meat = scores.T @ scores
    for step in range(1, lag + 1):
        product = scores[step:].T @ scores[:-step]
        meat += (1 - step / (lag + 1)) * (product + product.T)
    return np.asarray(meat, dtype=np.float64)


def _sandwich(
    bread: Floats, scores: Floats, clusters: Sequence[Hashable], k: int, kind: Literal["HC0", "HC1"]
) -> Floats:
    code: dict[Hashable, int] = {}
    group = np.array([code.setdefault(cluster, len(code)) for cluster in clusters])
    summed = np.zeros((len(code), scores.shape[1]))
    np.add.at(summed, group, scores)
    groups, n = len(code), len(scores)
    factor = groups / (groups - 1) * ((n - 1) / (n - k) if kind == "HC1" else 1.0)
    return np.asarray(np.diag(bread @ (summed.T @ summed) @ bread) * factor, dtype=np.float64)
