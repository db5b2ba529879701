"""The script in a Google spreadsheet, against the service at work, with the Sheets sandbox behind it.

Code.gs runs in QuickJS over a thin stand-in for Google's services (apps_script.js); nothing of it was run at Google.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetops.buttons.serving.line import Line
from sheetops.buttons.serving.tokens import TokenFile
from sheetops.cli.main import cli
from sheetops.library import open_workspace
from sheetops.sandbox import Sandbox

from ..trackers.google import books
from . import serving

pytest.importorskip("quickjs", reason="quickjs runs the script: pip install quickjs")

from .apps_script import Script

ROWS = [["Case", "Status", "Note"], ["A-1", "open", None], ["B-2", "closed", "é, 漢字, 'quotes' & \"more\""]]
LABELS = ["Preview", "Sync now", "Refresh computed columns", "Show held items", "Explain this row", "Undo last run", "Weekly update"]  # fmt: skip


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(seed=7) as box:
        yield box


@pytest.fixture
def book(box: Sandbox) -> str:
    return books.make(box, {"Cases": ROWS})


@pytest.fixture
def folder(tmp_path: Path, box: Sandbox, book: str) -> Path:
    config = serving.CONFIG.replace('file = "Desk.xlsx"', f'spreadsheet = "{book}"')
    (tmp_path / "sheetops.toml").write_text(f'{config}[google]\nurl = "{box.url}"\n', encoding="utf-8")
    return tmp_path


@pytest.fixture
def text(folder: Path) -> str:
    return serving.token(folder)


@pytest.fixture
def url(folder: Path, text: str) -> Iterator[str]:
    with serving.served(folder, line=Line(gather=0.0)) as server:
        yield server.url


def make(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["button", "google", *words, "-C", str(folder)])


def code(folder: Path, url: str, name: str = "desk") -> str:
    said = make(folder, "--url", url, "--token", name, "--json")
    assert said.exit_code == 0, said.output
    return str(json.loads(said.stdout)["files"]["Code.gs"])


@pytest.fixture
def script(folder: Path, url: str, text: str, box: Sandbox, book: str) -> Script:
    script = Script(code(folder, url), box, book)
    script.connect(text)
    assert script.toasts == ["Connected. Try Preview in the menu sheetops: it changes nothing."]
    return script


# --- what people see --------------------------------------------------------------------------------


def test_the_menu_is_built_without_a_call_to_anybody(script: Script) -> None:
    script.says("mayCallOut.yes = false")
    script.run("onOpen")
    assert [label for label, _ in script.says("happened.menu")] == [*LABELS, "Install button", "Connect…"]
    assert script.sent == []


def test_the_menu_has_what_the_token_may_do(folder: Path, url: str, box: Sandbox, book: str) -> None:
    serving.token(folder, "reader", "held", "preview")
    script = Script(code(folder, url, "reader"), box, book)
    script.run("onOpen")
    assert [label for label, _ in script.says("happened.menu")] == ["Preview", "Show held items", "Connect…"]


def test_a_sync_runs_and_says_so(script: Script, folder: Path, box: Sandbox, book: str) -> None:
    script.run("sheetopsSync")
    assert script.toasts[-2:] == ["Sync now: running…", "1 change of the dataset's shape, 2 records added."]
    box.person(book, "cem@example.com").type("Cases!B2", "closed")
    script.run("sheetopsSync")
    assert script.toasts[-1] == "1 cell into the dataset."
    with open_workspace(folder) as ws:
        assert ws.table("cases")["A-1"]["status"] == "closed"
        assert ws.runs()[0].who == "desk"
    assert script.alerts == []


def test_what_is_held_is_shown_and_stands_in_the_sheet(script: Script, box: Sandbox, book: str) -> None:
    script.run("sheetopsSync")
    box.person(book, "cem@example.com").type("Cases!B2", "opne")
    script.run("sheetopsSync")
    assert script.alerts[-1].split("\n")[0].endswith("1 item held: see below.")
    script.run("sheetopsHeld")
    assert "'opne'" in script.alerts[-1]
    assert any("Desk" in str(row) or "Cases" in str(row) for row in books.rows(box, book, "sheetops"))


def test_a_preview_shows_all_of_it_and_changes_nothing(script: Script, folder: Path) -> None:
    script.run("sheetopsPreview")
    assert script.alerts[-1].startswith(
        "A sync would do: 1 change of the dataset's shape, 2 records added.\n"
    )
    assert not (folder / "sheetops.db").exists()


def test_explain_is_about_the_selected_row(script: Script) -> None:
    script.run("sheetopsSync")
    script.person(row=3)
    script.run("sheetopsExplain")
    assert script.alerts[-1].startswith("What is known of B-2:")


@pytest.mark.parametrize("where", [{"row": 0}, {"row": 1}, {"row": 40}, {"row": 2, "tab": "sheetops"}])
def test_explain_without_a_row_asks_for_one_and_sends_nothing(script: Script, where: dict[str, Any]) -> None:
    script.run("sheetopsSync")
    before = len(script.sent)
    script.person(**where)
    script.run("sheetopsExplain")
    assert "Select a cell in a row of the tracker, and press Explain again." in script.alerts[-1]
    assert len(script.sent) == before


def test_undo_asks_first(script: Script, box: Sandbox, book: str) -> None:
    script.run("sheetopsSync")
    box.person(book, "cem@example.com").type("Cases!B2", "closed")
    script.run("sheetopsSync")
    script.person(pressed="NO")
    script.run("sheetopsUndo")
    assert [press["action"] for press in script.sent] == ["sync", "sync"]
    script.person(pressed="YES")
    script.run("sheetopsUndo")
    assert script.toasts[-1].startswith("Took back R2: ")
    assert books.rows(box, book)[1][1] == "open"


def test_the_button_is_a_picture_beside_the_table_that_is_put_there_once(script: Script) -> None:
    for _ in range(2):
        script.run("sheetopsInstallButton")
    (image,) = script.says("happened.images")
    assert (image["column"], image["row"], image["script"]) == (4, 1, "sheetopsSync")
    assert bytes(byte & 255 for byte in image["blob"]["data"]).startswith(b"\x89PNG\r\n")
    assert script.toasts[-1] == "The button is on this tab already."
    script.run(image["script"])
    assert script.toasts[-1] == "1 change of the dataset's shape, 2 records added."


# --- what leaves the spreadsheet --------------------------------------------------------------------


def test_names_and_ids_leave_the_spreadsheet_and_no_cell_but_the_key(
    script: Script, text: str, book: str
) -> None:
    for function in ("Preview", "Sync", "Refresh", "Held", "Weekly"):
        script.run(f"sheetops{function}")
    script.person(row=3)
    script.run("sheetopsExplain")
    for press in script.sent:
        assert set(press) <= {"action", "workspace", "tracker", "nonce", "at", "key"}
        assert (press["workspace"], press["tracker"]) == ("Desk", book)
    assert [press.get("key") for press in script.sent] == [None] * 5 + ["B-2"]
    everything = json.dumps([script.sent, script.headers], ensure_ascii=False)
    assert text.rpartition(".")[2] not in everything
    assert "漢字" not in everything
    assert len({press["nonce"] for press in script.sent}) == 6


def test_a_key_in_any_letters_is_signed_as_it_is_sent(box: Sandbox, tmp_path: Path, folder: Path, script: Script, book: str) -> None:  # fmt: skip
    books.put(box, book, 2, 1, "Fäll ‚北’ \u2028 😀")
    script.run("sheetopsSync")
    script.person(row=2)
    script.run("sheetopsExplain")
    assert script.alerts[-1].startswith("What is known of Fäll ‚北’")


def test_the_secret_is_in_no_file(folder: Path, url: str, text: str, tmp_path: Path) -> None:
    out = tmp_path / "script"
    assert make(folder, "--url", url, "--token", "desk", "--out", str(out)).exit_code == 0
    for path in [*out.iterdir(), folder / "sheetops.tokens.json"]:
        assert text.rpartition(".")[2] not in path.read_text(encoding="utf-8")


# --- when it does not work --------------------------------------------------------------------------


def test_a_wrong_secret_is_refused_with_the_next_step(folder: Path, url: str, text: str, box: Sandbox, book: str) -> None:  # fmt: skip
    script = Script(code(folder, url), box, book)
    script.connect(text.rpartition(".")[0] + "." + secrets.token_hex(32))
    script.run("sheetopsSync")
    (alert,) = script.alerts
    assert alert.startswith("This button's token is not accepted")
    assert "menu sheetops > Connect" in alert
    assert not (folder / "sheetops.db").exists()


def test_a_token_that_is_revoked_works_no_more_at_once(script: Script, folder: Path) -> None:
    script.run("sheetopsSync")
    TokenFile(folder).revoke("desk")
    script.run("sheetopsSync")
    assert script.alerts[-1].startswith("This button's token is not accepted")


def test_a_nonce_that_comes_again_is_refused(script: Script, folder: Path) -> None:
    script.nonce = "the same"
    script.run("sheetopsSync")
    script.run("sheetopsSync")
    assert script.alerts == ["This very press was answered before, and a press counts once. Nothing was run. Press the button again."]  # fmt: skip
    with open_workspace(folder) as ws:
        assert len(ws.runs()) == 1


@pytest.mark.parametrize(("off", "words"), [(-1200, "20 minutes ago"), (1200, "20 minutes from now")])
def test_a_clock_that_is_off_is_said(script: Script, off: float, words: str) -> None:
    script.set_clock(off)
    script.run("sheetopsSync")
    assert words in script.alerts[-1]
    assert "a clock is wrong" in script.alerts[-1]


def test_a_clock_that_is_a_little_off_does_not_matter(script: Script) -> None:
    script.set_clock(-200)
    script.run("sheetopsSync")
    assert script.alerts == []


def test_a_service_that_is_down_is_said_and_the_next_press_works(folder: Path, text: str, box: Sandbox, book: str) -> None:  # fmt: skip
    with serving.served(folder, line=Line(gather=0.0)) as server:
        url = server.url
    script = Script(code(folder, url), box, book)
    script.connect(text)
    script.run("sheetopsSync")
    assert script.alerts[-1].startswith(f"The sheetops service at {url} gave no answer")
    assert "Nothing you typed is lost." in script.alerts[-1]
    with serving.served(folder, line=Line(gather=0.0), port=int(url.rpartition(":")[2])):
        script.run("sheetopsSync")
    assert script.toasts[-1] == "1 change of the dataset's shape, 2 records added."


@pytest.mark.parametrize("page", ["<html>502 Bad Gateway</html>", "[]", '{"sentence": 1}', "null", ""])
def test_a_page_of_a_proxy_is_not_taken_for_an_answer(page: str, folder: Path, text: str, box: Sandbox, book: str) -> None:  # fmt: skip
    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(502)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.handle_request).start()
        script = Script(code(folder, f"http://127.0.0.1:{proxy.server_port}"), box, book)
        script.connect(text)
        script.run("sheetopsSync")
    assert "Something else than sheetops answered" in script.alerts[-1]
    assert "(HTTP 502)" in script.alerts[-1]


def test_google_that_goes_away_half_way_is_said(
    script: Script, box: Sandbox, folder: Path, book: str
) -> None:
    script.run("sheetopsSync")
    box.person(book, "cem@example.com").type("Cases!B2", "closed")
    box.unshare(book, books.ROBOT)
    script.run("sheetopsSync")
    assert "may not open" in script.alerts[-1]
    box.share(book, books.ROBOT)
    script.run("sheetopsSync")
    with open_workspace(folder) as ws:
        assert ws.table("cases")["A-1"]["status"] == "closed"


def test_a_copy_of_the_spreadsheet_may_not_start_runs_of_the_original(
    folder: Path, url: str, text: str, box: Sandbox, book: str
) -> None:
    script = Script(code(folder, url), box, box.copy(book, "Copy of Cases"))
    script.connect(text)
    script.run("sheetopsSync")
    assert "This spreadsheet is not a tracker of 'Desk'; a copy of one is not, either." in script.alerts[-1]


@pytest.mark.parametrize("typed", ["", "desk", "desk-1.short", "x" * 64])
def test_half_a_token_is_not_kept(script: Script, typed: str) -> None:
    kept = script.says("properties")
    script.connect(typed)
    assert "This is not a whole token" in script.alerts[-1]
    assert script.says("properties") == kept


def test_another_buttons_token_is_not_kept(script: Script, folder: Path) -> None:
    script.connect(serving.token(folder, "other"))
    assert "and this script is for 'desk-" in script.alerts[-1]


def test_a_script_that_was_never_connected_says_where_to_begin(folder: Path, url: str, box: Sandbox, book: str) -> None:  # fmt: skip
    script = Script(code(folder, url), box, book)
    script.run("sheetopsSync")
    assert "Next: menu sheetops > Connect…" in script.alerts[-1]
    script.person(pressed="CANCEL", prompt="")
    script.run("sheetopsConnect")
    assert script.says("properties") == {}
    assert script.sent == []
