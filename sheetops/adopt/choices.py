"""Does a column hold a few choices again and again, and which spellings mean the same one?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ..model.schema import Choice
from .evidence import ColumnCells

MOST = 20
_LONGEST = 40
_REPEATED = 3
"""Choices come again: on average this often at least."""
_FEWEST = 6
_CODE = re.compile(r"\d{3}")
"""Codes of things, such as DP-004, come again too, and the next one is new and right."""
_DIVIDED = re.compile(r"\s*[;,|\n]\s*")


def find_choices(column: ColumnCells) -> tuple[Choice, ...]:
    """Return the choices of a column of short, repeated texts, most frequent first; () when it has none."""
    texts = column.texts
    if column.share(str) < 1 or sum(texts.values()) < _FEWEST:
        return ()
    return _grouped(texts) if _are_repeated(texts) else ()


def find_multi_choices(column: ColumnCells) -> tuple[Choice, ...]:
    """Return the choices of a column whose cells hold several at once, in changing combinations."""
    if column.share(str) < 1:
        return ()
    parts: Counter[str] = Counter()
    for text, times in column.texts.items():
        for part in _DIVIDED.split(text):
            parts[part] += times
    divided = sum(times for text, times in column.texts.items() if _DIVIDED.search(text))
    several = divided >= max(3, 0.1 * len(column.cells))
    combined = len(_grouped(parts)) < len(column.texts)
    return _grouped(parts) if several and combined and "" not in parts and _are_repeated(parts) else ()


def _are_repeated(texts: Mapping[str, int]) -> bool:
    if len(texts) > 10 * MOST:
        return False
    groups = _grouped(texts)
    short = all(len(text) <= _LONGEST and "\n" not in text for text in texts)
    repeated = 2 <= len(groups) <= MOST and sum(texts.values()) >= _REPEATED * len(groups)
    codes = sum(bool(_CODE.search(group.value)) for group in groups)
    return short and repeated and codes <= len(groups) / 2


def _grouped(texts: Mapping[str, int]) -> tuple[Choice, ...]:
    """Put spellings together that differ only in case, spaces and marks; the most frequent one names them."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for text, times in texts.items():
        groups[_bare(text)][" ".join(text.split())] += times
    ordered = sorted(groups.values(), key=lambda group: -sum(group.values()))
    return tuple(_choice(group) for group in ordered)


_JOINT = re.compile(r"(?<=[^\W\d_])[\s_.-]+(?=[^\W\d_])")


def _bare(text: str) -> str:
    """Leave out case, and what joins words: In-progress, in progress and InProgress are one; A and A- are not."""
    return _JOINT.sub("", " ".join(text.casefold().split()))


def _choice(group: Counter[str]) -> Choice:
    value = max(group, key=lambda spelling: (group[spelling], spelling[:1].isupper()))
    return Choice(value, tuple(sorted(spelling for spelling in group if spelling != value)))


def spelling_remark(choices: Iterable[Choice]) -> str:
    """Return which spellings were put together, in words; "" when every choice has one."""
    together = [f"'{c.value}' and {', '.join(repr(a) for a in c.aliases)}" for c in choices if c.aliases]
    return f"taken as the same: {'; '.join(together)}" if together else ""
