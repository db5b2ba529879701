"""All pairs of sparse vectors that are nearer than a threshold, without looking at the others.

Prefix filtering (Bayardo, Ma and Srikant 2007): of a vector of length one, the commonest terms can be left out of the
search as long as their own length stays below the threshold, because no vector can be that near by those alone. What
is found by the rest is then compared wholly. The answer is exact.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WORK = 2_000_000
"""Products that are made at a time: bounds the memory, not the answer."""

SPARED = 0.7
"""How much of the threshold the terms may amount to that are left out of the search: less searches more and compares less."""
LEVELS = 18


class Pairs(NamedTuple):
    """Pairs (row of the queries, row of the targets) with their cosine, in order of rows, then targets."""

    row: Ints
    target: Ints
    cosine: Floats


class Terms:
    """Documents as rows of term counts; terms are numbered as they first appear."""

    def __init__(self, weigh: Callable[[str], float]) -> None:
        self._weigh = weigh
        self._known: dict[str, int] = {}
        self._indices = array("i")
        self._ends = array("q", [0])

    def add(self, document: list[str]) -> None:
        """Take a document as its terms."""
        known = self._known
        self._indices.extend([known.setdefault(term, len(known)) for term in document])
        self._ends.append(len(self._indices))

    @property
    def names(self) -> list[str]:
        """The terms, as their columns are numbered."""
        return list(self._known)

    def matrix(self) -> Any:
        """Return the documents as a CSR matrix, each count times the weight that its term has by itself."""
        weights = np.array([self._weigh(term) for term in self._known] or [1.0], dtype=np.float32)
        indices = np.frombuffer(self._indices, dtype=np.int32) if self._indices else np.zeros(0, np.int32)
        ends = np.frombuffer(self._ends, dtype=np.int64)
        made = sparse.csr_matrix((weights[indices], indices, ends), shape=(len(ends) - 1, len(weights)))
        made.sum_duplicates()
        return made


def unit(matrix: Any, weights: Floats) -> Any:
    """Return the rows with each term weighted, scaled to length one; a row of nothing stays so."""
    made = matrix.copy()
    made.data = (made.data * weights[made.indices]).astype(np.float32)
    rows = row_numbers(made)
    length = np.sqrt(np.bincount(rows, made.data.astype(float) ** 2, minlength=made.shape[0]))
    made.data /= np.maximum(length, 1e-12)[rows].astype(np.float32)
    return made


def row_numbers(matrix: Any) -> Ints:
    """Return the row of each stored entry of a CSR matrix."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def near(queries: Any, targets: Any, threshold: float) -> Pairs:
    """Return the pairs of rows of two CSR matrices of unit rows whose cosine is at least `threshold` (above 0)."""
    frequency = np.bincount(targets.indices, minlength=targets.shape[1])
    searched, spared, level = _prefixes(queries, frequency, threshold)
    common = _common(targets, frequency)
    by_term = targets.T.tocsr()
    work: Floats = np.bincount(
        row_numbers(searched), frequency[searched.indices], minlength=queries.shape[0]
    ).astype(float)
    found = []
    for begin, end in _portions(work):
        product = (searched[begin:end] @ by_term).tocoo()
        row = product.row.astype(np.int64) + begin
        hopeful = product.data >= threshold - spared[row] * common[level[row], product.col] - 1e-5
        found.append(_compared(queries, targets, row[hopeful], product.col[hopeful], threshold))
    if not found:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Pairs(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _prefixes(queries: Any, frequency: Ints, threshold: float) -> tuple[Any, Floats, Ints]:
    """Return the queries without the commonest terms they can spare, the length of what each spares, and how common that is.

    The last is a level: every term that is spared is in at least 2**level of the targets.
    """
    rows = row_numbers(queries)
    seen = frequency[queries.indices]
    order = np.lexsort((queries.indices, -seen, rows))
    squares = queries.data[order].astype(float) ** 2
    total = np.cumsum(squares)
    before = np.concatenate(([0.0], total))[queries.indptr[:-1]]
    spared = total - before[rows] < (SPARED * threshold) ** 2
    length = np.sqrt(np.bincount(rows[spared], squares[spared], minlength=queries.shape[0]))
    level = np.full(queries.shape[0], LEVELS - 1)
    np.minimum.at(level, rows[spared], _level(seen[order][spared]))
    kept = order[~spared]
    shape = queries.shape
    searched = sparse.csr_matrix((queries.data[kept], (rows[kept], queries.indices[kept])), shape=shape)
    return searched, length, level


def _level(frequency: Ints) -> Ints:
    levels: Ints = np.minimum(np.log2(np.maximum(frequency, 1)).astype(np.int64), LEVELS - 1)
    return levels


def _common(targets: Any, frequency: Ints) -> Floats:
    """Return for each level the length of what each target has in terms that are at least so common."""
    rows, levels = row_numbers(targets), _level(frequency[targets.indices])
    squares = np.zeros((LEVELS, targets.shape[0]))
    for level in range(LEVELS):
        enough = levels >= level
        squares[level] = np.bincount(
            rows[enough], targets.data[enough].astype(float) ** 2, minlength=targets.shape[0]
        )
    lengths: Floats = np.sqrt(squares)
    return lengths


def _portions(work: Floats) -> list[tuple[int, int]]:
    """Return runs of rows whose work stays within what is done at a time; one row is at least a run."""
    total = np.cumsum(work)
    runs, begin = [], 0
    while begin < len(work):
        done = total[begin - 1] if begin else 0.0
        end = max(begin + 1, int(np.searchsorted(total, done + WORK, "right")))
        runs.append((begin, end))
        begin = end
    return runs


def _compared(queries: Any, targets: Any, rows: Ints, columns: Ints, threshold: float) -> Pairs:
    """Return those of the pairs that are near enough, compared wholly."""
    kept: list[Pairs] = []
    for begin in range(0, len(rows), 200_000):
        row, column = rows[begin : begin + 200_000], columns[begin : begin + 200_000].astype(np.int64)
        cosine = np.asarray(queries[row].multiply(targets[column]).sum(axis=1), dtype=float).ravel()
        good = cosine >= threshold
        kept.append(Pairs(row[good], column[good], cosine[good]))
    if not kept:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Pairs(*(np.concatenate(part) for part in zip(*kept, strict=True)))
