"""Field masks: `a.b,c(d,e/f)` selects parts of an answer; the same text says what an update changes.

Source: https://developers.google.com/workspace/sheets/api/guides/field-masks
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from .errors import ApiError, Json

Mask = dict[str, Any]
"""Names to masks below them; an empty mask means everything below."""


def parse(text: str) -> Mask:
    """Return the mask that the text means. `*` is everything."""
    mask, rest = _names(text.replace(" ", "").replace("/", "."))
    if rest:
        raise ApiError(f"Invalid field mask: {text}")
    return mask


def _names(text: str) -> tuple[Mask, str]:
    mask: Mask = {}
    while text:
        name = _until(text, ".,()")
        text, below = text[len(name) :], mask.setdefault(name, {})
        while text.startswith("."):
            name = _until(text[1:], ".,()")
            text, below = text[1 + len(name) :], below.setdefault(name, {})
        if text.startswith("("):
            inner, text = _names(text[1:])
            below.update(inner)
            text = text.removeprefix(")")
        if not text.startswith(","):
            break
        text = text[1:]
    return mask, text


def _until(text: str, stops: str) -> str:
    end = next((i for i, letter in enumerate(text) if letter in stops), len(text))
    return text[:end]


def select(answer: Any, mask: Mask) -> Any:
    """Return the parts of the answer that the mask names, and nothing else."""
    if not mask or "*" in mask:
        return answer
    if isinstance(answer, list):
        return [select(item, mask) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {name: select(answer[name], below) for name, below in mask.items() if name in answer}


def wants(mask: Mask, *path: str) -> bool:
    """Return whether the mask keeps anything at or below the path."""
    for name in path:
        if not mask or "*" in mask:
            return True
        if name not in mask:
            return False
        mask = mask[name]
    return True


def paths(mask: Mask) -> Iterator[tuple[str, ...]]:
    """Yield the path of each leaf."""
    for name, below in mask.items():
        if below:
            yield from ((name, *rest) for rest in paths(below))
        else:
            yield (name,)


def update(target: Json, source: Json, text: str) -> Json:
    """Return the target with the fields that the mask names taken from the source; what the source lacks goes."""
    if not text:
        raise ApiError("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    result = copy.deepcopy(target)
    mask = parse(text)
    if "*" in mask:
        return result | copy.deepcopy(source)
    for path in paths(mask):
        _move(result, source, path)
    return result


def _move(target: Json, source: Json, path: tuple[str, ...]) -> None:
    *way, last = path
    below: Any = source
    for name in way:
        target = target.setdefault(name, {})
        below = (below or {}).get(name)
    value = (below or {}).get(last)
    if value is None:
        target.pop(last, None)
    else:
        target[last] = copy.deepcopy(value)


def trimmed(value: Any) -> Any:
    """Return the JSON without null, as Google stores it."""
    if isinstance(value, dict):
        return {name: trimmed(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [trimmed(item) for item in value]
    return value
