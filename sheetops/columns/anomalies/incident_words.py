"""What the record of an incident says, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def incident_lines(record: Mapping[str, Any]) -> list[str]:
    """Say what the record of an incident says, whole."""
    ended = f"to {record['ended']:%Y-%m-%d %H:%M}Z" if record["ended"] else "and goes on"
    lines = [
        f"{record['incident']}: {record['signal']}, {record['series']}: {record['direction']}",
        f"  from {record['started']:%Y-%m-%d %H:%M}Z {ended}; points flagged: {record['points']}",
        f"  {record['why']}",
    ]
    if record["expected"] is not None and record["change"] is not None:
        lines.append(
            f"  {record['actual']:,.4g} against {record['expected']:,.4g} expected ({record['change']:+.0%})"
        )
    for head, name in (
        ("explained by", "explained_by"),
        ("what else changed then (no certainty)", "also_changed"),
    ):
        if record[name]:
            lines += [f"  {head}:", *(f"    {line}" for line in str(record[name]).splitlines())]
    return lines
