"""Where the table begins, under whatever people have put above it."""

import pytest
import xlsxwriter

from sheetops.adopt import propose
from sheetops.model.errors import TrackerUnreadable, UnknownName

HEADER = ["Case ID", "Status", "Owner", "Points"]
ROWS = [[f"C-{n:03d}", "open" if n % 2 else "closed", "Jane Doe", n] for n in range(1, 13)]


def said(proposal, words):
    return any(words in finding for finding in proposal.findings)


def test_a_header_in_the_first_row(adopt):
    proposal = adopt([HEADER, *ROWS])
    assert proposal.seen.region.header_row == 1
    assert len(proposal.seen.region.rows) == 12


def test_titles_and_blank_rows_above(adopt):
    above = [["LIVE governance, North"], ["Updated:", "6 May"], None, None]
    proposal = adopt([*above, HEADER, *ROWS], merge=[("A1:D1", "LIVE governance, North")])
    assert proposal.seen.region.header_row == 5
    assert said(proposal, "Above the header is something else, such as 'LIVE governance, North'")


def test_blank_rows_and_a_blank_column_inside(adopt):
    rows = [
        [None, *HEADER],
        *([None, *row] for row in ROWS[:5]),
        None,
        None,
        *([None, *row] for row in ROWS[5:]),
    ]
    proposal = adopt(rows)
    assert [c.letters for c in proposal.columns] == ["B", "C", "D", "E"]
    assert len(proposal.seen.region.rows) == 12


def test_a_header_of_two_rows_is_read_from_the_lower_one(adopt):
    rows = [["Title"], [None] * 4, [None] * 4, *ROWS]
    rows[1] = ["Case ID", "State", None, "Points"]
    rows[2] = [None, "Status", "Owner", None]
    proposal = adopt(rows, merge=[("B2:C2", "State"), ("A2:A3", "Case ID"), ("D2:D3", "Points")])
    assert proposal.seen.region.header_row == 3
    assert [c.header for c in proposal.columns] == HEADER
    assert said(proposal, "The header takes two rows; row 3, the lower one, names the columns.")


def test_a_header_merged_across_names_only_its_first_column(adopt):
    header = ["Case ID", "Status", None, "Points"]
    proposal = adopt([header, *ROWS], merge=[("B1:C1", "Status")])
    assert [c.header for c in proposal.columns] == ["Case ID", "Status", "Points"]
    assert said(proposal, "The header B1 is merged across to C1")
    assert said(proposal, "Column C has values and no header of text")


def test_a_totals_row_at_the_end_is_no_record(adopt):
    proposal = adopt([HEADER, *ROWS, None, [None, None, "Total", 78]])
    assert len(proposal.seen.region.rows) == 12
    assert said(proposal, "Row 15 is a totals row")


def test_a_total_in_the_key_column_is_warned_of(adopt):
    proposal = adopt([HEADER, *ROWS, ["Total:", None, None, 78]])
    assert said(proposal, "A14 says 'Total:' where the key stands")


def test_a_footnote_is_warned_of(adopt):
    proposal = adopt([HEADER, *ROWS, None, ["Source: export of Monday"]])
    assert len(proposal.seen.region.rows) == 12
    assert said(proposal, "A15 looks like a footnote")


def test_a_header_repeated_after_a_page_is_no_record(adopt):
    proposal = adopt([HEADER, *ROWS[:6], HEADER, *ROWS[6:]])
    assert len(proposal.seen.region.rows) == 12
    assert said(proposal, "Row 8 repeats the header")


def test_two_columns_with_the_same_header(adopt):
    proposal = adopt([[*HEADER, "owner "], *([*row, "x"] for row in ROWS)])
    assert said(proposal, "2 columns have the header 'Owner': C, E. Only C is proposed.")
    assert '# "owner" = "owner_2" is left out: column E' in proposal.toml()


def test_a_header_that_is_a_number_is_left_out(adopt):
    proposal = adopt([[*HEADER, 2024], *([*row, 1] for row in ROWS)])
    assert said(proposal, "The header in E1 is 2024")
    assert len(proposal.columns) == 4


def test_the_tab_most_like_a_table_is_taken(adopt):
    proposal = adopt(
        {"Read me": [["How to use this"]], "Lists": [["Status"], ["open"]], "Cases": [HEADER, *ROWS]}
    )
    assert proposal.seen.tab == "Cases"
    assert said(proposal, "Other tabs: 'Read me' (0 rows), 'Lists' (1 rows).")


def test_another_tab_can_be_named(adopt):
    assert adopt({"Cases": [HEADER, *ROWS], "Old": [HEADER, *ROWS[:2]]}, tab="old").seen.tab == "Old"


def test_a_tab_that_is_not_there(book):
    with pytest.raises(UnknownName, match="Did you mean 'Cases'"):
        propose(book([HEADER, *ROWS]), tab="Case")


def test_an_excel_table_says_where_it_begins(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("T")
        sheet.write_row(0, 0, ["Region", "North", "Team", "LIVE"])
        columns = [{"header": header} for header in HEADER]
        sheet.add_table(4, 1, 17, 4, {"columns": columns, "data": ROWS, "total_row": True})
    region = propose(path).seen.region
    assert (region.header_row, len(region.rows)) == (5, 12)


def test_a_stray_cell_at_the_far_corner_costs_nothing(tmp_path):
    path = tmp_path / "stray.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("T")
        for number, row in enumerate([HEADER, *ROWS]):
            sheet.write_row(number, 0, row)
        sheet.write(1_048_575, 16_383, "stray")
    proposal = propose(path)
    assert len(proposal.seen.region.rows) == 12
    assert said(proposal, "Beside the table, in XFD1048576, stands something else")


def test_a_table_beside_the_table_is_left_out(adopt):
    beside = [[*row, None, None, None, "x", 3] for row in (HEADER, *ROWS)]
    beside[0][-2:] = ["Legend", "Weight"]
    proposal = adopt(beside)
    assert [c.header for c in proposal.columns] == HEADER
    assert said(proposal, "Beside the table")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "Every tab of North.xlsx is empty|The tab 'Cases' of North.xlsx is empty"),
        ([[n, n * 2, n / 7] for n in range(9)], "No row of North.xlsx looks like a header"),
        (
            [["open", "Jane", "UK"], ["closed", "Bob", "UK"], ["open", "Bob", "IE"]] * 3,
            "No row of North.xlsx looks like a header",
        ),
    ],
)
def test_no_table_says_what_to_do(book, rows, message):
    with pytest.raises(TrackerUnreadable, match=message) as caught:
        propose(book(rows))
    assert caught.value.next_step


def test_what_is_no_workbook_says_so(tmp_path):
    for name, content in (("a.xlsx", b"hello"), ("b.xlsx", b""), ("c.csv", b"a,b\n1,2")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(TrackerUnreadable, match=name):
            propose(tmp_path / name)
    with pytest.raises(TrackerUnreadable, match="There is no file"):
        propose(tmp_path / "missing.xlsx")
