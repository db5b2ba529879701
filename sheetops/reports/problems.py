"""Problem statements from feedback: what several people say in other words, who, where, how often, and with which evidence."""

from __future__ import annotations

from typing import Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..words import count
from .document import Document, Grid, Paragraph, Section, cut, words
from .facts import Facts
from .masking import Mask
from .signals import text
from .spells import micros
from .weekly_series import days, instant

MOST, EVIDENCE = 20, 12
_QUOTED = 500
RECENT = 28
"""Days that "lately" means."""


def problem_statements(facts: Facts, name: str) -> Document:
    """Return a statement for each story that feedback tells twice or more. Raise LeftOut where there is no feedback to read."""
    from ..columns.patterns.same_story import stories

    feedback = facts.frame("feedback", "verbatim", "received").set_index("key", drop=False)
    found = stories(feedback["verbatim"], dates=feedback["received"], as_of=facts.as_of)
    told = feedback.assign(story=found.cases["story"].to_numpy(object))
    mask = (
        Mask(str(one) for one in told["from"].dropna().unique() if "@" in str(one))
        if "from" in told
        else Mask()
    )
    largest = [str(one) for one in found.table.index[:MOST]]
    sections = [
        _statement(facts, told[told["story"] == one], one, found.table.loc[one], mask) for one in largest
    ]
    alone = int((found.cases["story_size"] == 1).sum())
    unread = int(found.cases["story_size"].isna().sum())
    head = [Paragraph(f"{count(len(feedback), 'item')} of feedback tell {count(len(found.table), 'story')} that came up twice or more; {alone:,} stand alone, {unread:,} have no text to compare.".replace("storys", "stories"))]  # fmt: skip
    if len(found.table) > MOST:
        head.append(Paragraph(f"The {MOST} most frequent are stated here."))
    if not largest:
        head.append(Paragraph("Nothing was said twice, so there is no problem to state."))
    notes = [Paragraph(note, "notice") for note in facts.notes]
    return Document(
        "problems",
        "Problem statements",
        facts.spoken(name),
        facts.as_of,
        (Section("In short", (*notes, *head)), *sections),
    )


def _statement(facts: Facts, items: pd.DataFrame, story: str, about: Any, mask: Mask) -> Section:
    received = micros(items["received"])
    now = instant(facts.as_of)
    lately = int((days(1) * (now - received) <= RECENT).sum())
    first, last = (
        one.tz_convert(facts.timezone) for one in (items["received"].min(), items["received"].max())
    )
    rows = (
        ("Who", _most(items, "from", "people") + (f"; {_distinct(items, 'merchant')}" if "merchant" in items else "")),
        ("What", f"{about['keywords']}. In their words: “{cut(mask(str(about['example'])), _QUOTED)}”"),
        ("Where", "; ".join(said for part in ("market", "channel") if (said := _most(items, part, ""))) or "–"),
        ("How often", f"{count(len(items), 'item')} from {first:%d %b %Y} to {last:%d %b %Y}; {lately:,} in the last {RECENT} days"),
        ("Impact", _most(items, "severity", "") or "not said"),
        ("Evidence", words([str(key) for key in items["key"][:EVIDENCE]]) + (f" and {len(items) - EVIDENCE:,} more" if len(items) > EVIDENCE else "")),
        ("Linked", _linked(facts, items)),
        ("Closed loop", _answered(items)),
    )  # fmt: skip
    longest = items["verbatim"].map(lambda one: len(str(one))).max()
    more = (
        [
            Paragraph(
                f"Some words are long (up to {longest:,} characters): they stand whole in the feedback table."
            )
        ]
        if longest > _QUOTED
        else []
    )
    where = (
        f" in {text(items['market'].mode().iloc[0], 40)}"
        if "market" in items and items["market"].notna().any()
        else ""
    )
    lead = Paragraph(
        f"{count(len(items), 'time')}, mostly{where}, people said the same: {about['keywords']}."
    )
    return Section(
        f"{story}: {about['keywords'] or 'no common words'}", (lead, Grid(("", "Problem"), rows), *more)
    )


def _most(items: pd.DataFrame, part: str, blank: str) -> str:
    if part not in items or not items[part].notna().any():
        return blank
    found = sorted(items[part].dropna().map(str).value_counts().items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{cut(value, 60)} {n:,}" for value, n in found[:4]) + (
        f" and {len(found) - 4:,} others" if len(found) > 4 else ""
    )


def _distinct(items: pd.DataFrame, part: str) -> str:
    return f"{count(items[part].nunique(), part)}"


def _linked(facts: Facts, items: pd.DataFrame) -> str:
    if "problem" not in items:
        return "–"
    linked = sorted({str(one) for one in items["problem"].dropna()})
    if not linked:
        return "no problem statement yet"
    known = facts.frames.get("problems")
    there = set() if known is None else set(known["key"])
    return words([one if one in there else f"{one} (not in the problems any more)" for one in linked[:5]])


def _answered(items: pd.DataFrame) -> str:
    if "closed_loop" not in items:
        return "–"
    return f"{int(items['closed_loop'].notna().sum()):,} of {len(items):,} were told what came of it"
