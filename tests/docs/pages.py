"""What the doc tests share: the script that writes the pages, imported by its path."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import write_docs  # noqa: E402

__all__ = ["ROOT", "write_docs"]
