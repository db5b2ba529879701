"""The `[google]` part: what it says, and the mistakes in it. `#!` marks the line the message must name."""

from pathlib import Path

import pytest

from sheetops.config.google import GoogleSettings, looks_secret, sandbox_folder, server_url
from sheetops.model.errors import ConfigError
from sheetops.workspace import parse_config

PEM = "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n-----END PRIVATE KEY-----"


def read(text):
    return parse_config(text, Path("/w/sheetops.toml")).google


def mistake(text):
    with pytest.raises(ConfigError) as caught:
        read(text)
    return caught.value


def test_without_the_part_the_machines_own_credentials_are_used():
    assert read("") == GoogleSettings("", "", False, 20, 60)
    assert read('[google]\ncredentials = "default"') == GoogleSettings()


def test_everything_said():
    text = """[google]
credentials = "~/keys/robot.json"
url = "http://127.0.0.1:8765/"
drive_version = true
full_read_every = 5
per_minute = 30
"""
    assert read(text) == GoogleSettings("~/keys/robot.json", "http://127.0.0.1:8765", True, 5, 30)


MISTAKES = [
    (
        "url = 'http://127.0.0.1:8765'\nsandbox = 'sandbox' #!",
        "google.sandbox: there is a url as well, and only one of the two can stand in for Google.",
    ),
    ("sandbox = '' #!", 'google.sandbox: names no folder. Write sandbox = "sandbox".'),
    ("sandbox = true #!", "google.sandbox: must be text in quotes, not true or false."),
    (
        "sandbox = 'http://127.0.0.1:8765' #!",
        "google.sandbox: this is an address, and a folder is wanted. An address stands under url.",
    ),
    ("credential = 'x' #!", "google: there is no setting 'credential'. Did you mean 'credentials'?"),
    ("drive_version = 'yes' #!", "google.drive_version: must be true or false, not text in quotes."),
    ("per_minute = 0 #!", "google.per_minute: must be 1 or more, not 0."),
    ("full_read_every = 0 #!", "google.full_read_every: must be 1 or more, not 0."),
    ("credentials = 3 #!", "google.credentials: must be text in quotes, not a whole number."),
    (
        "url = '127.0.0.1:8765' #!",
        "google.url: '127.0.0.1:8765' is not an address. Write it like http://127.0.0.1:8765.",
    ),
    (
        "url = 'http://sheets.example.com' #!",
        "google.url: 'sheets.example.com' is another machine, and http would send cases in the clear. Write https://.",
    ),
    (
        "url = 'https://proxy.example.com/v4' #!",
        "google.url: 'https://proxy.example.com/v4' is more than the address of a server. Write it like http://127.0.0.1:8765.",
    ),
]


@pytest.mark.parametrize(("toml", "said"), MISTAKES, ids=[toml for toml, _ in MISTAKES])
def test_a_mistake_names_its_line(toml, said):
    text = f"[google]\n{toml}\n"
    line = next(n for n, content in enumerate(text.split("\n"), 1) if "#!" in content)
    assert mistake(text).what == f"sheetops.toml, line {line}, {said}"


@pytest.mark.parametrize(
    "pasted",
    [PEM, '{\\"type\\": \\"service_account\\"}', "ya29.a0AfH6SMBx", "1//0gabcdef", "GOCSPX-abcdef"],
)
def test_a_key_pasted_into_the_config_is_refused_and_not_repeated(pasted):
    error = mistake(f'[google]\ncredentials = "{pasted}"')
    assert "line 2, google.credentials: this is a key or a token itself" in error.what
    assert pasted[:12] not in str(error)


def test_a_key_pasted_with_its_own_quotation_marks_is_not_repeated_by_the_parsers_complaint():
    error = mistake(f'[google]\ncredentials = "{{"private_key": "{PEM}"}}"')
    assert "line 2" in error.what
    assert "MIIE" not in str(error)
    assert "private_key" not in str(error)


def test_a_password_in_an_address_is_not_repeated():
    error = mistake('[google]\nurl = "https://me:hunter2@sheets.example.com"')
    assert "hunter2" not in str(error)


def test_googles_own_address_is_google():
    assert read('[google]\nurl = "https://sheets.googleapis.com"').url == ""


def test_the_environment_counts_before_the_config():
    said = GoogleSettings(url="https://one.example.com")
    assert server_url(said, {}) == "https://one.example.com"
    assert server_url(said, {"SHEETOPS_GOOGLE_URL": "http://localhost:9/"}) == "http://localhost:9"


def test_a_sandbox_is_a_folder_from_the_workspace_and_the_environment_counts_before_it():
    said = read('[google]\nsandbox = "google"')
    assert sandbox_folder(said, Path("/w"), {}) == Path("/w/google")
    assert sandbox_folder(said, Path("/w"), {"SHEETOPS_GOOGLE_URL": "https://sheets.googleapis.com"}) is None
    assert sandbox_folder(GoogleSettings(), Path("/w"), {}) is None


def test_a_bad_address_in_the_environment_is_named():
    with pytest.raises(ConfigError) as caught:
        server_url(GoogleSettings(), {"SHEETOPS_GOOGLE_URL": "http://10.0.0.7:80"})
    assert caught.value.what.startswith("The environment variable SHEETOPS_GOOGLE_URL: '10.0.0.7' is another")


@pytest.mark.parametrize(
    "path", ["robot.json", "~/keys/my-key.json", r"C:\Users\ana\robot.json", "../private/k.json"]
)
def test_a_path_does_not_look_like_a_key(path):
    assert not looks_secret(path)
