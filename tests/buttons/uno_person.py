"""A person at LibreOffice, over UNO: reads one JSON command a line, answers each with one line of JSON.

Runs under the Python that has `uno` (Debian: /usr/bin/python3 with python3-uno), so it imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]

NEVER, ALWAYS_NO_WARN = 0, 4  # com.sun.star.document.MacroExecMode


def connect(pipe: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except Exception:
            time.sleep(0.1)
    raise TimeoutError("LibreOffice did not answer")


def setting(name: str, value: Any) -> Any:
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


class Person:
    """Everything is fetched anew at each step: a document that was read again is another object."""

    def __init__(self, pipe: str) -> None:
        self.desktop = connect(pipe)

    def document(self) -> Any:
        found = self.desktop.Components.createEnumeration()
        while found.hasMoreElements():
            one = found.nextElement()
            if hasattr(one, "Sheets"):
                return one
        raise LookupError("no workbook is open")

    def sheet(self, tab: str) -> Any:
        return self.document().Sheets.getByName(tab)

    def open(self, path: str, macros: bool = True, read_only: bool = False) -> None:
        mode = setting("MacroExecutionMode", ALWAYS_NO_WARN if macros else NEVER)
        arguments = (mode, setting("ReadOnly", read_only))
        self.desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, arguments)

    def type(self, tab: str, address: str, value: str) -> None:
        self.sheet(tab).getCellRangeByName(address).setString(value)

    def cells(self, tab: str, area: str) -> list[list[str]]:
        cells = self.sheet(tab).getCellRangeByName(area)
        return [[str(value) for value in row] for row in cells.getDataArray()]

    def select(self, tab: str, address: str) -> None:
        controller = self.document().CurrentController
        controller.setActiveSheet(self.sheet(tab))
        controller.select(self.sheet(tab).getCellRangeByName(address))

    def buttons(self) -> list[str]:
        forms = self.sheet("sheetops").DrawPage.getForms()
        models = [form.getByIndex(n) for form in map(forms.getByIndex, range(forms.Count)) for n in range(form.Count)]  # fmt: skip
        return [model.Label for model in models]

    def press(self, caption: str) -> bool:
        controller = self.document().CurrentController
        controller.setActiveSheet(self.sheet("sheetops"))
        forms = self.sheet("sheetops").DrawPage.getForms()
        for form in map(forms.getByIndex, range(forms.Count)):
            for model in map(form.getByIndex, range(form.Count)):
                if model.Label == caption:
                    control = controller.getControl(model)
                    return bool(control.getAccessibleContext().doAccessibleAction(0))
        raise LookupError(f"there is no button {caption}")

    def locked_out(self) -> bool:
        """Tell whether the person's hold on the file is away, as it is while a press runs."""
        path = Path(uno.fileUrlToSystemPath(self.document().URL))
        return not path.with_name(f".~lock.{path.name}#").exists()

    def close(self) -> None:
        self.document().setModified(False)
        self.document().close(True)


def main(pipe: str) -> None:
    person = Person(pipe)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            said: dict[str, Any] = {"said": getattr(person, name)(**arguments)}
        except Exception as error:
            said = {"error": f"{type(error).__name__}: {error}"[:500]}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
