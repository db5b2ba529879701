"""Run all tests: `python scripts/test.py [PYTEST OPTIONS]`. Needs Python 3.11+ and nothing else.

Makes a virtual environment in .venv the first time. Files of tests run side by side, one on each core; `-n 0` runs
them one after the other. The exit code is pytest's.
"""

import sys

if sys.version_info < (3, 11):
    import too_old

    too_old.stop()

import own_python

if __name__ == "__main__":
    sys.exit(own_python.run(["-m", "pytest", "-n", "auto", "--dist", "loadfile", *sys.argv[1:]], "test"))
