"""The intake: rows that could not be taken, with the reason and everything they said, until somebody sees to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.record import Actor, Change, Op, Record, Source
from ..model.schema import Choice, Field, FieldType, Table

INTAKE = "intake"
OPEN, DONE, DISMISSED = "open", "done", "dismissed"
UNREADABLE, DIFFERENT, TWICE = "cannot be taken", "kept yours", "perhaps twice"
"""Why something stands in the intake: the row is in no record; a cell of it was kept as people had it; two records may be one."""
_LONGEST = 30_000
"""Characters of a row that are kept: a cell holds no more."""


def intake_table() -> Table:
    """Return the table `intake`: people edit `raw` and `state`, everything else is sheetops' own."""
    text, long = FieldType.TEXT, FieldType.LONG_TEXT
    own: tuple[tuple[str, FieldType, str, str], ...] = (
        ("origin", text, "Import", "Which import the row came with: the name of its file in imports/."),
        ("into_table", text, "Into", "The table it was to go into."),
        ("file", text, "File", "The file it stood in."),
        ("row", FieldType.INTEGER, "Row", "Its row in that file, counted as a spreadsheet counts."),
        ("ref", text, "Reference", "What the row calls itself: its key or its number in the system it is from."),
        ("kind", text, "Kind", f"'{UNREADABLE}': no record has it. '{DIFFERENT}': a cell was kept as people had it. '{TWICE}': it may be a record that is there."),
        ("reason", long, "Reason", "What is wrong, cell by cell."),
        ("digest", text, "Digest", "Tells the row as it first came from all others; leave it as it is."),
        ("record", text, "Record", "The record that it became, or is about."),
    )  # fmt: skip
    fields = [Field("intake_id", text, "Intake", "The intake's own number of the row.")]
    fields += [Field(name, kind, label, said, computed=True) for name, kind, label, said in own]
    states = tuple(Choice(state) for state in (OPEN, DONE, DISMISSED))
    fields.insert(
        8,
        Field(
            "raw",
            long,
            "The row",
            "Everything the row said. Correct a value here, then run: sheetops import --retry",
        ),
    )
    fields.append(
        Field(
            "state",
            FieldType.CHOICE,
            "State",
            "Set it to dismissed, and the row is not tried again.",
            choices=states,
        )
    )
    said = "Rows that an import could not take, each with the reason."
    return Table(INTAKE, "intake_id", tuple(fields), "IN-{:05d}", said)


@dataclass
class IntakeBook:
    """The intake of one import: what is in it, and the changes that bring it up to date."""

    origin: str
    table: str
    file: str
    keys: Iterator[str]
    records: Mapping[str, Record] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sort what is there by digest, and what is open by reference."""
        self._by_digest: dict[str, str] = {}
        self._open_by_ref: dict[str, list[str]] = {}
        self._seen: dict[str, int] = {}
        self._present: set[str] = set()
        self._state: dict[str, str] = {}
        for key, record in self.records.items():
            values = record.values
            if record.archived or values["origin"] != self.origin or values["into_table"] != self.table:
                continue
            self._by_digest[values["digest"]] = key
            self._state[key] = values["state"] or OPEN
            if values["kind"] == UNREADABLE and self._state[key] == OPEN and values["ref"]:
                self._open_by_ref.setdefault(values["ref"], []).append(key)

    def nth(self, digest: str) -> str:
        """Return the digest of a row, told from equal rows before it in the file."""
        number = self._seen[digest] = self._seen.get(digest, 0) + 1
        told = digest if number == 1 else f"{digest}-{number}"
        self._present.add(told)
        return told

    def settled(self, digest: str) -> str | None:
        """Return the record that a row became after somebody corrected it in the intake; None where nobody did."""
        key = self._by_digest.get(digest)
        if key is None or self._state[key] != DONE:
            return None
        return self.records[key].values["record"] or ""

    def take(
        self,
        digest: str,
        kind: str,
        row: int,
        ref: str,
        reason: str,
        raw: Mapping[str, Any],
        record: str | None = None,
    ) -> None:
        """Put a row in, unless it is there; a reason that has changed since is brought up to date."""
        key = self._by_digest.get(digest)
        source = Source(Actor.IMPORT, address=f"{self.file} row {row}", who=self.origin)
        if key is not None:
            self._set(key, "reason", reason, source)
            if kind == DIFFERENT and self._state[key] == DONE:
                self._set(key, "state", OPEN, source)
            return
        said = json.dumps(raw, ensure_ascii=False, default=str)
        new = next(self.keys)
        values = {
            "intake_id": new, "origin": self.origin, "into_table": self.table, "file": self.file, "row": row,
            "ref": ref or None, "kind": kind, "reason": reason[:_LONGEST], "raw": said[:_LONGEST], "digest": digest,
            "record": record, "state": OPEN,
        }  # fmt: skip
        self._by_digest[digest] = new
        self._state[new] = OPEN
        self.changes.append(Change(INTAKE, new, Op.ADD, source, new=values))

    def corrected(self, key: str, record: str, row: int) -> None:
        """Note that a row of the intake is a record now."""
        source = Source(Actor.IMPORT, address=f"{self.file} row {row}", who=self.origin)
        self._set(key, "state", DONE, source)
        self._set(key, "record", record, source)

    def unreadable_again(self, key: str, reason: str, row: int) -> None:
        """Note why a row of the intake still cannot be taken."""
        self._set(
            key, "reason", reason, Source(Actor.IMPORT, address=f"{self.file} row {row}", who=self.origin)
        )

    def read_now(self, ref: str, record: str, row: int) -> None:
        """Close what is open of a reference, a row of which could be taken, unless the same bad row is in the file again."""
        for key in self._open_by_ref.pop(ref, ()):
            if self.records[key].values["digest"] not in self._present:
                self.corrected(key, record, row)

    def agreed(self, digests: set[str], seen: set[str]) -> None:
        """Close the differences that are none any more; `digests` are those that still are, `seen` the records in the file."""
        for digest, key in self._by_digest.items():
            record = self.records.get(key)
            if record is None or record.values["kind"] != DIFFERENT or self._state[key] != OPEN:
                continue
            if digest not in digests and record.values["record"] in seen:
                self._set(key, "state", DONE, Source(Actor.IMPORT, address=self.file, who=self.origin))

    def _set(self, key: str, name: str, value: Any, source: Source) -> None:
        record = self.records.get(key)
        if record is None:
            return
        old = record.values.get(name)
        if old != value:
            self.changes.append(Change(INTAKE, key, Op.SET, source, name, old, value))
            if name == "state":
                self._state[key] = value
