"""Form buttons: shapes in a sheet's legacy drawing that run a macro when they are pressed.

ECMA-376 part 4, 19.1 (VML) and 19.4 (its ClientData). Where the sheet has a legacy drawing, as for notes, the buttons
go into that; the drawing is not always well-formed XML, so it is only ever added to, before its end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetops.ooxml.errors import BrokenWorkbook
from sheetops.ooxml.notes import VML, drawing_part, new_drawing
from sheetops.ooxml.xmltext import escape_text

if TYPE_CHECKING:
    from sheetops.ooxml.sheet import Sheet

_BUTTON_TYPE = (
    f'<v:shapetype{VML} id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" '
    'o:connecttype="rect"/><o:lock v:ext="edit" shapetype="t"/></v:shapetype>'
)
_FIRST_SHAPE = 1024
_SHAPE_NUMBER = re.compile(rb"_x0000_s(\d+)")


@dataclass(frozen=True)
class Corner:
    """A corner of a shape: 0-based column and row, and the pixels from the cell's left and upper edge."""

    column: int
    right: int
    row: int
    down: int


@dataclass(frozen=True)
class Button:
    """A form button between two corners. `macro` is the name of a Sub of the workbook without arguments."""

    caption: str
    macro: str
    upper_left: Corner
    lower_right: Corner


def add_buttons(sheet: Sheet, buttons: Sequence[Button]) -> None:
    """Put buttons on a sheet, beside the notes and buttons that it has; those with the same macro are not added twice."""
    package = sheet.workbook.package
    part = drawing_part(sheet) or new_drawing(sheet)
    data = package.read(part)
    known = set(re.findall(rb"<x:FmlaMacro>\s*\[0\]!([^<\s]+)", data))
    wanted = [button for button in buttons if button.macro.encode() not in known]
    if wanted:
        package.write(part, with_buttons(data, part, wanted))


def with_buttons(drawing: bytes, part: str, buttons: Sequence[Button]) -> bytes:
    """Return a legacy drawing with buttons added before its end. Raise BrokenWorkbook for one that has no end."""
    end = drawing.rfind(b"</xml>")
    if end < 0:
        raise BrokenWorkbook(f"Part {part} is no drawing that a button can be added to. Nothing was written.")
    first = max([_FIRST_SHAPE, *(int(number) for number in _SHAPE_NUMBER.findall(drawing))]) + 1
    shapes = "".join(_shape(number, button) for number, button in enumerate(buttons, first))
    if b'"_x0000_t201"' not in drawing:
        shapes = _BUTTON_TYPE + shapes
    return drawing[:end] + shapes.encode() + drawing[end:]


def _shape(number: int, button: Button) -> str:
    a, b = button.upper_left, button.lower_right
    anchor = ", ".join(str(n) for n in (a.column, a.right, a.row, a.down, b.column, b.right, b.row, b.down))
    return (
        f'<v:shape{VML} id="_x0000_s{number}" type="#_x0000_t201" style="position:absolute;z-index:{number - _FIRST_SHAPE};'
        'mso-wrap-style:tight" o:button="t" fillcolor="buttonFace [67]" strokecolor="windowText [64]" o:insetmode="auto">'
        '<v:fill color2="buttonFace [67]" o:detectmouseclick="t"/><o:lock v:ext="edit" rotation="t"/>'
        '<v:textbox style="mso-direction-alt:auto" o:singleclick="f"><div style="text-align:center">'
        f'<font face="Calibri" size="220" color="#000000">{escape_text(button.caption)}</font></div></v:textbox>'
        f'<x:ClientData ObjectType="Button"><x:Anchor>{anchor}</x:Anchor><x:PrintObject>False</x:PrintObject>'
        f"<x:AutoFill>False</x:AutoFill><x:FmlaMacro>[0]!{escape_text(button.macro)}</x:FmlaMacro>"
        "<x:TextHAlign>Center</x:TextHAlign><x:TextVAlign>Center</x:TextVAlign></x:ClientData></v:shape>"
    )
