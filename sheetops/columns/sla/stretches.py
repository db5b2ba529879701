"""Open stretches of time as arrays, and two tables that answer in a few array operations.

A stretch is [from, to) in seconds. Tables divide time into buckets of 8,192 seconds, so that the bucket of a second is
a shift and what was counted before it is one look-up: a search (`np.searchsorted`) takes several times as long.
"""

from __future__ import annotations

import numpy as np

from .zone import IntArray

SHIFT = 13
BUCKET = 1 << SHIFT
_CHUNK = 16_384
"""Seconds handled at once: the scratch arrays of a chunk stay in the processor's cache."""


def union(stretches: IntArray) -> IntArray:
    """Return stretches (n, 2) in order, those that overlap or touch made one, empty ones left out."""
    kept = stretches[stretches[:, 0] < stretches[:, 1]]
    if not len(kept):
        return kept
    kept = kept[np.argsort(kept[:, 0], kind="stable")]
    reach = np.maximum.accumulate(kept[:, 1])
    begins = np.flatnonzero(np.concatenate([[True], kept[1:, 0] > reach[:-1]]))
    ends = np.concatenate([begins[1:], [len(kept)]]) - 1
    return np.stack([kept[begins, 0], reach[ends]], axis=1)


def clip(stretches: IntArray, start: int, end: int) -> IntArray:
    """Return what of stretches in order lies within [start, end)."""
    if start >= end:
        return stretches[:0]
    first = np.searchsorted(stretches[:, 1], start, "right")
    last = np.searchsorted(stretches[:, 0], end, "left")
    return np.clip(stretches[first:last], start, end)


class Elapsed:
    """Open seconds between two instants.

    A bucket holds at most a few stretches. With [lo, hi) the k-th stretch of a bucket, the open seconds up to t are
    `base + sum over k of min(max(t, lo_k), hi_k)`: no branches, no search. Instants are seconds after `origin`.
    """

    def __init__(self, stretches: IntArray, origin: int, end: int) -> None:
        self.origin = origin
        buckets = ((end - origin) >> SHIFT) + 1
        pieces, bucket = _cut(stretches - origin)
        slot = np.arange(len(bucket)) - np.searchsorted(bucket, bucket, "left")
        starts = np.arange(buckets, dtype=np.int64) << SHIFT
        slots = int(slot.max(initial=0)) + 1
        self._low: list[IntArray] = [starts.copy() for _ in range(slots)]
        self._high: list[IntArray] = [starts.copy() for _ in range(slots)]
        inside = np.zeros(buckets, np.int64)
        for k in range(slots):
            here = slot == k
            self._low[k][bucket[here]] = pieces[here, 0]
            self._high[k][bucket[here]] = pieces[here, 1]
            inside += self._high[k] - self._low[k]
        self._base: IntArray = np.cumsum(inside) - inside - np.sum(self._low, axis=0)

    def between(self, starts: IntArray, ends: IntArray, out: IntArray) -> None:
        """Write the open seconds from each start to each end into `out`; all are 1-d and within the table."""
        scratch = np.empty((4, min(_CHUNK, len(out))), np.int64)
        for at in range(0, len(out), _CHUNK):
            to, begun = out[at : at + _CHUNK], scratch[3, : len(out) - at]
            self._count(ends[at : at + _CHUNK], scratch, to)
            self._count(starts[at : at + _CHUNK], scratch, begun)
            np.subtract(to, begun, out=to)

    def until(self, instants: IntArray) -> IntArray:
        """Return the open seconds from the table's origin to each instant (1-d)."""
        counted = np.empty(len(instants), np.int64)
        scratch = np.empty((3, min(_CHUNK, len(instants))), np.int64)
        for at in range(0, len(instants), _CHUNK):
            self._count(instants[at : at + _CHUNK], scratch, counted[at : at + _CHUNK])
        return counted

    def _count(self, instants: IntArray, scratch: IntArray, out: IntArray) -> None:
        bucket, after, table = scratch[0, : len(out)], scratch[1, : len(out)], scratch[2, : len(out)]
        np.subtract(instants, self.origin, out=after)
        np.right_shift(after, SHIFT, out=bucket)
        # mode="clip": the default copies `out` first, and the caller has checked the range.
        np.take(self._base, bucket, out=out, mode="clip")
        for low, high in zip(self._low[1:], self._high[1:], strict=True):
            np.take(low, bucket, out=table, mode="clip")
            np.maximum(after, table, out=table)
            np.minimum(table, np.take(high, bucket, mode="clip"), out=table)
            np.add(out, table, out=out)
        np.take(self._low[0], bucket, out=table, mode="clip")
        np.maximum(after, table, out=after)
        np.take(self._high[0], bucket, out=table, mode="clip")
        np.minimum(after, table, out=after)
        np.add(out, after, out=out)


def _cut(stretches: IntArray) -> tuple[IntArray, IntArray]:
    """Return the stretches cut at the buckets' borders, and the bucket of each piece."""
    first, last = stretches[:, 0] >> SHIFT, (stretches[:, 1] - 1) >> SHIFT
    count = last - first + 1
    of = np.repeat(np.arange(len(stretches)), count)
    bucket = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[of]
    low = np.maximum(stretches[of, 0], bucket << SHIFT)
    high = np.minimum(stretches[of, 1], (bucket + 1) << SHIFT)
    return np.stack([low, high], axis=1), bucket


class Used:
    """The instant at which so many open seconds, counted from the first stretch, are used up.

    The inverse of `Elapsed`: buckets of 8,192 open seconds hold the stretch that is open when they begin, and as many
    compare-and-adds as any bucket has stretches beginning in it find the right one.
    """

    def __init__(self, stretches: IntArray) -> None:
        lengths = stretches[:, 1] - stretches[:, 0]
        before = np.cumsum(lengths) - lengths
        self.total = int(lengths.sum())
        starts = np.arange((self.total >> SHIFT) + 1, dtype=np.int64) << SHIFT
        self._first: IntArray = np.searchsorted(before, starts, "right") - 1
        self._most = int(np.diff(self._first, append=len(before) - 1).max())
        self._next: IntArray = np.append(before[1:], np.iinfo(np.int64).max)
        self._shift: IntArray = stretches[:, 0] - before

    def instants(self, used: IntArray) -> IntArray:
        """Return the instant of the open second with each number (0 is the first); 0 <= number < total."""
        at = self._first[used >> SHIFT]
        for _ in range(self._most):
            at += self._next[at] <= used
        found: IntArray = used + self._shift[at]
        return found
