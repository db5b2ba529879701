"""Bring every tracker and the dataset into agreement, computed columns anew: `python scripts/refresh_sheets.py [FOLDER]`.

Prints one line for each tracker and one for the whole, and ends with 0 done, 1 failed, 3 done but items are held, 4 a
guard stopped it, 5 busy. `sheetops schedule add` runs the same without this file.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main(action="refresh", about=__doc__):
    """Carry the action out once and return its exit code."""
    words = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder", nargs="?", type=Path, default=Path(), help="the workspace; default: here")
    words.add_argument("--log-json", action="store_true", help="one JSON object a line")
    words.add_argument(
        "--heartbeat", metavar="URL", default="", help="ping this, or this/fail, after the run"
    )
    asked = words.parse_args()
    try:
        from sheetops.buttons.schedules.carrying_out import carry_out, this_world
        from sheetops.library import open_workspace
    except ImportError as error:
        print(
            f"{sys.executable} lacks '{error.name}'. Run: {sys.executable} -m pip install .", file=sys.stderr
        )
        return 1
    went = carry_out(
        lambda: open_workspace(asked.folder, who=Path(sys.argv[0]).name),
        action, this_world(print), heartbeat=asked.heartbeat, as_json=asked.log_json,
    )  # fmt: skip
    return went.pressed.exit_code


if __name__ == "__main__":
    sys.exit(main())
