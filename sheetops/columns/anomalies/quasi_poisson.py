"""Quasi-Poisson regressions of one design on many series at once.

Every time point that improved Farrington judges has its own regression, but all of them look back over the same
pattern of weeks: one design matrix, many rows of counts. So one iteration for all of them is two matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EPSILON = 1e-8
"""A fit has converged when the deviance changes by less than this, relatively."""

ROUNDS = 25
SMALLEST_MEAN = float(np.finfo(float).eps)


@dataclass
class Fits:
    """Regressions of m series on n times. The intercept is the expected log count now, where all other columns are 0.

    `coefficients` (m, p), `means` (m, n), `covariance` (m, p, p) for a dispersion of 1, `leverages` (m, n), `dispersion`
    (m,) as estimated (it can be below 1), `relative_dispersion` (m,) the same for residuals relative to their mean,
    `freedom` (m,) degrees of freedom, `sound` (m,) whether it converged to finite numbers.
    """

    coefficients: Floats
    means: Floats
    covariance: Floats
    leverages: Floats
    dispersion: Floats
    relative_dispersion: Floats
    freedom: Floats
    sound: Bools

    def take(self, rows: Bools) -> Fits:
        """Return the fits of some of the series."""
        return Fits(*(getattr(self, field.name)[rows] for field in fields(self)))

    def put(self, rows: Bools, others: Fits) -> None:
        """Replace the fits of some of the series, which must be as many."""
        for field in fields(self):
            getattr(self, field.name)[rows] = getattr(others, field.name)


def fit(counts: Floats, design: Floats, weights: Floats) -> Fits:
    """Fit log-linear quasi-Poisson regressions by iteratively reweighted least squares (McCullagh and Nelder 1989, 2.5).

    `counts` and `weights` are (m, n), `design` (n, p) with an intercept first. A weight of 0 leaves an observation
    out. The estimates of variance use the working weights of the last round, as software for GLMs does.
    """
    m = len(counts)
    p = design.shape[1]
    upper = np.triu_indices(p)
    products = design[:, upper[0]] * design[:, upper[1]]
    means = counts + 0.1
    logs = np.log(means)
    working = weights * means
    information = np.zeros((m, p, p))
    coefficients = np.zeros((m, p))
    deviance = _deviance(counts, means, logs, weights)
    converged = np.zeros(m, dtype=bool)
    active = np.arange(m)
    for _ in range(ROUNDS):
        y, w = counts[active], weights[active]
        working_now = w * means[active]
        response = logs[active] + y / means[active] - 1.0
        matrix = _symmetric(working_now @ products, upper, p)
        found = _solve(matrix, (working_now * response) @ design)
        log_now = found @ design.T
        mean_now = np.maximum(np.exp(np.minimum(log_now, 700.0)), SMALLEST_MEAN)
        deviance_now = _deviance(y, mean_now, log_now, w)
        information[active], coefficients[active] = matrix, found
        logs[active], means[active], working[active] = log_now, mean_now, working_now
        with np.errstate(invalid="ignore"):
            done = np.abs(deviance_now - deviance[active]) < EPSILON * (np.abs(deviance_now) + 0.1)
        deviance[active] = deviance_now
        converged[active[done]] = True
        active = active[~done & np.isfinite(deviance_now)]
        if not active.size:
            break
    return _described(counts, design, weights, working, means, information, coefficients, converged)


def _described(
    counts: Floats,
    design: Floats,
    weights: Floats,
    working: Floats,
    means: Floats,
    information: Floats,
    coefficients: Floats,
    converged: Bools,
) -> Fits:
    covariance = _inverse(information)
    p = design.shape[1]
    upper = np.triu_indices(p)
    twice = np.where(upper[0] == upper[1], 1.0, 2.0)
    products = design[:, upper[0]] * design[:, upper[1]]
    leverages = working * ((covariance[:, upper[0], upper[1]] * twice) @ products.T)
    seen = weights > 0
    freedom = seen.sum(axis=1) - _rank(seen, design)
    residuals = np.square((counts - means) / means)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        dispersion = (working * residuals).sum(axis=1) / freedom
        relative = (weights * residuals).sum(axis=1) / freedom
    sound = converged & np.isfinite(coefficients).all(axis=1) & (freedom > 0)
    return Fits(
        coefficients, means, covariance, leverages, dispersion, relative, freedom.astype(float), sound
    )


def _deviance(counts: Floats, means: Floats, logs: Floats, weights: Floats) -> Floats:
    terms = xlogy(counts, counts) - counts * logs - (counts - means)
    deviance: Floats = 2.0 * (weights * terms).sum(axis=1)
    return deviance


def _symmetric(packed: Floats, upper: tuple[NDArray[np.intp], NDArray[np.intp]], p: int) -> Floats:
    """Return full matrices. A column that no observation speaks for gets a 1, so that its coefficient is 0."""
    matrix = np.empty((len(packed), p, p))
    matrix[:, upper[0], upper[1]] = packed
    matrix[:, upper[1], upper[0]] = packed
    diagonal = np.einsum("mii->mi", matrix)
    diagonal[diagonal == 0] = 1.0
    return matrix


def _rank(seen: Bools, design: Floats) -> NDArray[np.intp]:
    return np.asarray((seen.astype(float) @ np.abs(design) > 0).sum(axis=1))


def _solve(matrix: Floats, right: Floats) -> Floats:
    """Solve symmetric systems scaled to a unit diagonal: means of very different size share one regression."""
    scale = 1.0 / np.sqrt(np.einsum("mii->mi", matrix))
    scaled = matrix * scale[:, :, None] * scale[:, None, :]
    try:
        found = np.linalg.solve(scaled, (right * scale)[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        found = (np.linalg.pinv(scaled, hermitian=True) @ (right * scale)[:, :, None])[:, :, 0]
    return np.asarray(found * scale)


def _inverse(matrix: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        scale = 1.0 / np.sqrt(np.einsum("mii->mi", matrix))
    scaled = matrix * scale[:, :, None] * scale[:, None, :]
    try:
        inverse = np.linalg.inv(scaled)
    except np.linalg.LinAlgError:
        inverse = np.linalg.pinv(np.nan_to_num(scaled), hermitian=True)
    return np.asarray(inverse * scale[:, :, None] * scale[:, None, :])
