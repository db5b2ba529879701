"""The checker of answers, itself checked; and the names of requests, all of them."""

from sheetops.sandbox.batch import KNOWN, REQUESTS

from . import discovery


def test_faults_are_found():
    schema = {"$ref": "ValueRange"}
    assert (
        discovery.faults({"range": "A1", "majorDimension": "ROWS", "values": [["x", 1, True]]}, schema) == []
    )
    assert discovery.faults({"rang": "A1"}, schema) == ["$.rang: there is no such field"]
    assert "is none of" in discovery.faults({"majorDimension": "ROW"}, schema)[0]
    assert "is no list" in discovery.faults({"values": "x"}, schema)[0]
    assert "is no integer" in discovery.faults({"sheetId": True}, {"$ref": "GridRange"})[0]


def test_paths_find_their_schemas():
    assert discovery.schemas_of("GET", "/v4/spreadsheets/ID/values/A1%3AB2") == (None, "ValueRange")
    assert discovery.schemas_of("POST", "/v4/spreadsheets/ID/values/A1:append") == (
        "ValueRange",
        "AppendValuesResponse",
    )
    assert (
        discovery.schemas_of("POST", "/v4/spreadsheets/ID:batchUpdate")[1] == "BatchUpdateSpreadsheetResponse"
    )
    assert discovery.schemas_of("GET", "/drive/v3/files") is None


def test_requests_are_called_what_the_api_calls_them():
    described = set(discovery.description()["schemas"]["Request"]["properties"])
    assert KNOWN - described == set()
    assert set(REQUESTS) <= KNOWN
