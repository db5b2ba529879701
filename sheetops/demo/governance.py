"""The example of the template live-governance: eighteen months of cases from a seed, with things hidden in them to be found.

`governance.toml` says what there is and what is hidden. No shop, host or person in it exists.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from ..model.record import Change
from .courses import Courses
from .governance_traffic import traffic

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST_CASE = "CASE-{:05d}"


@cache
def said() -> Mapping[str, Any]:
    """Return what governance.toml says."""
    text = resources.files(__package__).joinpath("governance.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def example(until: datetime, seed: int = 7, cases: int | None = None) -> list[Change]:
    """Return everything that was typed in the eighteen months up to `until` (aware), oldest first.

    `cases`: how many besides the planted ones; the same arguments give the same changes.
    """
    courses = Courses(until.replace(second=0, microsecond=0))
    made = _Example(courses, Random(seed))  # noqa: S311 - invented cases, no secret
    made.reference()
    made.usual_cases(said()["size"]["cases"] if cases is None else cases)
    made.planted_cases()
    made.follow_ups()
    made.feedback()
    traffic(courses, Random(seed + 1), said()["plants"], int(said()["size"]["days"]))  # noqa: S311 - invented cases, no secret
    return list(courses.changes("example"))


class _Example:
    def __init__(self, courses: Courses, chance: Random) -> None:
        self.courses, self.chance = courses, chance
        self.until, self.plants = courses.until, said()["plants"]
        words = said()["words"]
        self.merchants: list[str] = words["shops"]
        self.reviewers, self.owners = words["reviewers"], words["owners"]
        self.new_version = self.until - self.plants["misjudgement"]["ago"] * DAY
        crunch = self.plants["crunch"]
        self.crunch = (self.until - crunch["ago"] * DAY, self.until - (crunch["ago"] - crunch["days"]) * DAY)

    # --- reference tables ------------------------------------------------------------------------------

    def reference(self) -> None:
        """Say who works here, which version of a policy came when, and which pages there are."""
        start = self.until - int(said()["size"]["days"]) * DAY
        for name in (*self.reviewers, *self.owners):
            role = "reviewer" if name in self.reviewers else "lead"
            self.courses.say(start, "people", name, person=name, email=f"{name}@example.org", role=role)
        plant = self.plants["misjudgement"]
        self.courses.say(
            self.new_version, "policy_versions", plant["version"], policy_version=plant["version"],
            policy=plant["policy"], version="2", effective_from=self.new_version.date(),
            change="Lookalikes of packaging count as counterfeit too.",
        )  # fmt: skip
        for number, (policy, version) in enumerate((
            (plant["policy"], f"{plant['policy']} v1"), ("Misleading claim", "Misleading claim v1"),
        )):  # fmt: skip
            key = self.courses.key("playbooks", "PB-{:04d}")
            title = self.plants["stale"]["title"] if not number else "Claims about health and beauty"
            self.courses.say(
                start + 30 * DAY, "playbooks", key, playbook_id=key, title=title, kind="playbook",
                status="published", policy=policy, policy_version=version, language="en", owner=self.owners[number],
                last_reviewed=(start + 30 * DAY).date(), scenario=f"{policy} in a LIVE session",
                link=f"https://wiki.example.org/playbooks/{number + 1}",
            )  # fmt: skip

    # --- cases -----------------------------------------------------------------------------------------

    def usual_cases(self, number: int) -> None:
        """Make cases in which nothing is strange: more on weekdays, and a few more as the months go by."""
        policies, markets, surfaces = (said()[name] for name in ("policies", "markets", "surfaces"))
        for _ in range(number):
            policy = self._of({name: one["weight"] for name, one in policies.items()})
            at = self._moment(said()["size"]["days"], 0)
            self._case(at, policy, self._of(markets), self._of(surfaces), self.chance.choice(self.merchants))

    def planted_cases(self) -> None:
        """Make the cases of governance.toml's plants."""
        plant = self.plants["scenario"]
        for _ in range(plant["cases"]):
            self._case(
                self._moment(plant["ago"], 0), plant["policy"], plant["market"], plant["surface"],
                self.chance.choice(self.merchants), summary=plant["summary"],
            )  # fmt: skip
        plant = self.plants["misjudgement"]
        for _ in range(plant["cases"]):
            at = self._moment(plant["ago"] - 1, 0)
            self._case(at, plant["policy"], plant["market"], "LIVE", self.chance.choice(self.merchants))
        plant = self.plants["crunch"]
        for _ in range(plant["cases"]):
            at = self._moment(plant["ago"], plant["ago"] - plant["days"])
            policy = self.chance.choice(["Prohibited product", "Unsafe demonstration"])
            self._case(at, policy, self._of(said()["markets"]), "LIVE", self.chance.choice(self.merchants))
        plant = self.plants["repeat"]
        for _ in range(plant["cases"]):
            policy = self._of({name: one["weight"] for name, one in said()["policies"].items()})
            self._case(self._moment(plant["ago"], 0), policy, "UK", "LIVE", plant["merchant"])

    def _case(
        self, at: datetime, policy: str, market: str, surface: str, merchant: str, *, summary: str = ""
    ) -> None:
        chance, about = self.chance, said()["policies"][policy]
        key = self.courses.key("cases", FIRST_CASE)
        severity, reviewer = chance.choice(about["severity"]), chance.choice(self.reviewers)
        version = f"{policy} v1"
        if policy == self.plants["misjudgement"]["policy"] and at >= self.new_version:
            version = self.plants["misjudgement"]["version"]
        self.courses.say(
            at, "cases", key, case_id=key, source_system="console", source_ref=f"MOD-{chance.randrange(10**7):07d}",
            merchant=merchant, creator=f"@{merchant.split()[0].casefold()}{chance.randrange(90):02d}",
            live_room=f"{chance.randrange(10**6):08d}" if surface == "LIVE" else None, market=market,
            surface=surface, policy=policy, policy_version=version, severity=severity, detected_at=at,
            status="new", queue=about["queue"], owner=chance.choice(self.owners),
            source="Own voluntary initiative", automated_detection=chance.random() < 0.6,
            summary=summary or self._summary(about["said"]),
        )  # fmt: skip
        self._course(key, at, policy, market, version, severity, reviewer, merchant)

    def _course(
        self, key: str, at: datetime, policy: str, market: str, version: str, severity: str, reviewer: str,
        merchant: str,
    ) -> None:  # fmt: skip
        """Work on a case: answer, decide, close; a few wait for the merchant, and one in five is appealed."""
        chance, courses = self.chance, self.courses
        slow = said()["policies"][policy]["queue"] == self.plants["crunch"]["queue"] and self.crunch[0] <= at < self.crunch[1]  # fmt: skip
        answered = self._workday(at, self.plants["crunch"]["hours"] * chance.uniform(1, 2) if slow else chance.uniform(0.1, 0.8))  # fmt: skip
        courses.say(answered, "cases", key, status="triaged", first_response_at=answered)
        reviewing = self._workday(answered, chance.expovariate(1 / 3.0))
        courses.say(reviewing, "cases", key, status="in_review")
        decided = self._workday(reviewing, chance.expovariate(1 / (4.0 if severity == "critical" else 9.0)))
        if chance.random() < 0.15:
            courses.say(reviewing + HOUR, "cases", key, status="waiting_merchant")
            back = reviewing + chance.uniform(1, 4) * DAY
            courses.say(back, "cases", key, status="in_review")
            decided = self._workday(back, chance.expovariate(1 / 5.0))
        plant = self.plants["misjudgement"]
        planted = version == plant["version"] and market == plant["market"]
        wrong = chance.random() < (plant["wrong"] if planted else 0.06)
        enforced = wrong or chance.random() < 0.75
        courses.say(
            decided, "cases", key, status="decided", decided_at=decided, notified_at=decided, reviewer=reviewer,
            resolution="enforced" if enforced else "no_violation",
            automation="Partially automated" if chance.random() < 0.5 else "Not Automated",
            facts=f"{said()['policies'][policy]['said']}; the recording was watched.",
            **(self._decision(policy, severity, decided) if enforced else {}),
        )  # fmt: skip
        if enforced and severity in ("critical", "high") and chance.random() < 0.97:
            courses.say(decided + 30 * DAY, "cases", key, lifted_at=decided + 30 * DAY - HOUR)
        closed = self._workday(decided, chance.uniform(1, 30))
        if enforced and chance.random() < (0.9 if wrong else 0.12):
            closed = self._appeal(
                key, decided, policy, market, merchant, reviewer, wrong=wrong, planted=planted
            )
        courses.say(
            closed, "cases", key, status="closed", resolved_at=closed,
            evidence=f"https://evidence.example.org/{key}", closing_note="Checked against the recording; the merchant was told.",
        )  # fmt: skip
        self._qa(key, closed, policy, market, reviewer, enforced=enforced, wrong=wrong)

    def _decision(self, policy: str, severity: str, decided: datetime) -> dict[str, Any]:
        hard = severity in ("critical", "high")
        return {
            "visibility": "Disabling access to content",
            "provision": "Partial suspension of the provision of the service" if hard else None,
            "ground": "Content incompatible with terms and conditions",
            "contract_ground": f"Rules for LIVE selling: {policy}",
            "contract_explanation": f"{said()['policies'][policy]['said']}, which the rules do not allow.",
            "category": "Other violation of provider's terms and conditions",
            "content_type": "Audio; Video", "points": 12 if hard else 4, "applied_at": decided,
            "ends_at": decided + 30 * DAY if hard else None,
        }  # fmt: skip

    def _appeal(
        self, case: str, decided: datetime, policy: str, market: str, merchant: str, reviewer: str, *,
        wrong: bool, planted: bool,
    ) -> datetime:  # fmt: skip
        """Appeal a decision; return when the case is closed."""
        chance, courses = self.chance, self.courses
        key, at = courses.key("appeals", "APL-{:05d}"), decided + chance.uniform(0.5, 9) * DAY
        courses.say(
            at, "appeals", key, appeal_id=key, case=case, merchant=merchant, market=market, status="received",
            received_at=at, original_reviewer=reviewer, policy=policy, grounds="no_violation",
            statement="We did not do what we are said to have done. Please look at the recording again.",
            language="en",
        )  # fmt: skip
        courses.say(at, "cases", case, status="appealed")
        end = self._workday(at, chance.uniform(8, 60))
        other = chance.choice([name for name in self.reviewers if name != reviewer])
        overturned = wrong and chance.random() < 0.85
        cause = self.plants["misjudgement"]["root_cause"] if planted else chance.choice(["reviewer", "algorithm", "unknown"])  # fmt: skip
        found = {"error_type": "false_positive", "root_cause": cause} if overturned else {}
        courses.say(
            end, "appeals", key, status="closed", decided_at=end, notified_at=end, reviewer=other,
            outcome="overturned" if overturned else "upheld",
            misjudgement="confirmed" if overturned else "rejected",
            decision_reason="The recording was watched again.", evidence=f"https://evidence.example.org/{key}",
            closing_note="The merchant was told, with reasons.", **found,
        )  # fmt: skip
        if overturned:
            courses.say(
                end, "cases", case, resolution="restored", lifted_at=end, tags="misjudgement", **found
            )
        return end

    def _qa(
        self,
        case: str,
        closed: datetime,
        policy: str,
        market: str,
        reviewer: str,
        *,
        enforced: bool,
        wrong: bool,
    ) -> None:
        """Draw one case in ten, and have somebody else judge it again."""
        chance = self.chance
        if chance.random() > 0.1:
            return
        key, at = self.courses.key("qa_reviews", "QA-{:05d}"), closed + chance.uniform(1, 5) * DAY
        first = "violation" if enforced else "no_violation"
        second = "no_violation" if wrong else first
        if chance.random() < 0.06:
            second = "unclear"
        self.courses.say(
            at, "qa_reviews", key, qa_id=key, case=case, sample=f"{at:%G-W%V}", sampled_on=at.date(), market=market,
            policy=policy, reviewer=reviewer, reviewer_label=first,
            rater=chance.choice([name for name in self.reviewers if name != reviewer]), rater_label=second,
            status="agreed" if first == second else "rated", rated_at=at,
        )  # fmt: skip

    # --- what else there is ----------------------------------------------------------------------------

    def follow_ups(self) -> None:
        """Make escalations, and follow-ups of which the last few were never done."""
        chance, courses = self.chance, self.courses
        for number in range(60):
            at = self._moment(said()["size"]["days"], 3)
            key, case = courses.key("escalations", "ESC-{:04d}"), FIRST_CASE.format(chance.randrange(1, 1500))
            courses.say(
                at, "escalations", key, escalation_id=key, subject=f"Second opinion on {case}", case=case,
                level="L2", status="open", to_team=chance.choice(["Legal", "Policy", "Product"]), from_team="Triage",
                requested_by=chance.choice(self.owners), requested_at=at, blocking=number % 4 == 0,
            )  # fmt: skip
            heard = self._workday(at, chance.uniform(0.2, 1.8))
            courses.say(heard, "escalations", key, status="acknowledged", acknowledged_at=heard)
            end = self._workday(heard, chance.uniform(2, 20))
            courses.say(
                end, "escalations", key, status="closed", responded_at=end, resolved_at=end, outcome="approved",
                evidence=f"https://evidence.example.org/{key}", closing_note="Answered in writing.",
            )  # fmt: skip
        for number in range(30):
            late = number < self.plants["overdue"]["items"]
            at = self.until - chance.uniform(8, 20) * DAY if late else self._moment(300, 21)
            key = courses.key("follow_ups", "FUP-{:04d}")
            courses.say(
                at, "follow_ups", key, follow_up_id=key, subject="Ask for the answer to the open question", kind="question",
                stakeholder=chance.choice(self.reviewers), status="waiting", opened_at=at, channel="chat",
                owner=chance.choice(self.owners), next_action="Ask again", next_action_due=at + 5 * DAY,
            )  # fmt: skip
            if not late:
                done = at + chance.uniform(1, 4) * DAY
                courses.say(
                    done, "follow_ups", key, status="closed", next_action_done_at=done, closed_at=done,
                    outcome="Answered.", evidence=f"https://evidence.example.org/{key}", closing_note="Answered in writing.",
                )  # fmt: skip

    def feedback(self) -> None:
        """Make what merchants say: a little about everything, and lately one thing again and again."""
        plant, chance = self.plants["theme"], self.chance
        usual = {
            "policy_clarity": "It is not clear to us what may be said about skin care",
            "payout": "The payout of last week is not on our account",
            "product_bug": "The pinned product disappears when the stream is rotated",
            "education": "Is there a page that explains the points to new hosts",
        }
        for number in range(120 + plant["items"]):
            planted = number >= 120
            theme = plant["theme"] if planted else chance.choice(list(usual))
            words = (
                plant["verbatim"]
                if planted
                else f"{usual[theme]}, {chance.choice(said()['words']['reasons'])}"
            )
            at = self._moment(plant["ago"], 0) if planted else self._moment(said()["size"]["days"], 0)
            key = self.courses.key("feedback", "FB-{:05d}")
            merchant = chance.choice(self.merchants)
            self.courses.say(
                at, "feedback", key, feedback_id=key, received_at=at, kind="merchant", merchant=merchant,
                channel="support_ticket", language="en", verbatim=f"{words} ({merchant})", theme=theme,
                sentiment="negative", status="new", market=self._of(said()["markets"]),
            )  # fmt: skip
            answered = at + chance.uniform(1, 6) * DAY
            if not planted and chance.random() < 0.7:
                self.courses.say(
                    answered, "feedback", key, status="closed", responded_at=answered,
                    closed_loop_on=answered.date(), closed_loop_note="They were told.",
                )  # fmt: skip

    # --- chance ----------------------------------------------------------------------------------------

    def _of(self, weights: Mapping[str, int]) -> str:
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def _summary(self, begins: str) -> str:
        words = said()["words"]
        proof = self.chance.choice(words["proofs"]).format(n=self.chance.randrange(3, 60))
        return f"{begins} {self.chance.choice(words['reasons'])}; {proof}."

    def _moment(self, first: float, last: float) -> datetime:
        """Return a moment of a working day, between so many days before the end and so many."""
        while True:
            at = self.until - self.chance.uniform(last, first) * DAY
            at = at.replace(
                hour=self.chance.randrange(8, 16), minute=self.chance.randrange(60), second=0, microsecond=0
            )
            if at.weekday() < 5 and at < self.until:
                return at

    def _workday(self, at: datetime, hours: float) -> datetime:
        """Return the moment so many working hours (8 to 17 UTC, Monday to Friday) after another."""
        left = hours
        while True:
            end = at.replace(hour=17, minute=0)
            if at.weekday() < 5 and at < end:
                here = (end - at) / HOUR
                if left <= here:
                    return (at + left * HOUR).replace(second=0, microsecond=0)
                left -= here
            at = (at + DAY).replace(hour=8, minute=0)


def plants() -> Sequence[str]:
    """Return the names of what is hidden."""
    return list(said()["plants"])


def current_version() -> tuple[str, str]:
    """Return the policy that got a new version, and that version: the table of policies is there before the example."""
    plant = said()["plants"]["misjudgement"]
    return str(plant["policy"]), str(plant["version"])
