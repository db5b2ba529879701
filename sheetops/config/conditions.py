"""The `where` of a tracker, checked against the table it filters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress

from ..model.condition import Condition
from ..model.errors import ConfigError
from ..model.nearest import did_you_mean
from ..model.schema import Field, FieldType, Table
from .section import Section


def read_condition(entry: Section, key: str, table: Table | None) -> Condition | None:
    """Return the condition under `key`, or None where there is none or it is wrong."""
    said = entry.text(key).strip()
    if not said:
        return None
    condition = Condition(said)
    try:
        with suppress(TypeError):  # it was read, and then met a record without values
            condition.matches({})
    except ConfigError as error:
        entry.wrong(key, error.what, next_step=error.next_step)
        return None
    if table is None or not _knows_fields(entry, key, condition, table):
        return None
    _check_choices(entry, key, said, table)
    return condition


def _knows_fields(entry: Section, key: str, condition: Condition, table: Table) -> bool:
    unknown = sorted(condition.fields - table.by_name.keys())
    for name in unknown:
        near = did_you_mean(name, table.by_name)
        entry.wrong(key, f"table '{table.name}' has no field '{name}'.{near}")
    return not unknown


def _check_choices(entry: Section, key: str, said: str, table: Table) -> None:
    """Note a comparison with something that is no choice of its field: it would never hold."""
    for name, word in _compared(ast.parse(said, mode="eval")):
        field = table.by_name[name]
        values = [choice.value for choice in field.choices]
        if field.type is FieldType.CHOICE and values and word not in values:
            near = _spelling_of(field, word) or did_you_mean(word, values)
            entry.wrong(key, f"'{word}' is not a choice of '{name}'.{near}")


def _spelling_of(field: Field, word: str) -> str:
    folded = word.casefold()
    owners = (c.value for c in field.choices if folded in {a.casefold() for a in c.aliases})
    return "".join(f" Write '{owner}'; '{word}' is another spelling of it." for owner in owners)


def _compared(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (field, quoted text) for every `field == 'text'` and `field in ['text', ...]`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name):
            for op, right in zip(node.ops, node.comparators, strict=True):
                if isinstance(op, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
                    yield from ((node.left.id, word) for word in _texts(right))


def _texts(node: ast.expr) -> Iterator[str]:
    parts = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
