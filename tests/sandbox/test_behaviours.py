"""What the sandbox claims to know is in the docs, and is true of the recordings."""

import re
from pathlib import Path

import pytest

from sheetops.sandbox.behaviours import BEHAVIOURS, markdown

from .replay import FOLDER, recordings
from .test_conformance import REACHED

DOCS = Path(__file__).parents[2] / "docs" / "sandbox.md"
RENEW = """python -c "from pathlib import Path; from sheetops.sandbox.behaviours import markdown as m; \
p = Path('docs/sandbox.md'); mark = '<!-- behaviours -->\\n'; \
p.write_text(p.read_text('utf-8').partition(mark)[0] + mark + m(), 'utf-8')" """


def test_the_docs_have_the_table():
    table = DOCS.read_text(encoding="utf-8").partition("<!-- behaviours -->\n")[2]
    assert table == markdown(), f"renew it with: {RENEW}"


def test_the_docs_have_the_figures():
    said = re.search(
        r"([\d,]+) answers of the real API.*: ([\d,]+) come out", DOCS.read_text(encoding="utf-8"), re.DOTALL
    )
    assert [int(figure.replace(",", "")) for figure in said.groups()] == [1465, sum(REACHED.values())]


@pytest.mark.skipif(not recordings(), reason=f"no recordings in {FOLDER}: set SHEETOPS_SHARED")
@pytest.mark.parametrize("source", sorted({one.source for one in BEHAVIOURS if one.known == "recorded"}))
def test_what_is_called_recorded_has_its_recording(source):
    assert (FOLDER / f"{source}.json").is_file()
