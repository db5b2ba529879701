"""Developer metadata: what programs write on a spreadsheet, a sheet, a row or a column, unseen by people.

`createDeveloperMetadata` with an id that is in use fails its whole batch: sheetops builds its compare-and-swap on that.
Source: https://developers.google.com/workspace/sheets/api/guides/metadata
"""

from __future__ import annotations

from . import fields
from .a1 import area_of
from .batch import request
from .call import Call
from .errors import ApiError, Json
from .grid import Area, Spreadsheet

SHEET_LIMIT = 30_000
"""Characters of keys and values on one sheet, and on the spreadsheet itself (documented)."""


@request("createDeveloperMetadata")
def create(call: Call, body: Json) -> Json:
    """Add metadata. Raise when the id given is in use."""
    given = body["developerMetadata"]
    taken = {one["metadataId"] for one in call.book.metadata}
    wanted = given.get("metadataId")
    if wanted in taken:
        raise ApiError(f"Developer metadata with ID {wanted} already exists.")
    if wanted is not None and wanted < 1:
        raise ApiError("The developer metadata ID must be positive.")
    if not given.get("metadataKey"):
        raise ApiError("The developer metadata key must be specified.")
    if given.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise ApiError("The developer metadata visibility must be specified.")
    while wanted is None or wanted in taken:
        wanted = call.new_id()
    made: Json = {"metadataId": wanted, "metadataKey": given["metadataKey"]}
    if given.get("metadataValue"):
        made["metadataValue"] = given["metadataValue"]
    made |= {"location": _location(call.book, given.get("location") or {}), "visibility": given["visibility"]}
    call.book.metadata.append(made)
    _refuse_too_much(call.book, made)
    return {"developerMetadata": made}


def _location(book: Spreadsheet, given: Json) -> Json:
    """Return the location with its type, as Google completes it."""
    if given.get("dimensionRange"):
        span = given["dimensionRange"]
        book.sheet(span.get("sheetId") or 0)
        if span.get("endIndex", 0) - span.get("startIndex", 0) != 1:
            raise ApiError("Developer metadata may only be associated with a single row or column.")
        kind = "ROW" if span["dimension"] == "ROWS" else "COLUMN"
        shown = {"sheetId": span["sheetId"]} if span.get("sheetId") else {}
        shown |= {name: span.get(name, 0) for name in ("dimension", "startIndex", "endIndex")}
        return {"locationType": kind, "dimensionRange": shown}
    if given.get("sheetId") is not None:
        book.sheet(given["sheetId"], "sheet")
        return {"locationType": "SHEET", "sheetId": given["sheetId"]}
    if given.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    raise ApiError("The developer metadata location must be specified.")


def _refuse_too_much(book: Spreadsheet, made: Json) -> None:
    """Raise when a sheet, or the spreadsheet, carries more than 30,000 characters of metadata."""
    place = _place(made)
    size = sum(
        len(one["metadataKey"]) + len(one.get("metadataValue", ""))
        for one in book.metadata
        if _place(one) == place
    )
    if size > SHEET_LIMIT:
        raise ApiError(f"The developer metadata exceeds the limit of {SHEET_LIMIT} characters.")


def _place(one: Json) -> int | None:
    location = one["location"]
    if "dimensionRange" in location:
        return int(location["dimensionRange"].get("sheetId") or 0)
    found: int | None = location.get("sheetId")
    return found


@request("updateDeveloperMetadata")
def update(call: Call, body: Json) -> Json:
    """Change what the data filters match."""
    changed = []
    for place, one in enumerate(call.book.metadata):
        if any(matches(call.book, one, each) for each in body.get("dataFilters") or []):
            new = fields.update(one, body["developerMetadata"], body.get("fields", ""))
            if new["location"] != one["location"]:
                new["location"] = _location(call.book, body["developerMetadata"].get("location") or {})
            call.book.metadata[place] = new
            _refuse_too_much(call.book, new)
            changed.append(new)
    return {"developerMetadata": changed} if changed else {}


@request("deleteDeveloperMetadata")
def delete(call: Call, body: Json) -> Json:
    """Delete what the data filter matches; nothing matched is no error (documented)."""
    hits = [one for one in call.book.metadata if matches(call.book, one, body.get("dataFilter") or {})]
    call.book.metadata = [one for one in call.book.metadata if one not in hits]
    return {"deletedDeveloperMetadata": hits} if hits else {}


def matches(book: Spreadsheet, one: Json, data_filter: Json) -> bool:
    """Whether the DataFilter matches the metadata: by lookup, or because a range meets its location (documented)."""
    lookup = data_filter.get("developerMetadataLookup")
    if lookup is not None:
        return _looked_up(one, lookup)
    area = _given_area(book, data_filter)
    if area is None:
        return False
    where = location_area(one)
    sheet = book.sheet(area.sheet_id)
    return (
        where is not None
        and where.sheet_id == area.sheet_id
        and area.within(sheet).meets(where.within(sheet))
    )


def _given_area(book: Spreadsheet, data_filter: Json) -> Area | None:
    if data_filter.get("a1Range"):
        return area_of(book, data_filter["a1Range"])
    if data_filter.get("gridRange") is not None:
        return Area.of(data_filter["gridRange"])
    return None


def _looked_up(one: Json, lookup: Json) -> bool:
    location = one["location"]
    simple = (
        ("metadataId", one["metadataId"]), ("metadataKey", one["metadataKey"]),
        ("metadataValue", one.get("metadataValue", "")), ("visibility", one["visibility"]),
        ("locationType", location["locationType"]),
    )  # fmt: skip
    if any(lookup.get(name) is not None and lookup[name] != value for name, value in simple):
        return False
    wanted = lookup.get("metadataLocation")
    if not wanted:
        return True
    return _same_place(location, wanted, lookup.get("locationMatchingStrategy") or "EXACT_LOCATION")


def _same_place(location: Json, wanted: Json, strategy: str) -> bool:
    """Whether the locations are equal, or, by INTERSECTING_LOCATION, one lies on the other."""
    mine, theirs = _span(location), _span(wanted)
    if mine == theirs:
        return True
    if strategy != "INTERSECTING_LOCATION":
        return False
    if None in (mine[0], theirs[0]):
        return True
    if mine[0] != theirs[0]:
        return False
    same_way = mine[1] == theirs[1] or None in (mine[1], theirs[1])
    return not same_way or None in (mine[1], theirs[1]) or (mine[2] < theirs[3] and theirs[2] < mine[3])


def _span(location: Json) -> tuple[int | None, str | None, int, int]:
    """Return (sheet, dimension, start, end); no sheet is the spreadsheet, no dimension the whole sheet."""
    span = location.get("dimensionRange")
    if span:
        return (
            span.get("sheetId") or 0,
            span.get("dimension"),
            span.get("startIndex", 0),
            span.get("endIndex", 0),
        )
    return location.get("sheetId"), None, 0, 0


def location_area(one: Json) -> Area | None:
    """Return the cells that the metadata is on; None for the whole spreadsheet."""
    sheet, dimension, start, end = _span(one["location"])
    if sheet is None:
        return None
    if dimension is None:
        return Area(sheet)
    return Area(sheet, start, end) if dimension == "ROWS" else Area(sheet, None, None, start, end)


def areas(book: Spreadsheet, data_filter: Json) -> list[Area]:
    """Return the areas that the DataFilter means."""
    if data_filter.get("developerMetadataLookup") is not None:
        found = [location_area(one) for one in book.metadata if matches(book, one, data_filter)]
        return [area for area in found if area is not None]
    area = _given_area(book, data_filter)
    if area is None:
        raise ApiError("A data filter must be specified.")
    return [area]


def matched(book: Spreadsheet, filters: list[Json]) -> list[tuple[Area, list[Json]]]:
    """Return each area that the filters mean, once, with the filters that mean it."""
    found: dict[Area, list[Json]] = {}
    for one in filters:
        for area in areas(book, one):
            found.setdefault(area, []).append(one)
    return list(found.items())
