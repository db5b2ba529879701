"""A document as one HTML file that needs nothing else: charts are inside it, and it prints well."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..document import Block, Bullets, Document, Grid, Number, Paragraph, SeriesChart
from .charts import followed_svg, svg

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Segoe UI", Arial, sans-serif; color: #1b1b1b; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.7rem; margin: 0; color: #1f3a5f; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 2px solid #1f3a5f; padding-bottom: .15rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .4rem; } .about { color: #555; margin: .2rem 0 1rem; }
.notice { border-left: 4px solid #c2571a; background: #fbf3ec; padding: .5rem .8rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .87rem; margin: .3rem 0 1rem; }
caption { text-align: start; color: #555; padding: .2rem 0; } th, td { text-align: start; vertical-align: top; padding: .3rem .55rem; border-bottom: 1px solid #ddd; }
th { border-bottom: 2px solid #999; white-space: nowrap; } td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.out { font-weight: 700; } tbody tr:nth-child(even) { background: #f7f7f7; }
figure { margin: .8rem 0; } figure svg { max-width: 100%; height: auto; }
nav ul { columns: 3; padding-inline-start: 1.1rem; font-size: .9rem; } footer { margin-top: 2.5rem; color: #555; font-size: .85rem; border-top: 1px solid #ddd; padding-top: .5rem; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } nav { display: none; } h2 { break-after: avoid; } tr, figure { break-inside: avoid; } }
@media (max-width: 40rem) { nav ul { columns: 1; } }
"""


def html(document: Document) -> str:
    """Return the document as a page."""
    return "\n".join(_page(document)) + "\n"


def _page(document: Document) -> Iterator[str]:
    title = escape(document.title)
    yield f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>'
    yield f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    yield f'<p class="about" dir="auto">{escape(document.subtitle)}</p>'
    tops = [(n, one.title) for n, one in enumerate(document.sections) if one.level == 1]
    if len(tops) > 3:
        yield (
            "<nav><ul>"
            + "".join(f'<li><a href="#s{n}">{escape(name)}</a></li>' for n, name in tops)
            + "</ul></nav>"
        )
    for n, section in enumerate(document.sections):
        tag = f"h{section.level + 1}"
        yield f'<{tag} id="s{n}" dir="auto">{escape(section.title)}</{tag}>'
        for block in section.blocks:
            yield from _block(block)
    if document.left_out:
        yield (
            "<h2>Left out</h2>\n<ul>"
            + "".join(f"<li>{escape(one)}</li>" for one in document.left_out)
            + "</ul>"
        )
    yield f"<footer>As of {document.as_of:%Y-%m-%d %H:%M} UTC. Made by sheetops from the dataset and its journal.</footer>\n</body>\n</html>"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        kind = ' class="notice"' if block.kind == "notice" else ""
        yield f'<p{kind} dir="auto">{_lines(block.text)}</p>'
    elif isinstance(block, Bullets):
        yield "<ul>" + "".join(f'<li dir="auto">{_lines(item)}</li>' for item in block.items) + "</ul>"
    elif isinstance(block, Grid):
        yield from _grid(block)
    elif isinstance(block, SeriesChart):
        said = escape(f"{block.title}. {block.alt}", quote=True)
        yield f'<figure role="img" aria-label="{said}">{followed_svg(block)}</figure>'
        yield f'<p class="about" dir="auto">{escape(block.alt)}</p>'
    else:
        said = escape(
            f"{block.title}: {block.y_axis} by {block.x_axis}. The numbers are in the table.", quote=True
        )
        yield f'<figure role="img" aria-label="{said}">{svg(block)}</figure>'


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _grid(grid: Grid) -> Iterator[str]:
    right = [
        bool(grid.rows) and all(isinstance(row[n], Number) for row in grid.rows)
        for n in range(len(grid.columns))
    ]
    yield '<div class="wide"><table>'
    if grid.caption:
        yield f'<caption dir="auto">{escape(grid.caption)}</caption>'
    yield (
        "<thead><tr>"
        + "".join(f"<th{_class(n)}>{escape(name)}</th>" for name, n in zip(grid.columns, right, strict=True))
        + "</tr></thead>\n<tbody>"
    )
    for row in grid.rows:
        yield "<tr>" + "".join(_cell(cell, n) for cell, n in zip(row, right, strict=True)) + "</tr>"
    yield "</tbody></table></div>"


def _class(right: bool) -> str:
    return ' class="n"' if right else ""


def _cell(cell: str | Number, right: bool) -> str:
    if isinstance(cell, Number):
        return f"<td{_class(right)}>{escape(str(cell))}</td>"
    strange = ' class="out"' if cell.startswith(("ABOVE", "BELOW")) or cell.endswith((" ▲", " ▼")) else ""
    return f'<td{strange} dir="auto">{_lines(cell)}</td>'
