"""Free text as tokens: what differs from case to case (ids, numbers, links, dates) is masked, words are words in any script.

Scripts that are written with spaces give words; Chinese and Japanese give pairs of characters, Thai, Lao, Khmer and
Burmese runs of three, because finding words in them needs a dictionary. Vowel signs and other marks belong to the
letter that they stand on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

LONGEST = 2_000
"""Characters of a text that are read: a story is told at its beginning, and a pasted log is a megabyte."""

_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_THAI = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_UNSPACED = re.compile(f"[{_HAN}{_THAI}]")
_BY_THREE = re.compile(f"[{_THAI}]")
_MASK = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,64}(?:\.[\w\-]{1,64})+"
    r"|(?<![a-z0-9_#\-])[a-z0-9_#\-]*\d[a-z0-9_.,:/\-]*"  # ids, dates, amounts: whatever has a digit in it
    r"|\d+"  # an id may follow a word of a script without spaces
)
_MAY_BE_MASKED = re.compile(r"[\d@]|://|www\.")
_ASCII_WORD = re.compile(r"[a-z]+")
_LAST_SPACED = 0x1FFFF


def masked(text: Any) -> str:
    """Return the beginning of a text in one spelling (NFKC, casefold), without links, addresses, ids, numbers and dates."""
    said = str(text)[:LONGEST]
    said = said.casefold() if said.isascii() else unicodedata.normalize("NFKC", said).casefold()
    if not _MAY_BE_MASKED.search(said):
        return said
    return " ".join(_MASK.sub(" ", part) if _MAY_BE_MASKED.search(part) else part for part in said.split())


def words(said: str) -> list[str]:
    """Return the words of a masked text; a run of a script without spaces is one of them."""
    return _ASCII_WORD.findall(said) if said.isascii() else _word().findall(said)


def tokens(found: list[str]) -> list[str]:
    """Return what words are compared by: themselves, or their runs of characters where the script has no spaces."""
    if all(map(str.isascii, found)):
        return found
    return [token for word in found for token in (_cut(word) if is_unspaced(word) else (word,))]


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script that is written without spaces."""
    return not word.isascii() and _UNSPACED.search(word) is not None


def weight(token: str) -> float:
    """Return what a token counts for by itself: a long word says more than a short one, and runs overlap.

    Without it, texts in scripts without spaces (many overlapping runs) and in Vietnamese (short syllables) flow together.
    """
    if is_unspaced(token):
        return 0.4 if _BY_THREE.search(token) else 0.7
    return min(1.0, len(token) / 6)


def _cut(word: str) -> list[str]:
    size = 3 if _BY_THREE.search(word) else 2
    return [word[i : i + size] for i in range(max(1, len(word) - size + 1))]


@cache
def _word() -> re.Pattern[str]:
    """Return the pattern of a word: a run of an unspaced script, or letters of the others with their marks.

    The letters are listed as ranges, because a class of its own is five times as fast as an alternative of two.
    """
    return re.compile(f"[{_HAN}{_THAI}]+|[{''.join(_ranges())}\u200c\u200d]+")


def _ranges() -> Iterator[str]:
    unspaced = re.compile(f"[{_HAN}{_THAI}]")

    def is_letter(code: int) -> bool:
        return unicodedata.category(chr(code))[0] in "LM" and not unspaced.match(chr(code))

    for kept, run in groupby(range(0x41, _LAST_SPACED), key=is_letter):
        if kept:
            codes = list(run)
            yield f"{re.escape(chr(codes[0]))}-{re.escape(chr(codes[-1]))}"
