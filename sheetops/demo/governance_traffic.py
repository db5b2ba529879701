"""The LIVE traffic of the example: a row for each day, market and shop, a campaign and a break among them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from .courses import Courses

_SHOPS = ("Northlight Beauty", "Silverfin Home", "Kestrel Tech", "Orla Fashion")
_SIZES = {"UK": 1.0, "DE": 0.7, "FR": 0.5}
DAY = timedelta(days=1)


def traffic(courses: Courses, chance: Random, plants: Mapping[str, Any], days: int) -> None:
    """Say the traffic of so many days, and what happened in them."""
    midnight = courses.until.replace(hour=0, minute=0)
    first = midnight - days * DAY
    broken, sale = plants["incident"], plants["campaign"]
    begins, sells = midnight - broken["ago"] * DAY, midnight - sale["ago"] * DAY
    courses.say(
        begins - timedelta(hours=12), "releases", "REL-0001", release_id="REL-0001", name=broken["release"],
        started_at=begins - timedelta(hours=12), market=broken["market"], component="live_room", kind="release",
        share=1.0, note="A new player for LIVE rooms.",
    )  # fmt: skip
    courses.say(
        sells - 14 * DAY, "campaigns", "CMP-0001", campaign_id="CMP-0001", name=sale["name"], status="ended",
        market=sale["market"], kind="sales_event", starts_at=sells, ends_at=sells + sale["days"] * DAY,
    )  # fmt: skip
    for number in range(days):
        day = first + number * DAY
        for market, size in _SIZES.items():
            for place, seller in enumerate(_SHOPS):
                usual = (
                    4000 * size / (1 + place) * (1.35 if day.weekday() >= 5 else 1.0) * (1 + number / 3000)
                )
                if market == sale["market"] and sells <= day < sells + sale["days"] * DAY:
                    usual *= sale["times"]
                if (market, seller) == (
                    broken["market"],
                    broken["seller"],
                ) and begins <= day < begins + broken["days"] * DAY:
                    usual *= broken["left"]
                key = courses.key("traffic", "T-{:07d}")
                courses.say(
                    day + timedelta(hours=23, minutes=30),
                    "traffic",
                    key,
                    **_row(key, day, market, seller, usual, chance),
                )


def _row(key: str, day: Any, market: str, seller: str, usual: float, chance: Random) -> dict[str, Any]:
    viewers = max(0, round(usual * chance.gauss(1, 0.05)))
    impressions = viewers * 3
    clicks = round(impressions * chance.gauss(0.06, 0.002))
    orders = round(clicks * chance.gauss(0.08, 0.004))
    return {
        "traffic_id": key, "at": day, "market": market, "segment": "all", "seller": seller,
        "sessions": max(1, viewers // 400), "live_minutes": float(max(1, viewers // 400) * 95), "viewers": viewers,
        "impressions": impressions, "clicks": clicks, "orders": orders,
        "gmv": (Decimal(orders) * Decimal("23.40")).quantize(Decimal("0.01")), "enforcements": 0,
    }  # fmt: skip
