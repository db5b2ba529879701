"""Names that are safe in SQL, in conditions and in Python alike, and what to call something otherwise."""

from __future__ import annotations

import keyword
import re
import unicodedata

LONGEST = 63
"""PostgreSQL cuts longer names."""

RESERVED_PREFIXES = ("sheetops_", "sqlite_")
"""sheetops keeps its own tables beside the user's; SQLite refuses the other."""

_CONDITION_WORDS = frozenset({"true", "false", "blank"})
_SIMPLE = re.compile(r"[a-z][a-z0-9_]*")


def name_problem(name: str) -> str | None:
    """Return why `name` cannot name a table or field, as the rest of a sentence; None when it can."""
    if not _SIMPLE.fullmatch(name):
        return "is not a simple name: small letters a-z, digits and _, beginning with a letter"
    if len(name) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if name.startswith(RESERVED_PREFIXES):
        return f"begins with '{name.split('_')[0]}_', which is kept for the program's own tables"
    if keyword.iskeyword(name) or name in _CONDITION_WORDS:
        return "is a word that conditions (`where`) use for something else"
    return None


def simple_name(words: str, fallback: str) -> str:
    """Return the nearest usable name for some words ("SLA due (UK)" -> sla_due_uk), or `fallback`.

    Accents are dropped; letters without a Latin base form are left out.
    """
    base = unicodedata.normalize("NFKD", words).casefold().replace("ß", "ss")
    name = re.sub(r"[^a-z0-9]+", "_", "".join(c for c in base if not unicodedata.combining(c))).strip("_")
    for prefix in RESERVED_PREFIXES:
        name = name.removeprefix(prefix)
    if name and not name[0].isalpha():
        name = f"{fallback.split('_')[0]}_{name}"
    name = name[:LONGEST].rstrip("_")
    return f"{name}_value" if name and name_problem(name) else name or fallback
