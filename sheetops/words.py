"""What a run did, in words: one place, so that the terminal, the spreadsheet and the log say the same."""

from __future__ import annotations

from collections.abc import Mapping

_PARTS = (
    ("cells_taken", "{n} {cells} taken into the dataset", ("cell", "cells")),
    ("records_added", "{n} {cells} added", ("record", "records")),
    ("records_archived", "{n} {cells} archived", ("record", "records")),
    ("records_restored", "{n} {cells} restored", ("record", "records")),
    ("cells_written", "{n} {cells} written to trackers", ("cell", "cells")),
    ("rows_appended", "{n} {cells} appended", ("row", "rows")),
    ("keys_minted", "{n} new {cells} given", ("key", "keys")),
    ("edits_ignored", "{n} {cells} put back", ("edit", "edits")),
    ("rows_missing", "{n} {cells} missing", ("row", "rows")),
    ("held", "{n} held", ("", "")),
)


def outcome_words(counts: Mapping[str, int]) -> str:
    """Return the counts of a plan or run as a sentence: "12 cells taken into the dataset, 2 held."."""
    said = [
        words.format(n=f"{counts[name]:,}", cells=forms[0] if counts[name] == 1 else forms[1])
        for name, words, forms in _PARTS
        if counts.get(name)
    ]
    return ", ".join(said) + "." if said else "Everything agrees."
