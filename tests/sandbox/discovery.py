"""Is this JSON what Google's own description of the API allows? The description is in google-api-python-client."""

import json
import re
from functools import cache
from importlib.resources import files


@cache
def description():
    path = files("googleapiclient") / "discovery_cache" / "documents" / "sheets.v4.json"
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def methods():
    """Return (HTTP method, pattern of the path, request schema, answer schema) of each method."""
    found, waiting = [], [description()]
    while waiting:
        resource = waiting.pop()
        waiting += resource.get("resources", {}).values()
        for method in resource.get("methods", {}).values():
            pattern = re.sub(r"\\\{range\\\}", ".+", re.escape(method["flatPath"]))
            pattern = re.compile("/" + re.sub(r"\\\{\w+\\\}", "[^/:]+", pattern))
            request = (method.get("request") or {}).get("$ref")
            found.append((method["httpMethod"], pattern, request, method["response"]["$ref"]))
    return sorted(found, key=lambda one: -len(one[1].pattern))


def schemas_of(method, path):
    """Return (request schema, answer schema) of a call; None when it is not the Sheets API's."""
    path = path.replace("%3A", ":")
    for name, pattern, request, answer in methods():
        if name == method and pattern.fullmatch(path):
            return request, answer
    return None


def faults(value, schema, where="$"):
    """Return what is wrong with the value, one sentence each."""
    if "$ref" in schema:
        schema = description()["schemas"][schema["$ref"]]
    if value is None:
        return []
    kind = schema.get("type")
    if kind == "object":
        return _object_faults(value, schema, where)
    if kind == "array":
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        return [f for i, item in enumerate(value) for f in faults(item, schema["items"], f"{where}[{i}]")]
    if kind == "any":
        return []
    return _scalar_faults(value, schema, where)


def _object_faults(value, schema, where):
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is no object"]
    known, more, found = schema.get("properties", {}), schema.get("additionalProperties"), []
    for name, item in value.items():
        if name in known:
            found += faults(item, known[name], f"{where}.{name}")
        elif more is None:
            found.append(f"{where}.{name}: there is no such field")
        else:
            found += faults(item, more, f"{where}.{name}")
    return found


_TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}


def _scalar_faults(value, schema, where):
    kind = schema["type"]
    wrong_truth = isinstance(value, bool) != (kind == "boolean")
    if not isinstance(value, _TYPES[kind]) or wrong_truth:
        return [f"{where}: {value!r} is no {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is none of {schema['enum']}"]
    return []


def check(request, answer):
    """Raise when an accepted request, or its answer, is not what the description allows."""
    schemas = schemas_of(request.method, request.path)
    if schemas is None or answer.status != 200:
        return
    sent, got = schemas
    found = faults(json.loads(answer.body), {"$ref": got}, "answer")
    if sent and request.body:
        found += faults(json.loads(request.body), {"$ref": sent}, "request")
    assert not found, f"{request.method} {request.path}: {found[:5]}"


def watch(monkeypatch):
    """Check every request and answer of every sandbox; return the list of what was wrong, which has to stay empty."""
    from sheetops.sandbox.service import Service

    found, real = [], Service.answer

    def checked(self, request):
        answer = real(self, request)
        try:
            check(request, answer)
        except AssertionError as error:
            found.append(str(error))
        return answer

    monkeypatch.setattr(Service, "answer", checked)
    return found
