"""Credentials from files and from the machine: which are taken, and what is said about those that cannot be."""

import json

import pytest

from sheetops.config.google import GoogleSettings
from sheetops.model.errors import TrackerUnreadable
from sheetops.trackers.google import auth
from sheetops.trackers.google.auth import DRIVE_METADATA, SHEETS, load_credentials, robot_address
from sheetops.trackers.google.transport import open_transport

from .token_server import ROBOT, new_key, service_account

PERSON = {
    "type": "authorized_user",
    "client_id": "me",
    "client_secret": "s3cret",
    "refresh_token": "1//secret",
}
WORKLOAD = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"file": "/var/run/token"},
    "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
    "loader@p.iam.gserviceaccount.com:generateAccessToken",
}
KEY = new_key()


@pytest.fixture
def load(tmp_path):
    def loaded(info, drive=False, **environ):
        text = info if isinstance(info, str) else json.dumps(info)
        (tmp_path / "key.json").write_text(text, encoding="utf-8")
        return load_credentials(GoogleSettings("key.json", drive_version=drive), tmp_path, environ)

    return loaded


def test_a_service_account_may_use_spreadsheets_and_nothing_else(load):
    found = load(service_account("https://oauth2.googleapis.com", KEY))
    assert found.scopes == [SHEETS]
    assert robot_address(found) == ROBOT


def test_versions_of_files_are_asked_for_only_where_they_are_wanted(load):
    assert load(service_account("https://x.example", KEY), drive=True).scopes == [SHEETS, DRIVE_METADATA]


def test_a_person_has_no_robots_address(load):
    assert robot_address(load(PERSON)) is None


def test_workload_identity_acts_for_a_service_account(load):
    assert robot_address(load(WORKLOAD)) == "loader@p.iam.gserviceaccount.com"


def test_home_is_where_the_environment_says(tmp_path):
    (tmp_path / "me.json").write_text(json.dumps(PERSON), encoding="utf-8")
    settings = GoogleSettings("~/me.json")
    assert load_credentials(settings, tmp_path / "elsewhere", {"HOME": str(tmp_path)}).client_id == "me"


def test_the_machines_own_file_counts_where_the_config_names_none(tmp_path):
    (tmp_path / "adc.json").write_text(json.dumps(PERSON), encoding="utf-8")
    environ = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "adc.json")}
    assert load_credentials(GoogleSettings(), tmp_path, environ).client_id == "me"


UNUSABLE = [
    ("{", "it is not JSON"),
    ("[1]", "it is not the JSON of any credentials"),
    ({"installed": {"client_secret": "s3cret"}}, "it is an OAuth client, not a login. Run `sheetops google login`"),
    ({"type": "robot"}, "it is neither a service account's key, a person's login nor a workload identity"),
    ({**service_account("https://x.example", "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n")},
     "its key is damaged, or a part of it is missing"),
    ({"type": "service_account", "private_key": "s3cret"}, "its key is damaged, or a part of it is missing"),
    ({"type": "authorized_user", "refresh_token": "s3cret"}, "its key is damaged, or a part of it is missing"),
    ({"type": "external_account", "audience": "s3cret"}, "its key is damaged, or a part of it is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("info", "why"), UNUSABLE, ids=[why[:30] for _, why in UNUSABLE])
def test_a_file_that_cannot_be_used_is_named_and_not_quoted(load, tmp_path, info, why):
    with pytest.raises(TrackerUnreadable) as caught:
        load(info)
    error = caught.value
    assert error.what.startswith(
        f"The credentials {tmp_path / 'key.json'} (sheetops.toml, google.credentials)"
    )
    assert f"cannot be used: {why}" in error.what
    assert error.not_done == "Google Sheets were not read and not changed."
    assert "docs/google.md" in error.next_step
    assert "s3cret" not in f"{error}{error!r}{error.to_json()}"


def test_a_missing_file_says_who_named_it(tmp_path):
    with pytest.raises(
        TrackerUnreadable, match=r"\(GOOGLE_APPLICATION_CREDENTIALS\) cannot be used: there is no"
    ):
        load_credentials(GoogleSettings(), tmp_path, {"GOOGLE_APPLICATION_CREDENTIALS": "gone.json"})


def test_a_machine_without_credentials_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with pytest.raises(TrackerUnreadable) as caught:
        open_transport(GoogleSettings(), tmp_path, {})
    assert (
        caught.value.what
        == "This machine has no Google credentials of its own, and sheetops.toml names none."
    )
    assert f"gcloud auth application-default login --scopes={SHEETS}," in caught.value.next_step


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    def missing(name, *args, **kwargs):
        if name == "gspread":
            raise ImportError(name)
        return __import__(name)

    monkeypatch.setattr(auth, "import_module", missing)
    with pytest.raises(TrackerUnreadable) as caught:
        open_transport(GoogleSettings(url="http://127.0.0.1:9"), tmp_path, {})
    assert caught.value.next_step == 'Run: pip install "sheetops[google]"'
