"""Personal data in free text that is passed on: what has the form of it is replaced by a word that says what stood there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_FORMS: tuple[tuple[str, str], ...] = (
    (r"https?://\S+|www\.\S+", "[link]"),
    (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "[e-mail]"),
    (r"(?<![\w@])@[\w.]{2,}", "[handle]"),
    (r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b", "[account]"),
    (r"(?<![\w-])(?:\d[ -]?){13,19}(?![\w-])", "[card]"),
    (r"(?<!\w)(?:\+\d{1,3}[ .-]?)?(?:\(0?\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){2,4}(?!\w)", "[phone]"),
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_PHONE_DIGITS = 8
"""Digits from which a number with gaps is taken for a telephone."""


class Mask:
    """Masks texts. `people` are names that the records themselves give, such as reviewers and creators."""

    def __init__(self, people: Iterable[str] = ()) -> None:
        names = sorted(
            {name.strip() for name in people if len(name.strip()) > 2}, key=lambda name: (-len(name), name)
        )
        self._forms = [(re.compile(form), word) for form, word in _FORMS]
        self._names: Mapping[str, None] = dict.fromkeys(names)

    def __call__(self, text: str) -> str:
        """Return the text without personal data of a known form, and without the names."""
        for form, word in self._forms:
            text = form.sub(lambda found, word=word: _masked(found[0], word), text)  # type: ignore[misc]
        for name in self._names:
            if name in text:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", text)
        return text


def _masked(found: str, word: str) -> str:
    """Return the word for what was found; dates and short numbers are none of it."""
    if word != "[phone]":
        return word
    digits = sum(sign.isdigit() for sign in found)
    return found if digits < _PHONE_DIGITS or _DATE.match(found) else word
