"""New rows that may be a record that is there under another name: the same story, at the same place and time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ..model.record import Record
from ..model.schema import FieldType, Table
from .deciding import Decided
from .mapping import Alike
from .rows import FileRows, ReadRows

MOST = 20_000
"""Texts that are compared by likeness; of more, only those that are word for word the same are told."""
SHORTEST = 20
"""Characters below which a text tells no story of its own: "Completed" is no sign of one case."""
MOST_TOLD = 5
"""Cases in one place and time that may tell one story; of more, it is a stock phrase and no sign."""


@dataclass(frozen=True)
class Pair:
    """A new record that may be another one. `row` is where it stands in the file."""

    row: int
    key: str
    other: str
    why: str


@dataclass(frozen=True)
class _Told:
    key: str
    text: str
    day: date | None
    row: int | None
    """The row of the file that became this record now; None for one that was there."""


def proposed_alike(table: Table, fields: Iterable[str]) -> Alike | None:
    """Return what tells likely duplicates of a table: its first long text, whom it is about, its first date; None without these."""
    known = [table.field(name) for name in fields]
    text = next((f.name for f in known if f.type is FieldType.LONG_TEXT), None)
    if text is None:
        return None
    same = tuple(f.name for f in known if f.type is FieldType.REFERENCE)
    same = same or tuple(f.name for f in known if f.name in ("merchant", "seller", "creator", "live_room"))
    day = next((f.name for f in known if f.type in (FieldType.DATE, FieldType.DATETIME)), None)
    return Alike(text, same, day) if same else None  # a text and a day alone find stock phrases


def perhaps_twice(
    alike: Alike | None, records: Mapping[str, Record], read: ReadRows, decided: Decided, file: FileRows
) -> tuple[list[Pair], list[str]]:
    """Return the new records that may be another one, and notes. Nothing is brought together unasked."""
    if alike is None or not decided.added or alike.text not in read.columns:
        return [], []
    blocks: dict[tuple[Any, ...], list[_Told]] = defaultdict(list)
    for key, record in records.items():
        if not record.archived:
            _put(blocks, alike, record.values, key, None)
    for row in decided.added:
        _put(blocks, alike, read.values(row), str(decided.records[row]), row)
    near = [group for block in blocks.values() for group in _close_in_time(block, alike)]
    texts = {told.key: told.text for group in near for told in group}
    if not texts:
        return [], []
    story, notes = _stories(texts)
    pairs = [pair for group in near for pair in _pairs(group, story, alike, file)]
    return sorted(pairs, key=lambda pair: pair.row), notes


def _put(
    blocks: dict[tuple[Any, ...], list[_Told]],
    alike: Alike,
    values: Mapping[str, Any],
    key: str,
    row: int | None,
) -> None:
    same = tuple(values.get(name) for name in alike.same)
    text, day = values.get(alike.text), values.get(alike.date) if alike.date else None
    if None in same or not isinstance(text, str) or len(text) < SHORTEST or (alike.date and day is None):
        return
    blocks[same].append(_Told(key, text, day.date() if isinstance(day, datetime) else day, row))


def _close_in_time(block: list[_Told], alike: Alike) -> list[list[_Told]]:
    """Return runs of records that lie so few days from the next, each with a new one among them."""
    if alike.date is None:
        runs = [block]
    else:
        ordered = sorted(block, key=lambda told: (told.day or date.min, told.key))
        runs = [[told] for told in ordered[:1]]
        for told in ordered[1:]:
            before = runs[-1][-1].day
            if before and told.day and told.day - before <= timedelta(days=alike.days):
                runs[-1].append(told)
            else:
                runs.append([told])
    return [run for run in runs if len(run) > 1 and any(told.row is not None for told in run)]


def _stories(texts: Mapping[str, str]) -> tuple[Mapping[str, str], list[str]]:
    """Return key -> what its text tells: by likeness, or word for word where there are too many."""
    from ..columns.patterns.text_tokens import masked, words

    if len(texts) <= MOST:
        try:
            import pandas as pd  # type: ignore[import-untyped,unused-ignore]

            from ..columns.patterns.same_story import stories
        except ImportError:
            pass
        else:
            found = stories(pd.Series(texts)).cases["story"]
            return {key: story for key, story in found.items() if isinstance(story, str)}, []
    said: dict[str, str] = {}
    for text in dict.fromkeys(texts.values()):
        said[text] = " ".join(words(masked(text)))
    note = (
        f"{len(texts):,} texts lie close together: too many to compare by likeness, so records that may be twice are told "
        "only where the words are the same."
    )
    return {key: said[text] for key, text in texts.items() if said[text]}, [note] if len(texts) > MOST else []


def _pairs(group: Sequence[_Told], story: Mapping[str, str], alike: Alike, file: FileRows) -> Iterable[Pair]:
    by_story: dict[str, list[_Told]] = defaultdict(list)
    for told in group:
        if told.key in story:
            by_story[story[told.key]].append(told)
    place = f", the same {' and '.join(alike.same)}" if alike.same else ""
    for tellers in by_story.values():
        tellers.sort(key=lambda told: (told.day or date.min, told.key))
        for at, told in enumerate(tellers):
            if told.row is None:
                continue
            near = [*_beside(tellers, at, -1, alike), *_beside(tellers, at, 1, alike)]
            earlier = [one for one in near if one.row is None or one.row < told.row]
            if earlier and len(near) < MOST_TOLD:
                other = min(earlier, key=lambda one: (one.row is not None, one.row or 0, one.key))
                why = f"the same story in {alike.text}{place}{_apart(told, other, alike)}"
                yield Pair(file.numbers[told.row], told.key, other.key, why)


def _beside(tellers: Sequence[_Told], at: int, step: int, alike: Alike) -> list[_Told]:
    """Return those next to one, before or after it, that are near enough in time; no more than tell a stock phrase."""
    found: list[_Told] = []
    place = at + step
    while 0 <= place < len(tellers) and len(found) < MOST_TOLD and _near(tellers[place], tellers[at], alike):
        found.append(tellers[place])
        place += step
    return found


def _apart(told: _Told, other: _Told, alike: Alike) -> str:
    if alike.date is None or told.day is None or other.day is None:
        return ""
    days = abs((told.day - other.day).days)
    return ", the same day" if days == 0 else f", {days} day{'s' if days > 1 else ''} apart"


def _near(one: _Told, other: _Told, alike: Alike) -> bool:
    if alike.date is None or one.day is None or other.day is None:
        return True
    return abs((one.day - other.day).days) <= alike.days
