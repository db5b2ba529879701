"""When are two spellings one value? From safe (case, spaces, width) to likely (word order, accents) to fuzzy."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
_JOINT = re.compile(r"(?<=\w)[-_\u2010-\u2015]+(?=[^\W\d])|(?<=[^\W\d_])[-_\u2010-\u2015]+(?=\w)|\s+")
_QUOTES = " '\"“”‘’«»"
_ENDING = " .,;:。，、؛،"
_MEANT = frozenset("&+#%")
_DIGITS = re.compile(r"\d+")
_VIETNAMESE = frozenset("\u031b\u0309\u0323đ")
"""Horn, hook and dot below, d with stroke: where they are, a mark is a tone and another word."""


def spelling_key(text: str) -> str:
    """Return what all spellings of one value share: NFKC and casefold, invisible signs and quotes gone, hyphens as spaces.

    Marks, word order, and signs that mean something (+, #, %, a minus before a number) stay.
    """
    said = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold()
    said = _JOINT.sub(" ", unicodedata.normalize("NFKC", said))
    return said.strip(_QUOTES).rstrip(_ENDING).strip(_QUOTES) or said.strip()


def fingerprint(text: str) -> str:
    """Return a key under which word order, punctuation, repeated words and accents do not count.

    OpenRefine's fingerprint, but marks are folded in Latin and Greek only: in other scripts they are vowels or tones.
    """
    said = _spaced(folded(spelling_key(text)))
    return " ".join(sorted(set(said.split()))) or said


def _spaced(key: str) -> str:
    """Return a key with punctuation and signs as spaces; marks are neither."""
    return "".join(
        " " if sign not in _MEANT and unicodedata.category(sign)[0] in "PSC" else sign for sign in key
    )


def folded(key: str) -> str:
    """Return a key without the accents of Latin and Greek letters."""
    if key.isascii():
        return key
    kept: list[str] = []
    base = ""
    for sign in unicodedata.normalize("NFD", key):
        if unicodedata.category(sign) != "Mn":
            base = sign
        elif unicodedata.name(base or " ", "").startswith(("LATIN", "GREEK")):
            continue
        kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))


def tones_matter(key: str) -> bool:
    """Whether a key shows signs of Vietnamese, where another mark is another word."""
    return not key.isascii() and not _VIETNAMESE.isdisjoint(unicodedata.normalize("NFD", key))


def comparable(key: str) -> str:
    """Return a key as it is compared fuzzily: punctuation as spaces."""
    return " ".join(_spaced(key).split()) or key


def numbers(key: str) -> tuple[str, ...]:
    """Return the numbers in a key: 'tier 1' and 'tier 2' are never one value mistyped."""
    return tuple(sorted(number.lstrip("0") or "0" for number in _DIGITS.findall(key)))
