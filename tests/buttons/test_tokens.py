"""Tokens: made, kept as a hash, checked, ended."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from sheetops.buttons.serving.signing import is_signed, sign, stored
from sheetops.buttons.serving.tokens import TOKENS_NAME, TokenFile
from sheetops.cli.main import cli
from sheetops.model.errors import ConfigError, UnknownName

from . import serving

SECRETS = st.binary(min_size=32, max_size=32)


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "-C", str(folder)])


def test_a_token_is_shown_once_and_kept_as_a_hash_that_only_its_owner_reads(tmp_path: Path) -> None:
    serving.workspace(tmp_path)
    said = run(tmp_path, "token", "add", "North desk", "--actions", "undo,sync")
    assert said.exit_code == 0, said.output
    text = said.output.split("\n")[2].strip()
    assert text.startswith("north-desk-")
    file = tmp_path / TOKENS_NAME
    secret = text.rpartition(".")[2]
    assert secret not in file.read_text()
    (kept,) = json.loads(file.read_text())["tokens"]
    assert kept["sha256"] == hashlib.sha256(bytes.fromhex(secret)).hexdigest()
    assert kept["actions"] == ["sync", "undo"]
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "North desk: sync, undo" in run(tmp_path, "token", "list").output
    assert secret not in run(tmp_path, "token", "list").output


def test_a_token_that_is_revoked_is_gone_by_name_or_id(tmp_path: Path) -> None:
    serving.workspace(tmp_path)
    tokens = TokenFile(tmp_path)
    one, two = serving.token(tmp_path, "one"), serving.token(tmp_path, "two")
    assert run(tmp_path, "token", "revoke", "one").exit_code == 0
    assert run(tmp_path, "token", "revoke", two.rpartition(".")[0]).exit_code == 0
    assert tokens.get(one.rpartition(".")[0]) is None
    assert "No token yet" in run(tmp_path, "token", "list").output
    serving.token(tmp_path, "one")  # the name is free again


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("token", "add", "x", "--actions", "snyc"), "There is no action 'snyc'. Did you mean 'sync'?"),
        (("token", "add", "x", "--actions", " , "), "No action was named"),
        (("token", "add", "desk"), "There is a token 'desk' already."),
        (("token", "add", "  "), "A token's name has 1 to 60 letters."),
        (("token", "revoke", "dsek"), "There is no token 'dsek'. Did you mean 'desk'?"),
    ],
)
def test_mistakes_are_named_with_the_next_step(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    serving.token(serving.workspace(tmp_path))
    before = (tmp_path / TOKENS_NAME).read_bytes()
    result = run(tmp_path, *words)
    assert result.exit_code == 2
    assert said in result.output
    assert (tmp_path / TOKENS_NAME).read_bytes() == before


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"tokens": [{}]}', '{"tokens": [{"id": "a", "sha256": "00"}]}']
)
def test_a_damaged_file_lets_nobody_in_and_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / TOKENS_NAME).write_text(text)
    with pytest.raises(ConfigError, match=r"No button works\. Restore it"):
        TokenFile(tmp_path).get("a")


def test_names_in_other_letters_get_an_id_that_fits_a_header(tmp_path: Path) -> None:
    text = serving.token(tmp_path, "Süd – Schalter 2")
    assert text.rpartition(".")[0].isascii()
    other = serving.token(tmp_path, "北")
    assert other.startswith("button-")
    assert TokenFile(tmp_path).find("北").id == other.rpartition(".")[0]


def test_the_name_of_two_tokens_that_differ_in_spaces_is_one_name(tmp_path: Path) -> None:
    serving.token(tmp_path, "North  desk")
    with pytest.raises(UnknownName):
        serving.token(tmp_path, " North desk ")


@given(SECRETS, st.integers(0, 2**33), st.text(max_size=20), st.binary(max_size=200))
def test_who_has_the_secret_can_sign_and_the_hash_can_check(
    secret: bytes, at: int, nonce: str, body: bytes
) -> None:
    proof = sign(secret, at, nonce, body)
    assert is_signed(stored(secret), at, nonce, body, proof)
    assert not is_signed(stored(secret), at + 1, nonce, body, proof)
    assert not is_signed(stored(secret), at, nonce + "x", body, proof)
    assert not is_signed(stored(secret), at, nonce, body + b" ", proof)


@given(SECRETS, SECRETS)
def test_the_hash_that_is_kept_does_not_sign(secret: bytes, other: bytes) -> None:
    kept = stored(secret)
    for key in {kept, other} - {secret}:
        assert not is_signed(kept, 1, "n", b"{}", sign(key, 1, "n", b"{}"))


@pytest.mark.parametrize("proof", ["", "zz", "ab" * 31, "ab" * 33, "é" * 64, "0" * 63])
def test_what_is_no_proof_is_refused(proof: str) -> None:
    assert not is_signed(stored(bytes(32)), 1, "n", b"", proof)


def test_every_command_prints_one_versioned_object(tmp_path: Path) -> None:
    serving.workspace(tmp_path)
    made = json.loads(run(tmp_path, "token", "add", "desk", "--json").stdout)
    assert (made["sheetops"], made["command"], made["name"]) == (1, "token add", "desk")
    assert made["actions"] == ["preview", "sync", "refresh", "held", "explain"]
    listed = json.loads(run(tmp_path, "token", "list", "--json").stdout)
    assert [one["id"] for one in listed["tokens"]] == [made["id"]]
    assert "token" not in listed["tokens"][0]
    ended = json.loads(run(tmp_path, "token", "revoke", "desk", "--json").stdout)
    assert (ended["command"], ended["id"]) == ("token revoke", made["id"])
    wrong = json.loads(run(tmp_path, "token", "revoke", "desk", "--json").stdout)
    assert (wrong["exit_code"], wrong["error"]["code"]) == (2, "unknown-name")
