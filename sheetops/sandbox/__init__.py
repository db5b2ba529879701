"""A local server that answers as the Google Sheets and Drive APIs do, for tests, demos and trying things out.

    from sheetops.sandbox import Sandbox

    with Sandbox() as box:
        print(box.url)

It needs nothing but the standard library. What it knows, and how it is known, is said in `behaviours.py`.
"""

from __future__ import annotations

from .address import FolderInUse, serving
from .box import Sandbox, serve
from .faults import Fault

__all__ = ["Fault", "FolderInUse", "Sandbox", "serve", "serving"]
