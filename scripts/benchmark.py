"""Measure sheetops against the plain-Python floor and its peers: `python scripts/benchmark.py NAME [PARTS]`.

Without a name: lists the benchmarks. Makes a virtual environment in .venv the first time.
"""

import sys

if sys.version_info < (3, 11):
    import too_old

    too_old.stop()

import ast

import own_python

FOLDER = own_python.ROOT / "scripts" / "benchmarks"


def benchmarks():
    """Return what each benchmark is for, by its name; a file has _ after a name that a package has already."""
    files = sorted(path for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    docs = {path.stem: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) for path in files}
    return {name.rstrip("_"): (doc or "").split("\n", 1)[0] for name, doc in docs.items()}


def main(arguments):
    """Run the benchmark that is named first, with the other arguments; return its exit code."""
    known = benchmarks()
    if not arguments or arguments[0] not in known:
        print("python scripts/benchmark.py NAME, where NAME is:")
        for name, about in known.items():
            print(f"  {name:8} {about}")
        return 2 if arguments and not arguments[0].startswith("-") else 0
    script = next(path for path in FOLDER.glob("*.py") if path.stem.rstrip("_") == arguments[0])
    return own_python.run([str(script), *arguments[1:]], "benchmark")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
