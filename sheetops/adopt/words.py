"""The words by which people mark totals, identifiers, people and money, as data."""

from __future__ import annotations

import re

from ..model.parsers import CURRENCY_CODES


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


_ID_WORDS = _set(
    "id|ids|key|ref|reference|number|no|nr|num|code|ticket|sku|uuid|guid|case|incident|номер|编号|番号"
)
_NUMBERED = _set("phone|telephone|tel|mobile|fax|zip|postcode|plz|account|iban|room|barcode|ean|isbn")
_PEOPLE = _set(
    "owner|assignee|assigned|agent|reviewer|approver|handler|analyst|manager|contact|investigator|reporter|"
    "requester|author|responsible|supervisor|moderator|lead|bearbeiter|person|employee"
)
_MONEY = _set(
    "amount|price|cost|value|fee|revenue|refund|payout|budget|salary|total|balance|paid|exposure|betrag|preis"
)
CURRENCIES = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "US$": "USD",
    "¥": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
}


def words_of(header: str) -> list[str]:
    """Return a header's words in small letters: "CaseID (UK)" -> case, id, uk."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header).replace("#", " no ")
    return re.findall(r"[^\W_]+", apart.casefold())


def names_identifier(header: str) -> bool:
    """Return whether a header sounds like what identifies a record: "Case ID", "Ref no.", "#"."""
    words = words_of(header)
    return bool(words) and (words[-1] in _ID_WORDS or words[0] in {"id", "key", "ref", "no", "nr"})


def names_digits(header: str) -> bool:
    """Return whether digits under this header are a name and not a quantity: a phone, a postcode."""
    is_name = names_identifier(header) or bool(_NUMBERED.intersection(words_of(header)))
    return is_name and not names_money(header)


def names_person(header: str) -> bool:
    """Return whether a header announces people."""
    words = words_of(header)
    return bool(_PEOPLE.intersection(words)) or words[-1:] == ["by"]


def names_money(header: str) -> bool:
    """Return whether a header may announce amounts of money; a currency must be seen as well."""
    return bool(_MONEY.intersection(words_of(header)))


def currency_in_header(header: str) -> str | None:
    """Return the currency a header names: "Amount (EUR)", "Fee £"."""
    for mark, code in CURRENCIES.items():
        if mark in header:
            return code
    return next((word for word in re.findall(r"\b[A-Z]{3}\b", header) if word in CURRENCY_CODES), None)


def currency_in_format(number_format: str) -> str | None:
    """Return the currency of a number format such as `[$€-407]#,##0.00`; None when it shows none."""
    if found := re.search(r"\[\$([^\]-]+)(?:-[^\]]*)?\]", number_format):
        mark = found[1].strip()
        return CURRENCIES.get(mark, mark if re.fullmatch("[A-Z]{3}", mark) else None)
    plain = re.sub(r"\[[^\]]*\]", "", number_format)
    return next((code for mark, code in CURRENCIES.items() if mark in plain), None)
