"""docs/sla.md says what the SLA columns do: every column, state, goal and finding, and its examples run."""

import doctest
import re
import tomllib
from importlib.resources import files

import pytest

from sheetops.columns.sla.policies import read_policies
from sheetops.columns.sla.policy_table import POLICY_TABLE
from sheetops.columns.sla.verdicts import STATES

from .pages import ROOT

PAGE = (ROOT / "docs" / "sla.md").read_text(encoding="utf-8")
SLA = ROOT / "sheetops" / "columns" / "sla"


def test_its_example_prints_what_the_page_says():
    (block,) = re.findall(r"```pycon\n(.*?)```", PAGE, re.DOTALL)
    example = doctest.DocTestParser().get_doctest(block, {}, "docs/sla.md", None, 0)
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("column", POLICY_TABLE.by_name)
def test_every_column_of_a_policy_has_a_row_with_an_example_that_reads(column):
    table = PAGE.split("## A policy row")[1].split("\n### ")[0]
    (row,) = re.findall(rf"^\| `{column}` \|(.*)\|$", table, re.MULTILINE)
    examples = re.findall(r"`([^`]+)`", row.split("|")[1])
    assert examples
    for example in examples:
        more = {"pause": "status == 'Waiting'"} if column == "resume" else {}
        policies, problems = read_policies([{"goal": "resolution", "target": "4h", column: example} | more])
        assert policies, problems


def test_every_target_of_the_page_reads():
    table = PAGE.split("### Targets")[1].split("The last five")[0]
    written = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    for target in re.findall(r"`([^`]+)`", "".join(written)):
        policies, problems = read_policies([{"goal": "resolution", "target": target}])
        assert policies, problems


def test_every_state_and_every_goal_is_there():
    goals = tomllib.loads((files("sheetops.columns.sla") / "goals.toml").read_text(encoding="utf-8"))[
        "policy"
    ]
    for name in (*STATES, *(row["goal"] for row in goals)):
        assert f"`{name}`" in PAGE


def test_every_kind_of_finding_is_explained():
    source = "".join(path.read_text(encoding="utf-8") for path in SLA.glob("*.py"))
    kinds = set(re.findall(r"(?:ERROR|WARNING|NOTE),\s+\"([a-z ]+)\"", source))
    assert len(kinds) > 12
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in PAGE] == []
