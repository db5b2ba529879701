"""Other ways to find the same story, as peers: what people write first, each at the threshold that suits it best.

`naive_*` compare one by one; MinHash with banding is the method of datasketch (Broder 1997; Leskovec, Rajaraman and Ullman, chapter 3).
All return a story number for each text; all see the same masked words.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

PERMUTATIONS, PRIME = 64, (1 << 31) - 1


def _groups(size: int, pairs: Any) -> Any:
    """Return the connected components of pairs."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    one, other = pairs
    graph = coo_matrix((np.ones(len(one)), (one, other)), shape=(size, size))
    return connected_components(graph, directed=False)[1]


def minhash(documents: list[list[str]], threshold: float) -> Any:
    """MinHash signatures of pairs of neighbouring tokens, banded; texts that share a band and enough of the signature are one."""
    bands, rows = 16, 4
    chance = np.random.default_rng(1)
    a, b = chance.integers(1, PRIME, (2, PERMUTATIONS))
    known: dict[str, int] = {}
    signatures = np.empty((len(documents), PERMUTATIONS), np.int64)
    for number, document in enumerate(documents):
        shingles = {f"{x} {y}" for x, y in pairwise(document)} or set(document)
        ids = np.array([known.setdefault(one, len(known) * 7919 + 13) for one in shingles])
        signatures[number] = ((ids[:, None] * a + b) % PRIME).min(axis=0)
    first, second = [], []
    for band in range(bands):
        part = signatures[:, band * rows : (band + 1) * rows]
        _, group = np.unique(part, axis=0, return_inverse=True)
        order = np.argsort(group.ravel(), kind="stable")
        same = np.diff(group.ravel()[order]) == 0
        first.append(order[:-1][same])
        second.append(order[1:][same])
    one, other = np.concatenate(first), np.concatenate(second)
    alike = (signatures[one] == signatures[other]).mean(axis=1) >= threshold
    return _groups(len(documents), (one[alike], other[alike]))


def rapid(documents: list[list[str]], threshold: float) -> Any:
    """Leaders by rapidfuzz token_sort_ratio; a text is compared with the leaders that share its rarest token."""
    from rapidfuzz import fuzz, process

    frequency: dict[str, int] = {}
    for document in documents:
        for token in set(document):
            frequency[token] = frequency.get(token, 0) + 1
    leaders: dict[str, list[int]] = {}
    said = [" ".join(document) for document in documents]
    story = np.arange(len(documents))
    for number, document in enumerate(documents):
        rare = sorted(set(document), key=lambda token: (frequency[token], token))[:3]
        near = sorted({leader for token in rare for leader in leaders.get(token, [])})
        best = process.extractOne(
            said[number], [said[one] for one in near], scorer=fuzz.token_sort_ratio, score_cutoff=threshold
        )
        if best is not None:
            story[number] = near[best[2]]
            continue
        for token in rare:
            leaders.setdefault(token, []).append(number)
    return story


def plain(documents: list[list[str]], threshold: float) -> Any:
    """TF-IDF of scikit-learn, all pairs, connected components: the floor; it sees the future."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = TfidfVectorizer(analyzer=list).fit_transform(documents)
    first, second = [], []
    for begin in range(0, rows.shape[0], 2000):
        product = (rows[begin : begin + 2000] @ rows.T).tocoo()
        near = product.data >= threshold
        first.append(product.row[near] + begin)
        second.append(product.col[near])
    return _groups(len(documents), (np.concatenate(first), np.concatenate(second)))


def first_text(documents: list[list[str]], threshold: float) -> Any:
    """TF-IDF leaders of scikit-learn's vectors, each text against the first of each story: the issue's trial."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    from sheetops.columns.patterns import near

    rows = TfidfVectorizer(analyzer=list, dtype=np.float32).fit_transform(documents).tocsr()
    story = np.full(rows.shape[0], -1)
    leading: list[int] = []
    for begin in range(0, rows.shape[0], 1000):
        here = rows[begin : begin + 1000]
        if leading:
            found = near.near(here, rows[leading], threshold)
            order = np.lexsort((-found.cosine, found.row))
            row, at = np.unique(found.row[order], return_index=True)
            story[row + begin] = np.array(leading)[found.target[order][at]]
        own = near.near(here, here, threshold)
        for number in range(here.shape[0]):
            if story[begin + number] >= 0:
                continue
            mine = own.target[(own.row == number) & (own.target < number)]
            leads = [one for one in mine.tolist() if story[begin + one] == begin + one]
            story[begin + number] = begin + leads[0] if leads else begin + number
            if not leads:
                leading.append(begin + number)
    return story


PEERS = {
    "rapidfuzz leaders": (rapid, (45.0, 55.0, 65.0)),
    "MinHash, 16 bands": (minhash, (0.45, 0.6, 0.75)),
    "TF-IDF against first texts": (first_text, (0.3, 0.4, 0.5)),
    "TF-IDF, all pairs": (plain, (0.7, 0.8, 0.9)),
}
"""Each peer with the thresholds that are tried; the best is shown."""
