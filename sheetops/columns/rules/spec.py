"""What `[rules.TABLE]` of sheetops.toml says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...model.condition import Condition


@dataclass(frozen=True)
class Same:
    """A field that must say the same as a field of the record that a reference names: `reference` is the field that names it."""

    field: str
    reference: str
    table: str
    key: str
    of: str


@dataclass(frozen=True)
class Check:
    """One thing that must hold `when` a condition does (None: always): one of some fields filled, all of some, or two the same."""

    say: str
    when: Condition | None = None
    one_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    same: Same | None = None


@dataclass(frozen=True)
class RuleSpec:
    """What must hold of the records of a table.

    A record whose `status` is one of `ends` is closed; then the fields `closing` must be filled. `longest` maps a field to the
    characters it may have. `personal_data` are fields of free text that should hold no e-mail addresses, phone numbers,
    cards or accounts.
    """

    table: str
    status: str = "status"
    ends: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    longest: Mapping[str, int] = field(default_factory=dict)
    personal_data: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
