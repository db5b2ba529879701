"""What an import would do, as frozen data: shown first, then carried out. Nothing here reads or writes anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..merge.guards import GuardTrip
from ..merge.rows import mint_keys
from ..model.record import Actor, Change, Entry, Op, Record, Source
from ..model.schema import Table
from ..model.values import show_value
from .alike import Pair, perhaps_twice
from .deciding import Decided, Deciding, Fate, Kept, owners, unique_fields
from .identity import Identity, Known
from .intake import DIFFERENT, INTAKE, TWICE, UNREADABLE, IntakeBook
from .mapping import FileMapping
from .meaning import Spelling
from .ownership import stories
from .rows import FileRows, ReadRows, digest, read_rows

UNREADABLE_PERCENT = 50.0
UNREADABLE_AT_LEAST = 3
ALLOW = "unreadable"
"""The word that lets an import go on although most of its rows cannot be taken."""

NAMELESS = "nameless"
"""The word that lets an import tell rows by all they say although a column seems to identify them."""

EntriesOf = Callable[[Collection[str] | None], Iterable[Entry]]
"""The journal of the table: of some records, or (None) of all."""


@dataclass(frozen=True)
class ImportAsk:
    """What an import is asked: the rows, what they mean, and how the dataset stands.

    `records` and `intake` are all records by key, archived ones too; `references` table -> its active keys;
    `entries_of` reads the journal for the few records that differ.
    """

    file: FileRows
    mapping: FileMapping
    table: Table
    records: Mapping[str, Record]
    intake: Mapping[str, Record]
    references: Mapping[str, frozenset[str]]
    entries_of: EntriesOf
    seq: int
    allow: frozenset[str] = frozenset()
    perhaps_key: str = ""
    """A column that may say which record a row is, where nobody confirmed one."""


@dataclass(frozen=True)
class Reason:
    """Why rows go to the intake: in words, how many, and an example's row."""

    said: str
    count: int
    row: int


@dataclass(frozen=True)
class ImportPlan:
    """Everything an import would do. `counts` has rows, added, same, updated, intake; the last four add up to the first."""

    origin: str
    table: str
    file: str
    seq: int
    changes: tuple[Change, ...]
    counts: Mapping[str, int]
    cells: int
    back: int
    kept: tuple[Kept, ...]
    reasons: tuple[Reason, ...]
    spellings: tuple[Spelling, ...]
    pairs: tuple[Pair, ...]
    identity: str
    notes: tuple[str, ...]
    guards: tuple[GuardTrip, ...]

    @property
    def stopped(self) -> bool:
        """Whether a guard stops the import."""
        return bool(self.guards)

    def to_json(self, most: int | None = None) -> dict[str, Any]:
        """Return the plan as plain data; of each list the first `most`."""
        return {
            "import": self.origin,
            "table": self.table,
            "file": self.file,
            "counts": dict(self.counts),
            "cells_updated": self.cells,
            "brought_back": self.back,
            "kept": [_kept_json(one) for one in self.kept[:most]],
            "intake_reasons": [
                {"reason": r.said, "rows": r.count, "first_row": r.row} for r in self.reasons[:most]
            ],
            "spellings": [
                {
                    "field": s.field,
                    "typed": s.raw,
                    "times": s.count,
                    "proposed": s.proposed,
                    "tier": s.tier,
                    "why": s.why,
                }
                for s in self.spellings[:most]
            ],
            "perhaps_twice": [
                {"row": p.row, "key": p.key, "other": p.other, "why": p.why} for p in self.pairs[:most]
            ],
            "identified_by": self.identity,
            "notes": list(self.notes),
            "guards": [trip.to_json() for trip in self.guards],
        }


def _kept_json(kept: Kept) -> dict[str, Any]:
    from ..merge.plan import plain

    return {
        "key": kept.key, "field": kept.field, "yours": plain(kept.ours), "theirs": plain(kept.theirs),
        "row": kept.row, "because": kept.because,
    }  # fmt: skip


def make_import(ask: ImportAsk) -> ImportPlan:
    """Return everything an import would do: every row becomes a new record, is the same, an update, or in the intake."""
    mapping, table, file = ask.mapping, ask.table, ask.file
    read = read_rows(file, mapping, table, ask.references)
    identity = Identity.of(table, mapping)
    names = [name for name in read.columns if name not in mapping.constants]
    added = ask.entries_of(None) if not (identity.by_ref or identity.by_key) else ()
    known = Known.of(identity, ask.records, names, added, mapping.name)
    deciding = Deciding(
        file, read, mapping, table, known, keys=mint_keys(table.key_format, ask.records.keys() | _own_keys(read, table)),
        origin=mapping.name, taken=owners(ask.records, unique_fields(table)),
    )  # fmt: skip
    deciding.look_up()
    if differing := deciding.differing():
        _tell_stories(deciding, ask.entries_of(differing), mapping.name)
    book = IntakeBook(
        mapping.name, table.name, file.file, mint_keys("IN-{:05d}", ask.intake.keys()), ask.intake
    )
    decided = deciding.decide()
    pairs, more = perhaps_twice(mapping.alike, ask.records, read, decided, file)
    _to_intake(file, read, identity, decided, book, ask, pairs)
    return _plan(ask, read, identity, decided, book, pairs, more)


def _own_keys(read: ReadRows, table: Table) -> set[str]:
    """Return the keys that the file itself gives, so that none is minted twice."""
    return {
        show_value(table.field(table.key), key) for key in read.columns.get(table.key, ()) if key is not None
    }


def _tell_stories(deciding: Deciding, entries: Iterable[Entry], origin: str) -> None:
    told = list(entries)
    deciding.stories = stories(told)
    archivers: dict[str, Source] = {}
    until: dict[str, datetime] = {}
    for entry in told:
        if entry.op is Op.ARCHIVE:
            archivers[entry.key] = entry.source
        at, source = entry.effective_at, entry.source
        if at is not None and source.actor is Actor.IMPORT and source.who == origin:
            until[entry.key] = max(at, until.get(entry.key, at))
    deciding.archivers, deciding.known_until = archivers, until


def _to_intake(
    file: FileRows, read: ReadRows, identity: Identity, decided: Decided, book: IntakeBook, ask: ImportAsk,
    pairs: Sequence[Pair],
) -> None:  # fmt: skip
    """Put what could not be taken into the intake, with what is to be looked at, and close what is settled."""
    for row, problems in sorted(read.problems.items()):
        reason, number, raw = "; ".join(problems), file.numbers[row], file.raw(row)
        if file.intake:
            book.unreadable_again(file.intake[row], reason, number)
            continue
        told = book.nth(digest(raw))
        if (record := book.settled(told)) is not None:
            decided.fates[row], decided.records[row] = Fate.SAME, record or None
            continue
        book.take(told, UNREADABLE, number, identity.name(read.values(row)) or "", reason, raw)
    if file.intake or book.records:
        _close(file, read, identity, decided, book)
    _differences(file, decided, book, ask)
    for pair in pairs:
        said = f"{pair.key} may be {pair.other}: {pair.why}"
        told = digest({"twice": pair.key, "other": pair.other})
        book.take(told, TWICE, pair.row, pair.key, said, {"record": pair.key, "other": pair.other}, pair.key)


def _close(file: FileRows, read: ReadRows, identity: Identity, decided: Decided, book: IntakeBook) -> None:
    for row, key in enumerate(decided.records):
        if key is None:
            continue
        if file.intake:
            book.corrected(file.intake[row], key, file.numbers[row])
        elif row not in read.problems and (name := identity.name(read.values(row))):
            book.read_now(name, key, file.numbers[row])


def _differences(file: FileRows, decided: Decided, book: IntakeBook, ask: ImportAsk) -> None:
    """Keep in the intake which cells were left as people have them; a later import that agrees closes it."""
    looked_at = set()
    for one in decided.kept:
        field = ask.table.field(one.field)
        ours, theirs = show_value(field, one.ours), show_value(field, one.theirs)
        told = digest({"kept": one.key, "field": one.field})
        looked_at.add(told)
        said = f"kept yours in {one.field}, '{ours}' ({one.because}); the file said '{theirs}'"
        raw = {"record": one.key, "field": one.field, "yours": ours, "theirs": theirs}
        book.take(told, DIFFERENT, one.row, one.key, said, raw, one.key)
    if not file.intake:
        book.agreed(looked_at, {key for key in decided.records if key is not None})


def _plan(
    ask: ImportAsk, read: ReadRows, identity: Identity, decided: Decided, book: IntakeBook, pairs: Sequence[Pair],
    more: Sequence[str],
) -> ImportPlan:  # fmt: skip
    fates = Counter(decided.fates)
    counts = {"rows": read.count, **{fate.value: fates[fate] for fate in Fate}}
    cells = sum(
        1 for change in decided.changes if change.op is Op.SET and change.source.actor is Actor.IMPORT
    )
    notes = [*ask.file.notes, *more]
    if read.blanked:
        notes.append(
            f"{read.blanked:,} cells say {', '.join(ask.mapping.blanks[:3])} or the like: taken as blank."
        )
    same = sum(one.same for one in read.meanings.values())
    if same:
        notes.append(
            f"{same:,} cells are a choice in another spelling (case, spaces, width, or confirmed): taken as it."
        )
    spellings = [one for meanings in read.meanings.values() for one in meanings.open]
    reasons = _reasons(ask.file, read, decided)
    return ImportPlan(
        ask.mapping.name, ask.table.name, ask.file.file, ask.seq, (*decided.changes, *book.changes), counts, cells,
        decided.back, tuple(decided.kept), reasons, tuple(spellings), tuple(pairs), identity.words, tuple(notes),
        (*_nameless(ask, identity), *_guards(ask, counts, reasons)),
    )  # fmt: skip


def _reasons(file: FileRows, read: ReadRows, decided: Decided) -> tuple[Reason, ...]:
    """Return why rows go to the intake, the most frequent reason first; a row with two counts for both."""
    found: dict[str, tuple[int, int]] = {}
    for row, problems in read.problems.items():
        if decided.fates[row] is Fate.INTAKE:
            for said in problems:
                count, first = found.get(said, (0, file.numbers[row]))
                found[said] = (count + 1, min(first, file.numbers[row]))
    ordered = sorted(found.items(), key=lambda one: (-one[1][0], one[1][1]))
    return tuple(Reason(said, count, row) for said, (count, row) in ordered)


def _nameless(ask: ImportAsk, identity: Identity) -> tuple[GuardTrip, ...]:
    """Stop where rows would be told by all they say although a column seems to identify them: that cannot be mended later."""
    if identity.by_ref or identity.by_key or not ask.perhaps_key or NAMELESS in ask.allow:
        return ()
    said = f"No column of {ask.file.file} says for certain which record a row is; '{ask.perhaps_key}' may."
    mend = f"Confirm it when asked, or write imports/{ask.mapping.name}.toml with --draft and take the # away before it."
    return (ImportTrip(ask.mapping.name, NAMELESS, said, NAMELESS, mend, "To tell rows by all they say"),)


def _guards(ask: ImportAsk, counts: Mapping[str, int], reasons: Sequence[Reason]) -> tuple[GuardTrip, ...]:
    intake, rows = counts["intake"], counts["rows"]
    most = max(UNREADABLE_AT_LEAST, UNREADABLE_PERCENT / 100 * rows)
    if intake < most or ask.file.intake or ALLOW in ask.allow:
        return ()
    shown = "; ".join(f"{reason.said} ({reason.count:,})" for reason in reasons[:3])
    said = f"{intake:,} of {rows:,} rows of {ask.file.file} cannot be taken: {shown}."
    mend = f"Look at the columns, with --draft in imports/{ask.mapping.name}.toml."
    if ask.mapping.history is None and any("has the same" in reason.said for reason in reasons):
        mend += " If several rows tell the course of one record, name the column with their time: --history COLUMN."
    return (ImportTrip(ask.mapping.name, ALLOW, said, ALLOW, mend),)


@dataclass(frozen=True)
class ImportTrip(GuardTrip):
    """A guard that stopped an import. `otherwise` says what its override does."""

    otherwise: str = "To put them all into the intake"

    @property
    def next_step(self) -> str:
        """What to do about it."""
        allow = f"{self.otherwise}, run the import again with --allow {self.override}."
        return f"{self.mend} {allow}"


__all__ = ["ALLOW", "INTAKE", "ImportAsk", "ImportPlan", "make_import"]
