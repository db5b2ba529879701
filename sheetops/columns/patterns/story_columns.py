"""The same story in other words, as columns of the cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain
from ..days import day_end, moments, until
from ..sets import Answer, Ask
from .same_story import Stories, stories

if TYPE_CHECKING:
    from .column_set import PatternSets

_SHOWN = ("story", "story_size", "similar_cases", "story_why")


def answer(spec: PatternSets, ask: Ask) -> Answer:
    """Return which story each case tells."""
    found, times = _found(spec, ask)
    return Answer(found.cases[list(_SHOWN)], until(times, ask.as_of, day_end(ask.as_of, spec.timezone)) if (times > ask.as_of).any() else None)  # fmt: skip


def _found(spec: PatternSets, ask: Ask) -> tuple[Stories, pd.Series]:
    keys = pd.Index(ask.records[spec.key].astype(object))
    texts = plain(ask.records[spec.text]).set_axis(keys)
    times = moments(ask.records[spec.date], spec.timezone).set_axis(keys)
    return stories(texts, dates=times, as_of=ask.as_of), times


def explain(spec: PatternSets, ask: Ask, key: str) -> Sequence[str]:
    """Say which story a case tells, and which words it shares."""
    found, _ = _found(spec, ask)
    if key not in found.cases.index:
        return []
    row = found.cases.loc[key]
    lines = [f"{key}: {row['story_why']}"]
    if row["story"] in found.table.index:
        story = found.table.loc[row["story"]]
        lines += [f"  {story['size']:,} cases tell it, first {row['story']}: {story['example']}", f"  its words: {story['keywords']}"]  # fmt: skip
    return [*lines, *([f"  nearest: {row['similar_cases']}"] if row["similar_cases"] else [])]
