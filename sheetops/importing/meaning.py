"""Which choice a spelling means: what is plainly the same is taken, what is only like it waits for a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.celltext import as_text, tidy
from ..model.schema import Field, FieldType
from ..model.values import Invalid

MOST_KEYS = 50_000
"""Records of another table among which a reference is looked for by likeness."""
_DIVIDED = re.compile(r"[;,|\n]")


@dataclass(frozen=True)
class Spelling:
    """A spelling nobody confirmed: how often, which choice it may mean, how sure that is and why."""

    field: str
    raw: str
    count: int
    proposed: str
    tier: str
    why: str


@dataclass
class Meanings:
    """What became of the spellings of one field that are none of its choices.

    `settled` is place -> value, taken because it is the same value or was confirmed; `open` wait for a person.
    """

    settled: dict[Any, Any] = field(default_factory=dict)
    open: list[Spelling] = field(default_factory=list)
    same: int = 0

    @classmethod
    def of(
        cls,
        field: Field,
        wrong: dict[Any, Any],
        counts: Mapping[Any, int],
        confirmed: Mapping[str, str],
        references: Mapping[str, frozenset[str]],
    ) -> Meanings:
        """Look what each unreadable place of a column may mean. `wrong` is told the nearest choice for its message."""
        made = cls()
        parts = {place: _parts(field, value) for place, value in wrong.items()}
        times: Counter[str] = Counter()
        for place, said in parts.items():
            for part in said:
                times[part] += counts[place]
        spelled = _spelled(field, references)
        known, proposals = _known(times, spelled, confirmed)
        for place, said in parts.items():
            meant = [known.get(part) for part in said]
            if all(one is not None for one in meant):
                chosen = [one for one in meant if one is not None]
                made.settled[place] = _joined(field, chosen)
                made.same += counts[place]
            else:
                unknown = next(part for part, one in zip(said, meant, strict=True) if one is None)
                if unknown in proposals:
                    wrong[place] = _not_confirmed(wrong[place], proposals[unknown])
        made.open = [
            Spelling(field.name, raw, times[raw], proposed, tier, why)
            for raw, (proposed, tier, why) in proposals.items()
        ]
        made.open.sort(key=lambda one: (one.tier != "sure", -one.count, one.raw))
        return made


def _parts(field: Field, value: Invalid) -> list[str]:
    said = value.said if isinstance(value.raw, str) else as_text(value.said)
    if field.type is not FieldType.MULTI_CHOICE:
        return [tidy(said)]
    return [tidy(part) for part in _DIVIDED.split(said) if part.strip()] or [tidy(said)]


def _joined(field: Field, chosen: list[str]) -> str:
    if field.type is not FieldType.MULTI_CHOICE:
        return chosen[0]
    return "; ".join(choice.value for choice in field.choices if choice.value in set(chosen))


def _spelled(field: Field, references: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Return every spelling that is known -> the value it means."""
    if field.references:
        keys = references.get(field.references, frozenset())
        return {key: key for key in sorted(keys)} if len(keys) <= MOST_KEYS else {}
    aliases = {alias: choice.value for choice in field.choices for alias in choice.aliases}
    return aliases | {choice.value: choice.value for choice in field.choices}


def _known(
    times: Mapping[str, int], spelled: Mapping[str, str], confirmed: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, tuple[str, str, str]]]:
    """Return (spelling -> value) of what is certain, and (spelling -> value, tier, why) of what may be."""
    folded = {_folded(name): value for name, value in spelled.items()}
    taken = {_folded(raw): value for raw, value in confirmed.items()}
    known = {raw: taken[_folded(raw)] for raw in times if _folded(raw) in taken}
    known |= {raw: folded[_folded(raw)] for raw in times if _folded(raw) in folded and raw not in known}
    left = {raw: count for raw, count in times.items() if raw not in known}
    proposals: dict[str, tuple[str, str, str]] = {}
    if not left or not spelled:
        return known, proposals
    for raw, (proposed, tier, why) in _best(left, spelled).items():
        if tier in ("exact", "same"):
            known[raw] = proposed
        else:
            proposals[raw] = (proposed, tier, why)
    return known, proposals


_RANK = {"exact": 0, "same": 0, "sure": 1, "suggestion": 2}


def _best(left: Mapping[str, int], spelled: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    """Return the value each spelling is most like, by its own name or by an alias: they do not compete with each other."""
    values = sorted(set(spelled.values()))
    best: dict[str, tuple[str, str, str]] = {}
    for names in (values, sorted(spelled.keys() - set(values))):
        for raw, name, tier, why in likely([one for one in left if _rank(best, one) > 0], names):
            before = best.get(raw)
            if before and before[1] == tier == "sure" and before[0] != spelled[name]:
                best[raw] = (before[0], "suggestion", f"{before[2]}; or '{spelled[name]}'")
            elif _RANK[tier] < _rank(best, raw):
                best[raw] = (spelled[name], tier, why)
    return best


def _rank(best: Mapping[str, tuple[str, str, str]], raw: str) -> int:
    return _RANK[best[raw][1]] if raw in best else len(_RANK)


def _folded(text: str) -> str:
    return " ".join(tidy(text).casefold().split())


def likely(said: Collection[str], names: Collection[str]) -> list[tuple[str, str, str, str]]:
    """Return (raw, name, tier, why) for what is like one of the names; nothing where rapidfuzz is not installed."""
    if not said or not names:
        return []
    try:
        import rapidfuzz  # noqa: F401

        from ..columns.patterns.standardise import propose
    except ImportError:
        return []
    found = propose(said, names)
    good = found[found["tier"].isin(["exact", "same", "sure", "suggestion"])]
    columns = (good[name].tolist() for name in ("raw", "proposed", "tier", "why"))
    return list(zip(*columns, strict=True))


def _not_confirmed(value: Invalid, proposal: tuple[str, str, str]) -> Invalid:
    return Invalid(value.raw, value.reason, proposal[0])
