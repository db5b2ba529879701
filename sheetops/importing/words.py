"""What an import would do, and did, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model.schema import Table
from ..model.values import show_value
from ..words import SHOWN, count, short
from .headers import ProposedColumn
from .mapping import FileMapping
from .plan import ImportPlan
from .rows import FileRows


def counts_words(counts: Mapping[str, int]) -> str:
    """Return what became of the rows, as a sum that is right: "10 added + 2 same + 0 updated + 1 to the intake = 13 rows"."""
    parts = f"{counts['added']:,} added + {counts['same']:,} same + {counts['updated']:,} updated"
    return f"{parts} + {counts['intake']:,} to the intake = {count(counts['rows'], 'row')}"


def file_lines(
    file: FileRows, mapping: FileMapping, table: Table, where: str, *, is_new: bool, evidence: str
) -> list[str]:
    """Return how a file is read: its form, its columns, its dates."""
    form = f" ({file.form})" if file.form else ""
    kept = "not there yet" if is_new else "as remembered"
    lines = [
        f"{file.file}{form}: {count(len(file.rows), 'row')} into {table.name} by {where} ({kept})",
        "",
        "Columns",
    ]
    wide = min(40, max((len(header) for header in mapping.columns), default=0))
    lines += [
        f"  {short(header, 40):{wide}} -> {name}"
        for header, name in mapping.columns.items()
        if header in file.headers
    ]
    lines += [f"  every row: {name} = {value}" for name, value in mapping.constants.items()]
    if gone := [header for header in mapping.columns if header not in file.headers]:
        lines.append(f"  not in this file: {', '.join(gone)}; nothing is changed in their fields")
    if evidence:
        lines.append(f"  typed dates: {evidence}")
    return lines


def left_out_line(headers: Sequence[str]) -> list[str]:
    """Say which columns go nowhere."""
    return [f"  left out: {short(', '.join(headers), 200)}"] if headers else []


def question_lines(columns: Sequence[ProposedColumn], plan: ImportPlan, *, everything: bool) -> list[str]:
    """Return what nobody confirmed, the sure ones first."""
    lines = [f"  column '{one.header}' -> {one.field}? {one.tier}: {one.why}" for one in columns]
    said = [
        f"  {one.field} '{short(one.raw, 40)}' ({one.count:,} times) -> '{one.proposed}'? {one.tier}: {one.why}"
        for one in plan.spellings
    ]
    lines += _cut(said, everything=everything)
    return ["", "Not certain: none of this is done unless you say so", *lines] if lines else []


def plan_lines(plan: ImportPlan, table: Table, *, everything: bool = False) -> list[str]:
    """Return what an import would do, or did."""
    lines = ["", counts_words(plan.counts), f"  a row is told by {plan.identity}"]
    if plan.cells:
        lines.append(f"  {count(plan.cells, 'cell')} changed in records that are there")
    if plan.back:
        lines.append(
            f"  {count(plan.back, 'record')} of these had been undone and {'comes' if plan.back == 1 else 'come'} back"
        )
    if plan.reasons:
        said = [
            f"  {reason.count:,}: {short(reason.said, 160)} (first: row {reason.row})"
            for reason in plan.reasons
        ]
        lines += ["", "To the intake, because", *_cut(said, everything=everything)]
    if plan.kept:
        kept = []
        for one in plan.kept:
            field = table.field(one.field)
            yours, theirs = (short(show_value(field, value), 40) for value in (one.ours, one.theirs))
            kept.append(
                f"  {one.key} {one.field}: kept yours, '{yours}' ({one.because}); row {one.row} said '{theirs}'"
            )
        lines += [
            "",
            f"Kept as people have it: {count(len(kept), 'cell')}",
            *_cut(kept, everything=everything),
        ]
    if plan.pairs:
        said = [f"  row {pair.row} ({pair.key}) may be {pair.other}: {pair.why}" for pair in plan.pairs]
        lines += [
            "",
            f"Perhaps there already: {count(len(said), 'row')}, added all the same",
            *_cut(said, everything=everything),
        ]
    if plan.notes:
        lines += ["", "Notes", *(f"  {note}" for note in plan.notes)]
    return lines


def _cut(lines: Sequence[str], *, everything: bool) -> list[str]:
    if everything or len(lines) <= SHOWN:
        return list(lines)
    return [*lines[:SHOWN], f"  and {len(lines) - SHOWN:,} more: --all"]
