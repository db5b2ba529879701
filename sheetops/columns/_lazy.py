"""Packages whose names are imported when first used, so that `sheetops.toml` is read without NumPy."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazily(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a module's `__getattr__`: `names` maps each public name to the module of `package` that has it."""

    def getattr_(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return getattr(importlib.import_module(f"{package}.{names[name]}"), name)

    return getattr_
