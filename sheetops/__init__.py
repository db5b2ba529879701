"""Keep ops spreadsheets and one canonical case dataset in two-way agreement, cell by cell.

import sheetops

with sheetops.open("folder") as ws:
    print(ws.plan().counts())
    done = ws.sync()
    cases = ws.table("cases").to_pandas()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .library import Workspace
    from .library import open_workspace as open  # noqa: A004 - people write sheetops.open
    from .model.errors import SheetopsError

__version__ = "0.1.0"

__all__ = ["SheetopsError", "Workspace", "__version__", "open"]

_LAZY = {
    "open": ("sheetops.library", "open_workspace"),
    "Workspace": ("sheetops.library", "Workspace"),
    "SheetopsError": ("sheetops.model.errors", "SheetopsError"),
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used, so that the command line starts quickly."""
    if name not in _LAZY:
        raise AttributeError(f"module 'sheetops' has no attribute '{name}'")
    import importlib

    module, attribute = _LAZY[name]
    return getattr(importlib.import_module(module), attribute)
