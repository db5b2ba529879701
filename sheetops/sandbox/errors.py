"""Google's refusals: a code, a status and a text, as the APIs put them into JSON."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}

NOT_FOUND = "Requested entity was not found."
FORBIDDEN = "The caller does not have permission"
INTERNAL = "Internal error encountered."
UNAVAILABLE = "The service is currently unavailable."
PROTECTED = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove "
    "protection if you need to edit."
)
TOO_LONG = "Your input contains more than the maximum of 50000 characters in a single cell."
TOO_MANY_CELLS = (
    "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
)
MERGED_PARTLY = "You must select all cells in a merged range to merge or unmerge them."
EXPIRED = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


class ApiError(Exception):
    """A request that the Sheets API refuses."""

    def __init__(self, message: str, code: int = 400, details: list[Json] | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.details = message, code, details

    def to_json(self) -> Json:
        """Return the body of the answer, as the Sheets API writes it."""
        error: Json = {"code": self.code, "message": self.message, "status": STATUS.get(self.code, "UNKNOWN")}
        if self.details:
            error["details"] = self.details
        return {"error": error}


class Missing(ApiError):
    """A part of the API that Google has and the sandbox does not."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The sandbox does not implement {what}.")


class DriveError(ApiError):
    """A request that the Drive API refuses; its JSON differs from the Sheets API's."""

    def __init__(self, message: str, code: int, reason: str, location: str | None = None) -> None:
        super().__init__(message, code)
        self.reason, self.location = reason, location

    def to_json(self) -> Json:
        """Return the body of the answer, as the Drive API writes it."""
        error: Json = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location:
            error |= {"location": self.location, "locationType": "parameter"}
        return {"error": {"code": self.code, "message": self.message, "errors": [error]}}


def bad_value(field: str, kind: str, value: str) -> ApiError:
    """Return the refusal of a JSON value of the wrong type, with the violated field in its details."""
    text = f"Invalid value at '{field}' ({kind}), {value}"
    violation = {"field": field, "description": text}
    return ApiError(
        text, details=[{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    )


def unknown_name(name: str, where: str) -> ApiError:
    """Return the refusal of a JSON name that the API does not know."""
    text = f'Invalid JSON payload received. Unknown name "{name}"' + (f" at '{where}'" if where else "")
    text += ": Cannot find field."
    violation: Json = {"description": text} | ({"field": where} if where else {})
    return ApiError(
        text, details=[{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    )
