"""Conditions on records, as people write them in sheetops.toml: `market == 'UK' and status != 'closed'`."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from .errors import ConfigError

Predicate = Callable[[Mapping[str, Any]], bool]
_Term = Callable[[Mapping[str, Any]], Any]

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda value, options: value in options,
    ast.NotIn: lambda value, options: value not in options,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
}


@dataclass(frozen=True)
class Condition:
    """A condition on the fields of one record.

    Written with field names, quoted text, numbers, `true`, `false`, `blank`, the comparisons
    `== != < <= > >= in not in`, and `and`, `or`, `not`. Dates are written as quoted ISO text.
    A comparison of a blank with `<` or `>` is false.
    """

    text: str

    @cached_property
    def _compiled(self) -> Predicate:
        return _boolean(_parse(self.text), self.text)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The field names the condition mentions."""
        names = {node.id for node in ast.walk(_parse(self.text)) if isinstance(node, ast.Name)}
        return frozenset(names - {"true", "false", "blank"})

    def matches(self, record: Mapping[str, Any]) -> bool:
        """Return whether the record (field name -> canonical value) meets the condition."""
        return self._compiled(record)


def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ConfigError(
            f"The condition `{text}` cannot be read: {error.msg}.",
            next_step="Write it like: market == 'UK' and status != 'closed'",
        ) from None


def _refuse(text: str, node: ast.AST) -> ConfigError:
    return ConfigError(
        f"The condition `{text}` uses `{ast.unparse(node)}`, which conditions do not have.",
        next_step="Use field names, quoted text, numbers, blank, == != < <= > >= in, and, or, not.",
    )


def _boolean(node: ast.expr, text: str) -> Predicate:
    if isinstance(node, ast.BoolOp):
        parts = [_boolean(value, text) for value in node.values]
        if isinstance(node.op, ast.And):
            return lambda record: all(part(record) for part in parts)
        return lambda record: any(part(record) for part in parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _boolean(node.operand, text)
        return lambda record: not inner(record)
    if isinstance(node, ast.Compare):
        return _comparison(node, text)
    term = _term(node, text)
    return lambda record: bool(term(record))


def _comparison(node: ast.Compare, text: str) -> Predicate:
    operands = [_term(operand, text) for operand in (node.left, *node.comparators)]
    for op in node.ops:
        if type(op) not in _COMPARE:
            raise _refuse(text, node)
    compare = [_COMPARE[type(op)] for op in node.ops]

    def predicate(record: Mapping[str, Any]) -> bool:
        values = [operand(record) for operand in operands]
        pairs = zip(compare, values, values[1:], strict=False)
        try:
            return all(check(*_alike(left, right)) for check, left, right in pairs)
        except TypeError:  # a blank or another kind of value has no order
            return False

    return predicate


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Let quoted ISO dates compare with date and datetime fields."""
    if isinstance(left, (date, datetime)) and isinstance(right, str):
        return left.isoformat()[: len(right)], right
    if isinstance(right, (date, datetime)) and isinstance(left, str):
        return left, right.isoformat()[: len(left)]
    return left, right


def _term(node: ast.expr, text: str) -> _Term:
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, int, float, bool, type(None))):
        value = node.value
        return lambda record: value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _term(node.operand, text)
        return lambda record: -inner(record)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        terms = [_term(item, text) for item in node.elts]
        return lambda record: [item(record) for item in terms]
    if isinstance(node, ast.Name):
        words = {"true": True, "false": False, "blank": None}
        if node.id in words:
            word = words[node.id]
            return lambda record: word
        name = node.id
        return lambda record: record.get(name)
    raise _refuse(text, node)
