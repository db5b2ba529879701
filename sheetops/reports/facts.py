"""What reports are made of: records by the part they play, their changes, SLA verdicts, held items. All as of one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .roles import Bound, shipped_roles, shipped_values


class LeftOut(Exception):
    """A part of a report that cannot be made; the message says why, for the reader."""


@dataclass(frozen=True)
class Past:
    """A run that is over, as far as a report tells of it."""

    id: str
    verb: str
    started: datetime
    ended: datetime | None
    outcome: str


@dataclass(frozen=True)
class Facts:
    """Frames by role; their columns are the parts of `roles.toml`, with the record's key as `key` and times in UTC.

    `changes` has by role one row for each change of a field: key, part, old, new, at, op, seq. `verdicts` are those of the
    SLA by table. `as_of` is the time that a report speaks of; what was recorded up to `known` is known. `keys` are the
    keys of each table, for references. `waits` are held items.
    """

    as_of: datetime
    known: datetime
    timezone: str
    bound: Mapping[str, Bound] = field(default_factory=dict)
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    changes: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    verdicts: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    waits: Sequence[Mapping[str, Any]] = ()
    runs: Sequence[Past] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dangling: Mapping[tuple[str, str, str], Sequence[str]] = field(default_factory=dict)
    """(table, field, table that it points to) -> keys that are not there."""
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What people call the field of a (role, part)."""
    notes: tuple[str, ...] = ()

    def spoken(self, name: str) -> str:
        """Return a workspace's name with the time that a report speaks of, on its clock."""
        return f"{name}, as of {self.as_of.astimezone(ZoneInfo(self.timezone)):%d %b %Y %H:%M}"

    def frame(self, role: str, *needed: str) -> pd.DataFrame:
        """Return the records of a role. Raise LeftOut where the table, or a field that is needed, is missing."""
        about = shipped_roles()[role].about
        if role not in self.frames:
            raise LeftOut(f"no {about} table: left out")
        frame = self.frames[role]
        if missing := [part for part in needed if part not in frame.columns]:
            table = self.bound[role].table
            names = " or ".join(shipped_roles()[role].fields[missing[0]][:3])
            raise LeftOut(f"table '{table}' has no field for '{missing[0]}' (such as {names}): left out")
        return frame

    def label(self, role: str, part: str) -> str:
        """Return what people call a part of a role: the header of its field."""
        return self.labels.get((role, part), part)

    def has(self, role: str, *parts: str) -> bool:
        """Whether a role has records of that kind, with these parts."""
        return role in self.frames and all(part in self.frames[role].columns for part in parts)

    def changes_of(self, role: str, part: str) -> pd.DataFrame:
        """Return the changes of a field, in the journal's order; empty where there are none."""
        told = self.changes.get(role)
        if told is None:
            told = pd.DataFrame({name: [] for name in ("key", "part", "old", "new", "at", "op", "seq")})
        return told[told["part"] == part]

    def means(self, column: pd.Series, kind: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which values of a column mean something ("closed"), by the words for it. A blank never does."""
        words = frozenset(self.values.get(kind) or shipped_values()[kind])
        return told(column, lambda text: text in words)


def told(column: pd.Series, test: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for which values a test of their text (lower case) holds; each distinct value is looked at once."""
    codes, distinct = pd.factorize(column)
    table = np.array([*(bool(test(str(one).strip().casefold())) for one in distinct), False], bool)
    found: np.ndarray[Any, np.dtype[np.bool_]] = table[codes]
    return found


def groups(
    column: pd.Series, blank: str = "(blank)"
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[str]]:
    """Return each row's group by number, and the groups' names in order; a blank is a group of its own, the last."""
    codes, distinct = pd.factorize(column.map(_as_text), sort=True)
    names = [str(one) for one in distinct]
    if (codes < 0).any():
        codes = np.where(codes < 0, len(names), codes)
        names.append(blank)
    return codes.astype(np.int64), names


def _as_text(value: Any) -> Any:
    return None if value is None or value != value or not str(value).strip() else str(value).strip()


def read_as_one(
    frames: Mapping[str, pd.DataFrame], same: bool
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return the frames with policies under the name that they have today, and what was read as one, in words.

    `same`: the type of a case is its policy. A policy that was renamed has its former name in the table of policies.
    """
    policies = frames.get("policies")
    if policies is None or "former" not in policies:
        return dict(frames), ()
    renamed = {
        str(old): str(now)
        for now, old in zip(policies["key"], policies["former"], strict=True)
        if _as_text(old)
    }
    found, seen = {}, set()
    for role, frame in frames.items():
        parts = ("policy", *(("type",) if same and role == "cases" else ()))
        for part in parts:
            if part in frame and role not in ("policies", "policy_versions"):
                old = frame[part].isin(list(renamed))
                if old.any():
                    seen |= set(frame.loc[old, part])
                    frame = frame.assign(**{part: frame[part].where(~old, frame[part].map(renamed))})
        found[role] = frame
    return found, tuple(
        f"'{old}' and '{renamed[old]}' are one policy, renamed: both are counted as '{renamed[old]}'."
        for old in sorted(seen)
    )
