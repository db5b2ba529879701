"""Bad moments: what is tried again, for how long, and what is said in the end."""

import json
import socket
import threading
from contextlib import suppress

import pytest

from sheetops.model.errors import TrackerBusy, TrackerNotWritten, TrackerUnreadable
from sheetops.sandbox import Sandbox
from sheetops.trackers.google.transport import IdInUse

from .conftest import stamp, write
from .test_transport import CELL, a1

TITLE = "properties.title"


@pytest.mark.parametrize("html", [False, True], ids=["json", "html"])
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(google, sheet, box, status, html):
    box.fail_next(status, html=html, count=2)
    assert google.read(sheet, fields=TITLE)["properties"]["title"] == "Cases"
    assert (google.calls.reads, google.calls.retries) == (3, 2)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_stays_is_asked_once(google, sheet, box, status):
    box.fail_next(status, count=9)
    with pytest.raises(TrackerUnreadable):
        google.read(sheet, fields=TITLE)
    assert google.calls.retries == 0


@pytest.mark.parametrize("size", [0, 1, 20])
def test_an_answer_cut_off_is_asked_for_again(google, sheet, box, size):
    box.cut_next(size)
    assert google.read(sheet, fields=TITLE)["properties"]["title"] == "Cases"
    assert google.calls.retries == 1


def test_a_batch_whose_answer_was_lost_says_that_it_was_sent_again(google, sheet, box):
    box.fail_next(503, when="write")
    sent = google.batch(sheet, [write("x"), stamp(1)])
    assert sent.resent


def test_a_batch_that_landed_unheard_is_found_by_its_own_id(google, sheet, box):
    box.fail_next(503, when="write", committed=True)
    with pytest.raises(IdInUse) as caught:
        google.batch(sheet, [write("x"), stamp(1)])
    assert caught.value.resent
    assert a1(google.read(sheet, fields=CELL)) == "x"


def test_a_batch_that_landed_unheard_is_found_though_another_of_its_requests_is_refused_first(
    google, sheet, box
):
    box.fail_next(503, when="write", committed=True)
    with pytest.raises(IdInUse) as caught:
        google.batch(sheet, [{"addSheet": {"properties": {"title": "sheetops"}}}, stamp(1)])
    assert caught.value.resent


def test_a_refused_batch_that_did_not_land_is_not_taken_for_one_that_did(google, sheet, box):
    box.fail_next(503, when="write")
    with pytest.raises(TrackerNotWritten, match="already exists"):
        google.batch(sheet, [{"addSheet": {"properties": {"title": "North"}}}, stamp(1)])


@pytest.mark.parametrize(
    "text", ["Invalid requests[0].createDeveloperMetadata: metadataId 7 is not unique",
             "Developer metadata with ID 7 is in use.", "The metadata ID 7 already exists"],
)  # fmt: skip
def test_whatever_the_words_an_id_in_use_is_recognised(connect, text):
    refused = json.dumps({"error": {"code": 400, "message": text, "status": "INVALID_ARGUMENT"}}).encode()
    there = b'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{"metadataId": 7}'
    head = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(refused)
    with answering(head + refused, there) as url, pytest.raises(IdInUse) as caught:
        connect(url=url).batch("x", [stamp(7)])
    assert not caught.value.resent


def test_a_batch_refused_by_the_quota_was_certainly_not_carried_out(google, sheet, box):
    box.fail_next(429, when="write")
    assert not google.batch(sheet, [write("x"), stamp(1)]).resent


def test_a_cut_answer_to_a_batch_counts_as_unheard(google, sheet, box):
    box.cut_next(10)
    with pytest.raises(IdInUse) as caught:
        google.batch(sheet, [write("x"), stamp(1)])
    assert caught.value.resent


def test_a_batch_without_an_id_is_not_sent_twice(google, sheet, box):
    add = {"appendDimension": {"sheetId": 5, "dimension": "ROWS", "length": 1}}
    box.fail_next(503, when="write", committed=True)
    with pytest.raises(TrackerBusy):
        google.batch(sheet, [add])
    rows = google.read(sheet, fields="sheets.properties")["sheets"][0]["properties"]["gridProperties"][
        "rowCount"
    ]
    assert rows == 1001
    box.fail_next(429, when="write")
    assert not google.batch(sheet, [add]).resent


def test_a_spreadsheet_is_not_made_twice(google, box):
    box.fail_next(503, when="write", committed=True)
    with pytest.raises(TrackerBusy) as caught:
        google.create("Cases", [])
    assert google.calls.writes == 1
    assert "Whether the last change arrived is not known" in caught.value.not_done


def test_a_spreadsheet_is_made_after_the_quota_allows_it(google, box):
    box.fail_next(429, when="write")
    assert google.create("Cases", [])["properties"]["title"] == "Cases"


def test_a_constant_429_ends_by_the_deadline_with_few_calls(google, sheet, box, time):
    began = time.now
    box.fail_next(429, count=10_000)
    with pytest.raises(TrackerBusy) as caught:
        google.read(sheet, fields=TITLE)
    assert time.now - began <= 120
    assert 5 <= google.calls.reads <= 12
    assert caught.value.exit_code == 5
    assert caught.value.what.startswith("Google's quota for robot@sandbox.example is used up: ")
    assert f"Tried {google.calls.reads} times in " in caught.value.what
    assert caught.value.not_done == f"'{sheet}' was not read."


def test_waits_double_and_jitter_is_full(connect, sheet, box, time):
    box.fail_next(503, count=4)
    connect(random=lambda: 1.0).read(sheet, fields=TITLE)
    assert time.waits == [1, 2, 4, 8]
    time.waits.clear()
    box.fail_next(503, count=4)
    connect(random=lambda: 0.25).read(sheet, fields=TITLE)
    assert time.waits == [0.25, 0.5, 1, 2]


def test_dice_that_always_show_zero_do_not_ask_for_ever(connect, sheet, box):
    unlucky = connect(random=lambda: 0.0)
    box.fail_next(503, count=10_000)
    with pytest.raises(TrackerBusy):
        unlucky.read(sheet, fields=TITLE)
    assert unlucky.calls.reads == 12


def test_sixty_a_minute_are_a_burst_and_the_next_waits(connect, sheet, time):
    google = connect(per_minute=5, user="pace@example.com")
    began = time.now
    for _ in range(6):
        with pytest.raises(TrackerUnreadable):
            google.read(sheet, fields=TITLE)
    assert time.waits == [60]
    assert time.now - began == 60
    assert google.calls.waited_seconds == 60


def test_two_transports_of_one_account_share_its_quota_and_writes_have_their_own(connect, sheet, time):
    one, other = connect(per_minute=3), connect(per_minute=3)
    time.now += 100  # making the sheet was a write as well
    for number in range(3):
        one.read(sheet, fields=TITLE)
        one.batch(sheet, [stamp(number + 1)])
    assert time.waits == []
    other.read(sheet, fields=TITLE)
    other.batch(sheet, [stamp(9)])
    assert time.waits == [60]


def test_the_quota_of_the_sandbox_is_never_met(connect, time, tmp_path):
    with Sandbox(quota=4, seed=1) as strict:
        google = connect(url=strict.url, per_minute=4)
        sheet = google.create("Cases", [])["spreadsheetId"]
        for _ in range(4):
            google.read(sheet, fields=TITLE)
        with pytest.raises(TrackerBusy) as caught:
            connect(url=strict.url, per_minute=4, deadline=30).read(sheet, fields=TITLE)
    assert caught.value.what == "The 4 reads a minute that sheetops may make are used up."
    assert google.calls.retries == 0


def test_retry_after_is_kept_to(connect, time):
    with answering(b"HTTP/1.1 503 Busy\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n", GOOD) as url:
        assert connect(url=url).read("x", fields=TITLE) == {"ok": 1}
    assert time.waits == [17]


def test_retry_after_as_a_date_counts_from_the_servers_own_clock(connect, time):
    busy = (
        b"HTTP/1.1 429 Busy\r\nDate: Fri, 17 May 2024 09:30:00 GMT\r\n"
        b"Retry-After: Fri, 17 May 2024 09:30:25 GMT\r\nContent-Length: 0\r\n\r\n"
    )
    with answering(busy, GOOD) as url:
        connect(url=url).read("x", fields=TITLE)
    assert time.waits == [25]


def test_an_hour_asked_for_is_not_waited_for(connect, time):
    with (
        answering(b"HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n", GOOD) as url,
        pytest.raises(TrackerBusy),
    ):
        connect(url=url).read("x", fields=TITLE)
    assert time.waits == []


def test_a_connection_that_breaks_before_the_answer_is_tried_again(connect):
    with answering(b"", GOOD) as url:
        google = connect(url=url)
        assert google.batch("x", [stamp(1)]).resent
    assert google.calls.retries == 1


def test_a_port_where_nobody_listens_was_certainly_not_reached(connect):
    google = connect(url="http://127.0.0.1:9", deadline=5)
    with pytest.raises(TrackerBusy) as caught:
        google.batch("x", [stamp(1)])
    assert caught.value.what.startswith("127.0.0.1 cannot be reached. Tried ")
    assert caught.value.not_done == "Nothing was written to 'x'."


def test_a_silent_server_is_left_after_a_while(connect):
    with answering(None, GOOD) as url:
        google = connect(url=url)
        google._client.set_timeout((1, 0.2))
        assert google.read("x", fields=TITLE) == {"ok": 1}
    assert google.calls.retries == 1


def test_a_sign_in_page_is_said_at_once_and_gets_no_cases(connect):
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"
    with (
        answering(page) as url,
        pytest.raises(TrackerNotWritten, match="A web page came in place of") as caught,
    ):
        connect(url=url).batch("x", [stamp(1)])
    assert caught.value.not_done == "Nothing was written to 'x'."
    elsewhere = b"HTTP/1.1 307 Sign in\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    with answering(elsewhere) as url, pytest.raises(TrackerNotWritten, match="A web page came in place of"):
        connect(url=url).batch("x", [stamp(1)])


GOOD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"ok": 1}'


class answering:  # noqa: N801 - it reads as a verb
    """A server that gives each connection the next of these answers: bytes as they are, or None for silence."""

    def __init__(self, *answers):
        self.answers, self.open = answers, []
        self.listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def _serve(self):
        for answer in self.answers:
            connection, _ = self.listener.accept()
            connection.recv(65536)
            self.open.append(connection)
            if answer is not None:
                connection.sendall(answer)
                with suppress(OSError):  # the test may be over
                    connection.shutdown(socket.SHUT_WR)

    def __exit__(self, *error):
        for each in [self.listener, *self.open]:
            each.close()
