"""The same story in other words: cases whose free text tells one thing, across spellings, word order, ids and amounts.

Ids, numbers, links and dates are masked; texts that are then word for word the same are one; the rest are clustered by
their rare words, in any script. Texts in two languages are two stories: no comparison of words can know better.
On 100,000 seeded texts in seven languages see `scripts/benchmark.py stories`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ...words import short
from .leaders import leaders
from .near import Ints, Terms
from .story_words import SAMPLE, alike, keywords, weights_of
from .text_tokens import LONGEST, masked, tokens, weight, words

COLUMNS = ("story", "story_size", "story_similarity", "similar_cases", "story_why")
TABLE = ("size", "keywords", "example", "first", "last")
SHOWN = 160
"""Characters of a story's example."""
LEAST = 2
"""Words (or runs of characters) that a text needs to be compared."""


@dataclass(frozen=True)
class Stories:
    """`cases`: one row for each text; `table`: one row for each story of two or more cases, the largest first.

    cases (index as given): story, the key of the case that told it first (None: not judged); story_size; story_similarity,
    the cosine with the story when the case came (1: leads it, or word for word the same); similar_cases, up to five keys
    with their likeness; story_why, in words, "not judged: REASON" where there is no answer.
    table (index: story): size, keywords (text), example (the first telling), first and last (dates, where given).
    """

    cases: pd.DataFrame
    table: pd.DataFrame


def stories(
    texts: pd.Series,
    *,
    dates: pd.Series | None = None,
    as_of: Any = None,
    threshold: float | None = None,
    similar: int = 5,
) -> Stories:
    """Return which texts tell the same story; the index of `texts` is the cases' keys.

    A story is known by the key of the case that told it first, by `dates` (same index and length; undated cases come last)
    and then by key; without dates, by key alone. So the order of the rows does not matter, and a later text never
    changes the story of an earlier one; sizes and similar cases are those of all texts given. `threshold` is a cosine
    (default: `leaders.nearness`, which rises with the number of texts). Raise ValueError where
    the lengths differ, the threshold is not in (0, 1] or `as_of` is no date.
    """
    if dates is not None and len(dates) != len(texts):
        raise ValueError(f"there are {len(texts)} texts and {len(dates)} dates")
    if threshold is not None and not 0 < threshold <= 1:
        raise ValueError(f"the threshold is above 0 and at most 1, not {threshold}")
    end = _instants(None if as_of is None else [as_of], 1)[0]
    if as_of is not None and np.isnat(end):
        raise ValueError(f"as_of is a date or time, not {as_of!r}")
    told = _read(texts, _instants(dates, len(texts)), end)
    counts = told.terms.matrix()
    led = leaders(counts, threshold)
    cases = _cases(told, led.leader, led.cosine, alike(counts, led.leader, similar), similar)
    return Stories(cases.set_axis(texts.index), _table(told, led.leader, counts))


@dataclass(frozen=True)
class _Told:
    """Texts in their order: `rows` are the positions of those that are judged, `which` the number of each one's distinct text.

    `first` is the position of the first text of each distinct one; `refused` says why others are not judged.
    """

    keys: list[str]
    said: list[Any]
    instants: Any
    rows: Ints
    which: Ints
    first: Ints
    terms: Terms
    refused: dict[int, str]


def _instants(dates: Any, size: int) -> Any:
    """Return dates as UTC instants, NaT where there is none or it cannot be read."""
    if dates is None:
        return np.full(size, np.datetime64("NaT", "us"))
    read = pd.to_datetime(pd.Series(list(dates), dtype=object), utc=True, errors="coerce", format="mixed")
    return read.dt.tz_localize(None).to_numpy("datetime64[us]")


def _read(texts: pd.Series, instants: Any, as_of: Any) -> _Told:
    keys, said = [str(key) for key in texts.index], texts.tolist()
    no_text, no_key = texts.isna().to_numpy(), texts.index.isna()
    late = instants > as_of
    undated, ticks = np.isnat(instants), instants.astype(np.int64)
    order = sorted(range(len(keys)), key=lambda at: (undated[at], ticks[at], keys[at], str(said[at])))
    seen: dict[str, int] = {}
    terms, refused = Terms(weight), dict[int, str]()
    rows, which, first = array("q"), array("q"), array("q")
    for at in order:
        found = [] if no_text[at] else words(masked(said[at]))
        compared = tokens(found)
        if late[at] or no_key[at]:
            refused[at] = (
                f"dated {str(instants[at])[:10]}, after {str(as_of)[:10]}" if late[at] else "it has no key"
            )
            continue
        if len(compared) < LEAST:
            refused[at] = _why_not("" if no_text[at] else str(said[at]), compared)
            continue
        number = seen.setdefault(" ".join(found), len(first))
        if number == len(first):
            terms.add(compared)
            first.append(at)
        rows.append(at)
        which.append(number)
    positions = [np.array(one, np.int64) for one in (rows, which, first)]
    return _Told(keys, said, instants, positions[0], positions[1], positions[2], terms, refused)


def _why_not(said: str, compared: list[str]) -> str:
    if not said.strip():
        return "no text"
    if compared:
        return "a single word is too little to compare"
    return "no words in it, only emoji, signs, numbers, ids or links"


def _cases(
    told: _Told, leader: Ints, cosine: Any, neighbours: list[list[tuple[int, float]]], most: int
) -> Any:
    size = len(told.keys)
    made: dict[str, list[Any]] = {
        "story": [None] * size, "story_size": [None] * size, "story_similarity": [np.nan] * size,
        "similar_cases": [""] * size, "story_why": [""] * size,
    }  # fmt: skip
    sizes = np.bincount(leader[told.which], minlength=len(told.first)).tolist()
    tellers = _tellers(told)
    for place, at, number in zip(_places(told), told.rows.tolist(), told.which.tolist(), strict=True):
        lead = int(leader[number])
        others = _similar(place, number, tellers, neighbours, most)
        made["story"][at] = told.keys[told.first[lead]]
        made["story_size"][at] = sizes[lead]
        made["story_similarity"][at] = round(float(cosine[number]), 4)
        made["similar_cases"][at] = ", ".join(f"{told.keys[one]} ({100 * c:.0f} %)" for one, c in others)
        made["story_why"][at] = _why(told, at, number, lead, sizes[lead], float(cosine[number]))
    for at, reason in told.refused.items():
        made["story_why"][at] = f"not judged: {reason}"
    types = {"story_size": "Int64", "story_similarity": float}
    return pd.DataFrame({name: pd.Series(made[name], dtype=types.get(name, object)) for name in COLUMNS})


def _tellers(told: _Told) -> list[list[int]]:
    """Return the positions of the cases that tell each distinct text, in their order."""
    tellers: list[list[int]] = [[] for _ in range(len(told.first))]
    for at, number in zip(told.rows.tolist(), told.which.tolist(), strict=True):
        tellers[number].append(at)
    return tellers


def _places(told: _Told) -> Iterator[int]:
    """Return how many cases told each case's text before it."""
    before = [0] * len(told.first)
    for number in told.which.tolist():
        yield before[number]
        before[number] += 1


def _similar(
    place: int, number: int, tellers: list[list[int]], neighbours: list[list[tuple[int, float]]], most: int
) -> list[tuple[int, float]]:
    """Return up to `most` other cases: those with the same text, the last before first, then those that are nearest."""
    same = tellers[number]
    before, after = same[max(0, place - most) : place][::-1], same[place + 1 : place + 1 + most]
    found = [(one, 1.0) for one in (*before, *after)]
    for other, cosine in neighbours[number]:
        if len(found) >= most:
            break
        found += [(one, cosine) for one in tellers[other][:most]]
    return found[:most]


def _why(told: _Told, at: int, number: int, lead: int, size: int, cosine: float) -> str:
    first, length = int(told.first[number]), len(str(told.said[at]))
    cut = f" (only the first {LONGEST:,} of {length:,} characters were read)" if length > LONGEST else ""
    if size == 1:
        return f"no other case tells this story{cut}"
    story = told.keys[told.first[lead]]
    if at != first:
        how = f"word for word as {told.keys[first]}, apart from ids, numbers and links"
        how += "" if first == told.first[lead] else f"; {100 * cosine:.0f} % alike with the story of {story}"
    elif number == lead:
        how = "the first to tell it"
    else:
        how = f"{100 * cosine:.0f} % alike with the story of {story}"
    return f"{how}; {size:,} cases tell it{cut}"


def _table(told: _Told, leader: Ints, counts: Any) -> Any:
    """Return one row for each story of two or more cases, the largest first, then by key."""
    rarities = weights_of(told.terms.names, counts)
    story = leader[told.which]
    order = np.argsort(story, kind="stable")
    bounds = np.flatnonzero(np.diff(story[order], prepend=-1, append=-1))
    rows = []
    for begin, end in pairwise(bounds.tolist()):
        members = told.rows[order[begin:end]]
        if len(members) > 1:
            rows.append(_table_row(told, members, int(told.first[story[order[begin]]]), rarities))
    rows.sort(key=lambda row: (-row["size"], row["story"]))
    return pd.DataFrame(rows, columns=["story", *TABLE]).set_index("story")


def _table_row(told: _Told, members: Ints, first: int, rarities: dict[str, float]) -> dict[str, Any]:
    read = members[np.linspace(0, len(members) - 1, min(SAMPLE, len(members))).astype(int)]
    about = keywords((words(masked(told.said[at])) for at in read), rarities)
    dated = told.instants[members][~np.isnat(told.instants[members])]
    return {
        "story": told.keys[first],
        "size": len(members),
        "keywords": ", ".join(about),
        "example": short(str(told.said[first])[: 2 * SHOWN], SHOWN),
        "first": pd.Timestamp(dated.min()) if len(dated) else pd.NaT,
        "last": pd.Timestamp(dated.max()) if len(dated) else pd.NaT,
    }
