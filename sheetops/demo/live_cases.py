"""LIVE governance cases that read like real work, from a seed. No shop, host or owner in them exists."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from ..model.record import Values

MARKETS = ("UK", "UK", "IE")
CLOSED = ("Enforced", "Dismissed")
_HOURS_TO_DECIDE = {"Critical": 4, "High": 24, "Medium": 72, "Low": 168}
_POINTS = {"Critical": (12, 24), "High": (6, 12), "Medium": (2, 6), "Low": (0, 2)}
_RESTRICTIONS = {
    "Critical": ("LIVE paused 30 days", "Shop suspended"),
    "High": ("LIVE paused 7 days", "LIVE paused 30 days", "Room interrupted"),
    "Medium": ("Warning", "Room interrupted", "LIVE paused 7 days"),
    "Low": ("None", "Warning"),
}
_TAGS = ("Repeat offender", "Press interest", "Legal hold", "Model flagged", "User report")
_DAYS_BACK = 75
_BACKLOG_DAYS = 14


@cache
def _words() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("live_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def live_cases(count: int, seed: int, now: datetime, markets: Sequence[str] = MARKETS) -> list[Values]:
    """Return `count` cases as canonical records of the template `live-cases`, oldest first.

    The same count, seed, day and markets give the same cases. `now` is aware: the newest case is some hours older.
    """
    random = Random(seed)  # noqa: S311 - invented cases, no secret
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ages = sorted((random.random() ** 1.6 * _DAYS_BACK for _ in range(count)), reverse=True)
    return [_case(random, number, today, age, markets) for number, age in enumerate(ages, start=1)]


@dataclass(frozen=True)
class _Course:
    """How a case went: when it was opened and decided, and where it stands."""

    opened: datetime
    due: datetime
    status: str
    resolved: datetime | None


def _case(random: Random, number: int, today: datetime, age: float, markets: Sequence[str]) -> Values:
    words = _words()
    policy = random.choice(words["policies"])
    severity = random.choice(policy["severities"])
    place = random.randrange(len(words["merchants"]))
    course = _course(random, today, age, severity)
    return {
        "case_id": f"LIVE-{number:05d}",
        "merchant": words["merchants"][place],
        "creator": words["creators"][place],
        "live_room": f"{random.randrange(10**9):010d}",
        "market": markets[place % len(markets)],
        "surface": random.choice(("LIVE room", "LIVE room", "Product page", "Short video", "Chat")),
        "policy": policy["name"],
        "severity": severity,
        "status": course.status,
        "owner": random.choice(words["owners"]),
        "queue": "Appeals" if course.status == "Appealed" else policy["queue"],
        "opened_at": course.opened,
        "due_at": course.due,
        "resolved_at": course.resolved,
        **_outcome(random, severity, course.status),
        "evidence": f"https://evidence.example/live/{number:05d}",
        "summary": _summary(random, policy["summaries"], words["fillers"]["products"]),
        "tags": "; ".join(tag for tag in _TAGS if random.random() < 0.15) or None,
    }


def _course(random: Random, today: datetime, age: float, severity: str) -> _Course:
    opened = (today - timedelta(days=age)).replace(second=0, microsecond=0)
    hours = _HOURS_TO_DECIDE[severity]
    due = opened + timedelta(hours=hours)
    resolved = (opened + timedelta(hours=hours * random.uniform(0.2, 1.9))).replace(second=0, microsecond=0)
    decided = 0.97 if age > _BACKLOG_DAYS else 0.75
    if resolved < today and random.random() < decided:
        return _Course(opened, due, random.choice((*CLOSED, "Enforced")), resolved)
    return _Course(opened, due, random.choice(_words()["open_statuses"]), None)


def _outcome(random: Random, severity: str, status: str) -> Values:
    enforced = status in ("Enforced", "Appealed")
    refunds = Decimal(random.randrange(500, 90_000)) / 100
    return {
        "points": random.randint(*_POINTS[severity]) if enforced else None,
        "restriction": random.choice(_RESTRICTIONS[severity]) if enforced else None,
        "amount": refunds if enforced and random.random() < 0.6 else None,
    }


def _summary(random: Random, summaries: Sequence[str], products: Sequence[str]) -> str:
    count = random.randint(3, 60)
    return str(random.choice(summaries)).format(
        product=random.choice(products),
        minute=random.randint(2, 118),
        percent=random.choice((15, 20, 30, 45, 60)),
        count=count,
        refunds=random.randint(1, count),
    )
