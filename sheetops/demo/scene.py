"""What the demo is played with: a workspace's config and records, and what people are about to do."""

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
from .hands import Hands
from .live_cases import MARKETS, live_cases
from .person import Person
from .real_data import feedback, has_real_data, incidents

Acts = Callable[[Any], None]
"""What somebody does: a Person at a workbook, a SheetPerson at a Google sheet."""


@dataclass(frozen=True)
class Choice:
    """What somebody decides about a held item, in the tab `sheetops` of their own spreadsheet."""

    key: str
    field: str
    choice: str
    use: str | None = None


@dataclass(frozen=True)
class Desk:
    """One person's spreadsheet: the tracker it is, what they do to it, and what they decide later.

    `sorts` is the header by which they sort it in the very moment of a sync, between its read and its write.
    """

    person: str
    tracker: str
    acts: Acts
    decides: Choice | None = None
    sorts: str = ""


@dataclass(frozen=True)
class Scene:
    """`records` are those of each table; `followed` is the key that two people disagree about, in `field`."""

    about: str
    config: str
    records: Mapping[str, Sequence[Values]]
    desks: tuple[Desk, ...]
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


def live_scene(seed: int, now: datetime, *, google: bool) -> Scene:
    """Return the scene played with invented cases: the template `live-cases`, critical cases shown to all teams.

    With `google` there is a third market, whose tracker is a Google spreadsheet.
    """
    cases = live_cases(_CASES, seed, now, (*MARKETS, "ES") if google else MARKETS)
    newest = cases[::-1]
    shared = _first(newest, severity="Critical", status=_OPEN)["case_id"]
    uk, ie = ([c for c in newest if c["market"] == m and c["severity"] != "Critical"] for m in ("UK", "IE"))
    done, asked = _first(uk, status="In review"), _first(uk, status="Open")
    dated = _first((case for case in uk if case not in (done, asked)), status=_OPEN)
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

    decided = Choice(shared, "status", "keep mine")
    desks = [Desk("Amara", "uk", amara, decided), Desk("Ben", "ie", ben)]
    return Scene(
        f"{_CASES} invented LIVE governance cases",
        _live_config(google=google),
        {"cases": cases},
        (*desks, _spain(newest, shared)) if google else tuple(desks),
        shared,
        "status",
        "SELECT market, status, count(*) AS cases, round(sum(amount), 2) AS eur FROM cases GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 3",
        {"uk": ("Status", "Severity"), "ie": ("Status", "Severity")},
    )


def _spain(newest: Sequence[Values], shared: str) -> Desk:
    """Return the desk with the Google spreadsheet."""
    spain = [c for c in newest if c["market"] == "ES" and c["severity"] != "Critical"]
    urgent = _first(spain, severity="Medium", status=_OPEN)["case_id"]
    paid = _first(spain, status="Enforced")["case_id"]

    def carla(person: Hands) -> None:
        person.type(shared, "Restriction", "LIVE paused 30 days", "the same case again, a third cell")
        person.type(urgent, "Severity", "Urgent", "no such choice")
        person.type(paid, "Amount", "about 300", "no number")

    return Desk("Carla", "es", carla, Choice(urgent, "severity", "use this:", "High"), sorts="Merchant")


def _new_case(now: datetime) -> dict[str, Any]:
    return {
        "Merchant": "Quayside Cycles",
        "Market": "UK",
        "Policy": "Misleading claim",
        "Severity": "Medium",
        "Opened at": now.replace(minute=0, second=0, microsecond=0, tzinfo=None),
        "Summary": "Host says the lamp is road legal; the approval mark is missing.",
    }


def _live_config(*, google: bool) -> str:
    text = (find_template("live-cases").folder / CONFIG_NAME).read_text(encoding="utf-8")
    if google:
        text = text.replace('IE = ["Ireland", "ROI"]', 'IE = ["Ireland", "ROI"], ES = ["Spain"]')
        text += _words("google_live.toml")
    for market in ("UK", "IE", "ES"):
        text = text.replace(f"\"market == '{market}'\"", f"\"market == '{market}'{_SHARED}\"")
    return text


def _words(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


# --- real data ----------------------------------------------------------------------------------------

_INCIDENTS, _REQUESTS = 2_000, 1_000


def real_scene(data: Path, *, google: bool) -> Scene:
    """Return the scene played with real incidents in two regional workbooks and citizens' requests in a third.

    With `google` the high and major incidents are in a Google spreadsheet too.
    """
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

    decided = Choice(shared, "status", "keep mine")
    desks = [Desk("Amara", "europe", amara, decided), Desk("Ben", "overseas", ben)]
    return Scene(
        f"{_INCIDENTS:,} real incidents (BPI Challenge 2013) and {_REQUESTS:,} citizens' requests (San Francisco 311)",
        _words("incidents.toml") + (_words("google_incidents.toml") if google else ""),
        {"incidents": cases, "feedback": feedback(data, _REQUESTS)},
        (*desks, _on_call(newest, shared)) if google else tuple(desks),
        shared,
        "status",
        "SELECT region, impact, count(*) AS incidents, sum(events) AS events FROM incidents GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 3",
        {"europe": ("Status", "Impact"), "overseas": ("Status", "Impact"), "feedback": ("Status", "Channel")},
    )


def _on_call(newest: Sequence[Values], shared: str) -> Desk:
    """Return the desk with the Google spreadsheet."""
    urgent, closed = (_first(newest, n, impact=("High", "Major"))["incident"] for n in (1, 2))

    def carla(person: Hands) -> None:
        person.type(shared, "Product", "PROD802", "the same incident again, a third cell")
        person.type(urgent, "Impact", "Urgent", "no such choice")
        person.type(closed, "Closed on", "last Friday", "no date")

    return Desk("Carla", "on_call", carla, Choice(urgent, "impact", "use this:", "Major"), sorts="Team")


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


def scene_for(shared: Path | None, seed: int, now: datetime, *, google: bool) -> Scene:
    """Return the scene with real data where `shared` has it, else the one with invented cases."""
    if shared is not None and has_real_data(shared / "data"):
        return real_scene(shared / "data", google=google)
    return live_scene(seed, now, google=google)
