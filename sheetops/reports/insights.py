"""Insights and recommendations: what the patterns, misjudgements and feedback of now say, and who could do what about it."""

from __future__ import annotations

from typing import Any

from ..words import count
from .appeals import misjudgement_sections
from .document import Bullets, Document, Grid, Number, Paragraph, Section
from .facts import Facts, LeftOut
from .figures import Figure, outside
from .signals import current_patterns, feedback_sections, playbook_of, text, uncovered
from .weekly_series import look_back
from .weeks import Week

NOBODY = "whoever owns the pattern"
_MOST = 15


def insights(facts: Facts, week: Week, name: str) -> Document:
    """Return the insights of a workspace called `name`. `week` is the last one that is over. Raise LeftOut where nothing is to be had."""
    left: list[str] = []
    sections: list[Section] = []
    for title, make in (
        ("Patterns", _patterns),
        ("Misjudgements", _misjudgements),
        ("Feedback", _feedback),
        ("Coverage", _coverage),
    ):
        try:
            sections += make(facts, week)
        except LeftOut as why:
            left.append(f"{title}: {why}.")
    if not sections:
        raise LeftOut(
            "there are neither patterns nor misjudgements nor feedback; ask for patterns under [patterns.cases] of sheetops.toml"
        )
    notes = tuple(Paragraph(note, "notice") for note in facts.notes)
    head = Section(
        "How to read this",
        (
            *notes,
            Paragraph(
                "A recommendation is what usually helps with a finding of its kind, not a proof that it will. Figures are named where they are outside their own normal range."
            ),
        ),
    )
    return Document(
        "insights",
        "Insights and recommendations",
        facts.spoken(name),
        facts.as_of,
        (head, *sections),
        tuple(left),
    )


def _patterns(facts: Facts, week: Week) -> list[Section]:
    patterns = facts.frame("patterns", "pattern", "size")
    now = current_patterns(patterns)
    if not len(now):
        return [Section("Patterns", (Paragraph("No scenario recurs more than is usual."),))]
    rows = now.to_dict("records")
    owners: dict[str, list[dict[Any, Any]]] = {}
    for row in rows:
        if text(row.get("recommendation")) != "–":
            to = text(row.get("recommended_to"), 60)
            owners.setdefault(NOBODY if to == "–" else to, []).append(row)
    found = [
        Section(
            "Patterns",
            (
                Paragraph(
                    f"{count(len(rows), 'scenario')} recur more than is usual; for {sum(map(len, owners.values())):,} there is a recommendation."
                ),
            ),
        )
    ]
    for owner in sorted(owners, key=lambda one: (one == NOBODY, one)):
        mine = owners[owner]
        table = tuple(
            (
                f"{row['key']} {text(row['pattern'], 90)}",
                text(row.get("recommendation"), 400),
                text(row.get("why"), 300),
                playbook_of(facts, row),
            )
            for row in mine[:_MOST]
        )
        more = f"The first {_MOST} of {len(mine):,}." if len(mine) > _MOST else ""
        found.append(
            Section(
                f"For {owner}",
                (Grid(("Pattern", "Recommendation", "The numbers", "Playbook"), table, more),),
                2,
            )
        )
    trends = [row for row in rows if text(row.get("trend")) in ("new", "rising")]
    if trends:
        grid = Grid(
            ("Pattern", "Trend", "Cases", "Owner"),
            tuple(
                (
                    f"{row['key']} {text(row['pattern'], 90)}",
                    text(row.get("trend")),
                    Number(_size(row)),
                    text(row.get("owner")),
                )
                for row in trends[:_MOST]
            ),
        )
        found.append(Section("New and rising", (grid,), 2))
    return found


def _size(row: dict[Any, Any]) -> float | None:
    return None if row["size"] != row["size"] else float(row["size"])


def _misjudgements(facts: Facts, week: Week) -> list[Section]:
    return [
        _strange(
            "Misjudgements",
            misjudgement_sections(facts, look_back(week, facts.as_of)),
            "Look at the cases behind it with those who decide them, and at what changed then: the policy, the product, the model, the people.",
        )
    ]


def _feedback(facts: Facts, week: Week) -> list[Section]:
    return [
        _strange(
            "Feedback",
            feedback_sections(facts, look_back(week, facts.as_of)),
            "Read the verbatims (“sheetops report problems”), state the problem, and tell those who said it what comes of it.",
        )
    ]


def _strange(title: str, parts: Any, advice: str) -> Section:
    figures: list[Figure] = [one for _, some in parts for one in some]
    found = outside(figures)
    if not found:
        return Section(
            title,
            (Paragraph("Every figure is within its normal range, or has too short a history to be judged."),),
        )
    return Section(title, (Bullets(found[:_MOST]), Paragraph(advice)))


def _coverage(facts: Facts, week: Week) -> list[Section]:
    facts.frame("playbooks")
    bare = uncovered(facts)
    if not bare:
        return [Section("Coverage", (Paragraph("Every scenario that recurs has a page that answers it."),))]
    return [
        Section(
            "Coverage",
            (
                Paragraph("Scenarios that recur and have no page; write one, or name one that fits:"),
                Bullets(tuple(bare[:_MOST])),
            ),
        )
    ]
