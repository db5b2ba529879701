"""What goes wrong on purpose, and people who act at a bad moment."""

import time
from datetime import timedelta

import gspread
import pytest
import requests
from gspread.utils import ValidationConditionType

from sheetops.sandbox import Sandbox

from .conftest import NOW, client_of


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


def test_quota_per_user_and_minute():
    clock = Clock()
    with Sandbox(quota=3, clock=clock) as box:
        book = client_of(box.url, "ana@example.com").create("Cases")
        book.share("", perm_type="anyone", role="writer")
        url = f"{box.url}/v4/spreadsheets/{book.id}/values/A1"

        def read(who):
            return requests.get(url, headers={"Authorization": f"Bearer {who}"}, timeout=5)

        assert [read("bo@example.com").status_code for _ in range(4)] == [200, 200, 200, 429]
        error = read("bo@example.com").json()["error"]
        assert error["status"] == "RESOURCE_EXHAUSTED"
        assert error["message"].startswith(
            "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user'"
        )
        assert error["details"][0]["reason"] == "RATE_LIMIT_EXCEEDED"
        assert read("cy@example.com").status_code == 200
        batch = requests.post(
            f"{box.url}/v4/spreadsheets/{book.id}/values:batchClear", json={"ranges": ["A1"]}, timeout=5
        )
        assert batch.status_code == 200  # writes are counted by themselves
        clock.now += timedelta(seconds=60)
        assert read("bo@example.com").status_code == 200


def test_quota_per_project():
    with Sandbox(project_quota=2) as box:
        book = client_of(box.url).create("Cases")
        url = f"{box.url}/v4/spreadsheets/{book.id}/values/A1"
        codes = [requests.get(url, timeout=5).status_code for _ in range(3)]
        assert codes == [200, 429, 429]  # opening it was the first read


def test_unavailable_as_json_and_as_html(box, book):
    url = f"{box.url}/v4/spreadsheets/{book.id}/values/A1"
    box.fail_next(503, count=2)
    assert requests.get(url, timeout=5).json()["error"]["status"] == "UNAVAILABLE"
    assert requests.get(url, timeout=5).status_code == 503
    box.fail_next(503, html=True)
    answer = requests.get(url, timeout=5)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert requests.get(url, timeout=5).status_code == 200


def test_a_write_that_landed_but_whose_answer_was_lost(box, book):
    box.fail_next(503, when="write", committed=True)
    with pytest.raises(gspread.exceptions.APIError):
        book.sheet1.update_acell("A1", "landed")
    assert book.sheet1.acell("A1").value == "landed"
    box.fail_next(500, when="write")
    with pytest.raises(gspread.exceptions.APIError):
        book.sheet1.update_acell("A1", "did not")
    assert book.sheet1.acell("A1").value == "landed"


def test_an_answer_that_is_cut_off(box, book):
    box.cut_next(10, when="write")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        book.sheet1.update_acell("A1", "landed")
    assert book.sheet1.acell("A1").value == "landed"


def test_latency():
    with Sandbox(latency_ms=60) as box:
        start = time.monotonic()
        client_of(box.url).create("Cases")
        assert 0.06 <= time.monotonic() - start < 1


def test_a_person_acts_between_read_and_write(box, book):
    book.sheet1.update([["Id", "Status"], ["1", "Open"], ["2", "Open"]], "A1")
    ana = box.person(book.id, "ana@example.com")
    box.before_next_write(lambda: ana.insert_rows("Sheet1", before=2))
    rows = book.sheet1.get("A1:B3")
    row = 1 + next(n for n, row in enumerate(rows) if row[0] == "2")
    book.sheet1.update_cell(row, 2, "Closed")  # by a number that was right when it was read
    assert book.sheet1.get("A1:B4") == [["Id", "Status"], [], ["1", "Closed"], ["2", "Open"]]


def test_a_person_acts_after_the_read(box, book):
    ana, tab = box.person(book.id), book.sheet1  # gspread looks a tab up with a read of its own
    box.after_read(lambda: ana.type("Sheet1!B2", "typed", "007"))
    assert tab.acell("B2").value is None
    assert tab.get("B2:C2") == [["typed", "7"]]
    ana.clear("B2:C2")
    ana.type("A1", "b")
    ana.type("A2", "a")
    ana.sort("A1:A2")
    assert ana.see("A1:A2") == [["a"], ["b"]]
    ana.move_rows("Sheet1", 2, 1, before=1)
    assert ana.see("A1:A2") == [["b"], ["a"]]
    ana.delete_rows("Sheet1", 1)
    ana.insert_columns("Sheet1", 1)
    assert ana.see("A1:B1") == [["", "a"]]
    ana.delete_columns("Sheet1", 1)
    ana.rename_tab("Sheet1", "Cases")
    assert book.worksheet("Cases").acell("A1").value == "a"


def test_who_may_not_is_told_so(box, book, api):
    assert api("GET", "", token="stranger@example.com")[1]["error"] == {
        "code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED",
    }  # fmt: skip
    book.share("reader@example.com", perm_type="user", role="reader")
    assert api("GET", "", token="reader@example.com")[0] == 200
    assert api("POST", "/values/A1:clear", token="reader@example.com")[0] == 403
    assert api("GET", "", spreadsheet="missing")[1]["error"]["status"] == "NOT_FOUND"
    box.expire("old-token")
    assert api("GET", "", token="old-token")[1]["error"]["status"] == "UNAUTHENTICATED"


def test_a_token_can_stand_for_somebody():
    with Sandbox(users={"secret": "ana@example.com"}) as box:
        book = client_of(box.url, "secret").create("Hers")
        assert box.service.store.get(book.id).file["owner"] == "ana@example.com"


def test_requests_are_there_to_be_counted(box, book):
    before = len(box.requests)
    book.sheet1.get("A1")
    assert [(one.method, one.path.rpartition("/")[2]) for one in box.requests[before:]][-1][0] == "GET"


def test_a_body_that_is_no_json(box, book):
    url = f"{box.url}/v4/spreadsheets/{book.id}:batchUpdate"
    answer = requests.post(url, data="{", headers={"Content-Type": "application/json"}, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Invalid JSON payload received.")


def test_drive_says_when_something_changed(box, client, book):
    def version():
        url = f"{box.url}/drive/v3/files/{book.id}?fields=version,modifiedTime,trashed"
        return requests.get(url, timeout=5).json()

    first = version()
    book.sheet1.get("A1")
    assert version() == first
    book.sheet1.update_acell("A1", "x")
    assert int(version()["version"]) > int(first["version"])
    requests.patch(f"{box.url}/drive/v3/files/{book.id}", json={"trashed": True}, timeout=5)
    assert version()["trashed"] is True


def test_large_answers_are_compressed_where_the_client_takes_that(box, book):
    book.sheet1.update([["x" * 100]] * 100, "A1")
    url = f"{box.url}/v4/spreadsheets/{book.id}/values/A1:A100"
    packed = requests.get(url, timeout=5)
    plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=5)
    assert packed.json() == plain.json()
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 10


def test_hands_are_held_to_a_list_of_choices_and_programs_are_not(box, book):
    book.sheet1.add_validation("A1:A2", ValidationConditionType.one_of_list, ["Open", "Closed"], strict=True)
    ana = box.person(book.id)
    ana.type("A1", "Open")
    with pytest.raises(Exception, match="in cell A2 violates the data validation rules"):
        ana.type("A2", "Opne")
    book.sheet1.update_acell("A2", "Opne")
    assert ana.see("A1:A2") == [["Open"], ["Opne"]]


def test_another_site_is_not_answered(box, book):
    url = f"{box.url}/v4/spreadsheets/{book.id}"
    assert requests.get(url, headers={"Origin": "http://elsewhere.example"}, timeout=5).status_code == 403
    assert requests.get(url, headers={"Host": "elsewhere.example"}, timeout=5).status_code == 403
    assert requests.get(url, headers={"Origin": box.url}, timeout=5).status_code == 200


def test_a_closed_sandbox_hangs_up(tmp_path):
    with requests.Session() as session:
        with Sandbox(data=tmp_path) as box:
            assert session.get(f"{box.url}/drive/v3/files", timeout=5).status_code == 200
        with pytest.raises(requests.exceptions.ConnectionError):
            session.get(f"{box.url}/drive/v3/files", timeout=5)
