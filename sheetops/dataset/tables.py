"""The tables sheetops keeps beside the people's own: all are called sheetops_something."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text

from .sqltypes import BYTES, SEQ, UtcDateTime

VERSION = 1
"""Goes up when an older sheetops could no longer read or write the tables below."""

METADATA = MetaData()

META = Table(
    "sheetops_meta",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

RUNS = Table(
    "sheetops_runs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("number", SEQ, nullable=False, unique=True),
    Column("verb", Text, nullable=False),
    Column("started", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime),
    Column("outcome", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("undoes", Text),
    Column("counts", Text, nullable=False),
    Column("first_seq", SEQ, nullable=False),
    Column("last_seq", SEQ, nullable=False),
)

JOURNAL = Table(
    "sheetops_journal",
    METADATA,
    Column("seq", SEQ, primary_key=True, autoincrement=False),
    Column("run", Text, ForeignKey("sheetops_runs.id"), nullable=False),
    Column("table_name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("op", Text, nullable=False),
    Column("field", Text),
    Column("old_value", Text),
    Column("new_value", Text),
    Column("actor", Text, nullable=False),
    Column("tracker", Text),
    Column("address", Text),
    Column("who", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("effective_at", UtcDateTime),
    Column("hash", Text, nullable=False),
    Index("sheetops_journal_record", "key", "table_name"),
)

ARCHIVE = Table(
    "sheetops_archive",
    METADATA,
    Column("table_name", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("seq", SEQ, nullable=False),
)

TRACKERS = Table(
    "sheetops_trackers",
    METADATA,
    Column("tracker", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("seq", SEQ, nullable=False),
    Column("identity", Text),
    Column("fingerprint", Text),
    Column("mapping", Text, nullable=False),
)

TRACKER_ROWS = Table(
    "sheetops_tracker_rows",
    METADATA,
    Column("tracker", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", BYTES),
    Column("missing", Boolean, nullable=False),
    Column("has_left", Boolean, nullable=False),
    Column("frozen_from", SEQ),
    sqlite_with_rowid=False,
)

GENERATIONS = Table(
    "sheetops_generations",
    METADATA,
    Column("tracker", Text, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("seq", SEQ, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),
)

INTENTS = Table(
    "sheetops_intents",
    METADATA,
    Column("number", SEQ, primary_key=True, autoincrement=False),
    Column("tracker", Text, nullable=False),
    Column("run", Text, ForeignKey("sheetops_runs.id"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("seq", SEQ, nullable=False),
    Column("appended", Text, nullable=False),
    Column("mints", Text, nullable=False),
    Column("writes", Text, nullable=False),
    Column("releases", Text, nullable=False),
    Column("state", Text, nullable=False),
    Index("sheetops_intents_state", "tracker", "state"),
)

HELD = Table(
    "sheetops_held",
    METADATA,
    Column("number", SEQ, primary_key=True, autoincrement=False),
    Column("tracker", Text, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("field", Text),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("base", Text),
    Column("ours", Text),
    Column("theirs", Text),
    Column("address", Text, nullable=False),
    Column("suggestion", Text),
    Column("ours_said", Text, nullable=False),
    Column("theirs_said", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("run", Text, ForeignKey("sheetops_runs.id"), nullable=False),
    Column("decision", Text),
    Column("decision_value", Text),
    Column("decided_by", Text),
    Column("outcome", Text),
    Column("closed_run", Text),
    Column("closed_at", UtcDateTime),
    Index("sheetops_held_open", "outcome", "tracker", "key"),
)
