"""The macros' signature, run by pyOpenVBA's interpreter: VBA's own arithmetic, which stops at every overflow."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any

import pytest
from pyopenvba.apps.excel import ExcelApplication

from sheetops.buttons.serving.signing import is_signed, sign, stored

EXCEL = files("sheetops") / "buttons" / "excel"


@pytest.fixture(scope="module")
def vba() -> Any:
    excel = ExcelApplication()
    for module in ("SheetopsSigning", "SheetopsText"):
        excel.add_module((EXCEL / f"{module}.bas").read_text(encoding="ascii"), name=module)
    return excel


@pytest.mark.parametrize("length", [0, 3, 55, 56, 64, 119])
def test_sha_256_is_hashlibs_on_both_sides_of_each_edge_of_a_block(vba: Any, length: int) -> None:
    message = bytes((7 * n + 131) % 256 for n in range(length))
    assert vba.run("Sha256", message.hex()) == hashlib.sha256(message).hexdigest()


def test_the_proof_is_the_one_that_the_service_checks(vba: Any) -> None:
    secret, body = bytes(range(200, 232)), '{"action": "sync", "key": "\\u00e9"}'
    proof = vba.run("Proof", secret.hex(), "1772409600", "20260302080000123", body)
    assert proof == sign(secret, 1772409600, "20260302080000123", body.encode())
    assert is_signed(stored(secret), 1772409600, "20260302080000123", body.encode(), proof)


def test_what_is_no_secret_is_known_before_anything_is_sent(vba: Any) -> None:
    assert vba.run("IsSecret", "0f" * 32)
    assert not any(vba.run("IsSecret", said) for said in ("", "0f" * 31, "0F" * 32, "0g" * 32))


def test_a_key_in_any_script_comes_through_as_json(vba: Any) -> None:
    assert vba.run("Json", 'N"\u00fc\\\u4e2d') == '"N\\"\\u00fc\\\\\\u4e2d"'
