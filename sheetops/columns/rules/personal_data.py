"""Personal data in free text, as far as its form gives it away. What is found is named by its kind, never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator

SUSPICIOUS = r"@|\d[\d ()./-]{6,}\d|[A-Z]{2}\d{2}"
"""What a text has in it wherever any of these may be: a cheap look before the dear one."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(
    r"(?<![\w/@.-])(?:(?:\+|00)[1-9][\d ()./-]{7,18}\d|\(?0\d{1,4}\)?[ ./-]\d{2,4}[ ./-]?\d{2,4}(?:[ ./-]?\d{2,4})?)(?![\w-])"
)
_CARD = re.compile(r"(?<![\w-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


def personal_data(text: str) -> Iterator[str]:
    """Yield the kinds of personal data that a text seems to hold.

    Card numbers must satisfy the Luhn check (ISO/IEC 7812-1, annex B), account numbers ISO 13616 (mod 97).
    """
    if _EMAIL.search(text):
        yield "an e-mail address"
    if any(8 <= len(_digits(one[0])) <= 15 for one in _PHONE.finditer(text)):
        yield "a phone number"
    if any(_luhn(_digits(one[0])) for one in _CARD.finditer(text)):
        yield "a card number"
    if any(_mod_97(one[0]) for one in _IBAN.finditer(text)):
        yield "a bank account"


def _digits(text: str) -> str:
    return "".join(mark for mark in text if mark.isdecimal())


def _luhn(digits: str) -> bool:
    doubled = [int(one) * 2 for one in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(one - 9 if one > 9 else one for one in doubled)) % 10 == 0


def _mod_97(said: str) -> bool:
    """Whether a text begins with a valid account number: words that follow it may look like more of it."""
    marks = said.replace(" ", "")
    return any(
        int("".join(str(int(mark, 36)) for mark in marks[4:length] + marks[:4])) % 97 == 1
        for length in range(15, min(len(marks), 34) + 1)
    )
