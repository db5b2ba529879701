"""README.md tells the truth: every block is run, and what it prints is what the page says."""

import re

import pytest

from .pages import ROOT, write_docs

PAGE = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_session_prints_what_the_page_says(tmp_path):
    session = write_docs.Session(tmp_path)
    for block in write_docs.blocks(PAGE):
        if block.language == "console":
            for step in block.steps():
                printed = session.run(step.command)
                assert write_docs.agree(step.printed, printed), _difference(step, printed)
        elif block.language == "pycon":
            assert session.python(block.text) == []


def _difference(step, printed):
    said = "\n".join(step.printed)
    shown = "\n".join(printed)
    return f"$ {step.command}\n--- README.md says\n{said}\n--- it prints\n{shown}\nTo mend: python scripts/write_docs.py"


def test_a_block_that_is_not_run_names_scripts_that_exist():
    for block in write_docs.blocks(PAGE):
        assert block.language in ("console", "pycon", "sh"), (
            f"a block of '{block.language}' is run by no test"
        )
        if block.language == "sh":
            scripts = re.findall(r"^python (scripts/\w+\.py)", block.text, re.MULTILINE)
            assert len(scripts) == len(block.text.strip().split("\n"))
            assert all((ROOT / script).is_file() for script in scripts)


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/index.md", "docs/cli.md"]
)
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    missing = [t for t in targets if "://" not in t and not ((ROOT / page).parent / t).exists()]
    assert missing == []


def test_the_first_screen_is_a_sentence_and_commands():
    first = PAGE.split("\n```console\n", 1)[0]
    assert first.count("\n") < 8


@pytest.mark.parametrize(
    ("said", "printed", "same"),
    [
        (["a", "..."], ["a", "b", "c"], True),
        (["a", "..."], ["a"], True),
        (["...", "c"], ["a", "c"], True),
        (["a", "...", "c"], ["a", "b"], False),
        (["at 2026-01-05 10:00 done"], ["at 2027-11-30 23:59 done"], True),
        (["a.c"], ["abc"], False),
    ],
)
def test_three_dots_stand_for_any_lines_and_times_do_not_count(said, printed, same):
    assert write_docs.agree(tuple(said), printed) is same


def test_what_a_page_leaves_out_stays_left_out(tmp_path):
    page = "# p\n```console\n$ sheetops --version\n...\n```\n"
    assert write_docs.rewritten(page, tmp_path) == page
    said = ("first", "...", "Run R1: 2 cells.", "last")
    assert write_docs._elided(said, ["first", "b", "c", "Run R1: 3 cells.", "last"]) == [
        "first",
        "...",
        "Run R1: 3 cells.",
        "...",
        "last",
    ]
