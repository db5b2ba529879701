"""Values as JSON: by field type for the journal, and tagged with their type where no field says it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..model.schema import FieldType
from ..model.sheet import UNCACHED, CellError, Uncached

Coder = Callable[[Any], Any]

EXACT_DIGITS = 15
"""How many digits of an amount survive in a spreadsheet and in SQLite, which keep it as a float."""

_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
dump_json = _JSON.encode
load_json = json.loads


def instant_text(moment: datetime) -> str:
    """Return an aware datetime as ISO text in UTC, "2024-01-05T09:30:00Z". Raise ValueError if naive."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).isoformat()[:-6] + "Z"


@lru_cache(maxsize=4096)
def parse_instant(text: str) -> datetime:
    """Return the aware UTC datetime that `instant_text` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def seconds(duration: timedelta) -> float | int:
    """Return a duration in seconds, as an integer where it is a whole number."""
    total = duration.total_seconds()
    return int(total) if total.is_integer() else total


def quantum(decimals: int) -> Decimal:
    """Return the smallest step of an amount with this many digits after the point."""
    return Decimal(1).scaleb(-decimals)


def _amount_text(value: Any, step: Decimal) -> str:
    amount = Decimal(value).quantize(step)
    if len(amount.as_tuple().digits) > EXACT_DIGITS:
        raise ValueError(f"{amount} has more than {EXACT_DIGITS} digits")
    return str(amount)


def _whole(value: int) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is not an integer")
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{value} is too large a number")
    return value


def _text(value: str) -> str:
    # SQLite would quietly turn a number into text, and the table would no longer say what the journal says.
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _boolean(value: bool) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not a boolean")
    return value


def encoder(kind: FieldType, decimals: int = 2) -> Coder:
    """Return the function from a canonical value to a JSON value.

    It raises TypeError or ValueError for what is no canonical value of the type.
    """
    step = quantum(decimals)
    coders: dict[FieldType, Coder] = {
        FieldType.INTEGER: _whole,
        FieldType.NUMBER: float,
        FieldType.MONEY: lambda value: _amount_text(value, step),
        FieldType.DATE: date.isoformat,
        FieldType.DATETIME: instant_text,
        FieldType.DURATION: seconds,
        FieldType.BOOLEAN: _boolean,
    }
    return coders.get(kind, _text)


def decoder(kind: FieldType, decimals: int = 2) -> Coder | None:
    """Return the function from a JSON value back to a canonical value, or None when it is the same."""
    step = quantum(decimals)
    coders: dict[FieldType, Coder] = {
        FieldType.NUMBER: float,
        FieldType.MONEY: lambda value: Decimal(value).quantize(step),
        FieldType.DATE: date.fromisoformat,
        FieldType.DATETIME: parse_instant,
        FieldType.DURATION: lambda value: timedelta(seconds=value),
    }
    return coders.get(kind)


def pack(value: Any) -> str:
    """Return any cell value, canonical or raw, as ASCII JSON that remembers its type.

    ASCII, because raw text may hold a lone surrogate, which no database takes. Raise TypeError for
    what no cell can hold.
    """
    return json.dumps(_tagged(value))


def unpack(text: str | None) -> Any:
    """Return the value that `pack` wrote; None for None."""
    return None if text is None else _untagged(json.loads(text))


def _tagged(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
    if isinstance(value, (list, tuple)):
        items = [_tagged(item) for item in value]
        return items if isinstance(value, list) else {"$": "tuple", "v": items}
    if isinstance(value, Mapping):
        return {"$": "map", "v": [[_tagged(k), _tagged(v)] for k, v in value.items()]}
    return _tagged_scalar(value)


def _tagged_scalar(value: Any) -> Any:
    for kind, name, write, _ in _SCALARS:
        if isinstance(value, kind):
            return {"$": name, "v": write(value)}
    raise TypeError(f"{value!r} is not a value that a cell can hold")


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind, inner = value["$"], value["v"]
    if kind == "tuple":
        return tuple(_untagged(item) for item in inner)
    if kind == "map":
        return {_untagged(k): _untagged(v) for k, v in inner}
    return _READ[kind](inner)


# datetime stands before date, whose subclass it is.
_SCALARS: tuple[tuple[type, str, Coder, Coder], ...] = (
    (datetime, "datetime", lambda v: v.isoformat(), datetime.fromisoformat),
    (date, "date", lambda v: v.isoformat(), date.fromisoformat),
    (time, "time", lambda v: v.isoformat(), time.fromisoformat),
    (timedelta, "seconds", seconds, lambda v: timedelta(seconds=v)),
    (Decimal, "decimal", str, Decimal),
    (bytes, "bytes", bytes.hex, bytes.fromhex),
    (CellError, "error", lambda v: v.text, CellError),
    (Uncached, "uncached", lambda _: None, lambda _: UNCACHED),
)
_READ: Mapping[str, Coder] = {name: read for _, name, _, read in _SCALARS} | {"float": float}
