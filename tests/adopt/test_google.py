"""A spreadsheet in Google Sheets that nobody prepared."""

import datetime as dt
import tomllib

import pytest

from sheetops import adopting
from sheetops.model.errors import ConfigError, TrackerUnreadable, UnknownName
from sheetops.sandbox import Sandbox
from sheetops.workspace import load_config

from ..trackers.google import books

HEADER = ["Case ID", "Status", "Opened", "Amount", "Days"]
ROWS = [
    [f"{n:04d}", ["open", "closed"][n % 2], dt.date(2026, 3, 1 + n), 10.5 * n, f"=D{n + 3}*2"]
    for n in range(1, 13)
]
MARCH = [["Cases, March"], [], HEADER, *ROWS]


@pytest.fixture
def box():
    with Sandbox(seed=7) as box:
        yield box


@pytest.fixture
def adopt(box, tmp_path):
    """A function that adopts a link or id into the test's folder."""

    def run(said, **options):
        return adopting.adopt(said, tmp_path, {"SHEETOPS_GOOGLE_URL": box.url}, **options)

    return run


def link(spreadsheet):
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit?gid=0#gid=0"


def test_a_link_becomes_a_tracker_with_its_table(box, adopt, tmp_path):
    spreadsheet = books.make(box, {"Notes": [["hello"]], "Cases": MARCH})
    outcome = adopt(link(spreadsheet))
    config = load_config(tmp_path)
    spec = config.schema.trackers[outcome.data["tracker"]]
    assert (spec.backend, spec.source, spec.tab, spec.name) == ("google", spreadsheet, "Cases", "Cases")
    table = config.schema.table_of(spec)
    assert table.key == "case_id"
    assert {f.name: f.type.value for f in table.fields} == {
        "case_id": "text", "status": "choice", "opened": "date", "amount": "number", "days": "integer",
    }  # fmt: skip
    said = tomllib.loads((tmp_path / "sheetops.toml").read_text())["trackers"][spec.id]
    assert said["spreadsheet"] == f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit"
    assert said["name"] == "Cases"


def test_it_takes_two_reads_and_changes_nothing(box, adopt):
    spreadsheet = books.make(box, {"Cases": MARCH})
    before = books.transport(box).read(spreadsheet, fields="sheets")
    box.front.log.clear()
    outcome = adopt(spreadsheet)
    asked = len(box.requests)
    assert asked == 2
    assert books.transport(box).read(spreadsheet, fields="sheets") == before
    assert "Nothing in the spreadsheet was changed." in outcome.lines


def test_the_clock_is_the_spreadsheets_own_until_somebody_says_another(box, adopt, tmp_path):
    spreadsheet = books.make(box, {"Cases": MARCH, "Other": MARCH}, timezone="America/Bogota")
    adopt(spreadsheet, tab="Cases")
    assert load_config(tmp_path).timezone == "America/Bogota"
    text = (tmp_path / "sheetops.toml").read_text()
    (tmp_path / "sheetops.toml").write_text(text.replace("America/Bogota", "Europe/Dublin"))
    outcome = adopt(spreadsheet, tab="other")
    assert load_config(tmp_path).schema.trackers[outcome.data["tracker"]].timezone == "Europe/Dublin"


def test_a_clock_that_is_named_counts_first(box, adopt, tmp_path):
    adopt(books.make(box, {"Cases": MARCH}), zone="Asia/Tokyo")
    assert load_config(tmp_path).timezone == "Asia/Tokyo"


def test_a_workspace_that_names_no_clock_takes_the_spreadsheets_for_the_tracker(box, adopt, tmp_path):
    (tmp_path / "sheetops.toml").write_text('[workspace]\nname = "Desk"\n')
    outcome = adopt(books.make(box, {"Cases": MARCH}, timezone="America/Bogota"))
    config = load_config(tmp_path)
    assert (config.timezone, config.schema.trackers[outcome.data["tracker"]].timezone) == (
        "UTC",
        "America/Bogota",
    )


def test_a_currency_is_seen_in_the_format_of_the_cells(box, adopt, tmp_path):
    spreadsheet = books.make(box, {"Cases": MARCH})
    area = {"sheetId": 0, "startColumnIndex": 3, "endColumnIndex": 4, "startRowIndex": 3}
    look = {"userEnteredFormat": {"numberFormat": {"type": "CURRENCY", "pattern": "[$€]#,##0.00"}}}
    fields = "userEnteredFormat.numberFormat"
    books.change(box, spreadsheet, {"repeatCell": {"range": area, "cell": look, "fields": fields}})
    adopt(spreadsheet)
    field = load_config(tmp_path).schema.tables["cases"].field("amount")
    assert (field.type.value, field.currency) == ("money", "EUR")


def test_format_comes_right_after_when_it_is_asked_for(box, adopt):
    spreadsheet = books.make(box, {"Cases": MARCH})
    outcome = adopt(spreadsheet, format_it=True)
    assert outcome.exit_code == 0
    assert outcome.data["formatted"][0]["drop_downs"] == ["Status"]
    box.person(spreadsheet, "cem@example.com").type("Cases!A17", "0099")
    assert books.rows(box, spreadsheet)[-1] == ["0099"]


def test_the_same_tab_twice_is_refused(box, adopt):
    spreadsheet = books.make(box, {"Cases": MARCH})
    adopt(spreadsheet)
    with pytest.raises(ConfigError, match="of this workspace already"):
        adopt(link(spreadsheet))


def test_a_tab_that_is_not_there_is_answered_with_those_that_are(box, adopt):
    with pytest.raises(UnknownName, match=r"Cases has no tab 'Case'\. Did you mean 'Cases'"):
        adopt(books.make(box, {"Cases": MARCH}), tab="Case")


def test_a_spreadsheet_without_a_table_is_said(box, adopt):
    with pytest.raises(TrackerUnreadable, match="'Cases' of Cases is empty"):
        adopt(books.make(box, {"Cases": []}))


def test_a_spreadsheet_that_is_not_there_or_not_shared_is_googles_word(box, adopt, tmp_path):
    with pytest.raises(TrackerUnreadable, match="There is no spreadsheet"):
        adopt("1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
    owned = books.make(box, {"Cases": MARCH}, shared=False)
    with pytest.raises(TrackerUnreadable, match=r"robot@sandbox.example may not open"):
        adopt(owned)
    assert not (tmp_path / "sheetops.toml").exists()


def test_a_link_to_something_else_is_said(adopt):
    with pytest.raises(UnknownName, match="not the link of a Google spreadsheet"):
        adopt("https://docs.google.com/document/d/abc/edit")


def test_a_clock_that_is_none_is_said(box, adopt):
    with pytest.raises(UnknownName, match="no time zone 'Europe/Londn'"):
        adopt(books.make(box, {"Cases": MARCH}), zone="Europe/Londn")
