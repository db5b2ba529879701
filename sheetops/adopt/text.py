"""A proposal as text that a person reads and edits: sheetops.toml with comments on what was seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ..model.schema import Choice, Field
from .proposal import Proposal, ProposedColumn
from .region import Region

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_NOTE_AT = 34
"""The column where short comments begin, so that they stand under each other."""


def proposal_text(proposal: Proposal) -> str:
    """Return the text of a whole sheetops.toml, or of what to add to an existing one."""
    lines = [*_head(proposal)]
    if proposal.new_file:
        lines += _workspace(proposal)
    if proposal.new_table:
        lines += _table(proposal)
    lines += _tracker(proposal)
    return "\n".join(lines) + "\n"


def _head(proposal: Proposal) -> Iterator[str]:
    seen = proposal.seen
    if not proposal.new_file:
        yield ""  # the file it is added to may not end with a line break
    yield comment(f"Proposed by `sheetops adopt` from {seen.origin.title}, tab '{seen.tab}'.")
    yield comment(
        f"Its header is in row {seen.region.header_row} with {len(seen.region.rows):,} rows below. "
        "Nothing in it was changed."
    )
    if proposal.new_file:
        yield comment("Change anything here: `sheetops plan` shows what would happen before it happens.")
    yield ""


def _workspace(proposal: Proposal) -> Iterator[str]:
    yield "[workspace]"
    yield _line(f"name = {quoted(proposal.seen.origin.name)}")
    yield _line('database = "sheetops.db"', "one file beside this one; or postgresql://... for a team")
    yield _line(f"timezone = {quoted(proposal.zone)}", "the clock of the people who type dates")
    yield from _dates(proposal)
    yield ""


def _dates(proposal: Proposal) -> Iterator[str]:
    order = proposal.seen.order
    if order.evidence:
        yield comment(order.evidence)
    words = "day first" if proposal.reading.day_first else "month first"
    yield _line(f"dates = {quoted(words)}", "how 5/1/2024 is read; 2024-01-05 is always understood")


def _table(proposal: Proposal) -> Iterator[str]:
    table = proposal.new_table
    assert table is not None
    yield f"[tables.{table.name}]"
    yield _line(f"key = {quoted(table.key)}", "the field that identifies a record")
    yield _line(f"key_format = {quoted(table.key_format)}", "how the next new key looks")
    yield ""
    yield f"[tables.{table.name}.fields]"
    for column in proposal.columns:
        if not column.left_out:
            yield from _field_lines(column)
    yield ""


def _field_lines(column: ProposedColumn) -> Iterator[str]:
    for remark in column.remarks:
        yield comment(f"{column.letters}: {remark}" if column.letters else remark)
    yield f"{column.field.name} = {field_text(column.field)}"


def field_text(field: Field) -> str:
    """Return a field's settings as an inline table."""
    settings = [f"type = {quoted(field.type.value)}"]
    settings += [f"label = {quoted(field.label)}"] if field.label else []
    settings += ["required = true"] if field.required else []
    settings += [f"currency = {quoted(field.currency)}"] if field.currency else []
    settings += [f"decimals = {field.decimals}"] if field.currency and field.decimals != 2 else []
    settings += [f"choices = {_choices(field.choices)}"] if field.choices else []
    return f"{{ {', '.join(settings)} }}"


def _choices(choices: tuple[Choice, ...]) -> str:
    if not any(choice.aliases for choice in choices):
        return f"[{', '.join(quoted(choice.value) for choice in choices)}]"
    entries = (f"{_key(c.value)} = [{', '.join(map(quoted, c.aliases))}]" for c in choices)
    return f"{{ {', '.join(entries)} }}"


def _tracker(proposal: Proposal) -> Iterator[str]:
    seen = proposal.seen
    yield f"[trackers.{proposal.tracker}]"
    for setting, value in seen.origin.settings:
        yield _line(f"{setting} = {quoted(value)}")
    yield _line(f"tab = {quoted(seen.tab)}")
    yield _line(f"table = {quoted(proposal.table)}")
    if proposal.where:
        yield _line(f"# where = {quoted(proposal.where)}", "true of every row here: show only these records?")
    yield _line("add = true", "may people add records here")
    yield _line("delete = false", "may a deleted row archive its record")
    if proposal.mint_key_header:
        yield _line(
            "add_key_column = true", f"the first sync adds '{proposal.mint_key_header}' at the right edge"
        )
    yield _header_row(seen.region)
    if not proposal.new_file:
        yield _line(f"timezone = {quoted(proposal.zone)}", "the clock of the people who type dates")
        yield from _dates(proposal)
    yield ""
    yield _line(f"[trackers.{proposal.tracker}.columns]", f"header in the {seen.origin.noun} = field")
    for column in proposal.columns:
        yield from _column_lines(column, in_table=bool(proposal.new_table))


def _header_row(region: Region) -> str:
    if region.under_another:
        return _line(f"header_row = {region.header_row}", "the lower of two header rows")
    return _line(f"# header_row = {region.header_row}", "not needed: the row is found by its headers")


def _column_lines(column: ProposedColumn, *, in_table: bool) -> Iterator[str]:
    mapping = f"{quoted(column.header)} = {quoted(column.field.name)}"
    if column.left_out:
        field = "" if in_table else f" To keep it, add: {column.field.name} = {field_text(column.field)}"
        yield comment(f"{mapping} is left out: column {column.letters} is {column.left_out}.{field}")
        return
    if not in_table:  # a new table has them beside its fields
        yield from (comment(f"{column.letters}: {remark}") for remark in column.remarks)
    yield mapping


def _line(setting: str, note: str = "") -> str:
    return f"{setting.ljust(_NOTE_AT - 2)}  {comment(note)}" if note else setting


def comment(words: str) -> str:
    """Return words as a comment, without the control characters TOML forbids even there."""
    return "# " + re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", words)


def quoted(text: str) -> str:
    """Return text as a TOML string."""
    said = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return re.sub(r"[\ud800-\udfff]", "\ufffd", said)


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else quoted(text)
