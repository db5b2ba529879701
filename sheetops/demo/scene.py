"""What the demo is played with: a workspace's config and records, and what two people are about to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from ..model.record import Values
from ..templates import find_template
from ..workspace import CONFIG_NAME, Config
from .live_cases import live_cases
from .person import Person
from .real_data import feedback, has_real_data, incidents

Acts = Callable[[Person], None]


@dataclass(frozen=True)
class Desk:
    """One person's workbook: the tracker it is, and what they do to it."""

    person: str
    tracker: str
    acts: Acts


@dataclass(frozen=True)
class Scene:
    """`records` are those of each table; `followed` is the key that two people disagree about."""

    about: str
    config: str
    records: Mapping[str, Sequence[Values]]
    desks: tuple[Desk, Desk]
    followed: str
    field: str
    question: str
    counted: Mapping[str, tuple[str, str]]
    """For the Overview tab of a tracker's workbook: the column counted, and the column split by."""

    def shown_in(self, config: Config, tracker: str) -> list[Values]:
        """Return the records a tracker shows."""
        spec = config.schema.trackers[tracker]
        where = spec.where
        return [r for r in self.records[spec.table] if where is None or where.matches(r)]


def _first(records: Iterable[Values], skip: int = 0, **wanted: Any) -> Values:
    """Return the first record that has these values; a tuple means any of them."""
    found = (r for r in records if all(r[name] in _any_of(value) for name, value in wanted.items()))
    for _ in range(skip):
        next(found)
    return next(found)


def _any_of(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


# --- LIVE governance cases, invented ------------------------------------------------------------------

_CASES = 300
_OPEN = ("Open", "In review", "Waiting for merchant", "Appealed")
_SHARED = " or severity == 'Critical'"


def live_scene(seed: int, now: datetime) -> Scene:
    """Return the scene played with invented cases: the template `live-cases`, critical cases shown to both teams."""
    cases = live_cases(_CASES, seed, now)
    newest = cases[::-1]
    shared = _first(newest, severity="Critical", status=_OPEN)["case_id"]
    uk, ie = ([c for c in newest if c["market"] == m and c["severity"] != "Critical"] for m in ("UK", "IE"))
    done, asked, dated = (
        _first(uk, status="In review"),
        _first(uk, status="Open"),
        _first(uk, 1, status=_OPEN),
    )
    moved, doubled = _first(ie, severity=("Low", "Medium")), _first(ie, 1, status=_OPEN)

    def amara(person: Person) -> None:
        person.type(done["case_id"], "Status", "Enforced")
        person.type(done["case_id"], "Restriction", "Warning")
        person.type(asked["case_id"], "Status", "pending merchant", "another spelling the config knows")
        person.type(shared, "Owner", "Amara Osei", "Ben edits the same case, another cell")
        person.type(shared, "Status", "Enforced", "Ben disagrees")
        person.type(dated["case_id"], "Due at", "31/02/2026", "no such day")
        person.add(_new_case(now), "no case ID yet")

    def ben(person: Person) -> None:
        person.type(moved["case_id"], "Severity", "P1", "a spelling of High")
        person.type(shared, "Points", 24)
        person.type(shared, "Status", "Dismissed", "Amara disagrees")
        person.paste_copy(doubled["case_id"], "the same key twice")
        person.sort("Merchant", "every row stands elsewhere now")

    return Scene(
        f"{_CASES} invented LIVE governance cases",
        _live_config(),
        {"cases": cases},
        (Desk("Amara", "uk", amara), Desk("Ben", "ie", ben)),
        shared,
        "status",
        "SELECT market, status, count(*) AS cases, round(sum(amount), 2) AS eur FROM cases GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 5",
        {"uk": ("Status", "Severity"), "ie": ("Status", "Severity")},
    )


def _new_case(now: datetime) -> dict[str, Any]:
    return {
        "Merchant": "Quayside Cycles",
        "Market": "UK",
        "Policy": "Misleading claim",
        "Severity": "Medium",
        "Opened at": now.replace(minute=0, second=0, microsecond=0, tzinfo=None),
        "Summary": "Host says the lamp is road legal; the approval mark is missing.",
    }


def _live_config() -> str:
    text = (find_template("live-cases").folder / CONFIG_NAME).read_text(encoding="utf-8")
    for market in ("UK", "IE"):
        text = text.replace(f"\"market == '{market}'\"", f"\"market == '{market}'{_SHARED}\"")
    return text


# --- real data ----------------------------------------------------------------------------------------

_INCIDENTS, _REQUESTS = 2_000, 1_000


def real_scene(data: Path) -> Scene:
    """Return the scene played with real incidents in two regional workbooks and citizens' requests in a third."""
    cases = incidents(data, _INCIDENTS)
    newest = cases[::-1]
    shared = _first(newest, impact=("High", "Major"))["incident"]
    low = [c for c in newest if c["impact"] in ("Low", "Medium")]
    europe, overseas = ([c for c in low if (c["region"] == "Europe") is here] for here in (True, False))
    fixed, closed = _first(europe, status="In Call"), _first(europe, status="Closed")
    noted, doubled = _first(overseas, status="In Call"), _first(overseas, 3, status="Closed")

    def amara(person: Person) -> None:
        person.type(fixed["incident"], "Status", "fixed", "another spelling of Resolved")
        person.type(fixed["incident"], "Note", "Certificate renewed; user confirmed by phone.")
        person.type(shared, "Owner", "Amara", "Ben edits the same incident, another cell")
        person.type(shared, "Status", "Resolved", "Ben disagrees")
        person.type(closed["incident"], "Closed on", "31/04/2012", "no such day")
        person.add(_new_incident(cases[-1]["opened_at"]), "no number yet")

    def ben(person: Person) -> None:
        person.type(noted["incident"], "Impact", "Major", "so it must show up in the other workbook too")
        person.type(shared, "Note", "Vendor has the logs since 09:40.")
        person.type(shared, "Status", "Wait - Vendor", "Amara disagrees")
        person.paste_copy(doubled["incident"], "the same key twice")
        person.sort("Product", "every row stands elsewhere now")

    config = resources.files(__package__).joinpath("incidents.toml").read_text(encoding="utf-8")
    return Scene(
        f"{_INCIDENTS:,} real incidents (BPI Challenge 2013) and {_REQUESTS:,} citizens' requests (San Francisco 311)",
        config,
        {"incidents": cases, "feedback": feedback(data, _REQUESTS)},
        (Desk("Amara", "europe", amara), Desk("Ben", "overseas", ben)),
        shared,
        "status",
        "SELECT region, impact, count(*) AS incidents, sum(events) AS events FROM incidents GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 5",
        {"europe": ("Status", "Impact"), "overseas": ("Status", "Impact"), "feedback": ("Status", "Channel")},
    )


def _new_incident(last: datetime) -> dict[str, Any]:
    return {
        "Status": "In Progress",
        "Impact": "Medium",
        "Owner": "Amara",
        "Opened at": last.replace(tzinfo=None),
        "Region": "Europe",
        "Country": "SE",
        "Note": "Printer on floor 3 offline since the move.",
    }


def scene_for(shared: Path | None, seed: int, now: datetime) -> Scene:
    """Return the scene with real data where `shared` has it, else the one with invented cases."""
    data = shared / "data" if shared is not None else None
    return real_scene(data) if data is not None and has_real_data(data) else live_scene(seed, now)
