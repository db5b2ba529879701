"""Every piece as Google Sheets: each tracker is made, filled, synced both ways."""

import pytest

from sheetops.model.sheet import column_letters
from sheetops.sandbox import Sandbox
from sheetops.templates import list_pieces

from .desk import Desk, typed
from .test_whole import KEPT, STARTED


@pytest.fixture(scope="module")
def box():
    with Sandbox(seed=7) as box:
        yield box


@pytest.fixture(scope="module")
def desk(tmp_path_factory, box):
    patch = pytest.MonkeyPatch()
    patch.setenv("SHEETOPS_GOOGLE_URL", box.url)
    desk = Desk(tmp_path_factory.mktemp("on google"))
    (desk.folder / "sheetops.toml").write_text(
        '[workspace]\nname = "Governance"\n[google]\nper_minute = 6000\n', encoding="utf-8"
    )
    for piece in list_pieces():
        said = desk.run("template", "add", piece.name, "--google")
        assert said.exit_code == 0 or "in sheetops.toml already" in said.output, said.output
    yield desk
    patch.undo()


def at(box, desk, tracker):
    spec = desk.config.schema.trackers[tracker]
    return box.person(spec.source, "robot@sandbox.example"), spec


def put(box, desk, tracker, row, cells):
    person, spec = at(box, desk, tracker)
    places = {column.header: column_letters(place) for place, column in enumerate(spec.columns, start=1)}
    for header, said in cells.items():
        person.type(f"{spec.tab}!{places[header]}{row}", str(said))


def see(box, desk, tracker, row):
    person, spec = at(box, desk, tracker)
    cells = [*(person.see(f"{spec.tab}!A{row}:{column_letters(len(spec.columns))}{row}") or [[]])[0]]
    cells += [""] * (len(spec.columns) - len(cells))
    return dict(zip([column.header for column in spec.columns], cells, strict=True))


@pytest.mark.slow
def test_every_tracker_takes_a_row_gives_it_a_key_and_takes_an_edit(desk, box):
    assert list(desk.folder.glob("*.xlsx")) == []
    first = desk.run("sync")
    assert first.exit_code == 0, first.output
    schema = desk.config.schema
    trackers = sorted(schema.trackers.keys() - KEPT - STARTED.keys())
    assert len(trackers) > 25
    for tracker in trackers:
        put(box, desk, tracker, 2, typed(desk.config, tracker))
    filled = desk.run("sync")
    assert filled.exit_code == 0, filled.output
    for tracker in trackers:
        table = schema.table_of(schema.trackers[tracker])
        key = schema.trackers[tracker].by_field[table.key].header
        assert see(box, desk, tracker, 2)[key] == table.key_format.format(1), tracker
    assert "Nothing to do." in desk.run("sync").output
    put(box, desk, "cases", 2, {"Status": "in review", "Owner": "Ben"})
    assert desk.run("sync").exit_code == 0
    assert see(box, desk, "cases", 2)["Status"] in ("in review", "in_review")
    assert desk.run("sql", "SELECT status, owner FROM cases").output.split()[-2:] == ["in_review", "Ben"]
    assert desk.run("undo", "R3").exit_code == 0
    assert see(box, desk, "cases", 2)["Owner"] == ""
    report = desk.run("report", "weekly")
    assert report.exit_code == 0, report.output
    assert report.output.startswith("# Weekly update")
