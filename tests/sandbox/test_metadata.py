"""Developer metadata: the compare-and-swap, where it goes when rows move, and the ranges it finds."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sheetops.sandbox import Sandbox

from .conftest import client_of


def made(key, value="", *, number=None, row=None, sheet=None):
    where = {"spreadsheet": True}
    if row is not None:
        where = {
            "dimensionRange": {"sheetId": 0, "dimension": "ROWS", "startIndex": row, "endIndex": row + 1}
        }
    if sheet is not None:
        where = {"sheetId": sheet}
    body = {"metadataKey": key, "metadataValue": value, "location": where, "visibility": "DOCUMENT"}
    return {
        "createDeveloperMetadata": {"developerMetadata": body | ({"metadataId": number} if number else {})}
    }


def lookup(**wanted):
    return {"developerMetadataLookup": wanted}


@pytest.fixture
def found(api):
    def search(data_filter):
        status, answer = api("POST", "/developerMetadata:search", json={"dataFilters": [data_filter]})
        assert status == 200, answer
        return [one["developerMetadata"] for one in answer.get("matchedDeveloperMetadata", [])]

    return search


def test_an_id_in_use_fails_the_whole_batch(book, change, refused):
    book.sheet1.update_acell("A1", "before")
    change(made("generation", number=41))
    write = {"updateCells": {"start": {"sheetId": 0}, "fields": "userEnteredValue",
                             "rows": [{"values": [{"userEnteredValue": {"stringValue": "after"}}]}]}}  # fmt: skip
    text = refused(write, made("generation", number=41))
    assert text.startswith("Invalid requests[1].createDeveloperMetadata: ")
    assert book.sheet1.acell("A1").value == "before"
    change(write, made("generation", number=42))
    assert book.sheet1.acell("A1").value == "after"


def test_find_change_delete(change, found, api):
    change(made("stamp", "1", number=5), made("stamp", "2", sheet=0), made("row", row=3))
    assert [one["metadataValue"] for one in found(lookup(metadataKey="stamp"))] == ["1", "2"]
    assert found(lookup(metadataId=5))[0]["location"] == {"locationType": "SPREADSHEET", "spreadsheet": True}
    assert found(lookup(locationType="SHEET"))[0]["location"] == {"locationType": "SHEET", "sheetId": 0}
    assert [one["metadataKey"] for one in found({"a1Range": "A3:C5"})] == ["stamp", "row"]
    assert api("GET", "/developerMetadata/5")[1]["metadataValue"] == "1"
    assert api("GET", "/developerMetadata/6")[0] == 404
    new = {
        "dataFilters": [lookup(metadataId=5)],
        "developerMetadata": {"metadataValue": "9"},
        "fields": "metadataValue",
    }
    change({"updateDeveloperMetadata": new})
    assert found(lookup(metadataId=5))[0]["metadataValue"] == "9"
    gone = change({"deleteDeveloperMetadata": {"dataFilter": lookup(metadataKey="stamp")}})
    assert len(gone[0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]) == 2
    assert found(lookup(metadataKey="stamp")) == []


def test_row_metadata_follows_insertion_and_deletion(change, found):
    def row():
        hits = found(lookup(metadataKey="row"))
        return hits[0]["location"]["dimensionRange"]["startIndex"] if hits else None

    change(made("row", row=3))
    change(
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 3}}}
    )
    assert row() == 5
    change(
        {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}}
    )
    assert row() == 4
    source = {"sheetId": 0, "dimension": "ROWS", "startIndex": 4, "endIndex": 5}
    change({"moveDimension": {"source": source, "destinationIndex": 1}})
    assert row() == 1
    change(
        {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}}
    )
    assert row() is None


@pytest.mark.parametrize("follows", [False, True])
def test_whether_it_follows_a_sort_is_a_switch(follows):
    with Sandbox(metadata_follows_sort=follows) as box:
        book = client_of(box.url).create("Sorted")
        book.sheet1.update([["b"], ["a"]], "A1")
        book.batch_update({"requests": [made("row", row=0)]})
        box.person(book.id).sort("A1:A2")
        stored = box.service.store.get(book.id).metadata[0]["location"]["dimensionRange"]
        assert stored["startIndex"] == (1 if follows else 0)
        assert book.sheet1.col_values(1) == ["a", "b"]


def test_data_filters_read_write_and_clear(book, change, api):
    book.sheet1.update([["a", "b"], ["c", "d"], ["e", "f"]], "A1")
    change(made("key", row=1))
    change(
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}}
    )
    by_key = lookup(metadataKey="key")
    got = api("POST", "/values:batchGetByDataFilter", json={"dataFilters": [by_key, {"a1Range": "A4:B4"}]})[1]
    assert [one["valueRange"]["values"] for one in got["valueRanges"]] == [[["c", "d"]], [["e", "f"]]]
    assert got["valueRanges"][0]["dataFilters"] == [by_key]
    data = [{"dataFilter": by_key, "majorDimension": "ROWS", "values": [["C"]]}]
    wrote = api("POST", "/values:batchUpdateByDataFilter", json={"valueInputOption": "RAW", "data": data})[1]
    assert wrote["responses"][0]["updatedRange"] == "Sheet1!A3"
    assert book.sheet1.row_values(3) == ["C", "d"]
    cleared = api("POST", "/values:batchClearByDataFilter", json={"dataFilters": [by_key]})[1]
    assert cleared["clearedRanges"] == ["Sheet1!A3:Z3"]
    some = api("POST", ":getByDataFilter", json={"dataFilters": [by_key], "includeGridData": True})[1]
    assert some["sheets"][0]["data"][0]["startRow"] == 2
    assert some["sheets"][0]["data"][0]["rowMetadata"][0]["developerMetadata"][0]["metadataKey"] == "key"


def test_refusals(refused):
    assert "location must be specified" in refused(
        {"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "x", "visibility": "DOCUMENT"}}}
    )
    assert "exceeds the limit of 30000 characters" in refused(made("big", "x" * 30_001))
    assert "No grid with id: 9" in refused(
        {"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "x", "visibility": "DOCUMENT", "location": {
            "dimensionRange": {"sheetId": 9, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}}}}
    )  # fmt: skip


def test_a_copy_of_the_spreadsheet_carries_the_stamp(client, book, change, box):
    change(made("stamp", "generation 7", number=7))
    copied = client.copy(book.id)
    assert box.service.store.get(copied.id).metadata[0]["metadataValue"] == "generation 7"


def test_of_two_programs_at_once_exactly_one_wins(box, book):
    def send(who):
        body = {"requests": [made("generation", who, number=100)]}
        url = f"{box.url}/v4/spreadsheets/{book.id}:batchUpdate"
        return requests.post(url, json=body, timeout=20).status_code

    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(send, [f"program {n}" for n in range(16)]))
    assert sorted(codes) == [200] + [400] * 15
