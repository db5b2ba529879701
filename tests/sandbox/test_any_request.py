"""Any request that Google's description of the API allows is answered or refused in words; nothing breaks."""

import json
import random

import pytest

from sheetops.sandbox import Sandbox
from sheetops.sandbox.batch import REQUESTS
from sheetops.sandbox.http import Request

from . import discovery

TEXTS = ["", "A1", "x", "Sheet1!A1:B2", "userEnteredValue", "*", "note", "title", "1"]


def made(schema, rng, depth=0, name=""):
    """Return JSON that the schema allows, more empty the deeper it is."""
    if "$ref" in schema:
        schema = discovery.description()["schemas"][schema["$ref"]]
    kind = schema.get("type")
    if kind == "object":
        likely = 0.75 - 0.12 * depth
        parts = schema.get("properties", {}).items()
        return {part: made(below, rng, depth + 1, part) for part, below in parts if rng.random() < likely}
    if kind == "array":
        return [made(schema["items"], rng, depth + 1, name) for _ in range(rng.choice([0, 1, 1, 2]))]
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "integer":
        return 0 if name.endswith("heetId") else rng.choice([0, 1, 2, 3, 7, 12])
    if kind == "number":
        return rng.choice([0, 0.5, 1, 3])
    return rng.choice(schema.get("enum") or TEXTS)


@pytest.fixture(scope="module")
def box():
    return Sandbox(seed=3)


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_any_request_of_a_kind(box, name):
    rng, codes = random.Random(name), set()
    schema = discovery.description()["schemas"]["Request"]["properties"][name]
    book = _asked(box, "POST", "/v4/spreadsheets", {"sheets": [_small()]})[1]["spreadsheetId"]
    for _ in range(40):
        body = {"requests": [{name: made(schema, rng)}]}
        code, answer = _asked(box, "POST", f"/v4/spreadsheets/{book}:batchUpdate", body)
        assert code in (200, 400), (body, answer)
        assert code == 200 or answer["error"]["message"]
        codes.add(code)
        assert _asked(box, "GET", f"/v4/spreadsheets/{book}?includeGridData=true")[0] == 200
    assert codes


def _small():
    cell = {"userEnteredValue": {"stringValue": "x"}}
    grid = {"rowCount": 12, "columnCount": 6}
    return {
        "properties": {"title": "Sheet1", "gridProperties": grid},
        "data": [{"rowData": [{"values": [cell] * 4}] * 5}],
    }


def _asked(box, method, target, body=None):
    request = Request.of(method, target, {}, json.dumps(body).encode() if body else b"")
    answer = box.service.answer(request)
    if answer.status == 200:
        found = discovery.faults(
            json.loads(answer.body), {"$ref": discovery.schemas_of(method, request.path)[1]}
        )
        assert not found, (body, found[:3])
    return answer.status, json.loads(answer.body)
