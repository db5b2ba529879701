"""Protected ranges: editors may, others are refused with Google's text."""

import pytest

TEXT = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection "
    "if you need to edit."
)


@pytest.fixture
def protected(book, change):
    """C2:C10 of the robot's spreadsheet, which Ana may edit and Bo may not."""
    for who in ("ana@example.com", "bo@example.com"):
        book.share(who, perm_type="user", role="writer")
    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 10, "startColumnIndex": 2, "endColumnIndex": 3}
    body = {"range": area, "editors": {"users": ["ana@example.com"]}}
    reply = change({"addProtectedRange": {"protectedRange": body}})
    return reply[0]["addProtectedRange"]["protectedRange"]["protectedRangeId"]


def put(api, cell, who):
    return api(
        "PUT", f"/values/{cell}", params={"valueInputOption": "RAW"}, json={"values": [["x"]]}, token=who
    )


def test_values(api, protected):
    assert put(api, "C2", "ana@example.com")[0] == 200
    status, answer = put(api, "C2", "bo@example.com")
    assert (status, answer["error"]["message"]) == (400, TEXT)
    assert put(api, "C1", "bo@example.com")[0] == 200
    assert put(api, "D2", "bo@example.com")[0] == 200


@pytest.mark.parametrize(
    "request_body",
    [
        {"updateCells": {"start": {"sheetId": 0, "rowIndex": 3, "columnIndex": 0}, "fields": "note",
                         "rows": [{"values": [{}, {}, {"note": "x"}]}]}},
        {"repeatCell": {"range": {"sheetId": 0}, "cell": {}, "fields": "note"}},
        {"sortRange": {"range": {"sheetId": 0, "startRowIndex": 1}, "sortSpecs": [{"dimensionIndex": 0}]}},
        {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 4, "endIndex": 5}}},
    ],
)  # fmt: skip
def test_batches(refused, protected, request_body):
    name = next(iter(request_body))
    assert refused(request_body, token="bo@example.com") == f"Invalid requests[0].{name}: {TEXT}"


def test_only_editors_change_the_protection(change, refused, protected):
    drop = {"deleteProtectedRange": {"protectedRangeId": protected}}
    assert TEXT in refused(drop, token="bo@example.com")
    warn = {"protectedRangeId": protected, "warningOnly": True}
    change(
        {"updateProtectedRange": {"protectedRange": warn, "fields": "warningOnly"}}, token="ana@example.com"
    )
    change(drop, token="bo@example.com")


def test_rows_inserted_inside_are_protected_too(api, change, protected):
    change(
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 3, "endIndex": 5}}}
    )
    assert put(api, "C12", "bo@example.com")[0] == 400
    assert put(api, "C13", "bo@example.com")[0] == 200


def test_who_may_not_edit_does_not_see_the_editors(api, protected):
    query = {"fields": "sheets.protectedRanges"}
    seen = api("GET", "", params=query, token="bo@example.com")[1]["sheets"][0]["protectedRanges"][0]
    assert "editors" not in seen
    assert "requestingUserCanEdit" not in seen
    seen = api("GET", "", params=query, token="ana@example.com")[1]["sheets"][0]["protectedRanges"][0]
    assert seen["requestingUserCanEdit"] is True


def test_the_page_is_somebody_too(box, book, protected):
    with pytest.raises(Exception, match="protected cell"):
        box.person(book.id).type("C3", "x")
    box.person(book.id, "ana@example.com").type("C3", "x")
