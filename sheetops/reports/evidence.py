"""The evidence package of a record: a zip whose manifest has the SHA-256 of every file, and the check of one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .rendering.zips import zipped

FORMAT = 1
"""Goes up when an older sheetops could no longer check a package."""

MANIFEST = "manifest.json"

TIMELINE = ("seq", "recorded at", "effective at", "table", "record", "what", "field", "before", "after", "by", "who", "tracker", "address", "run")  # fmt: skip
INTERVALS = ("goal", "cycle", "from", "to", "what", "seconds", "sum", "status", "owner", "team", "policy", "policy version", "calendar", "calendar version")  # fmt: skip


@dataclass(frozen=True)
class Copy:
    """A record as it is: its fields with the headers that people know, in the table's order."""

    table: str
    key: str
    archived: bool
    values: Mapping[str, Any]
    headers: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, every field with its header."""
        cells = [
            {"field": name, "header": self.headers[name], "value": value}
            for name, value in self.values.items()
        ]
        return {"table": self.table, "key": self.key, "archived": self.archived, "fields": cells}


@dataclass(frozen=True)
class Evidence:
    """What is known of a record at `as_of`, ready to be packed. Times in `timeline` and `intervals` are ISO text in UTC.

    `linked` are records of other tables that are about it, by what they are ("appeals"). `policies` are (what, text).
    `notes` say what is missing.
    """

    workspace: str
    as_of: datetime
    seq: int
    record: Copy
    linked: Mapping[str, Sequence[Copy]]
    timeline: Sequence[tuple[Any, ...]]
    policies: Sequence[tuple[str, str]]
    intervals: Sequence[tuple[Any, ...]]
    clock: Sequence[str]
    attachments: Sequence[tuple[str, str, str, str]]
    notes: Sequence[str] = field(default=())


def package(evidence: Evidence) -> bytes:
    """Return the zip: the same evidence makes the same bytes."""
    files = _files(evidence)
    manifest = {
        "sheetops_evidence": FORMAT,
        "workspace": evidence.workspace,
        "table": evidence.record.table,
        "record": evidence.record.key,
        "as_of": _iso(evidence.as_of),
        "journal_seq": evidence.seq,
        "notes": list(evidence.notes),
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }
    return zipped({**files, MANIFEST: _json(manifest)}, evidence.as_of)


def _files(evidence: Evidence) -> dict[str, bytes]:
    files = {
        "README.md": _readme(evidence).encode(),
        "snapshot.json": _json(evidence.record.to_json()),
        "timeline.csv": _csv(TIMELINE, evidence.timeline),
    }
    for kind, copies in evidence.linked.items():
        if copies:
            files[f"{kind}.json"] = _json([one.to_json() for one in copies])
    for n, (what, words) in enumerate(evidence.policies, start=1):
        files[f"policy-{n}.md"] = f"# {what}\n\n{words}\n".encode()
    if evidence.intervals:
        files["sla.csv"] = _csv(INTERVALS, evidence.intervals)
        files["sla.txt"] = ("\n".join(evidence.clock) + "\n").encode()
    files["attachments.csv"] = _csv(("table", "record", "field", "link"), evidence.attachments)
    return files


def _readme(evidence: Evidence) -> str:
    """Say what is in the package, and what the record says, for somebody who was not there."""
    record = evidence.record
    lines = [f"# {record.key}", "", f"Table {record.table} of {evidence.workspace}, as of {evidence.as_of:%Y-%m-%d %H:%M:%S} UTC (journal entry {evidence.seq:,}).", ""]  # fmt: skip
    if record.archived:
        lines += ["The record is archived.", ""]
    for name, value in record.values.items():
        if value is not None:
            said = str(value).replace("\n", "\n  ")
            lines.append(f"- {record.headers[name]}: {said}")
    lines += ["", "## What is in here", "", "- snapshot.json: the record, field by field", f"- timeline.csv: {len(evidence.timeline):,} changes of it and of what is linked to it, from the journal"]  # fmt: skip
    lines += [f"- {kind}.json: {len(copies):,} records" for kind, copies in evidence.linked.items() if copies]
    lines += [f"- policy-{n}.md: {what}" for n, (what, _) in enumerate(evidence.policies, start=1)]
    if evidence.intervals:
        lines.append(
            f"- sla.csv, sla.txt: every interval of the SLA clocks ({len(evidence.intervals):,}), with sums to the second"
        )
    lines.append(
        f"- attachments.csv: {len(evidence.attachments):,} links; what they lead to is not in the package"
    )
    lines += [f"- {MANIFEST}: the SHA-256 of every file; “sheetops verify” compares them"]
    if evidence.notes:
        lines += ["", "## What is missing", "", *(f"- {note}" for note in evidence.notes)]
    return "\n".join(lines) + "\n"


def _json(said: Any) -> bytes:
    return (json.dumps(said, indent=1, ensure_ascii=False, default=_plain) + "\n").encode(
        "utf-8", "backslashreplace"
    )


def _plain(value: Any) -> Any:
    return _iso(value) if isinstance(value, datetime) else str(value)


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(
        [
            ["" if cell is None else _plain(cell) if isinstance(cell, datetime) else cell for cell in row]
            for row in rows
        ]
    )
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


# --- checking -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checked:
    """What a check of a package found: its manifest ({} where it cannot be read) and what differs from it, in sentences."""

    manifest: Mapping[str, Any]
    differences: tuple[str, ...]


def check(made: bytes) -> Checked:
    """Compare every file of a package with its manifest."""
    try:
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            return _check(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        return Checked({}, (f"It is no zip file that can be read: {error}.",))


def _check(archive: zipfile.ZipFile) -> Checked:
    names = archive.namelist()
    if MANIFEST not in names:
        return Checked({}, (f"It has no {MANIFEST}, so it is no evidence package.",))
    manifest = _manifest(_content(archive, MANIFEST))
    if manifest is None:
        return Checked({}, (f"Its {MANIFEST} cannot be read.",))
    found = [
        f"'{name}' is in it {names.count(name)} times."
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    told: Mapping[str, Any] = manifest["files"]
    for name, said in told.items():
        if name not in names:
            found.append(f"'{name}' is missing.")
            continue
        content = _content(archive, name)
        if content is None:
            found.append(f"'{name}' is damaged.")
        elif hashlib.sha256(content).hexdigest() != said["sha256"]:
            found.append(
                f"'{name}' is another one: {len(content):,} bytes where {said['bytes']:,} are told, or other words in it."
            )
    found += [
        f"'{name}' is not in the manifest."
        for name in dict.fromkeys(names)
        if name != MANIFEST and name not in told
    ]
    return Checked(manifest, tuple(found))


def _content(archive: zipfile.ZipFile, name: str) -> bytes | None:
    import zlib

    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        return None


def _manifest(content: bytes | None) -> dict[str, Any] | None:
    """Return the manifest, None where it is not one."""
    try:
        said = json.loads((content or b"").decode())
    except ValueError:
        return None
    if (
        not isinstance(said, dict)
        or said.get("sheetops_evidence") != FORMAT
        or not isinstance(said.get("files"), dict)
    ):
        return None
    good = all(
        isinstance(one, dict) and isinstance(one.get("sha256"), str) and isinstance(one.get("bytes"), int)
        for one in said["files"].values()
    )
    return said if good else None
