"""Real cases for the demo: incidents of the BPI Challenge 2013 (an event log) and requests of San Francisco 311."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ..model.record import Values

INCIDENTS, FEEDBACK = "bpic2013_incidents.csv", "sf311_sample.csv"

_REGIONS = {
    "Europe": ("se", "pl", "be", "fr", "nl", "gb", "ru", "de", "es", "it", "tr", "no", "dk", "fi", "at", "ch", "cz"),
    "Americas": ("us", "br", "ca", "mx", "cl", "pe", "ar"),
    "Asia Pacific": ("in", "cn", "kr", "jp", "my", "th", "au", "id", "sg", "tw"),
}  # fmt: skip
_REGION_OF = {country: region for region, countries in _REGIONS.items() for country in countries}
_ENDED = ("Closed", "Resolved", "Cancelled")


def has_real_data(folder: Path) -> bool:
    """Return whether both files are in a folder."""
    return all((folder / name).is_file() for name in (INCIDENTS, FEEDBACK))


def incidents(folder: Path, count: int) -> list[Values]:
    """Return the `count` incidents opened last, oldest first, each as it stood after its last event."""
    events: dict[str, list[tuple[datetime, dict[str, str]]]] = {}
    for row in _rows(folder / INCIDENTS):
        at = datetime.fromisoformat(row["time:timestamp"]).astimezone(UTC)
        events.setdefault(row["case:concept:name"], []).append((at, row))
    found = [_incident(name, sorted(course, key=lambda event: event[0])) for name, course in events.items()]
    found.sort(key=lambda record: (record["opened_at"], record["incident"]))
    return found[-count:]


def _incident(name: str, course: list[tuple[datetime, dict[str, str]]]) -> Values:
    opened, (last, row) = course[0][0], course[-1]
    status, country = row["lifecycle:transition"], row["organization country"].strip().lower()
    return {
        "incident": name,
        "status": status,
        "impact": row["impact"],
        "owner": row["org:resource"] or None,
        "opened_at": opened,
        "updated_at": last,
        "closed_on": last.date() if status in _ENDED else None,
        "region": _REGION_OF.get(country, "Unknown"),
        "country": country.upper() if country.isalpha() else None,
        "line": row["organization involved"],
        "team": row["org:group"],
        "product": row["product"],
        "events": len(course),
        "note": None,
    }


def feedback(folder: Path, count: int) -> list[Values]:
    """Return the `count` requests received last, oldest first."""
    found = [_request(row) for row in _rows(folder / FEEDBACK)]
    found.sort(key=lambda record: (record["received_at"], record["request"]))
    return found[-count:]


def _request(row: dict[str, str]) -> Values:
    return {
        "request": row["unique_key"],
        "status": row["status"],
        "received_at": _instant(row["created_date"]),
        "closed_at": _instant(row["closed_date"]),
        "channel": row["source"],
        "agency": row["agency_name"] or None,
        "category": row["category"] or None,
        "complaint": row["complaint_type"] or None,
        "neighborhood": row["neighborhood"] or None,
        "answer": " ".join(row["status_notes"].split()) or None,
    }


def _instant(said: str) -> datetime | None:
    return datetime.fromisoformat(said).astimezone(UTC) if said else None


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
