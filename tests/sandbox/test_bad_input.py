"""What a program may meet in the middle of a run, played on the sandbox: each as Google would answer it."""

import gspread
import pytest
import requests
from google.auth.exceptions import InvalidOperation

from .conftest import client_of

ROBOT = "robot@sandbox.example"


@pytest.fixture
def hers(box):
    """Ana's spreadsheet, which she has shared with the robot, as the robot sees it."""
    made = client_of(box.url, "ana@example.com").create("Cases")
    box.share(made.id, ROBOT)
    book = client_of(box.url).open_by_key(made.id)
    book.sheet1.update([["Id", "Status"], ["007", "Open"]], "A1")
    return book


def stamp(number):
    where = {"location": {"spreadsheet": True}, "visibility": "DOCUMENT", "metadataKey": "tracker"}
    return {"createDeveloperMetadata": {"developerMetadata": where | {"metadataId": number}}}


def refusal(act, *given):
    with pytest.raises(gspread.exceptions.APIError) as caught:
        act(*given)
    return caught.value.code, caught.value.error["message"]


def test_deleted_between_read_and_write(box, hers):
    tab = hers.sheet1
    box.before_next_write(lambda: box.delete(hers.id))
    assert refusal(tab.update_acell, "B2", "Closed") == (404, "Requested entity was not found.")


def test_in_the_trash_it_still_answers_and_drive_says_where_it_is(box, hers):
    """A program has to ask Drive: the Sheets API reads and writes what is in the trash (reported by users)."""
    tab = hers.sheet1
    box.before_next_write(lambda: box.trash(hers.id))
    tab.update_acell("B2", "Closed")
    assert tab.acell("B2").value == "Closed"
    url = f"{box.url}/drive/v3/files"
    assert requests.get(f"{url}/{hers.id}?fields=trashed", timeout=5).json() == {"trashed": True}
    assert requests.get(f"{url}?q=trashed%3Dfalse", timeout=5).json()["files"] == []
    assert "Cases" not in requests.get(box.url, timeout=5).text
    box.trash(hers.id, restore=True)
    assert requests.get(f"{url}/{hers.id}?fields=trashed", timeout=5).json() == {"trashed": False}


def test_the_tab_is_deleted(box, hers):
    other = hers.add_worksheet("Other", 5, 5)
    box.before_next_write(lambda: box.person(hers.id, "ana@example.com").delete_tab("Other"))
    assert refusal(other.update_acell, "A1", "x") == (400, "Unable to parse range: 'Other'!A1")
    write = {"updateCells": {"start": {"sheetId": other.id}, "fields": "note", "rows": [{"values": [{}]}]}}
    assert refusal(hers.batch_update, {"requests": [write]}) == (
        400, f"Invalid requests[0].updateCells: No grid with id: {other.id}",
    )  # fmt: skip


def test_access_is_revoked(box, hers):
    tab = hers.sheet1
    box.before_next_write(lambda: box.unshare(hers.id, ROBOT))
    assert refusal(tab.update_acell, "B2", "Closed") == (403, "The caller does not have permission")
    box.share(hers.id, ROBOT, "reader")
    assert tab.acell("B2").value == "Open"
    assert refusal(tab.update_acell, "B2", "Closed")[0] == 403
    box.share(hers.id, ROBOT)
    tab.update_acell("B2", "Closed")


def test_the_owner_may_lose_it_too(box, book):
    box.unshare(book.id, ROBOT)
    assert requests.get(f"{box.url}/v4/spreadsheets/{book.id}", timeout=5).status_code == 403


def test_the_token_expires(box, hers):
    box.share(hers.id, "token@example.com")
    book = client_of(box.url, "token@example.com").open_by_key(hers.id)
    tab = book.sheet1
    box.after_read(lambda: box.expire("token@example.com"))
    assert tab.acell("B2").value == "Open"
    with pytest.raises(InvalidOperation):  # google-auth tries to renew a token that was refused
        tab.update_acell("B2", "Closed")
    assert hers.sheet1.acell("B2").value == "Open"


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (
            429,
            "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user'",
        ),
        (403, "The caller does not have permission"),
        (500, "Internal error encountered."),
        (503, "The service is currently unavailable."),
    ],
)
def test_refusals_in_googles_words(box, hers, status, text):
    tab = hers.sheet1
    box.fail_next(status, when="write")
    code, said = refusal(tab.update_acell, "B2", "Closed")
    assert code == status
    assert said.startswith(text)
    assert tab.acell("B2").value == "Open"


def test_html_in_place_of_json(box, hers):
    box.fail_next(502, html=True)
    answer = requests.get(f"{box.url}/v4/spreadsheets/{hers.id}", timeout=5)
    assert answer.status_code == 502
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    box.fail_next(200, html=True)  # a proxy's login page
    assert requests.get(f"{box.url}/v4/spreadsheets/{hers.id}", timeout=5).text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("compressed", [True, False])
def test_an_answer_cut_off(box, hers, compressed):
    hers.sheet1.update([["x" * 50] * 20] * 50, "A10")
    box.cut_next(100, when="read")
    headers = {"Accept-Encoding": "gzip" if compressed else "identity"}
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(f"{box.url}/v4/spreadsheets/{hers.id}/values/A1:Z99", headers=headers, timeout=5)


def test_another_locale_and_time_zone(box, hers):
    box.person(hers.id).settings(locale="de_DE", time_zone="Europe/Berlin")
    hers.sheet1.update([["05.01.2024", "1.234,5", "=TODAY()"]], "A3", value_input_option="USER_ENTERED")
    assert hers.sheet1.get("A3:C3") == [["05.01.2024", "1.234,50", "17.05.2024"]]
    plain = hers.sheet1.get("A3:B3", value_render_option="UNFORMATTED_VALUE")
    assert plain == [[45296, 1234.5]]


@pytest.mark.parametrize(
    "request_body",
    [
        {"addSheet": {"properties": {"gridProperties": {"rowCount": 500_000, "columnCount": 20}}}},
        {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 400_000}},
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 400_001}}},
        {"updateSheetProperties": {"properties": {"sheetId": 0, "gridProperties": {"rowCount": 400_000}},
                                   "fields": "gridProperties.rowCount"}},
    ],
)  # fmt: skip
def test_ten_million_cells(refused, request_body):
    assert "above the limit of 10000000 cells" in refused(request_body)


def test_a_cell_over_the_limit(hers, api):
    long = "x" * 50_001
    assert refusal(hers.sheet1.update_acell, "B2", long)[1].endswith("50000 characters in a single cell.")
    assert hers.sheet1.acell("B2").value == "Open"
    hers.sheet1.update_acell("B2", long[:-1])
    assert len(hers.sheet1.acell("B2").value) == 50_000


def test_a_range_that_somebody_else_protects(box, hers):
    box.person(hers.id, "ana@example.com").protect("B1:B9")
    code, text = refusal(hers.sheet1.update_acell, "B2", "Closed")
    assert (code, text[:50]) == (400, "You are trying to edit a protected cell or object.")
    hers.sheet1.update_acell("A2", "008")


def test_the_header_is_edited_while_we_write(box, hers):
    tab = hers.sheet1
    box.before_next_write(lambda: box.person(hers.id, "ana@example.com").type("B1", "State"))
    tab.update_acell("B2", "Closed")
    assert tab.get("A1:B2") == [["Id", "State"], ["007", "Closed"]]


def test_a_copy_has_the_stamp_and_is_another_file(box, hers):
    hers.batch_update({"requests": [stamp(7)]})
    number = box.copy(hers.id, "Copy of cases")
    box.share(number, ROBOT)
    copied = client_of(box.url).open_by_key(number)
    assert (copied.title, copied.sheet1.acell("A2").value) == ("Copy of cases", "007")
    answer = requests.get(f"{box.url}/v4/spreadsheets/{number}/developerMetadata/7", timeout=5).json()
    assert answer["metadataKey"] == "tracker"
    assert refusal(copied.batch_update, {"requests": [stamp(7)]})[0] == 400
    copied.batch_update({"requests": [stamp(8)]})
    hers.batch_update({"requests": [stamp(8)]})  # the two go their own ways
