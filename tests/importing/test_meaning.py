"""What headers, values and dates mean: certain things are taken, what is only likely waits for a person."""

from pathlib import Path

import pytest

ROW = ["T-1", "New", "DE", "Acme", "2026-01-05", ""]


def test_likely_columns_are_left_alone_unasked_and_taken_after_a_yes(office):
    header = ["Reference", "State", "Country", "Merchant", "Created at", "Title"]
    file = office.file(ROW, header=header)
    assert "1 to the intake" in office.run("import", file, "--into", "cases").output  # status is required
    said = office.take(file, answers="y\ny\n")
    assert "column 'State' -> status? sure: another word for it" in said
    assert office.table()["CASE-0001"]["status"] == "New"
    assert "Nothing to do" in office.take(file)
    assert '"State" = "status"' in office.mapping().read_text(encoding="utf-8")


def test_a_no_writes_nothing(office):
    office.take(office.file(ROW), answers="n\n")
    assert not office.mapping().exists()
    assert not (office.folder / "sheetops.db").exists()


def test_likely_spellings_wait_until_a_person_takes_the_mark_away(office):
    file = office.file(
        ROW, ["T-2", "in reveiw", "DE", "B", "", ""], ["T-3", " NEW ", "deutschland", "C", "", ""]
    )
    said = office.take(file, code=3)
    assert "status 'in reveiw' (1 times) -> 'In review'? sure" in said
    assert "2 added + 0 same + 0 updated + 1 to the intake = 3 rows" in said
    path = office.mapping()
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "in reveiw" in line)
    path.write_text(text.replace(line, line.removeprefix("# ")), encoding="utf-8")
    assert office.run("import", "--retry", "--yes").exit_code == 0
    assert [case["status"] for case in office.table().values()] == ["New", "New", "In review"]


def test_dates_are_read_market_by_market_where_they_show_it(office):
    rows = [[f"U-{day}", "New", "USA", "A", f"1/{day}/2026", ""] for day in (13, 25, 4)]
    rows += [[f"D-{day}", "New", "Deutschland", "B", f"{day}/1/2026", ""] for day in (14, 26, 5)]
    said = office.take(office.file(*rows))
    assert "month first where market is US, day first elsewhere" in said
    months = {case["source_ref"]: case["opened_at"] for case in office.table().values()}
    assert (months["U-4"].month, months["U-4"].day) == (1, 4)
    assert (months["D-5"].month, months["D-5"].day) == (1, 5)
    text = office.mapping().read_text(encoding="utf-8")
    assert 'when = "market in [\'US\']"\ndates = "month first"' in text
    assert "3 same" in office.take(office.file(*rows[:3]))  # a file of one market is read by the same rule


def test_where_nothing_decides_the_order_is_said_and_can_be_given(office):
    file = office.file([*ROW[:4], "5/1/2026", ""])
    assert "nothing in the file decides it" in office.run("import", file, "--into", "cases").output
    office.take(file, "--tracker-dates", "month first")
    assert office.table()["CASE-0001"]["opened_at"].isoformat() == "2026-05-01"


def test_a_mapping_is_read_with_its_mistakes_named(office):
    office.mapping().parent.mkdir()
    office.mapping().write_text(
        'table = "cases"\ndates = "day frist"\n[columns]\n"Reference" = "sourc_ref"\n', encoding="utf-8"
    )
    result = office.run("import", office.file(ROW), "--into", "cases", "--yes")
    assert result.exit_code == 1
    assert "tickets.toml, line 2" in result.stderr
    assert "Did you mean 'source_ref'?" in result.stderr


def test_what_people_wrote_in_a_mapping_stays(office):
    office.take(office.file(ROW))
    text = office.mapping().read_text(encoding="utf-8") + "\n# ask Jo about the refunds\n"
    office.mapping().write_text(text, encoding="utf-8")
    wider = office.file(
        [*ROW, "x", "5"],
        header=["Reference", "Status", "Market", "Merchant", "Opened at", "Summary", "Colour", "Points"],
    )
    office.take(wider)
    after = office.mapping().read_text(encoding="utf-8")
    assert "# ask Jo about the refunds" in after
    assert '"Points" = "points"' in after
    assert '"Colour"' in after.split("left_out = ")[1].split("]")[0]
    assert office.table()["CASE-0001"]["points"] == 5


def test_several_rows_tell_the_course_of_one_record(office):
    header = ["Reference", "Status", "Opened at"]
    rows = [
        ["T-1", "New", "2026-01-01"],
        ["T-1", "In review", "2026-01-03"],
        ["T-1", "Closed", "2026-01-09"],
        ["T-1", "Closed", "2026-01-10"],
    ]
    stopped = office.run("import", office.file(*rows, header=header), "--into", "cases", "--yes")
    assert stopped.exit_code == 4
    assert "name the column with their time: --history COLUMN" in stopped.stderr
    file = office.file(*rows, header=header, name="course.csv")
    said = office.take(file, "--history", "Opened at", "--map", office.folder / "imports" / "course.toml")
    assert "1 added + 0 same + 3 updated" in said
    assert "4 same" in office.take(file, "--map", office.folder / "imports" / "course.toml")
    (key,) = [key for key, case in office.table().items() if case["source_system"] == "course"]
    assert office.table()[key]["status"] == "Closed"
    assert [e["new"] for e in _history(office, key) if e["field"] == "status"] == ["In review", "Closed"]


def _history(office, key):
    import json

    return json.loads(office.run("history", key, "--json").output)["entries"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cases 2026-05-01.csv", "cases"), ("sf311_sample.csv", "sf311-sample"), ("export (2).xlsx", "export"),
        ("20240501.csv", "file-20240501"), ("工单.csv", "file"), ("zendesk_export_20260101.csv", "zendesk-export"),
    ],
)  # fmt: skip
def test_the_next_export_of_a_kind_has_the_same_mapping(name, kind):
    from sheetops.import_job import kind_of_file

    assert kind_of_file(Path(name)) == kind


def test_the_mapping_that_the_page_shows_reads(office):
    import re

    from sheetops.importing.mapping_file import read_mapping
    from sheetops.workspace import load_config
    from tests.docs.pages import ROOT

    page = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    table = load_config(office.folder).schema.tables["cases"]
    mapping = read_mapping(example, "zendesk", "zendesk.toml", table, "UTC", True)
    assert mapping.history == "Changed"
    assert mapping.rules[0].day_first is False
    assert mapping.alike.same == ("merchant",)
    assert mapping.constants == {"source_system": "zendesk"}


def test_a_preview_that_is_stopped_shows_why_and_what_it_saw(office):
    result = office.run(
        "import",
        office.file(*[[f"T-{n}", "Nonsense", "DE", "A", "", ""] for n in range(4)]),
        "--into",
        "cases",
    )
    assert result.exit_code == 4
    assert "Stopped: 4 of 4 rows of tickets.csv cannot be taken" in result.output
    assert "Reference -> source_ref" in " ".join(result.output.split())


def test_a_column_none_of_whose_values_is_a_choice_is_no_sure_proposal(office):
    file = office.file(
        ["T-1", "New", "Bavaria"], ["T-2", "New", "Hesse"], header=["Reference", "Status", "Region"]
    )
    assert (
        "column 'Region' -> market? suggestion: another word for it, but 2 of 2"
        in office.run("import", file, "--into", "cases").output
    )
