"""What a person reads: one sentence, what was not done, the next step; for Google's own texts of refusal."""

import json

import pytest
import requests

from sheetops.model.errors import TrackerBusy, TrackerNotWritten, TrackerUnreadable
from sheetops.trackers.google.answers import Garbled, Refused, read_refusal
from sheetops.trackers.google.problems import Asked, explain

ROBOT = "robot@project-7.iam.gserviceaccount.com"
CONSOLE = "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=712345"
READING = Asked("Cases North", writing=False, robot=ROBOT)
WRITING = Asked("Cases North", writing=True, robot=ROBOT)
CHANGING = Asked("Cases North", writing=True, robot=ROBOT, was_read=True)
PERSON = Asked("Cases North", writing=False, person=True)


def refusal(status, message, *, state="PERMISSION_DENIED", reason=None, metadata=None):
    """The refusal as the Sheets API writes it."""
    error = {"code": status, "message": message, "status": state}
    if reason:
        info = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "metadata": metadata or {},
        }
        error["details"] = [info]
    return answered(status, json.dumps({"error": error}))


def drive_refusal(status, message, reason):
    """The refusal as the Drive API writes it."""
    errors = [{"domain": "global", "reason": reason, "message": message}]
    return answered(status, json.dumps({"error": {"code": status, "message": message, "errors": errors}}))


def answered(status, body, kind="application/json; charset=UTF-8"):
    response = requests.Response()
    response.status_code, response._content = status, body.encode()
    response.headers["Content-Type"] = kind
    return read_refusal(response)


FORBIDDEN = refusal(403, "The caller does not have permission")
DISABLED = refusal(
    403,
    f"Google Sheets API has not been used in project 712345 before or it is disabled. Enable it by visiting {CONSOLE} "
    "then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems.",
    reason="SERVICE_DISABLED",
    metadata={"service": "sheets.googleapis.com", "consumer": "projects/712345"},
)
SCOPE = refusal(
    403, "Request had insufficient authentication scopes.", reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    metadata={"service": "sheets.googleapis.com"},
)  # fmt: skip
PROTECTED = refusal(
    400, "Invalid requests[0].updateCells: You are trying to edit a protected cell or object. Please contact the "
    "spreadsheet owner to remove protection if you need to edit.", state="INVALID_ARGUMENT",
)  # fmt: skip
CELLS = refusal(
    400, "Invalid requests[2].appendDimension: This action would increase the number of cells in the workbook above the "
    "limit of 10000000 cells.", state="INVALID_ARGUMENT",
)  # fmt: skip
OFFICE = refusal(
    400, "This operation is not supported for this document. The document must not be an Office file.",
    state="FAILED_PRECONDITION",
)  # fmt: skip

STORIES = {
    "not shared": (
        FORBIDDEN, READING, TrackerUnreadable, f"{ROBOT} may not open 'Cases North'.",
        f"Share it with {ROBOT} as Editor. Where the company allows sharing only inside, ask whoever runs Google Workspace.",
    ),
    "may read but not change": (
        FORBIDDEN, CHANGING, TrackerNotWritten, f"{ROBOT} may read 'Cases North' but not change it.",
        f"Open it, Share, and make {ROBOT} an Editor in place of Viewer.",
    ),
    "a person without access": (
        FORBIDDEN, PERSON, TrackerUnreadable, "Your Google account may not open 'Cases North'.",
        ("Share it with that account as Editor. Where the company allows sharing only inside, ask whoever runs Google "
        "Workspace."),
    ),
    "not found": (
        refusal(404, "Requested entity was not found.", state="NOT_FOUND"), READING, TrackerUnreadable,
        "There is no spreadsheet 'Cases North': it was deleted, or its id or link is mistyped.",
        "Copy its link from the browser into the tracker's source in sheetops.toml, or restore it from the bin.",
    ),
    "API disabled": (
        DISABLED, READING, TrackerUnreadable, "The Google Sheets API is not switched on in the project 712345.",
        f"Open {CONSOLE}, press Enable, wait five minutes, and run the command again.",
    ),
    "Drive API disabled": (
        drive_refusal(403, "Access Not Configured. Drive API has not been used in project 9 before or it is disabled. "
                      "Enable it by visiting https://console.developers.google.com/apis/api/drive?project=9 then retry.",
                      "accessNotConfigured"),
        READING, TrackerUnreadable, "The Google Drive API is not switched on in the project 9.",
        ("Open https://console.developers.google.com/apis/api/drive?project=9, press Enable, wait five minutes, and run "
        "the command again."),
    ),
    "insufficient scope": (
        SCOPE, PERSON, TrackerUnreadable,
        "The credentials of your Google account do not include the permission to use spreadsheets.",
        "Log in again and leave every box ticked: sheetops google login CLIENT_SECRET.json",
    ),
    "insufficient scope for Drive": (
        drive_refusal(403, "Insufficient Permission: Request had insufficient authentication scopes.",
                      "insufficientPermissions"),
        PERSON, TrackerUnreadable,
        "The credentials of your Google account do not include the permission to see versions of files in Drive.",
        ("Set drive_version = false under [google], or log in again: sheetops google login CLIENT_SECRET.json "
        "--drive-version"),
    ),
    "token refused": (
        refusal(401, "Request had invalid authentication credentials.", state="UNAUTHENTICATED"), READING,
        TrackerUnreadable, f"Google no longer accepts the credentials of {ROBOT}: they expired or were taken back.",
        "Make new ones (docs/google.md), then run: sheetops doctor",
    ),
    "protected": (
        PROTECTED, CHANGING, TrackerNotWritten,
        f"In 'Cases North' somebody protected cells that this change is for, and {ROBOT} may not edit them.",
        (f"Its owner finds the range under Data > Protect sheets and ranges; add {ROBOT} to its editors, or set the "
        "columns to mode read."),
    ),
    "ten million cells": (
        CELLS, CHANGING, TrackerNotWritten,
        "'Cases North' would have more than the 10 million cells that Google allows.",
        "Delete unused rows, columns and tabs in it, or let the tracker show fewer records (where).",
    ),
    "too large": (
        refusal(400, "Request payload size exceeds the limit: 10485760 bytes.", state="INVALID_ARGUMENT"), WRITING,
        TrackerNotWritten, "The change for 'Cases North' is larger than Google takes at once.",
        "Sync fewer records at once: narrow the tracker's where, or run with --only.",
    ),
    "too large for the front": (
        Refused(413), WRITING, TrackerNotWritten, "The change for 'Cases North' is larger than Google takes at once.",
        "Sync fewer records at once: narrow the tracker's where, or run with --only.",
    ),
    "an Excel file in Drive": (
        OFFICE, READING, TrackerUnreadable, "'Cases North' is an Excel or other file kept in Drive, not a Google Sheet.",
        "Open it, File > Save as Google Sheets, and put the new link into sheetops.toml.",
    ),
    "quota": (
        refusal(429, "Quota exceeded for quota metric 'Read requests'.", state="RESOURCE_EXHAUSTED"), READING,
        TrackerBusy, f"Google's quota for {ROBOT} is used up: Quota exceeded for quota metric 'Read requests'.",
        "Run the command again in a few minutes.",
    ),
    "Drive's quota": (
        drive_refusal(403, "User Rate Limit Exceeded", "userRateLimitExceeded"), READING, TrackerBusy,
        f"Google's quota for {ROBOT} is used up: User Rate Limit Exceeded", "Run the command again in a few minutes.",
    ),
    "Google's own trouble": (
        answered(502, "<!DOCTYPE html><title>Error 502</title>", "text/html"), READING, TrackerBusy,
        "Google has trouble of its own (error 502).", "Run the command again in a few minutes.",
    ),
    "a proxy's page": (
        answered(403, "<html>Blocked by policy</html>", "text/html"), READING, TrackerUnreadable,
        "A web page came in place of the data of sheets.googleapis.com: a proxy, or the sign-in page of a network.",
        "Open any site in a browser and sign in, or ask who runs the network to let this address through.",
    ),
    "a proxy with a password": (
        Refused(407), READING, TrackerUnreadable,
        "The network wants a name and password before it lets anything through.",
        "Sign in to the network, or name the proxy in HTTPS_PROXY, and run the command again.",
    ),
    "anything else": (
        refusal(400, "Invalid requests[0].updateCells: No grid with id: 9", state="INVALID_ARGUMENT"), WRITING,
        TrackerNotWritten,
        "Google refused to change 'Cases North' (error 400): Invalid requests[0].updateCells: No grid with id: 9",
        "Run: sheetops doctor",
    ),
    "cut off": (
        Garbled(), READING, TrackerBusy, "The answer of sheets.googleapis.com was cut off.",
        "Run the command again in a few minutes.",
    ),
    "a wrong certificate": (
        requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"), READING,
        TrackerUnreadable, ("The certificate that came for sheets.googleapis.com is not trusted; something in the network "
        "may open the connection."),
        "Ask who runs the network for its certificate, and name the file in REQUESTS_CA_BUNDLE.",
    ),
    "a name nobody knows": (
        requests.ConnectionError("NameResolutionError: getaddrinfo failed"), READING, TrackerBusy,
        "sheets.googleapis.com is not known to this network (no name server answers for it).",
        "Check the network, VPN and proxy (HTTPS_PROXY), and run the command again.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("error", "asked", "kind", "what", "step"), STORIES.values(), ids=STORIES)
def test_a_failure_in_plain_words(error, asked, kind, what, step):
    said = explain(error, asked)
    assert type(said) is kind
    assert said.what == what
    assert said.next_step == step
    assert said.not_done == (
        "Nothing was written to 'Cases North'." if asked.writing else "'Cases North' was not read."
    )


def test_what_may_have_arrived_is_not_called_undone():
    said = explain(FORBIDDEN, Asked("Cases North", writing=True, maybe_done=True))
    assert (
        said.not_done == "Whether the last change arrived is not known; the next sync looks before it writes."
    )


@pytest.mark.parametrize(
    "secret", ["ya29.a0AfH6SMBx-y_z", "Bearer abcdef123", "eyJhbGciOiJSUzI1NiJ9.eyJpc3", "1//0gZfWx-secret",
               "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----"],
)  # fmt: skip
def test_a_token_in_googles_own_words_is_left_out(secret):
    said = explain(refusal(400, f"Invalid value: {secret} here"), READING)
    assert "Invalid value: ... here" in said.what
    assert secret not in f"{said!r}{said}{said.to_json()}"


def test_a_long_refusal_is_cut():
    assert len(explain(refusal(400, "x" * 5000), READING).what) < 400


@pytest.mark.parametrize(
    "body", ['{"error": "invalid"}', '{"error": {"message": "no code"}}', "[]", "null", "", "\xff"]
)
def test_a_refusal_of_any_shape_is_understood(body):
    assert answered(400, body).status == 400
