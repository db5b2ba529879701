"""Quasi-Poisson regressions of one design on many series at once.

Every time point that improved Farrington judges has its own regression, but all of them look back over the same
pattern of weeks: one design matrix, many rows of counts. So one iteration for all of them is two matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

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
    m, p = len(counts), design.shape[1]
    upper = np.triu_indices(p)
    products = design[:, upper[0]] * design[:, upper[1]]
    weighted, own_logs = weights * counts, np.log(np.where(counts > 0, counts, 1.0))
    found = _Found(np.empty_like(counts), np.empty_like(counts), np.zeros((m, p, p)), np.zeros((m, p)))
    converged = np.zeros(m, dtype=bool)
    active = np.arange(m)
    y, w, wy, ylog = counts, weights, weighted, own_logs
    means = y + 0.1
    logs = np.log(means)
    deviance = _deviance(y, w, ylog, means, logs)
    for _ in range(ROUNDS):
        working = w * means
        matrix = _symmetric(working @ products, upper, p)
        coefficients = _solve(matrix, (working * (logs - 1.0) + wy) @ design)
        logs = coefficients @ design.T
        means = np.exp(np.minimum(logs, 700.0))
        np.maximum(means, SMALLEST_MEAN, out=means)
        before, deviance = deviance, _deviance(y, w, ylog, means, logs)
        with np.errstate(invalid="ignore"):
            done = np.abs(deviance - before) < EPSILON * (np.abs(deviance) + 0.1)
        converged[active[done]] = True
        found.keep(active, means, working, matrix, coefficients)
        going = ~done & np.isfinite(deviance)
        if not going.any():
            break
        if not going.all():
            active, deviance = active[going], deviance[going]
            y, w, wy, ylog, means, logs = (part[going] for part in (y, w, wy, ylog, means, logs))
    return _described(
        counts,
        design,
        weights,
        found.working,
        found.means,
        found.information,
        found.coefficients,
        converged,
    )


@dataclass
class _Found:
    """What the last round of each series gave."""

    means: Floats
    working: Floats
    information: Floats
    coefficients: Floats

    def keep(self, rows: NDArray[np.intp], *parts: Floats) -> None:
        for field, part in zip(fields(self), parts, strict=True):
            getattr(self, field.name)[rows] = part


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


def _deviance(counts: Floats, weights: Floats, own_logs: Floats, means: Floats, logs: Floats) -> Floats:
    terms = counts * (own_logs - logs)
    terms += means
    terms -= counts
    return np.asarray(2.0 * np.einsum("mn,mn->m", weights, terms))


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
