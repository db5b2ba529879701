"""Spellings brought together: canonical values as columns of the records, proposals as a table for people to confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..blanks import plain, plain_rows
from ..sets import Answer, Ask
from .standardise import propose, standardised

if TYPE_CHECKING:
    from .column_set import StandardColumns

KEY = "S-{:05d}"
_OPEN = ("sure", "suggestion")
_YES, _NO = (
    frozenset({"yes", "y", "ja", "si", "sí", "oui", "true", "✓"}),
    frozenset({"no", "n", "nein", "non", "false"}),
)


def answer(spec: StandardColumns, ask: Ask) -> Answer:
    """Return each value in its canonical spelling, and the spellings that somebody has to confirm.

    A value is replaced only by what is the same value, or what a person confirmed. A spelling that was asked about keeps
    its record, whatever becomes of it.
    """
    keys = pd.Index(ask.records[spec.key].astype(object))
    columns, rows = {}, {}
    kept = plain_rows(ask.kept[spec.spellings])
    number = max(
        (int(said) for row in kept if (said := str(row["spelling"]).rpartition("-")[2]).isdigit()), default=0
    )
    asked, waiting = 0, []
    for name in spec.fields:
        values = plain(ask.records[name])
        known = _known(kept, name)
        aliases, refused = _confirmed(known)
        canonical = _canonical(spec, name)
        columns[f"{name}_standard"] = standardised(values, canonical, aliases=aliases).set_axis(keys)
        found = propose(values, canonical, aliases=aliases, refused=refused)
        for row in plain_rows(found[found["tier"].isin(_OPEN) | found["raw"].isin(list(known))]):
            record = known.get(row["raw"])
            if record is None:
                number += 1
            key = record["spelling"] if record else KEY.format(number)
            rows[key] = _record(name, row, record)
            if row["tier"] in _OPEN and not (record or {}).get("confirmed"):
                asked += 1
                waiting.append(row["raw"])
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["field", "typed", "times", "proposed", "tier", "score", "why"])  # fmt: skip
    notes = [f"{asked:,} spellings of {spec.table} wait to be confirmed in {spec.spellings}, such as '{waiting[0]}'."] if asked else []  # fmt: skip
    return Answer(pd.DataFrame(columns, index=keys), notes=notes, rows={spec.spellings: table})


def _known(kept: Sequence[Mapping[str, Any]], name: str) -> dict[str, Mapping[str, Any]]:
    """Return the records of a field's spellings by what was typed."""
    return {str(row["typed"]): row for row in kept if row["field"] == name}


def _canonical(spec: StandardColumns, name: str) -> tuple[str, ...] | None:
    return dict(spec.choices).get(name)


def _confirmed(known: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return what people confirmed (typed -> meant) and what they refused (typed, proposed)."""
    aliases, refused = {}, []
    for typed, row in known.items():
        said = str(row["confirmed"] or "").strip()
        if said.casefold() in _YES and row["proposed"]:
            aliases[typed] = str(row["proposed"])
        elif said.casefold() in _NO:
            if row["proposed"]:
                refused.append((typed, str(row["proposed"])))
        elif said and said.casefold() not in _YES:
            aliases[typed] = said
    return aliases, refused


def _record(name: str, row: Mapping[str, Any], record: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a spelling's record. What was proposed when somebody answered stays, so that a 'yes' keeps its meaning."""
    answered = bool(record and record["confirmed"])
    proposed = record["proposed"] if record and answered else row["proposed"]
    tier = record["tier"] if record and answered else row["tier"] if row["tier"] in _OPEN else "unknown"
    score = None if row["score"] is None else round(float(row["score"]), 1)
    why = record["why"] if record and answered else row["why"]
    return {
        "field": name, "typed": row["raw"], "times": row["count"], "proposed": proposed, "tier": tier,
        "score": record["score"] if record and answered else score, "why": why,
    }  # fmt: skip


def explain(spec: StandardColumns, ask: Ask, key: str) -> Sequence[str]:
    """Say for each field of a record what was typed and which value that is."""
    rows = ask.records[ask.records[spec.key] == key]
    if rows.empty:
        return []
    lines, kept = [], plain_rows(ask.kept[spec.spellings])
    for name in spec.fields:
        aliases, _ = _confirmed(_known(kept, name))
        found = standardised(plain(ask.records[name]), _canonical(spec, name), aliases=aliases)
        typed, standard = plain(rows[name]).iloc[0], found[rows.index[0]]
        same = "as typed" if typed == standard else f"typed as '{typed}'"
        lines.append(f"{name}: {'blank' if typed is None else f'{standard} ({same})'}")
    return lines
