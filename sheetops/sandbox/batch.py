"""`spreadsheets.batchUpdate`: every request of the batch, or none.

Each kind of request is one function, registered under its name by `@request`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .call import Call
from .errors import ApiError, Json, Missing, unknown_name

Handler = Callable[[Call, Json], Json | None]
"""Changes the call's spreadsheet and returns the reply, None for an empty one."""

H = TypeVar("H", bound=Handler)

REQUESTS: dict[str, Handler] = {}

LARGEST_BATCH = 100_000


def request(name: str) -> Callable[[H], H]:
    """Register the function that carries out requests of this name."""

    def register(handler: H) -> H:
        REQUESTS[name] = handler
        return handler

    return register


# Every request that the API has: what is not in REQUESTS is refused as missing, what is not here as unknown.
KNOWN = frozenset(
    """
    addBanding addChart addCommentReply addConditionalFormatRule addDataSource addDimensionGroup
    addFilterView addNamedRange addProtectedRange addSheet addSlicer addTable appendCells
    appendDimension autoFill autoResizeDimensions cancelDataSourceRefresh clearBasicFilter copyPaste
    createDeveloperMetadata cutPaste deleteBanding deleteComment deleteCommentReply
    deleteConditionalFormatRule deleteDataSource deleteDeveloperMetadata deleteDimension
    deleteDimensionGroup deleteDuplicates deleteEmbeddedObject deleteFilterView deleteNamedRange
    deleteProtectedRange deleteRange deleteSheet deleteTable duplicateFilterView duplicateSheet
    findReplace insertComment insertDimension insertRange mergeCells moveDimension pasteData
    randomizeRange refreshDataSource repeatCell setBasicFilter setDataValidation sortRange
    textToColumns trimWhitespace unmergeCells updateBanding updateBorders updateCells
    updateChartSpec updateCommentPost updateConditionalFormatRule updateDataSource
    updateDeveloperMetadata updateDimensionGroup updateDimensionProperties
    updateEmbeddedObjectBorder updateEmbeddedObjectPosition updateFilterView updateNamedRange
    updateProtectedRange updateSheetProperties updateSlicerSpec updateSpreadsheetProperties
    updateTable
    """.split()  # noqa: SIM905 - a list of names, one below the other, would hide the file
)


def apply(call: Call, requests: list[Json]) -> list[Json]:
    """Carry out the requests on the call's spreadsheet, in order, and return the replies.

    Raise at the first that is refused, with its number and name in the text (recorded). The call's spreadsheet is
    then half changed: the caller works on a copy and throws it away.
    """
    if not requests:
        raise ApiError("Must specify at least one request.")
    if len(requests) > LARGEST_BATCH:
        raise ApiError(f"Too many requests: {len(requests)}. The maximum is {LARGEST_BATCH}.")
    return [_one(call, number, item) for number, item in enumerate(requests)]


def _one(call: Call, number: int, item: Json) -> Json:
    kinds = [name for name, body in item.items() if body is not None] if isinstance(item, dict) else []
    for name in kinds:
        if name not in KNOWN:
            raise unknown_name(name, f"requests[{number}]")
    if len(kinds) != 1:
        raise ApiError(f"Invalid requests[{number}]: No request set.")
    name = kinds[0]
    if name not in REQUESTS:
        raise Missing(f"requests[{number}].{name}")
    try:
        reply = REQUESTS[name](call, item[name])
    except Missing:
        raise
    except ApiError as error:
        raise ApiError(
            f"Invalid requests[{number}].{name}: {error.message}", error.code, error.details
        ) from None
    except KeyError as error:
        raise ApiError(f"Invalid requests[{number}].{name}: {error.args[0]} is required.") from None
    return {} if reply is None else {name: reply}
