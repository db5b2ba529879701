"""Seeded messy values: what people type for a policy's or a category's name, with the value that they meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

FIRST = (
    "Misleading", "Counterfeit", "Unauthorised", "Prohibited", "Dangerous", "Expired", "Undisclosed", "Fraudulent",
    "Adult", "Hateful", "Infringing", "Unsafe", "Restricted", "Engañosa", "Publicité", "Gefährliche", "Falsche",
    "Penjualan", "Quảng cáo", "Hàng giả", "虚假", "违禁", "اعلان مضلل", "สินค้าปลอม",
)  # fmt: skip
SECOND = (
    "health claims", "brand goods", "livestream", "medical devices", "pricing", "refund requests", "sponsorship",
    "cosmetics", "electronics", "food supplements", "animal products", "financial advice", "gambling content",
    "copyright material", "kids toys", "tobacco", "alcohol", "weapons", "tickets", "gift cards",
)  # fmt: skip
ELSEWHERE = (
    "Returned parcel", "Weather delay", "Payroll question", "Office move", "VPN outage", "Training request",
    "Laptop order", "Parking", "Visitor badge", "Printer toner", "Holiday calendar", "Meeting room", "Fire drill",
)  # fmt: skip


def canonical(size: int = 240) -> list[str]:
    """Return `size` canonical names; they share words with one another."""
    names = [f"{one} {two}" for two in SECOND for one in FIRST]
    chance = np.random.default_rng(1)
    return sorted(chance.permutation(names)[: min(size, len(names))].tolist())


def messy(count: int, names: list[str], *, seed: int = 7) -> pd.DataFrame:
    """Return `count` typed values with columns raw, meant (None: none of the names) and how it was spoilt."""
    chance = np.random.default_rng(seed)
    ways = list(WAYS)
    shares = np.array([WAYS[way][1] for way in ways])
    rows = []
    for _ in range(count):
        way = ways[int(chance.choice(len(ways), p=shares / shares.sum()))]
        if way == "elsewhere":
            rows.append((_elsewhere(chance), None, way))
            continue
        name = names[int(chance.integers(len(names)))]
        raw = WAYS[way][0](name, chance)
        rows.append((raw, name, way))
    return pd.DataFrame(rows, columns=["raw", "meant", "way"])


def _elsewhere(chance: Any) -> str:
    one = ELSEWHERE[int(chance.integers(len(ELSEWHERE)))]
    return (
        f"{one} {ELSEWHERE[int(chance.integers(len(ELSEWHERE)))].lower()}" if chance.random() < 0.5 else one
    )


def _case(name: str, chance: Any) -> str:
    return (str.upper, str.lower, str.title)[int(chance.integers(3))](name)


def _spacing(name: str, chance: Any) -> str:
    sign = ("  ", "-", "_", "\u00a0")[int(chance.integers(4))]
    return name.replace(" ", sign) + (" " if chance.random() < 0.5 else "")


def _order(name: str, chance: Any) -> str:
    words = name.split()
    return ", ".join([*words[1:], words[0]]) if chance.random() < 0.5 else " ".join(reversed(words))


def _typo(name: str, chance: Any) -> str:
    at = int(chance.integers(1, len(name) - 1))
    kind = int(chance.integers(3))
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _two_typos(name: str, chance: Any) -> str:
    return _typo(_typo(name, chance), chance)


def _short(name: str, chance: Any) -> str:
    words = name.split()
    at = int(chance.integers(len(words)))
    words[at] = words[at][: max(3, len(words[at]) // 2)] + ("." if chance.random() < 0.5 else "")
    return " ".join(words)


def _added(name: str, chance: Any) -> str:
    return f"{name} {('(new)', 'policy', '- UK', 'violation', '2024')[int(chance.integers(5))]}"


def _accents(name: str, chance: Any) -> str:
    plain = name.translate(str.maketrans("éñäüùạảàâ", "enauuaaaa"))
    return plain if plain != name else _typo(name, chance)


WAYS: dict[str, tuple[Callable[[str, Any], str], float]] = {
    "exact": (lambda name, chance: name, 0.1),
    "case": (_case, 0.15),
    "spacing": (_spacing, 0.12),
    "order": (_order, 0.08),
    "typo": (_typo, 0.2),
    "two typos": (_two_typos, 0.08),
    "shortened": (_short, 0.1),
    "added": (_added, 0.06),
    "accents": (_accents, 0.05),
    "elsewhere": (lambda name, chance: name, 0.06),
}
