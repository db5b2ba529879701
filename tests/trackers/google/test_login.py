"""A person logs in: a real flow against a server on this machine, with a browser that says yes or no."""

import json
import os
import stat
import threading
import webbrowser

import pytest
import requests
from click.testing import CliRunner

from sheetops.cli.main import cli
from sheetops.config.google import GoogleSettings
from sheetops.model.errors import TrackerNotWritten, TrackerUnreadable, UnknownName
from sheetops.trackers.google.auth import DRIVE_METADATA, SHEETS, load_credentials
from sheetops.trackers.google.login import login

from .token_server import TokenServer


class Browser(webbrowser.BaseBrowser):
    """Opens a page and follows where it leads."""

    def open(self, url, new=0, autoraise=True):
        threading.Thread(target=requests.get, args=(url,), kwargs={"timeout": 10}, daemon=True).start()
        return True


webbrowser.register("story", None, Browser())


@pytest.fixture
def google(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the fake server has no certificate
    with TokenServer() as server:
        server.more = {"refresh_token": "1//kept", "scope": SHEETS}
        yield server


@pytest.fixture
def client(google, tmp_path):
    path = tmp_path / "client.json"
    said = {
        "client_id": "desk", "client_secret": "s3cret",
        "auth_uri": f"{google.url}/auth", "token_uri": f"{google.url}/token",
    }  # fmt: skip
    path.write_text(json.dumps({"installed": said}), encoding="utf-8")
    return path


def test_yes_is_kept_where_only_the_person_can_read_it(google, client, tmp_path):
    out = login(client, tmp_path / "home" / "google.json", browser="story")
    kept = json.loads(out.read_text(encoding="utf-8"))
    assert (kept["type"], kept["refresh_token"], kept["scopes"]) == ("authorized_user", "1//kept", [SHEETS])
    assert "token" not in kept
    assert [path.name for path in out.parent.iterdir()] == ["google.json"]
    assert google.asked[0]["scope"] == SHEETS
    assert load_credentials(GoogleSettings(str(out)), tmp_path, {}).client_id == "desk"
    if os.name == "posix":
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        assert stat.S_IMODE(out.parent.stat().st_mode) == 0o700


def test_versions_of_files_are_asked_for_on_request(google, client, tmp_path):
    google.more["scope"] = f"{SHEETS} {DRIVE_METADATA}"
    login(client, tmp_path / "google.json", drive_version=True, browser="story")
    assert google.asked[0]["scope"] == f"{SHEETS} {DRIVE_METADATA}"


def failed(client, out):
    with pytest.raises(TrackerUnreadable) as caught:
        login(client, out, browser="story")
    assert not out.exists()
    assert caught.value.not_done == "You are not logged in, and nothing was saved."
    assert not any(
        secret in f"{caught.value!r}{caught.value}" for secret in ("s3cret", "4711", "1//kept", "token-1")
    )
    return caught.value.what


def test_no_is_said(google, client, tmp_path):
    google.refusal = "access_denied"
    assert failed(client, tmp_path / "google.json") == "You, or an admin, said no."


def test_a_box_left_open_is_said(google, client, tmp_path):
    google.more["scope"] = "openid"
    assert failed(client, tmp_path / "google.json").startswith("Not every box was ticked")


def test_a_login_without_a_future_is_not_kept(google, client, tmp_path):
    del google.more["refresh_token"]
    assert failed(client, tmp_path / "google.json") == "Google gave a login that ends in an hour."


def test_a_deleted_client_is_said(google, client, tmp_path):
    google.answers = [
        (401, {"error": "invalid_client", "error_description": "The OAuth client was deleted."})
    ]
    assert failed(client, tmp_path / "google.json").startswith("Google does not know this OAuth client")


@pytest.mark.parametrize(
    "wrong", ['{"type": "service_account", "private_key": "s3cret"}', '{"installed": {}}']
)
def test_a_file_that_is_no_client_is_said(tmp_path, wrong):
    (tmp_path / "key.json").write_text(wrong, encoding="utf-8")
    said = failed(tmp_path / "key.json", tmp_path / "google.json")
    assert said.endswith("key.json is not the JSON of an OAuth client for desktop apps.")


def test_a_login_is_not_kept_in_a_workspace(client, tmp_path):
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "sheetops.toml").touch()
    with pytest.raises(UnknownName, match="is inside the workspace"):
        login(client, tmp_path / "desk" / "google.json", browser="story")


def test_a_place_that_cannot_be_written_is_said(google, client, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TrackerNotWritten) as caught:
        login(client, tmp_path / "file" / "google.json", browser="story")
    assert caught.value.not_done == "You are not logged in, and nothing was saved."


def test_the_command_says_what_to_write_into_the_config(google, client, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(webbrowser, "get", lambda using=None: Browser())
    result = CliRunner().invoke(cli, ["google", "login", str(client)])
    assert result.exit_code == 0, result.output
    assert '  credentials = "~/.config/sheetops/google.json"\n' in result.stdout
    assert (tmp_path / ".config" / "sheetops" / "google.json").is_file()


def test_json_on_stdout_is_json_only(google, client, tmp_path, monkeypatch):
    monkeypatch.setattr(webbrowser, "get", lambda using=None: Browser())
    result = CliRunner().invoke(
        cli, ["google", "login", str(client), "--out", str(tmp_path / "me.json"), "--json"]
    )
    assert json.loads(result.stdout)["command"] == "google login"
    assert "s3cret" not in result.output
