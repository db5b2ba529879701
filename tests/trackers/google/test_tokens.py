"""Tokens that expire, and token servers that refuse: real credentials against a server on this machine."""

import pytest
from google.oauth2.credentials import Credentials as Person
from google.oauth2.service_account import Credentials as ServiceAccount

from sheetops.model.errors import TrackerBusy, TrackerNotWritten, TrackerUnreadable
from sheetops.trackers.google.auth import SHEETS
from sheetops.trackers.google.transport import Transport

from .conftest import stamp
from .token_server import ROBOT, TokenServer, new_key, service_account

KEY = new_key()
TITLE = "properties.title"


@pytest.fixture
def tokens():
    with TokenServer() as server:
        yield server


def robot(tokens):
    return ServiceAccount.from_service_account_info(service_account(tokens.url, KEY), scopes=[SHEETS])


def person(tokens):
    return Person(
        None, refresh_token="1//s3cret", token_uri=tokens.url, client_id="desk", client_secret="s3cret"
    )


@pytest.fixture
def connect_as(box, time):
    def opened(credentials, **options):
        return Transport(
            credentials, url=box.url, clock=time, sleep=time.sleep, random=lambda: 0.5, **options
        )

    return opened


def test_a_token_that_expires_in_the_middle_is_renewed_unnoticed(connect_as, tokens, sheet, box):
    google = connect_as(robot(tokens))
    google.read(sheet, fields=TITLE)
    box.expire("token-1")
    google.read(sheet, fields=TITLE)
    assert box.requests[-1].token == "token-2"
    assert google.calls.retries == 0
    assert tokens.given == 2


def test_a_token_that_is_refused_for_good_is_said(connect_as, tokens, sheet, box):
    google = connect_as(robot(tokens))
    for number in range(1, 5):
        box.expire(f"token-{number}")
    with pytest.raises(TrackerUnreadable, match=f"Google no longer accepts the credentials of {ROBOT}"):
        google.read(sheet, fields=TITLE)


REFUSED = {
    "wrong clock": (
        robot, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
        "The clock of this machine is wrong, and Google takes no token from another time.",
    ),
    "deleted key": (
        robot, "invalid_grant", "Invalid JWT Signature.",
        f"The key of {ROBOT} no longer counts: it was deleted or replaced in the Google console.",
    ),
    "deleted account": (
        robot, "invalid_grant", "Invalid grant: account not found",
        f"The service account {ROBOT} was deleted or disabled.",
    ),
    "unclear": (
        robot, "invalid_grant", "Bad Request",
        f"Google does not accept the key of {ROBOT}: the key was deleted, or this machine's clock is wrong.",
    ),
    "unknown client": (
        robot, "unauthorized_client", "s3cret", f"Google does not know {ROBOT} as a client that may ask for tokens.",
    ),
    "something new": (robot, "new_trouble", "s3cret", f"Google gives no token for {ROBOT} (new_trouble)."),
    "revoked login": (
        person, "invalid_grant", "Token has been expired or revoked.",
        ("Google no longer accepts your login (invalid_grant): you or an admin took it back, the password changed, or the "
        "OAuth app is in 'Testing', where logins end after 7 days."),
    ),
    "sign in again": (
        person, "invalid_grant", "reauth related error (invalid_rapt)",
        "Your company wants you to sign in to Google again from time to time, and it is time.",
    ),
    "deleted client": (
        person, "deleted_client", "s3cret", "The OAuth client that you logged in with was deleted or changed.",
    ),
    "scope": (
        person, "invalid_scope", "s3cret",
        "Google does not give these credentials the permission to use spreadsheets.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("who", "code", "description", "what"), REFUSED.values(), ids=REFUSED)
def test_a_refused_token_in_plain_words(connect_as, tokens, sheet, who, code, description, what):
    tokens.answers = [(400, {"error": code, "error_description": description})]
    with pytest.raises(TrackerUnreadable) as caught:
        connect_as(who(tokens)).read(sheet, fields=TITLE)
    error = caught.value
    assert error.what == what
    assert error.next_step
    assert "s3cret" not in f"{error}{error!r}{error.to_json()}"


def test_a_refused_token_when_writing_says_that_nothing_was_written(connect_as, tokens, sheet):
    tokens.answers = [(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})]
    with pytest.raises(TrackerNotWritten) as caught:
        connect_as(robot(tokens)).batch(sheet, [stamp(1)])
    assert caught.value.not_done == f"Nothing was written to '{sheet}'."


def test_a_login_that_ended_says_how_to_make_it_last(connect_as, tokens, sheet):
    tokens.answers = [
        (400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
    ]
    with pytest.raises(TrackerUnreadable) as caught:
        connect_as(person(tokens)).read(sheet, fields=TITLE)
    assert caught.value.next_step.startswith(
        "Log in again: sheetops google login CLIENT_SECRET.json. To make it last, "
    )


@pytest.fixture
def quick(monkeypatch):
    """google-auth's own three attempts at a token wait by the real clock; here they do not."""
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda seconds: None)


@pytest.mark.parametrize("answer", [(503, "<html>503</html>"), (500, {"error": "internal_failure"})])
def test_a_token_server_in_trouble_is_asked_again(connect_as, tokens, sheet, quick, answer):
    tokens.answers = [answer] * 5
    google = connect_as(robot(tokens))
    assert google.read(sheet, fields=TITLE)["properties"]["title"] == "Cases"
    assert google.calls.retries == 1


def test_a_token_server_in_lasting_trouble_ends_by_the_deadline(connect_as, tokens, sheet, quick):
    tokens.answers = [(503, "no")] * 500
    with pytest.raises(TrackerBusy, match=r"^Google's token server has trouble of its own\. Tried "):
        connect_as(robot(tokens)).batch(sheet, [stamp(1)])


def test_a_token_server_that_cannot_be_reached_is_named(connect_as, tokens, sheet):
    gone = robot(tokens)
    gone._token_uri = "http://localhost:9/token"
    with pytest.raises(TrackerBusy) as caught:
        connect_as(gone, deadline=2).batch(sheet, [stamp(1)])
    assert caught.value.what.startswith("localhost cannot be reached.")
    assert caught.value.not_done == f"Nothing was written to '{sheet}'."
