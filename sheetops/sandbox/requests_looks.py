"""Requests about how people look at a sheet: conditional formats, banding, filter views. Kept and answered, not drawn."""

from __future__ import annotations

from typing import Any

from . import fields
from .batch import request
from .call import Call
from .errors import ApiError, Json
from .grid import Area, Sheet


def _shown(given: Json) -> Json:
    """Return the JSON without null, its range as Google writes it."""
    kept: Json = fields.trimmed(given)
    return kept | ({"range": Area.of(kept["range"]).to_json()} if "range" in kept else {})


@request("addConditionalFormatRule")
def add_rule(call: Call, body: Json) -> None:
    """Add a rule at an index; the first is the strongest."""
    rule = fields.trimmed(body["rule"])
    rule["ranges"] = [Area.of(one).to_json() for one in rule.get("ranges") or []]
    if not rule["ranges"]:
        raise ApiError("rule.ranges is required.")
    sheet = call.book.sheet(Area.of(rule["ranges"][0]).sheet_id)
    sheet.conditional.insert(body.get("index") or 0, rule)


def _rule(sheet: Sheet, index: int) -> Json:
    if not 0 <= index < len(sheet.conditional):
        raise ApiError(f"No conditional format on sheet: {sheet.id} at index: {index}")
    return sheet.conditional[index]


@request("deleteConditionalFormatRule")
def delete_rule(call: Call, body: Json) -> Json:
    """Delete the rule at an index and return it."""
    sheet, index = call.book.sheet(body.get("sheetId") or 0), body.get("index") or 0
    rule = _rule(sheet, index)
    del sheet.conditional[index]
    return {"rule": rule}


@request("updateConditionalFormatRule")
def update_rule(call: Call, body: Json) -> Json:
    """Replace or move the rule at an index."""
    index = body.get("index") or 0
    ranges = (body.get("rule") or {}).get("ranges")
    sheet = call.book.sheet(Area.of(ranges[0]).sheet_id if ranges else body.get("sheetId") or 0)
    old = _rule(sheet, index)
    if "rule" in body:
        sheet.conditional[index] = fields.trimmed(body["rule"])
        return {"oldRule": old, "newRule": sheet.conditional[index], "newIndex": index}
    del sheet.conditional[index]
    sheet.conditional.insert(body.get("newIndex") or 0, old)
    return {"oldIndex": index, "newRule": old, "newIndex": body.get("newIndex") or 0}


def _place(call: Call, kept: str, name: str, wanted: Any) -> tuple[list[Json], int]:
    """Return the list that holds the item with this id, and where in it."""
    for sheet in call.book.sheets:
        items: list[Json] = getattr(sheet, kept)
        for place, one in enumerate(items):
            if one[name] == wanted:
                return items, place
    raise ApiError(f"No {name.removesuffix('Id')} with id: {wanted}")


@request("addFilterView")
def add_view(call: Call, body: Json) -> Json:
    """Add a filter view."""
    given = _shown(body["filter"])
    made = {"filterViewId": call.new_id()} | given
    call.book.sheet(Area.of(given.get("range") or {}).sheet_id).filter_views.append(made)
    return {"filter": made}


@request("updateFilterView")
def update_view(call: Call, body: Json) -> None:
    """Change a filter view."""
    items, place = _place(call, "filter_views", "filterViewId", body["filter"]["filterViewId"])
    items[place] = _shown(fields.update(items[place], body["filter"], body.get("fields", "")))


@request("deleteFilterView")
def delete_view(call: Call, body: Json) -> None:
    """Delete a filter view."""
    items, place = _place(call, "filter_views", "filterViewId", body["filterId"])
    del items[place]


@request("addBanding")
def add_banding(call: Call, body: Json) -> Json:
    """Color a range in bands."""
    given = _shown(body["bandedRange"])
    made = {"bandedRangeId": call.new_id()} | given
    call.book.sheet(Area.of(given.get("range") or {}).sheet_id).banding.append(made)
    return {"bandedRange": made}


@request("updateBanding")
def update_banding(call: Call, body: Json) -> None:
    """Change the bands."""
    items, place = _place(call, "banding", "bandedRangeId", body["bandedRange"]["bandedRangeId"])
    items[place] = _shown(fields.update(items[place], body["bandedRange"], body.get("fields", "")))


@request("deleteBanding")
def delete_banding(call: Call, body: Json) -> None:
    """Remove the bands."""
    items, place = _place(call, "banding", "bandedRangeId", body["bandedRangeId"])
    del items[place]
