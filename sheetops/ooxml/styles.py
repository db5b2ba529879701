"""Cell formats: reading what a number means, and appending the few formats an edit needs.

Existing entries are never changed or renumbered (ECMA-376 part 1, 18.8.10 cellXfs, 18.8.30 numFmt, 18.8.45 xf).
"""

from __future__ import annotations

import re
from functools import lru_cache

from sheetops.ooxml.xmltext import Document, Node, escape_attribute, with_attribute

_BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0 ;(#,##0)", 38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip
# The ids whose text depends on the reader's locale (18.8.30): East Asian and Thai dates and times.
_LOCALE_DATES = {*range(27, 37), *range(50, 59), *range(71, 82)}
_IGNORED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?:[A-Za-z]+[0-9]*|\$[^\]]*|[<>=][^\]]*)\]')
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[dmhysbg]|a/p|am/pm|e(?![+-])", re.IGNORECASE)


@lru_cache(maxsize=4096)
def format_kind(code: str) -> str:
    """Return what a number format makes of a number: 'date', 'duration' or 'number'."""
    first = code.split(";")[0]
    bare = re.sub(r'"[^"]*"|\\.', "", first)
    if _ELAPSED.search(bare):
        return "duration"
    bare = _IGNORED.sub("", first)
    if bare.strip().lower() in ("general", "standard", "@"):
        return "number"
    return "date" if _DATE_LETTERS.search(bare.lower().replace("general", "")) else "number"


class Styles:
    """The cell formats of a workbook. `changed` tells whether any was appended."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.changed = False
        self._load()
        self._appended: dict[tuple[object, ...], int] = {}

    def _load(self) -> None:
        self.cell_xfs = self.document.child(self.document.root, "cellXfs")
        self.xfs = self.document.children(self.cell_xfs, "xf") if self.cell_xfs else []
        formats = self.document.child(self.document.root, "numFmts")
        nodes = self.document.children(formats, "numFmt") if formats else []
        self.codes = {_int(n.get("numFmtId")): n.get("formatCode") for n in nodes}
        self._kinds = [self._kind(_int(xf.get("numFmtId"))) for xf in self.xfs]

    def number_format(self, style: int) -> str:
        """Return the format code of a cell format; an index out of range reads as General."""
        if not 0 <= style < len(self.xfs):
            return "General"
        number = _int(self.xfs[style].get("numFmtId"))
        return self.codes.get(number) or _BUILT_IN.get(number, "General")

    def kind(self, style: int) -> str:
        return self._kinds[style] if 0 <= style < len(self._kinds) else "number"

    def _kind(self, number: int) -> str:
        if number not in self.codes and number in _LOCALE_DATES:
            return "date"
        return format_kind(self.codes.get(number) or _BUILT_IN.get(number, "General"))

    def with_number_format(self, style: int, code: str) -> int:
        """Return a cell format that is `style` with another number format, appending it when there is none."""
        if self.number_format(style) == code and self.xfs:
            return style
        key = (style, code)
        if key not in self._appended:
            number = self.format_id(code)
            base = (
                self.xfs[style].inside
                if 0 <= style < len(self.xfs)
                else ' fontId="0" fillId="0" borderId="0"'
            )
            inside = with_attribute(with_attribute(base, "numFmtId", str(number)), "applyNumberFormat", "1")
            self._appended[key] = self.append_xf(inside, self._children_of(style))
        return self._appended[key]

    def plain(self) -> int:
        """Return a cell format without anything: 0, or an appended one where 0 is more than that."""
        first = self.xfs[0].attributes if self.xfs else {}
        plain = all(first.get(name, "0") == "0" for name in ("fontId", "fillId", "borderId"))
        if plain and self.number_format(0) == "General":
            return 0
        return self.append_xf(
            f' numFmtId="{self.format_id("General")}" fontId="0" fillId="0" borderId="0" xfId="0"'
        )

    def first_font(self) -> dict[str, str]:
        """Return size, name and family of the workbook's default font (18.8.22)."""
        fonts = self.document.child(self.document.root, "fonts")
        return {c.local: c.get("val") for c in fonts.children[0].children} if fonts and fonts.children else {}

    def _children_of(self, style: int) -> str:
        """Return the alignment and protection inside an xf, to be carried over."""
        if not 0 <= style < len(self.xfs):
            return ""
        xf = self.xfs[style]
        return self.document.text[xf.open_end : xf.close_start]

    def append_xf(self, inside: str, children: str = "") -> int:
        name = self.document.prefix + "xf"
        xml = f"<{name}{inside}>{children}</{name}>" if children else f"<{name}{inside}/>"
        return self.append("cellXfs", xml)

    def append(self, collection: str, xml: str) -> int:
        """Return the index of an entry of fonts, fills, borders, numFmts or cellXfs, appending it when new."""
        node = self._collection(collection)
        for index, child in enumerate(node.children):
            if self.document.text[child.start : child.end] == xml:
                return index
        index = len(node.children)
        self.document.set_attribute(node, "count", str(index + 1))
        self.document.append(node, xml)
        self.document.apply()
        self._load()
        self.changed = True
        return index

    def _collection(self, name: str) -> Node:
        order = ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"]
        found = self.document.child(self.document.root, name)
        if found is None:
            tag = self.document.prefix + name
            before = order[: order.index(name)]
            self.document.insert_child(self.document.root, f'<{tag} count="0"></{tag}>', before)
            self.document.apply()
            found = self.document.child(self.document.root, name)
        assert found is not None
        return found

    def format_id(self, code: str) -> int:
        """Return the id of a number format, appending it as the next free one from 164."""
        for number, known in {**_BUILT_IN, **self.codes}.items():  # files may redefine a built-in id
            if known == code:
                return number
        number = max([163, *self.codes]) + 1
        tag = self.document.prefix + "numFmt"
        self.append("numFmts", f'<{tag} numFmtId="{number}" formatCode="{escape_attribute(code)}"/>')
        return number


def _int(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
