"""How people of a locale write dates and numbers: data.

Assumed from the Unicode CLDR's short date patterns; `en_US`, which every recording but one is in, is Google's default.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Locale:
    """One locale's way of writing."""

    order: str
    date: str
    decimal: str = "."
    group: str = ","
    currency: str = "$"


_US = Locale("mdy", "M/d/yyyy")
_UK = Locale("dmy", "dd/MM/yyyy", currency="£")
_POINT = {"decimal": ",", "group": "."}

LOCALES = {
    "en_US": _US,
    "en_GB": _UK,
    "en_IE": Locale("dmy", "dd/MM/yyyy", currency="€"),
    "en_AU": Locale("dmy", "dd/MM/yyyy"),
    "en_NZ": Locale("dmy", "dd/MM/yyyy"),
    "en_IN": Locale("dmy", "dd/MM/yyyy", currency="₹"),
    "en_CA": Locale("ymd", "yyyy-MM-dd"),
    "de_DE": Locale("dmy", "dd.MM.yyyy", currency="€", **_POINT),
    "es_ES": Locale("dmy", "dd/MM/yyyy", currency="€", **_POINT),
    "it_IT": Locale("dmy", "dd/MM/yyyy", currency="€", **_POINT),
    "nl_NL": Locale("dmy", "dd-MM-yyyy", currency="€", **_POINT),
    "pt_BR": Locale("dmy", "dd/MM/yyyy", currency="R$", **_POINT),
    "fr_FR": Locale("dmy", "dd/MM/yyyy", ",", "\u202f", "€"),
    "pl_PL": Locale("dmy", "dd.MM.yyyy", ",", "\u00a0", "zł"),
    "sv_SE": Locale("ymd", "yyyy-MM-dd", ",", "\u00a0", "kr"),
    "ja_JP": Locale("ymd", "yyyy/MM/dd", currency="¥"),
    "zh_CN": Locale("ymd", "yyyy-MM-dd", currency="¥"),
    "ko_KR": Locale("ymd", "yyyy. M. d", currency="₩"),
}


def locale_of(name: str) -> Locale:
    """Return the locale; one that is not in the table is written as `en_US`."""
    return LOCALES.get(name, _US)


MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
