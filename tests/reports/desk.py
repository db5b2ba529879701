"""A governance workspace for the reports: twenty weeks of cases, appeals, feedback and all else, typed in week by week."""

from __future__ import annotations

import atexit
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import sheetops
from sheetops.dataset import Commit, Store
from sheetops.library import Workspace
from sheetops.model.record import Actor, Change, Op, Run, Source
from sheetops.workspace import parse_config

MONDAY = datetime(2026, 7, 6, tzinfo=UTC)
"""The first day of the first week, 2026-W28."""
WEEKS = 20
LAST = "2026-W47"

TOML = """
[workspace]
name = "LIVE desk"
timezone = "UTC"

[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text", label = "Case ID" }
market = { type = "text", label = "Market" }
policy = { type = "text", label = "Policy" }
policy_version = { type = "reference", to = "policy_versions" }
merchant = { type = "text" }
status = { type = "choice", choices = ["new", "in_review", "decided", "closed", "duplicate"] }
detected_at = { type = "datetime", label = "Detected at" }
decided_at = { type = "datetime" }
resolved_at = { type = "datetime" }
ends_at = { type = "datetime" }
resolution = { type = "choice", choices = ["enforced", "warned", "no_violation"], label = "Resolution" }
error_type = { type = "choice", choices = ["false_positive", "false_negative"] }
root_cause = { type = "choice", choices = ["reviewer", "algorithm"] }
automation = { type = "choice", choices = ["Fully automated", "Not Automated"] }
reviewer = { type = "person" }
owner = { type = "person" }
evidence = { type = "url" }
summary = { type = "long text" }

[tables.policies]
key = "policy"
[tables.policies.fields]
policy = { type = "text" }
former_name = { type = "text" }
current_version = { type = "reference", to = "policy_versions" }
description = { type = "long text" }

[tables.policy_versions]
key = "policy_version"
[tables.policy_versions.fields]
policy_version = { type = "text" }
policy = { type = "reference", to = "policies" }
effective_from = { type = "date" }
text = { type = "long text" }

[tables.appeals]
key = "appeal_id"
[tables.appeals.fields]
appeal_id = { type = "text" }
case = { type = "reference", to = "cases" }
received_at = { type = "datetime" }
decided_at = { type = "datetime" }
outcome = { type = "choice", choices = ["upheld", "overturned", "partially", "modified"] }
misjudgement = { type = "choice", choices = ["pending", "confirmed", "rejected"] }

[tables.escalations]
key = "escalation_id"
[tables.escalations.fields]
escalation_id = { type = "text" }
subject = { type = "text" }
case = { type = "reference", to = "cases" }
status = { type = "choice", choices = ["open", "closed"] }
next_action_due = { type = "datetime" }
resolved_at = { type = "datetime" }
blocking = { type = "boolean" }
owner = { type = "person" }

[tables.qa_reviews]
key = "qa_id"
[tables.qa_reviews.fields]
qa_id = { type = "text" }
case = { type = "reference", to = "cases" }
sampled_on = { type = "date" }
policy = { type = "text" }
reviewer = { type = "person" }
reviewer_label = { type = "choice", choices = ["violation", "no_violation", "unclear"] }
rater = { type = "person" }
rater_label = { type = "choice", choices = ["violation", "no_violation", "unclear"] }

[tables.feedback]
key = "feedback_id"
[tables.feedback.fields]
feedback_id = { type = "text" }
received_at = { type = "datetime" }
kind = { type = "choice", choices = ["merchant", "creator"] }
market = { type = "text" }
merchant = { type = "text" }
theme = { type = "choice", choices = ["payout", "appeal_process", "education"] }
verbatim = { type = "long text" }
closed_loop_on = { type = "date" }
problem = { type = "text" }

[tables.playbooks]
key = "playbook_id"
[tables.playbooks.fields]
playbook_id = { type = "text" }
title = { type = "text" }
status = { type = "choice", choices = ["published", "retired"] }
policy = { type = "reference", to = "policies" }
policy_version = { type = "reference", to = "policy_versions" }
last_reviewed = { type = "date" }
owner = { type = "person" }

[tables.meetings]
key = "meeting_id"
[tables.meetings.fields]
meeting_id = { type = "text" }
title = { type = "text" }
held_at = { type = "datetime" }
agenda = { type = "long text" }

[tables.decisions]
key = "decision_id"
key_format = "DEC-{:04d}"
[tables.decisions.fields]
decision_id = { type = "text" }
meeting = { type = "reference", to = "meetings" }
decision = { type = "long text", required = true }
owner = { type = "person" }
decided_on = { type = "date" }
due = { type = "date" }
status = { type = "choice", choices = ["open", "done"], default = "open" }

[tables.actions]
key = "action_id"
key_format = "ACT-{:04d}"
[tables.actions.fields]
action_id = { type = "text" }
title = { type = "text", required = true }
status = { type = "choice", choices = ["open", "done"], required = true, default = "open" }
meeting = { type = "reference", to = "meetings" }
owner = { type = "person" }
due = { type = "date" }
done_on = { type = "date" }

[patterns.cases]
date = "detected_at"
attributes = ["policy", "market"]

[sla.cases]
goals = ["resolution"]
opened = "detected_at"
[[sla.cases.policy]]
policy = "usual"
goal = "resolution"
target = "120h"
start = "detected_at is filled"
stop = "status == 'closed'"
"""


WHATEVER = object()
"""The old value of a change that does not matter: what the cell says now."""


class Desk:
    """A workspace in a folder, with a clock that tests set. `type` brings changes in, as a run at a time."""

    def __init__(self, folder: Path, toml: str = TOML, made: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        (folder / "sheetops.toml").write_text(toml, encoding="utf-8")
        config = parse_config(toml, folder / "sheetops.toml")
        self.schema = config.schema
        self.runs = made
        if made:
            return
        with Store.open(config.database_url, config.schema, create=True) as store:
            store.apply_schema(self._run(MONDAY - timedelta(days=30)))

    def _run(self, at: datetime) -> Run:
        self.runs += 1
        return Run(f"R{self.runs}", "sync", at, ended=at, outcome="done")

    def type(self, at: datetime, *changes: Change) -> None:
        """Bring changes in, recorded at a time."""
        with self.open(at) as ws:
            said = [self._told(ws, one) if one.old is WHATEVER else one for one in changes]
            ws.store.commit(Commit(self._run(at), ws.store.head(), said))

    @staticmethod
    def _told(ws: Workspace, change: Change) -> Change:
        return replace(
            change, old=ws.store.records(change.table, [change.key])[change.key].values[change.field]
        )

    def open(self, now: datetime) -> Workspace:
        """Open the workspace at a time."""
        return sheetops.open(self.folder, now=lambda: now, who="Amara")


def add(table: str, **values: Any) -> Change:
    """Return a new record; the first value is its key."""
    key = str(next(iter(values.values())))
    said = {name: value for name, value in values.items() if value is not None}
    return Change(table, key, Op.ADD, Source(Actor.TRACKER, who="Amara"), new=said)


def put(table: str, key: str, field: str, old: Any, new: Any, at: datetime | None = None) -> Change:
    """Return another value of a cell."""
    return Change(table, key, Op.SET, Source(Actor.TRACKER, who="Amara"), field, old, new, at)


def weeks(seed: int = 4, many: int = 30) -> Iterable[tuple[datetime, list[Change]]]:
    """Yield what people type in each week: the moment of its sync, and the changes. The last week has twice as many UK cases."""
    chance = random.Random(seed)
    open_cases: list[tuple[str, str]] = []
    number = feedback = appeal = qa = 0
    for week in range(WEEKS):
        begin = MONDAY + timedelta(weeks=week)
        changes: list[Change] = []
        if week == 0:
            changes += start()
        cases = many + (many if week == WEEKS - 1 else chance.randrange(-4, 5))
        for n in range(cases):
            number += 1
            key = f"C-{number:05d}"
            crowd = week == WEEKS - 1 and n >= many
            changes.append(_case(chance, key, begin, crowd))
            open_cases.append((key, "new"))
        for key, status in [one for one in open_cases if chance.random() < 0.75]:
            open_cases.remove((key, status))
            at = begin + timedelta(days=6, hours=chance.randrange(20))
            wrong = "false_positive" if chance.random() < 0.08 else None
            changes += [
                put("cases", key, "decided_at", None, at), put("cases", key, "resolved_at", None, at),
                put("cases", key, "resolution", None, chance.choice(["enforced", "enforced", "warned", "no_violation"])),
                put("cases", key, "status", status, "closed", at),
                *([put("cases", key, "error_type", None, wrong, at), put("cases", key, "root_cause", None, "reviewer", at)] if wrong else []),
            ]  # fmt: skip
            if chance.random() < 0.2:
                appeal += 1
                outcome = chance.choice(["upheld", "upheld", "overturned", "modified"])
                changes.append(
                    add(
                        "appeals",
                        appeal_id=f"A-{appeal:04d}",
                        case=key,
                        received_at=at,
                        decided_at=at + timedelta(hours=3),
                        outcome=outcome,
                        misjudgement="pending",
                    )
                )
            if chance.random() < 0.4:
                qa += 1
                label = chance.choice(["violation", "violation", "no_violation"])
                second = label if chance.random() < 0.85 else "no_violation"
                changes.append(
                    add(
                        "qa_reviews",
                        qa_id=f"Q-{qa:04d}",
                        case=key,
                        sampled_on=at.date(),
                        policy="Counterfeit",
                        reviewer="Ravi Menon",
                        reviewer_label=label,
                        rater="Elena Prieto",
                        rater_label=second,
                    )
                )
        for _ in range(6):
            feedback += 1
            said = chance.choice(STORIES)
            closed = (begin + timedelta(days=4)).date() if chance.random() < 0.5 else None
            changes.append(
                add(
                    "feedback",
                    feedback_id=f"F-{feedback:04d}",
                    received_at=begin + timedelta(days=2),
                    kind="merchant",
                    market=chance.choice(["UK", "IE"]),
                    merchant=f"Shop {feedback % 9}",
                    theme=said[0],
                    verbatim=f"{said[1]} Order {feedback * 7919}.",
                    closed_loop_on=closed,
                )
            )
        yield begin + timedelta(days=6, hours=22), changes


STORIES = (
    ("payout", "The payout of my live session was withheld and nobody tells me why or until when."),
    ("appeal_process", "I appealed three times and each time got the same automatic answer without reasons."),
    ("education", "Please explain in plain words which claims about cosmetics are forbidden on stream."),
)


def start() -> list[Change]:
    """Return what stands in the other tables from the first day."""
    return [
        add(
            "policy_versions",
            policy_version="Counterfeit v1",
            policy="Counterfeit",
            effective_from=date(2026, 1, 1),
            text="No counterfeit goods. First wording.",
        ),
        add(
            "policy_versions",
            policy_version="Counterfeit v2",
            policy="Counterfeit",
            effective_from=date(2026, 9, 1),
            text="No counterfeit goods, and no replicas. Second wording.",
        ),
        add(
            "policies",
            policy="Counterfeit",
            former_name="Fake goods",
            current_version="Counterfeit v2",
            description="No counterfeit goods.",
        ),
        add("policies", policy="Misleading claim", former_name=None, description="No misleading claims."),
        add(
            "playbooks",
            playbook_id="PB-0001",
            title="Counterfeit in LIVE",
            status="published",
            policy="Counterfeit",
            policy_version="Counterfeit v1",
            last_reviewed=date(2026, 3, 1),
            owner="Elena Prieto",
        ),
        add(
            "escalations",
            escalation_id="E-1",
            subject="Brand asks for a takedown",
            case="C-00001",
            status="open",
            next_action_due=MONDAY + timedelta(days=9),
            blocking=True,
            owner="Tom",
        ),
        add(
            "meetings",
            meeting_id="MTG-1",
            title="Weekly governance",
            held_at=MONDAY + timedelta(weeks=WEEKS, hours=9),
        ),
    ]


def _case(chance: random.Random, key: str, begin: datetime, crowd: bool) -> Change:
    at = begin + timedelta(minutes=chance.randrange(5 * 24 * 60))
    policy = "Counterfeit" if crowd else chance.choice(["Counterfeit", "Misleading claim"])
    born = add(
        "cases", case_id=key, market="UK" if crowd else chance.choice(["UK", "UK", "IE"]), policy=policy, merchant=f"Shop {chance.randrange(30)}",
        status="new", detected_at=at, reviewer=chance.choice(["Ravi Menon", "Elena Prieto", "Jo Hart"]), automation=chance.choice(["Fully automated", "Not Automated"]),
        ends_at=at + timedelta(days=30), evidence=f"https://evidence.example/{key}", summary=f"Host sold bags as branded. Contact host{key[-3:]}@mail.example.",
    )  # fmt: skip
    return replace(born, effective_at=at)


@cache
def _before_the_last_week() -> Path:
    """Return a folder with a desk after all weeks but the last: made once, and copied."""
    folder = Path(mkdtemp(prefix="sheetops-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    desk = Desk(folder)
    for at, changes in list(weeks())[:-1]:
        desk.type(at, *changes)
    return folder


def filled(folder: Path, change: Callable[[list[Change]], None] = lambda changes: None) -> Desk:
    """Return a desk after all of its weeks. `change` may add to what is typed in the last one."""
    shutil.copytree(_before_the_last_week(), folder, dirs_exist_ok=True)
    desk = Desk(folder, made=WEEKS)
    at, changes = list(weeks())[-1]
    change(changes)
    desk.type(at, *changes)
    return desk


AFTER = MONDAY + timedelta(weeks=WEEKS, hours=13)
"""Monday 13:00 after the last week, when it takes nothing in any more."""
