"""docs/serve.md says what the service takes, answers and refuses, and its example runs."""

import doctest
import re

import pytest

from sheetops.buttons.pressing import ACTIONS, Pressed
from sheetops.buttons.serving.presses import AskedFor

from .pages import ROOT

PAGE = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
SOURCES = [
    path.read_text(encoding="utf-8") for path in (ROOT / "sheetops" / "buttons" / "serving").glob("*.py")
]


def test_its_example_prints_what_the_page_says():
    (block,) = re.findall(r"```pycon\n(.*?)```", PAGE, re.DOTALL)
    example = doctest.DocTestParser().get_doctest(block, {}, "docs/serve.md", None, 0)
    assert doctest.DocTestRunner().run(example).failed == 0


def test_every_key_of_a_press_and_of_an_answer_and_every_action_is_there():
    for name in (*AskedFor.__dataclass_fields__, *Pressed("sync", "").to_json(), *ACTIONS):
        assert f"`{name}`" in PAGE


def test_every_refusal_stands_under_its_status():
    refusals = set(re.findall(r"Refused\(\s*(\d{3}),\s*\"([a-z]+)\"", "".join(SOURCES)))
    assert len(refusals) > 8
    for status, reason in refusals:
        assert re.search(rf"^\| [^|]*\b{status}\b[^|]* \|[^|]*`{reason}`", PAGE, re.MULTILINE), (
            status,
            reason,
        )


@pytest.mark.parametrize("page", ["serve.md", "buttons-google.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for target, part in re.findall(r"\]\(([^)#:]+)(?:#([^)]*))?\)", text):
        linked = (ROOT / "docs" / target).read_text(encoding="utf-8")
        headings = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.*)$", linked, re.MULTILINE)}  # fmt: skip
        assert not part or part in headings, (target, part)


def test_the_page_of_the_google_button_says_that_nothing_was_tried_at_google():
    text = (ROOT / "docs" / "buttons-google.md").read_text(encoding="utf-8")
    assert "Nothing of this page has been tried at Google itself yet." in text
