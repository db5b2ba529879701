"""The weekly update: every part that the workspace has the data for, and for the others why they are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from ..words import count
from .appeals import appeal_sections, misjudgement_sections, quality_sections
from .document import Bullets, Document, Paragraph, Section
from .facts import Facts, LeftOut
from .figures import Figure, outside
from .flow import flow_sections
from .normal_range import LEAST, MOST
from .service import Part, ending_sections, follow_up_sections, sla_sections
from .signals import (
    data_sections,
    feedback_sections,
    incident_sections,
    pattern_sections,
    playbook_sections,
)
from .weekly_series import Weeks, look_back
from .weeks import Week

SHOWN = 12
"""Figures outside their range that stand at the top, those of all cases before those of groups."""

Maker = Callable[[Facts, Weeks], Iterator[Part]]

PARTS: tuple[tuple[str, Maker], ...] = (
    ("Cases", flow_sections),
    ("SLA", sla_sections),
    ("Follow-ups", follow_up_sections),
    ("Appeals", appeal_sections),
    ("Misjudgements", misjudgement_sections),
    ("Review quality", quality_sections),
    ("Patterns", pattern_sections),
    ("Anomalies", incident_sections),
    ("Ending soon", ending_sections),
    ("Feedback", feedback_sections),
    ("Playbooks", playbook_sections),
    ("Data and syncs", data_sections),
)


def weekly(facts: Facts, week: Week, name: str, closes: datetime) -> Document:
    """Return the weekly update of a workspace called `name`. `closes` is until when the week takes in what is typed about it."""
    weeks = look_back(week, facts.as_of)
    sections: list[Section] = []
    figures: list[Figure] = []
    left_out: list[str] = []
    for title, make in PARTS:
        try:
            for section, found in make(facts, weeks):
                sections.append(section)
                figures += found
        except LeftOut as why:
            left_out.append(f"{title}: {why}.")
    head = Section("In short", tuple(_head(facts, weeks, figures, closes)))
    said = tuple(one.to_json() for one in figures)
    return Document(
        f"weekly {week.name}",
        f"Weekly update {week.name}",
        f"{name}, {week}",
        facts.as_of,
        (head, *sections),
        tuple(left_out),
        said,
    )


def _head(
    facts: Facts, weeks: Weeks, figures: list[Figure], closes: datetime
) -> Iterator[Paragraph | Bullets]:
    local = facts.as_of.astimezone(ZoneInfo(facts.timezone))
    if not weeks.is_over:
        yield Paragraph(
            f"The week is not over: figures are up to {local:%a %d %b %Y %H:%M}, and counts are not judged.",
            "notice",
        )
    elif facts.known < closes:
        until = closes.astimezone(ZoneInfo(facts.timezone))
        yield Paragraph(
            f"Provisional: what is typed about this week until {until:%a %d %b %H:%M} still counts.", "notice"
        )
    for note in facts.notes:
        yield Paragraph(note, "notice")
    strange = outside(figures)
    judged = sum(one.where != "not judged" for one in figures)
    if strange:
        yield Paragraph(f"{len(strange)} of {count(judged, 'judged figure')} are outside their normal range:")
        shown = [
            *outside(one for one in figures if not one.group),
            *outside(one for one in figures if one.group),
        ]
        more = [f"and {len(shown) - SHOWN:,} more, each in its part"] if len(shown) > SHOWN else []
        yield Bullets((*shown[:SHOWN], *more))
    elif judged:
        yield Paragraph(f"All {judged} judged figures are within their normal range.")
    else:
        yield Paragraph("No figure is judged yet: that takes some weeks of history.")
    yield Paragraph(
        f"A normal range is made of the last {LEAST} to {MOST} weeks before this one (control limits: Poisson or binomial, as much wider as the "
        "weeks really varied; for ages and backlogs mean and moving range). Chance alone puts about one figure in 370 outside."
    )
