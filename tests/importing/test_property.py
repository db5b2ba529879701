"""Count in = added + same + updated + intake, whatever a file holds; a second time changes nothing; nothing typed is lost."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sheetops
from sheetops.import_verbs import Wishes, import_file
from sheetops.model.record import Actor

from .conftest import CONFIG, HEADER, Office

CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "New",
            "new ",
            "Closed",
            "done",
            "Clsoed",
            "US",
            "德国",
            "n/a",
            "31/02/2026",
            "5/1/2026",
            "2026-01-05",
            "7",
            "x,y",
            '"',
            "=1+1",
        ]
    ),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8),
)
ROW = st.tuples(st.sampled_from(["T-1", "T-2", "T-3", "T-4", ""]), *[CELLS] * (len(HEADER) - 1)).map(list)
WIDE = st.one_of(ROW, ROW.map(lambda row: row[:3]), ROW.map(lambda row: [*row, "more"]))
ALLOW = Wishes(yes=True, allow=frozenset({"unreadable"}))


def _outcome(office, rows):
    path = Path(office.file(*rows))
    with sheetops.open(office.folder) as ws:
        return import_file(ws, path, "cases", ALLOW).data["counts"]


def _is_a_row(row):
    return any(cell.strip() for cell in row)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WIDE, max_size=8), st.lists(WIDE, max_size=8))
def test_every_row_is_accounted_for_and_a_second_time_changes_nothing(first, second):
    first, second = (
        [["T-0", "New", "DE", "A", "2026-01-05", "s"], *first],
        [["T-0", "New", "DE", "A", "2026-01-05", "s"], *second],
    )
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        (office.folder / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
        for rows in (first, second):
            there = len(office.table()) if (office.folder / "sheetops.db").exists() else 0
            counts = _outcome(office, rows)
            assert counts["rows"] == sum(map(_is_a_row, rows))
            assert counts["rows"] == counts["added"] + counts["same"] + counts["updated"] + counts["intake"]
            assert len(office.table()) == there + counts["added"]
            head = office.head()
            again = _outcome(office, rows)
            assert office.head() == head
            assert again["added"] == again["updated"] == 0
        with sheetops.open(folder) as ws:
            assert ws.store.verify() == []
            waiting = [
                r for r in ws.store.records("intake").values() if r.values["kind"] == "cannot be taken"
            ]
            assert all(record.values["raw"] for record in waiting)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["merchant", "summary"]), st.sampled_from(["a", "b", "c"]), st.booleans()),
        max_size=8,
    )
)
def test_what_a_person_typed_last_stands(steps):
    """A person and the source change cells in any order; after each import the person's last word stands."""
    from sheetops.model.record import Change, Op, Source

    theirs = {"merchant": "m", "summary": "s"}
    typed = {}
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        (office.folder / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
        for name, value, by_person in [("merchant", "m", False), *steps]:
            if by_person:
                with sheetops.open(folder) as ws:
                    old = ws.store.records("cases")["CASE-0001"].values[name]
                    if old != value:
                        change = Change(
                            "cases", "CASE-0001", Op.SET, Source(Actor.TRACKER, "desk"), name, old, value
                        )
                        ws.commit("test", lambda head, change=change: ([change], {}, ""))
                        typed[name] = value
            else:
                theirs[name] = value
                _outcome(office, [["T-1", "New", "DE", theirs["merchant"], "2026-01-05", theirs["summary"]]])
            now = office.table()["CASE-0001"]
            assert {**theirs_now(now, theirs, typed), **typed} == {
                "merchant": now["merchant"],
                "summary": now["summary"],
            }


def theirs_now(now, theirs, typed):
    return {name: now[name] if name in typed else value for name, value in theirs.items()}
