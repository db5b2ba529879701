"""Sync, then tell the last seven days in a few sentences: `python scripts/weekly_update.py [FOLDER]`.

The options, the lines before the update, and the exit codes are those of refresh_sheets.py.
"""

import sys

from refresh_sheets import main

if __name__ == "__main__":
    sys.exit(main("weekly", __doc__))
