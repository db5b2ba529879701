"""Messy values to canonical ones: proposed with a score and a reason, applied only where it is the same value or confirmed.

A spelling that differs in case, spaces, hyphens or width is the same value. Everything else is a proposal that a person
confirms once; the confirmation is an alias, and the alias is data. The value as typed is kept by whoever holds it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .fuzzy import LEAST, Scored, scored, scored_among
from .spelling import comparable, fingerprint, numbers, spelling_key, tones_matter

SURE, MARGIN = 80.0, 8.0
"""Score, and distance from the runner-up, from which a proposal is called sure."""
WHOLE = 60.0
"""Likeness of all words that a sure proposal needs as well: token_set gives 100 to any part of a name."""
SPELLED = 80.0
"""The same where there is no list: a value that has more words than another is a value of its own, not a misspelling."""
SHORTEST = 4
"""Characters below which nothing fuzzy is sure: UK and US are one letter apart."""
LONGEST = 300
"""Characters above which a value is no name."""
RARER = 3
"""Where spellings are all there is: how many times more often the canonical one must have been typed."""
NAN = float("nan")
COLUMNS = ["raw", "proposed", "tier", "score", "margin", "count", "why"]
TIERS = ("exact", "alias", "same", "sure", "suggestion", "unknown")
"""exact, alias and same are applied; sure and suggestion wait for a person."""


class _Found(NamedTuple):
    proposed: str | None
    tier: str
    score: float
    margin: float
    why: str


def propose(
    values: Iterable[Any],
    canonical: Collection[str] | None = None,
    *,
    aliases: Mapping[str, str] | None = None,
    refused: Collection[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Return one row for each distinct value: raw, proposed, tier, score, margin, count, why; the most frequent first.

    tier is exact, alias (confirmed before), same (only case, spaces, hyphens or width differ), sure (score >= 80 and
    8 ahead of the runner-up, or the same words in another order or without accents), suggestion, or unknown; score and
    margin are rapidfuzz token_set points (0-100, NaN where nothing was compared). `aliases` maps raw values to canonical
    ones; a pair in `refused` (raw, canonical) is not proposed again. Without `canonical`, the most frequent of the spellings
    that are alike is. What is blank or longer than 300 characters is unknown: "not judged: REASON".
    """
    counts = _counted(values)
    keys = {raw: spelling_key(raw) for raw in counts if not _no_name(raw)}
    listed = _most_frequent(counts, keys) if canonical is None else list(dict.fromkeys(map(str, canonical)))
    book = _Book(listed, aliases or {})
    no = frozenset((spelling_key(raw), spelling_key(name)) for raw, name in refused)
    if canonical is None:
        by_key = _among_themselves(counts, keys, book, no)
    else:
        unknown = [key for raw, key in keys.items() if book.known(raw, key) is None]
        by_key = _against_list(list(dict.fromkeys(unknown)), book, no)
    rows = []
    for raw, count in counts.items():
        found = _row(raw, keys, by_key, book, by_itself=canonical is None)
        rows.append((raw, found.proposed, found.tier, found.score, found.margin, count, found.why))
    types = {"score": float, "margin": float, "count": "int64"}
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    return pd.DataFrame(
        {
            name: pd.Series(list(column), dtype=types.get(name, object))
            for name, column in zip(COLUMNS, columns, strict=True)
        }
    )


def standardised(
    series: pd.Series, canonical: Collection[str] | None = None, *, aliases: Mapping[str, str] | None = None
) -> pd.Series:
    """Return the values in their canonical spelling, where they are that value or a person confirmed it; others as they are.

    Nothing fuzzy is applied. Without `canonical`, the most frequent of the spellings of one value is; a missing value
    stays missing.
    """
    counts = _counted(series)
    keys = {raw: spelling_key(raw) for raw in counts if not _no_name(raw)}
    listed = _most_frequent(counts, keys) if canonical is None else list(dict.fromkeys(map(str, canonical)))
    book = _Book(listed, aliases or {})
    known = {raw: found.proposed for raw, key in keys.items() if (found := book.known(raw, key)) is not None}
    values = [
        known.get(str(value), value) if there else value
        for value, there in zip(series, series.notna(), strict=True)
    ]
    return pd.Series(values, index=series.index, name=series.name, dtype=object)


def _counted(values: Iterable[Any]) -> dict[str, int]:
    """Return how often each value was typed, the most frequent first, then by spelling; what is missing is left out."""
    column = pd.Series(list(values), dtype=object)
    counts = Counter(map(str, column[column.notna()]))
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _no_name(raw: str) -> str:
    if len(raw) > LONGEST:
        return f"{len(raw):,} characters are no name"
    return "" if spelling_key(raw) else "blank"


def _most_frequent(counts: Mapping[str, int], keys: Mapping[str, str]) -> list[str]:
    """Return the most frequent spelling of each value, the most frequent value first (all its spellings together)."""
    totals: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for raw, key in keys.items():
        totals[key] += counts[raw]
        spelled.setdefault(key, raw)
    return [spelled[key] for key in sorted(spelled, key=lambda key: (-totals[key], key))]


class _Book:
    """What is known for certain: the canonical values by their key, and what people confirmed."""

    def __init__(self, canonical: Iterable[str], aliases: Mapping[str, str]) -> None:
        self.canonical = list(canonical)
        self.exact = frozenset(self.canonical)
        self.by_key: dict[str, list[str]] = defaultdict(list)
        for name in self.canonical:
            self.by_key[spelling_key(name)].append(name)
        self.aliases = dict(aliases)
        self.alias_keys = {spelling_key(raw): name for raw, name in aliases.items()}

    def known(self, raw: str, key: str) -> _Found | None:
        """Return the canonical value of a spelling that is the same value or was confirmed, else None."""
        if raw in self.aliases or (key in self.alias_keys and raw not in self.exact):
            name = self.aliases.get(raw, self.alias_keys.get(key, raw))
            return _Found(name, "alias", NAN, NAN, f"confirmed: '{name}'")
        if raw in self.exact:
            return _Found(raw, "exact", 100.0, NAN, "a canonical value")
        names = self.by_key.get(key, [])
        if len(names) == 1:
            return _Found(names[0], "same", 100.0, NAN, f"'{names[0]}' in another case, spacing or width")
        return None


def _row(
    raw: str, keys: Mapping[str, str], by_key: Mapping[str, _Found], book: _Book, *, by_itself: bool
) -> _Found:
    if reason := _no_name(raw):
        return _Found(None, "unknown", NAN, NAN, f"not judged: {reason}")
    key = keys[raw]
    known = book.known(raw, key)
    if known is not None and not (by_itself and key in by_key and known.tier != "alias"):
        return known
    return by_key[key]


def _against_list(keys: list[str], book: _Book, refused: frozenset[tuple[str, str]]) -> dict[str, _Found]:
    """Return a proposal for each key that is no canonical value's."""
    targets = list(book.by_key)
    prints: dict[str, list[str]] = defaultdict(list)
    for target in targets:
        prints[fingerprint(target)].append(target)
    names = {target: book.by_key[target][0] for target in targets}
    found = _candidates(keys, targets)
    made: dict[str, _Found] = {}
    for number, key in enumerate(keys):
        same = [target for target in prints.get(fingerprint(key), []) if (key, target) not in refused]
        ranked = [one for one in found.get(number, []) if (key, targets[one.target]) not in refused]
        if len(spelled := book.by_key.get(key, [])) > 1:
            said = " or ".join(f"'{name}'" for name in spelled[:3])
            made[key] = _Found(spelled[0], "suggestion", 100.0, 0.0, f"spelled as {said}: which one?")
        elif len(same) == 1:
            made[key] = _printed(key, same[0], names[same[0]])
        else:
            made[key] = _fuzzy(key, ranked, targets, names)
    return made


def _printed(key: str, target: str, name: str) -> _Found:
    if tones_matter(key) or tones_matter(target):
        return _Found(name, "suggestion", 100.0, NAN, f"as '{name}' but for its marks, which are tones")
    return _Found(
        name, "sure", 100.0, NAN, f"the words of '{name}' in another order or without accents or signs"
    )


class _Candidate(NamedTuple):
    target: int
    score: float
    whole: float


def _candidates(keys: list[str], targets: list[str]) -> dict[int, list[_Candidate]]:
    """Return for each key the targets that score enough, the best first; ties by how alike the whole is."""
    return _ranked(scored([comparable(key) for key in keys], [comparable(target) for target in targets]))


def _ranked(pairs: Scored) -> dict[int, list[_Candidate]]:
    order = np.lexsort((pairs.target, -pairs.whole, -pairs.score, pairs.row))
    found: dict[int, list[_Candidate]] = defaultdict(list)
    columns = (pairs.row, pairs.target, pairs.score, pairs.whole)
    for row, target, score, whole in zip(*(column[order].tolist() for column in columns), strict=True):
        found[row].append(_Candidate(target, score, whole))
    return found


def _fuzzy(key: str, ranked: list[_Candidate], targets: list[str], names: Mapping[str, str]) -> _Found:
    if not ranked:
        return _Found(None, "unknown", NAN, NAN, "no canonical value is like it")
    best = ranked[0]
    target = targets[best.target]
    margin = best.score - (ranked[1].score if len(ranked) > 1 else LEAST)
    why = f"{best.score:.0f} points like '{names[target]}'"
    if len(ranked) > 1:
        why += f", {margin:.0f} ahead of '{names[targets[ranked[1].target]]}'"
    wholly = max(ranked, key=lambda one: one.whole)
    doubt = _doubt(key, target, best, margin)
    if not doubt and wholly.whole > best.whole:
        doubt = f"letter by letter more like '{names[targets[wholly.target]]}'"
    if doubt:
        return _Found(names[target], "suggestion", best.score, margin, f"{why}; {doubt}")
    return _Found(names[target], "sure", best.score, margin, why)


def _doubt(key: str, target: str, best: _Candidate, margin: float) -> str:
    """Return why a proposal is not sure; nothing when it is."""
    if best.score < SURE:
        return f"below {SURE:.0f}"
    if margin < MARGIN:
        return f"not {MARGIN:.0f} ahead"
    if numbers(key) != numbers(target):
        return "other numbers"
    if min(len(key), len(target)) < SHORTEST:
        return "too short to be sure"
    if best.whole < WHOLE:
        return "only a part of it"
    return "marks that are tones" if tones_matter(key) != tones_matter(target) else ""


def _among_themselves(
    counts: Mapping[str, int], keys: Mapping[str, str], book: _Book, refused: frozenset[tuple[str, str]]
) -> dict[str, _Found]:
    """Return a proposal for each key that is a rarer spelling of a more frequent one.

    The most frequent come first; one that is proposed as sure is nobody's canonical value.
    """
    ordered = [key for key in book.by_key if key not in book.alias_keys]
    total: Counter[str] = Counter()
    for raw, key in keys.items():
        total[key] += counts[raw]
    names = {key: book.by_key[key][0] for key in ordered}
    found = _ranked(scored_among([comparable(key) for key in ordered], SURE))
    prints: dict[str, str] = {}
    gone: set[int] = set()
    made: dict[str, _Found] = {}
    for number, key in enumerate(ordered):
        printed = prints.get(fingerprint(key), key)
        ranked = [one for one in found.get(number, ()) if one.target not in gone]
        ranked = [one for one in ranked if (key, ordered[one.target]) not in refused]
        if printed != key and (key, printed) not in refused:
            made[key] = _rarely(_printed(key, printed, names[printed]), total[key], total[printed])
        elif ranked and _may_be_spelled_so(key, ordered[ranked[0].target], ranked[0]):
            often = total[ordered[ranked[0].target]]
            made[key] = _rarely(_fuzzy(key, ranked, ordered, names), total[key], often)
        if key in made and made[key].tier == "sure":
            gone.add(number)
        else:
            prints.setdefault(fingerprint(key), key)
    return made


def _may_be_spelled_so(key: str, target: str, best: _Candidate) -> bool:
    """Whether a value may be another's misspelling: all of it is alike, and it is no other number."""
    return best.whole >= SPELLED and not _doubt(key, target, best, MARGIN)


def _rarely(proposal: _Found, rare: int, often: int) -> _Found:
    """Return a proposal as a suggestion where the other spelling is not much more frequent."""
    if proposal.tier != "sure" or often >= RARER * rare:
        return proposal
    return proposal._replace(
        tier="suggestion", why=f"{proposal.why}; typed {rare:,} times, the other only {often:,}"
    )
