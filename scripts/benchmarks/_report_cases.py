"""A governance dataset of any size for the benchmark of reports: half a year of cases, each with its history, and what is about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sheetops.dataset import Commit, Store
from sheetops.model.record import Actor, Change, Op, Run, Source
from sheetops.workspace import CONFIG_NAME, parse_config

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
"""When the last week is over."""
WEEKS = 27

TOML = """
[workspace]
timezone = "Europe/London"
[calendars.office]
hours = "mon-fri 09:00-18:00"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
market = { type = "text" }
policy = { type = "text" }
merchant = { type = "text" }
status = { type = "choice", choices = ["new", "in_review", "waiting_merchant", "decided", "closed"] }
severity = { type = "choice", choices = ["critical", "high", "medium", "low"] }
owner = { type = "person" }
reviewer = { type = "person" }
detected_at = { type = "datetime" }
decided_at = { type = "datetime" }
resolved_at = { type = "datetime" }
ends_at = { type = "datetime" }
resolution = { type = "choice", choices = ["enforced", "warned", "no_violation"] }
error_type = { type = "choice", choices = ["false_positive", "false_negative"] }
root_cause = { type = "choice", choices = ["reviewer", "algorithm", "policy_governance"] }
automation = { type = "choice", choices = ["Fully automated", "Not Automated"] }
summary = { type = "long text" }
[tables.appeals]
key = "appeal_id"
[tables.appeals.fields]
appeal_id = { type = "text" }
case = { type = "reference", to = "cases" }
received_at = { type = "datetime" }
decided_at = { type = "datetime" }
outcome = { type = "choice", choices = ["upheld", "overturned", "partially", "modified"] }
[tables.feedback]
key = "feedback_id"
[tables.feedback.fields]
feedback_id = { type = "text" }
received_at = { type = "datetime" }
theme = { type = "text" }
closed_loop_on = { type = "date" }
[sla.cases]
goals = ["resolution"]
opened = "detected_at"
calendar = "office"
[[sla.cases.policy]]
policy = "usual"
goal = "resolution"
target = "27h"
start = "detected_at is filled"
pause = "status == 'waiting_merchant'"
stop = "status == 'closed'"
"""


def dataset(folder: Path, count: int) -> Path:
    """Return a workspace with `count` cases; it is made where it is not there yet."""
    if (folder / CONFIG_NAME).exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    config = parse_config(TOML, folder / CONFIG_NAME)
    with Store.open(config.database_url, config.schema, create=True) as store:
        began = MONDAY - timedelta(weeks=WEEKS)
        store.apply_schema(Run("R1", "import", began))
        for number, (at, changes) in enumerate(_weeks(count), start=2):
            store.commit(Commit(Run(f"R{number}", "sync", at, ended=at), store.head(), changes))
    (folder / CONFIG_NAME).write_text(TOML, encoding="utf-8")
    return folder


def _weeks(count: int) -> Iterator[tuple[datetime, list[Change]]]:
    chance, each = Random(3), count // WEEKS + 1
    for week in range(WEEKS):
        begin = MONDAY - timedelta(weeks=WEEKS - week)
        changes: list[Change] = []
        for n in range(min(each, count - week * each)):
            changes += _case(chance, f"C-{week * each + n:07d}", begin)
        yield begin + timedelta(days=6, hours=23), changes


def _case(chance: Random, key: str, begin: datetime) -> Iterator[Change]:
    source = Source(Actor.TRACKER, who="Amara")

    def put(field: str, old: object, new: object, at: datetime) -> Change:
        return Change("cases", key, Op.SET, source, field, old, new, at)

    at = begin + timedelta(minutes=chance.randrange(6 * 24 * 60))
    decided = at + timedelta(hours=30 + chance.random() * 60)
    said = {
        "case_id": key, "market": chance.choice(("UK", "IE", "DE", "ES", "FR")), "policy": f"Policy {chance.randrange(9)}", "merchant": f"Shop {chance.randrange(5000)}",
        "status": "new", "severity": chance.choice(("critical", "high", "medium", "low")), "owner": f"Owner {chance.randrange(40)}", "reviewer": f"Reviewer {chance.randrange(40)}",
        "detected_at": at, "ends_at": at + timedelta(days=30), "automation": chance.choice(("Fully automated", "Not Automated")), "summary": "A host sold bags as branded ones. " * 6,
    }  # fmt: skip
    yield Change("cases", key, Op.ADD, source, new=said, effective_at=at)
    yield put("status", "new", "in_review", at + timedelta(hours=2))
    yield put("status", "in_review", "waiting_merchant", at + timedelta(hours=6))
    yield put("status", "waiting_merchant", "in_review", at + timedelta(hours=20))
    if chance.random() < 0.9:
        yield put("decided_at", None, decided, decided)
        yield put("resolution", None, chance.choice(("enforced", "warned", "no_violation")), decided)
        yield put("resolved_at", None, decided, decided)
        yield put("status", "in_review", "closed", decided)
        if chance.random() < 0.06:
            yield put("error_type", None, "false_positive", decided)
            yield put("root_cause", None, "algorithm", decided)
        if chance.random() < 0.1:
            new = {
                "appeal_id": f"A{key}",
                "case": key,
                "received_at": decided,
                "decided_at": decided + timedelta(days=2),
                "outcome": chance.choice(("upheld", "overturned")),
            }
            yield Change("appeals", f"A{key}", Op.ADD, source, new=new)
    if chance.random() < 0.1:
        new = {"feedback_id": f"F{key}", "received_at": at, "theme": f"Theme {chance.randrange(8)}"}
        yield Change("feedback", f"F{key}", Op.ADD, source, new=new)
