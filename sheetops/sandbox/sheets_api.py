"""The methods of the Sheets API, each in terms of the spreadsheet it reads or changes.

Source: https://developers.google.com/workspace/sheets/api/reference/rest
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    batch,
    defaults,
    describe,
    drive,
    fields,
    metadata,
    requests_cells,
    requests_lines,
    requests_looks,
    requests_ranges,
    requests_sheets,
    values,
)
from .a1 import area_of
from .call import Call, box_of
from .errors import ApiError, Json
from .grid import Area, Spreadsheet
from .http import Request

if TYPE_CHECKING:
    from .service import Service

REQUEST_MODULES = (metadata, requests_cells, requests_lines, requests_looks, requests_ranges, requests_sheets)
"""Importing them is what registers the requests of a batch."""


def create(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Make a spreadsheet with the title, properties and sheets given."""
    del parts
    body = request.json()
    given = body.get("properties") or {}
    title = given.get("title") or "Untitled spreadsheet"
    book = defaults.new_spreadsheet(service.new_file_id(), title)
    book.properties = defaults.spreadsheet_properties(title, given)
    if body.get("sheets"):
        book.sheets = []
    book.file = drive.new_file(service, user)
    call = service.call(book, user)
    for number, sheet in enumerate(body.get("sheets") or []):
        properties = sheet.get("properties") or {}
        wanted = properties | {"sheetId": properties.get("sheetId", 0 if number == 0 else None)}
        reply = requests_sheets.add_sheet(call, {"properties": wanted})
        _fill(call, reply["properties"]["sheetId"], sheet.get("data") or [])
    service.keep(book, user)
    return _described(call, [], grid=False, mask=request.option("fields"))


def _fill(call: Call, sheet_id: int, data: list[Json]) -> None:
    for block in data:
        start = {
            "sheetId": sheet_id,
            "rowIndex": block.get("startRow", 0),
            "columnIndex": block.get("startColumn", 0),
        }
        requests_cells.update_cells(call, {"start": start, "rows": block.get("rowData", []), "fields": "*"})


def get(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the spreadsheet, with cells where `includeGridData` or the field mask asks for them."""
    call = service.reading(parts[0], user)
    areas = [area_of(call.book, text) for text in request.query.get("ranges", [])]
    grid = request.option("includeGridData").lower() == "true"
    return _described(call, areas, grid=grid, mask=request.option("fields"))


def get_by_filter(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the parts of the spreadsheet that the data filters name."""
    call, body = service.reading(parts[0], user), request.json()
    areas = [area for one in body.get("dataFilters") or [] for area in metadata.areas(call.book, one)]
    return _described(call, areas, grid=bool(body.get("includeGridData")), mask=request.option("fields"))


def _described(call: Call, areas: list[Area], *, grid: bool, mask: str) -> Json:
    """Return the answer; with a field mask `includeGridData` is not looked at (documented)."""
    wanted = fields.parse(mask)
    for area in areas:
        box_of(call.book, area)
    with_grid = fields.wants(wanted, "sheets", "data") if mask else grid
    answer = describe.spreadsheet(call.book, call.user, call.now, areas=areas, grid=with_grid, mask=wanted)
    selected: Json = fields.select(answer, wanted)
    return selected


def batch_update(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Carry out every request or none."""
    body = request.json()
    with service.writing(parts[0], user) as call:
        replies = batch.apply(call, body.get("requests") or [])
        for text in body.get("responseRanges") or []:  # one that is nowhere refuses the whole batch
            area_of(call.book, text)
    answer: Json = {"spreadsheetId": parts[0], "replies": replies}
    if body.get("includeSpreadsheetInResponse"):
        answer["updatedSpreadsheet"] = _updated(call, body, request.option("fields"))
    selected: Json = fields.select(answer, fields.parse(request.option("fields")))
    return selected


def _updated(call: Call, body: Json, mask: str) -> Json:
    areas = [area_of(call.book, text) for text in body.get("responseRanges") or []]
    wanted = fields.parse(mask).get("updatedSpreadsheet", {}) if mask else {}
    grid = fields.wants(wanted, "sheets", "data") if wanted else bool(body.get("responseIncludeGridData"))
    return describe.spreadsheet(call.book, call.user, call.now, areas=areas, grid=grid, mask=wanted)


def values_get(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the values of one range."""
    return _selected(request, values.get(service.reading(parts[0], user, request.options()), parts[1]))


def _selected(request: Request, answer: Json) -> Json:
    selected: Json = fields.select(answer, fields.parse(request.option("fields")))
    return selected


def values_batch_get(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the values of several ranges."""
    call = service.reading(parts[0], user, request.options())
    rendering = values.Rendering.of(call.book, call.options, call.now)
    areas = [area_of(call.book, text) for text in request.query.get("ranges", [])]
    found = [values.read(rendering, area, values.major_of(call.options)) for area in areas]
    return _selected(request, {"spreadsheetId": call.book.id, "valueRanges": found})


def values_get_by_filter(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the values of the ranges that the data filters match."""
    body = request.json()
    call = service.reading(parts[0], user, body)
    rendering = values.Rendering.of(call.book, body, call.now)
    found = [
        {"valueRange": values.read(rendering, area, values.major_of(body)), "dataFilters": filters}
        for area, filters in metadata.matched(call.book, body.get("dataFilters") or [])
    ]
    return _selected(request, {"spreadsheetId": call.book.id, "valueRanges": found})


def values_update(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Write one range."""
    body = request.json()
    values.checked_lines(body)  # Google looks at the body before it looks at the range (recorded)
    with service.writing(parts[0], user, request.options()) as call:
        answer = values.write(call, area_of(call.book, parts[1]), body, request.option("valueInputOption"))
    return _selected(request, answer)


def values_batch_update(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Write several ranges, all or none."""
    body = request.json()
    with service.writing(parts[0], user, _response_options(body)) as call:
        option = body.get("valueInputOption")
        responses = [
            values.write(call, area_of(call.book, one.get("range", "")), one, option)
            for one in body.get("data") or []
        ]
    return _selected(request, values.totals(call, responses))


def _response_options(body: Json) -> Json:
    names = ("includeValuesInResponse", "responseValueRenderOption", "responseDateTimeRenderOption")
    return {name: body[name] for name in names if name in body}


def values_update_by_filter(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Write the ranges that the data filters match; a filter that matches more than one writes each (documented)."""
    body = request.json()
    responses = []
    with service.writing(parts[0], user, _response_options(body)) as call:
        for one in body.get("data") or []:
            for area in metadata.areas(call.book, one.get("dataFilter") or {}):
                answer = values.write(call, area, one, body.get("valueInputOption"))
                del answer["spreadsheetId"]
                responses.append(answer | {"dataFilter": one.get("dataFilter") or {}})
    return _selected(request, values.totals(call, responses))


def values_append(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Write below a table."""
    body = request.json()
    values.checked_lines(body)
    with service.writing(parts[0], user, request.options()) as call:
        answer = values.append(call, parts[1], body)
    return _selected(request, answer)


def values_clear(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Clear one range."""
    with service.writing(parts[0], user) as call:
        cleared = values.clear(call, area_of(call.book, parts[1]))
    return _selected(request, {"spreadsheetId": parts[0], "clearedRange": cleared})


def values_batch_clear(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Clear several ranges."""
    with service.writing(parts[0], user) as call:
        cleared = [
            values.clear(call, area_of(call.book, text)) for text in request.json().get("ranges") or []
        ]
    return _selected(request, {"spreadsheetId": parts[0], "clearedRanges": cleared})


def values_clear_by_filter(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Clear the ranges that the data filters match."""
    filters = request.json().get("dataFilters") or []
    with service.writing(parts[0], user) as call:
        cleared = [values.clear(call, area) for one in filters for area in metadata.areas(call.book, one)]
    return _selected(request, {"spreadsheetId": parts[0], "clearedRanges": cleared})


def metadata_search(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the developer metadata that any of the filters matches."""
    book, filters = service.reading(parts[0], user).book, request.json().get("dataFilters") or []
    found = [
        {"developerMetadata": one, "dataFilters": hits}
        for one in book.metadata
        if (hits := [each for each in filters if metadata.matches(book, one, each)])
    ]
    return _selected(request, {"matchedDeveloperMetadata": found} if found else {})


def metadata_get(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Return the developer metadata with this id."""
    for one in service.reading(parts[0], user).book.metadata:
        if one["metadataId"] == int(parts[1]):
            return _selected(request, one)
    raise ApiError(f"No developer metadata with ID: {parts[1]}.", 404)


def copy_to(service: Service, request: Request, user: str, parts: list[str]) -> Json:
    """Copy a sheet into a spreadsheet, the same one or another."""
    source = service.reading(parts[0], user).book
    target_id = request.json().get("destinationSpreadsheetId", "")
    with service.writing(target_id, user) as call:
        reply = _copied(call, source, int(parts[1]))
    return _selected(request, reply)


def _copied(call: Call, source: Spreadsheet, sheet_id: int) -> Json:
    original = source.sheet(sheet_id, "sheet")
    title = requests_sheets.free_copy_title(call.book, original.title)
    sheet = requests_sheets.copied_sheet(original, requests_sheets.sheet_id(call, None), title)
    requests_sheets.place(call.book, sheet, None)
    requests_sheets.copy_metadata(call, source, sheet_id, sheet.id)
    return dict(sheet.properties)
