"""Say that this Python is too old. Written so that any Python can read it."""

import os
import sys


def stop():
    """End the program, naming a newer Python where there is one."""
    found = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if _there_is(name)]
    said = "sheetops needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2]
    then = (
        "There is a newer one. Run: %s %s" % (found[0], " ".join(sys.argv))
        if found
        else "Install one from python.org or with your system's packages, and run this again with it."
    )
    sys.exit("%s\nNothing was installed.\n%s" % (said, then))


def _there_is(name):
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return any(os.path.exists(os.path.join(folder, name)) for folder in folders)
