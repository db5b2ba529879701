"""A spreadsheet on the sandbox with the script in it: Code.gs runs in QuickJS, and what it fetches is real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from pathlib import Path
from typing import Any

import quickjs
import requests

from sheetops.sandbox import Sandbox

from ..trackers.google import books

_SHIM = Path(__file__).with_name("apps_script.js").read_text(encoding="utf-8")


class Script:
    """The script of one spreadsheet. `sent` are the bodies that left it; `spoil` may change or refuse an answer."""

    def __init__(self, code: str, box: Sandbox, spreadsheet: str, tab: str = "Cases") -> None:
        self.sent: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.nonce: str | None = None
        self._box, self._book = box, spreadsheet
        self._js = quickjs.Context()
        for name in dir(self):
            if name.startswith("python_"):
                self._js.add_callable(name, getattr(self, name))
        self._js.eval(_SHIM + code + "\nconst known = { happened, people, properties, mayCallOut };")
        self.person(tab=tab)

    def run(self, function: str) -> None:
        """Somebody picks a menu item, or clicks the button, that has this function."""
        self._js.eval(f"{function}()")

    def person(self, **said: Any) -> None:
        """What the person does next: `prompt` they type, `pressed` button, `row` and `tab` they have selected."""
        self._js.eval(f"Object.assign(people, {json.dumps(said)})")

    def says(self, expression: str) -> Any:
        """Return what a JavaScript expression comes to."""
        return json.loads(self._js.eval(f"JSON.stringify({expression})"))

    @property
    def alerts(self) -> list[str]:
        return list(self.says("happened.alerts"))

    @property
    def toasts(self) -> list[str]:
        return list(self.says("happened.toasts"))

    def connect(self, text: str) -> None:
        """The person pastes a token under Connect."""
        self.person(prompt=text, pressed="OK")
        self.run("sheetopsConnect")

    def set_clock(self, off: float) -> None:
        """Put the script's clock so many seconds off."""
        self._js.eval(f"{{ const real = Date.now; Date.now = () => real() + {off * 1000}; }}")

    # --- what the shim calls ---

    def python_uuid(self) -> str:
        return self.nonce or str(uuid.uuid4())

    def python_book_id(self) -> str:
        return self._book

    def python_utf8(self, text: str) -> str:
        return _bytes(text.encode())

    def python_base64(self, text: str) -> str:
        return _bytes(base64.b64decode(text, validate=True))

    def python_digest(self, algorithm: str, data: str) -> str:
        assert algorithm == "SHA_256"
        return _bytes(hashlib.sha256(_unsigned(data)).digest())

    def python_hmac(self, value: str, key: str) -> str:
        return _bytes(hmac.new(_unsigned(key), _unsigned(value), hashlib.sha256).digest())

    def python_fetch(self, url: str, options: str) -> str:
        said = json.loads(options)
        self.sent.append(json.loads(said["payload"]))
        self.headers.append(said["headers"])
        headers = {**said["headers"], "Content-Type": said["contentType"]}
        try:
            answer = requests.request(
                said["method"], url, data=said["payload"].encode(), headers=headers, timeout=30,
                allow_redirects=said["followRedirects"],
            )  # fmt: skip
        except requests.RequestException:
            return json.dumps({"error": f"Address unavailable: {url}"})
        return json.dumps({"text": answer.text, "code": answer.status_code})

    def python_size(self, tab: str) -> str:
        rows = books.rows(self._box, self._book, tab)
        return json.dumps([len(rows), max(map(len, rows), default=0)])

    def python_cells(self, tab: str, row: int, column: int, rows: int, columns: int) -> str:
        row, column, rows, columns = int(row), int(column), int(rows), int(columns)
        there = books.rows(self._box, self._book, tab)
        padded = [[*line, *[None] * 50] for line in [*there, *[[]] * (row + rows)]]
        area = [line[column - 1 : column - 1 + columns] for line in padded[row - 1 : row - 1 + rows]]
        return json.dumps([["" if cell is None else str(cell) for cell in line] for line in area])


def _bytes(data: bytes) -> str:
    """As Apps Script has them: from -128 to 127."""
    return json.dumps([byte - 256 if byte > 127 else byte for byte in data])


def _unsigned(data: str) -> bytes:
    return bytes(byte & 255 for byte in json.loads(data))
