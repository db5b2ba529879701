"""Build the workbooks that stand beside the templates, for people to look at: python scripts/build_templates.py

A test compares them with what the TOML builds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sheetops.templates import FOLDER, Template, build_books, by_workbook, list_pieces, list_templates
from sheetops.workspace import parse_config


def workbooks(template: Template) -> Iterator[tuple[Path, bytes]]:
    """Yield path and bytes of the workbooks that stand in a template's folder: of a piece, its own and not those it needs."""
    config = parse_config(template.text, template.folder / "sheetops.toml")
    books = by_workbook(config.schema.trackers.values())
    mine = {source: specs for source, specs in books.items() if source in template.look_here.how}
    built = build_books(config.schema, mine, template.pieces, template.look)
    yield from ((template.folder / source, one) for source, one in zip(mine, built, strict=True))


def every() -> Iterator[tuple[Path, bytes]]:
    """Yield path and bytes of the workbooks of all templates."""
    for template in (*list_templates(), *list_pieces()):
        yield from workbooks(template)


def main() -> None:
    """Write them, and take away those that no template builds any more."""
    made = dict(every())
    for path in set(FOLDER.glob("*/*.xlsx")) - made.keys():
        path.unlink()
    for path, content in made.items():
        path.write_bytes(content)
    print(f"{len(made)} workbooks in {FOLDER}")


if __name__ == "__main__":
    main()
