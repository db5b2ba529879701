"""The goals that sheetops ships, as rows of `sla_policies`: data to copy and change, with their sources."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def shipped_policies() -> list[dict[str, Any]]:
    """Return the rows of goals.toml, in its order."""
    text = (files(__package__) / "goals.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["policy"]
    return rows
