"""Workbooks that other projects keep for tests: whatever is in them, adopt proposes or says why not."""

import hashlib
import os
from pathlib import Path

import pytest

from sheetops.adopt import propose
from sheetops.model.errors import TrackerUnreadable
from sheetops.workspace import parse_config

SHARED = Path(os.environ.get("SHEETOPS_SHARED", Path(__file__).parents[2].parent / "shared"))
CORPUS = SHARED / "vectors" / "xlsx"
pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"no workbooks at {CORPUS}; set SHEETOPS_SHARED to the folder that has them"
)
EVERY = 12
"""One in so many, so that the test takes seconds; the rest is as good and no better."""


def proposed(path):
    """A proposal, or None where there is nothing to adopt and that is said."""
    try:
        return propose(path)
    except TrackerUnreadable:
        return None


def sample():
    return sorted(CORPUS.rglob("*.xls[xm]"))[::EVERY]


@pytest.mark.parametrize("path", sample(), ids=lambda path: path.name[:60])
def test_a_proposal_loads_or_an_error_says_what_to_do(path):
    before = hashlib.sha256(path.read_bytes()).digest()
    proposal = proposed(path)
    if proposal:
        assert parse_config(proposal.toml(), path.parent / "sheetops.toml").schema.trackers
        assert proposal.findings[-1] == "Nothing in the workbook was changed."
    assert hashlib.sha256(path.read_bytes()).digest() == before


KNOWN = [
    ("exceljs__exceljs/spec__integration__data__test-pr-1220.xlsx", 1, 340, "kabela"),
    ("tafia__calamine/tests__minimal_package.xlsx", 3, 193, "bkg_num"),
    ("ironcalc__IronCalc/xlsx__tests__templates__gantt_project_tracker.xlsx", 3, 40, "no"),
]


@pytest.mark.parametrize(("name", "header_row", "rows", "key"), KNOWN)
def test_tables_people_made(name, header_row, rows, key):
    proposal = propose(CORPUS / name)
    region = proposal.seen.region
    assert (region.header_row, len(region.rows), proposal.key) == (header_row, rows, key)
