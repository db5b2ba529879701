"""Send recorded requests to a sandbox and compare what it answers with what Google answered.

Ids and times that a server makes up are not compared: recorded ids are mapped to the sandbox's as they first appear.
The recordings' account held files that no recording makes. They are made beforehand with the titles that the recording
lists; everything that is asked about them is then up to the sandbox.
"""

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sheetops.sandbox import Sandbox
from sheetops.sandbox.defaults import new_spreadsheet
from sheetops.sandbox.drive import new_file
from sheetops.sandbox.http import Request

FOLDER = Path(os.environ.get("SHEETOPS_SHARED", "../shared")) / "vectors" / "google"
ACCOUNT = "telegram-budgeter@telegram-budgeter.iam.gserviceaccount.com"

TIMES = {"createdTime", "modifiedTime"}
MADE_UP = {"sheetId", "protectedRangeId", "namedRangeId"}


@dataclass
class Score:
    """How many answers were as recorded, by endpoint."""

    total: Counter = field(default_factory=Counter)
    matched: Counter = field(default_factory=Counter)
    misses: list = field(default_factory=list)

    def table(self):
        lines = [
            f"{self.matched[name]:5d}/{self.total[name]:<5d} {name}" for name, _ in self.total.most_common()
        ]
        return "\n".join([*lines, f"{self.matched.total():5d}/{self.total.total():<5d} in all"])


def recordings():
    return sorted(FOLDER.glob("*.json"))


def replay(paths):
    """Replay each recording against a fresh sandbox and return the score."""
    score = Score()
    for path in paths:
        _replay_one(path, json.loads(path.read_text(encoding="utf-8"))["interactions"], score)
    return score


def _replay_one(path, interactions, score):
    box, ids = Sandbox(seed=1), {}
    try:
        made = {json.loads(one["response"]["body"]["string"])["id"] for one in interactions if _makes(one)}
        for number, one in enumerate(interactions):
            if _lists(one):
                _make_others(box, one, made)
            got, want = _asked(box, one["request"], ids), _recorded(one["response"])
            name = endpoint(one["request"])
            score.total[name] += 1
            _learn(want[1], got[1], ids)
            if (got[0], _plain(got[1], {})) == (want[0], _plain(want[1], ids)):
                score.matched[name] += 1
            else:
                score.misses.append((path.name, number, name, want, got))
    finally:
        box.close()


def endpoint(request):
    path = urlsplit(request["uri"]).path.replace("%3A", ":")
    path = re.sub(r"(spreadsheets|files)/[^/:]+", r"\1/{id}", path)
    path = re.sub(r"/values/.*?(:append|:clear)?$", r"/values/{range}\1", path)
    return f"{request['method']} {path}"


def _make_others(box, one, made):
    """Make the files that the account held before."""
    there = {book.id for book in box.service.store.all()}
    for file in json.loads(one["response"]["body"]["string"])["files"]:
        if file["id"] not in made | there:
            book = new_spreadsheet(file["id"], file["name"])
            book.file = new_file(box.service, ACCOUNT) | {name: file[name] for name in TIMES}
            box.service.store.put(book)


def _makes(one):
    return one["request"]["method"] == "POST" and urlsplit(one["request"]["uri"]).path.endswith("/files")


def _lists(one):
    return one["request"]["method"] == "GET" and urlsplit(one["request"]["uri"]).path.endswith("/files")


def _asked(box, recorded, ids):
    parts = urlsplit(recorded["uri"])
    target = parts.path + ("?" + parts.query if parts.query else "")
    body = recorded["body"]
    text = (body.get("string") if isinstance(body, dict) else body) or ""
    for old, new in ids.items():
        if isinstance(old, str):
            target, text = target.replace(old, new), text.replace(old, new)
    for old, new in ids.items():
        if isinstance(old, int):
            text = re.sub(rf'("(?:\w*[sS]heetId|protectedRangeId)": ){old}\b', rf"\g<1>{new}", text)
    headers = {"Authorization": f"Bearer {ACCOUNT}"}
    answer = box.front.answer(Request.of(recorded["method"], target, headers, text.encode()))
    return answer.status, _body(answer.body.decode())


def _recorded(response):
    return response["status"]["code"], _body(response["body"].get("string") or "")


def _body(text):
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _learn(want, got, ids):
    """Map the ids that Google made up to those that the sandbox made up in the same places."""
    if isinstance(want, dict) and isinstance(got, dict):
        for name in want.keys() & got.keys():
            made_up = name in MADE_UP or (name == "id" and want.get("kind") == "drive#file")
            if made_up and want[name] != 0 != got[name]:
                ids.setdefault(want[name], got[name])
            _learn(want[name], got[name], ids)
    elif isinstance(want, list) and isinstance(got, list):
        for one, other in zip(want, got, strict=False):
            _learn(one, other, ids)


def _plain(value, ids):
    if isinstance(value, dict):
        return {name: _plain(item, ids) for name, item in value.items() if name not in TIMES}
    if isinstance(value, list):
        return [_plain(item, ids) for item in value]
    if isinstance(value, str):
        for old, new in ids.items():
            value = value.replace(old, new) if isinstance(old, str) else value
        return value
    return ids.get(value, value) if not isinstance(value, bool | float) else value


if __name__ == "__main__":
    result = replay(recordings())
    print(result.table())
    for miss in result.misses:
        print(*miss[:3])
        print("   want", str(miss[3])[:700])
        print("   got ", str(miss[4])[:700])
