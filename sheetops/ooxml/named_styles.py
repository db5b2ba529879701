"""The few looks of a program-owned sheet, made from the workbook's own default font."""

from __future__ import annotations

from typing import NamedTuple

from sheetops.ooxml.styles import Styles


class Look(NamedTuple):
    """What sets a look apart from the workbook's default: colours are 'RRGGBB', size is in points."""

    bold: bool = False
    size: float | None = None
    color: str | None = None
    underline: bool = False
    fill: str | None = None
    border: str | None = None
    wrap: bool = False
    number_format: str = "General"


LOOKS = {
    "title": Look(bold=True, size=14),
    "header": Look(bold=True, color="FFFFFF", fill="44546A", wrap=True),
    "text": Look(),
    "wrap": Look(wrap=True),
    "muted": Look(color="7F7F7F"),
    "input": Look(fill="FFF2CC", border="BF9000", wrap=True),
    "warning": Look(bold=True, color="9C0006", fill="FFC7CE", wrap=True),
    "alert": Look(bold=True, color="9C0006"),
    "link": Look(color="0563C1", underline=True),
    "datetime": Look(number_format="yyyy-mm-dd hh:mm"),
}


def named_style(styles: Styles, name: str) -> int:
    """Return the cell format for a look, appending what it needs. Raise ValueError for an unknown name."""
    if name not in LOOKS:
        raise ValueError(f"unknown style {name!r}; there are {', '.join(LOOKS)}")
    look = LOOKS[name]
    if look == Look():
        return styles.plain()
    font, fill, border = _font(styles, look), _fill(styles, look), _border(styles, look)
    inside = f' numFmtId="{styles.format_id(look.number_format)}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
    flags = {"Font": font, "Fill": fill, "Border": border, "NumberFormat": look.number_format != "General"}
    inside += "".join(f' apply{part}="1"' for part, used in flags.items() if used)
    p = styles.document.prefix
    wrap = ' wrapText="1"' if look.wrap else ""
    return styles.append_xf(inside + ' applyAlignment="1"', f'<{p}alignment vertical="top"{wrap}/>')


def _font(styles: Styles, look: Look) -> int:
    """Return a font like the workbook's first one, but bold, coloured, underlined or of another size."""
    if not (look.bold or look.size or look.color or look.underline):
        return 0
    p = styles.document.prefix
    base = styles.first_font()
    size = f"{look.size:g}" if look.size else base.get("sz", "11")
    color = f'<{p}color rgb="FF{look.color}"/>' if look.color else f'<{p}color theme="1"/>'
    inner = (f"<{p}b/>" if look.bold else "") + (f"<{p}u/>" if look.underline else "")
    inner += f'<{p}sz val="{size}"/>{color}<{p}name val="{base.get("name", "Calibri")}"/>'
    inner += f'<{p}family val="{base.get("family", "2")}"/>'
    return styles.append("fonts", f"<{p}font>{inner}</{p}font>")


def _fill(styles: Styles, look: Look) -> int:
    if look.fill is None:
        return 0
    p = styles.document.prefix
    colors = f'<{p}fgColor rgb="FF{look.fill}"/><{p}bgColor indexed="64"/>'
    return styles.append(
        "fills", f'<{p}fill><{p}patternFill patternType="solid">{colors}</{p}patternFill></{p}fill>'
    )


def _border(styles: Styles, look: Look) -> int:
    if look.border is None:
        return 0
    p = styles.document.prefix
    sides = "".join(
        f'<{p}{side} style="thin"><{p}color rgb="FF{look.border}"/></{p}{side}>'
        for side in ("left", "right", "top", "bottom")
    )
    return styles.append("borders", f"<{p}border>{sides}<{p}diagonal/></{p}border>")
