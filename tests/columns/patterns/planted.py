"""Small worlds of cases with scenarios in them, for tests: the generator of the benchmark, and cases by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from sheetops.columns.patterns import mine

_FILE = Path(__file__).parents[3] / "scripts" / "benchmarks" / "_planted.py"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("_planted", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["_planted"] = module
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()
AS_OF = GENERATOR.AS_OF


def planted(cases: int = 30_000, sizes: tuple[int, ...] = (), **more: Any) -> Any:
    return GENERATOR.plant(cases, sizes, **more)


def mined(world: Any, **more: Any) -> pd.DataFrame:
    told = {"as_of": AS_OF, "date": "opened_at", "window": 28, **more}
    return mine(world.frame, world.attributes, **told)


def values(table: pd.DataFrame) -> list[frozenset[tuple[str, Any]]]:
    return [frozenset(attributes.items()) for attributes in table["attributes"]]


def wanted(world: Any) -> list[frozenset[tuple[str, Any]]]:
    return [frozenset(where.items()) for where, _ in world.scenarios]
