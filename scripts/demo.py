"""Show sheetops at work: `python scripts/demo.py [FOLDER]`. Needs Python 3.11+ and nothing else.

Makes a virtual environment in .venv the first time. Plays with the real data of a folder `shared` beside this
repository (or where SHEETOPS_SHARED says) when it is there, and with invented cases otherwise.
"""

import sys

if sys.version_info < (3, 11):
    import too_old

    too_old.stop()

import os
from pathlib import Path

import own_python


def main():
    """Play the demo and return its exit code."""
    shared = own_python.ROOT.parent / "shared"
    if (shared / "data").is_dir():
        os.environ.setdefault("SHEETOPS_SHARED", str(shared))
    named = [str(Path(word).absolute()) for word in sys.argv[1:] if not word.startswith("-")]
    options = [word for word in sys.argv[1:] if word.startswith("-")]
    folder = named or [str(own_python.ROOT / "demo")]
    return own_python.run(["-m", "sheetops", "demo", *folder, *options], "google")


if __name__ == "__main__":
    sys.exit(main())
