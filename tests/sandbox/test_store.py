"""What is on disk, and what a restart finds there."""

import json
import os

import pytest
import requests

from sheetops.sandbox import Sandbox
from sheetops.sandbox.store import Store

from .conftest import client_of


def test_a_restart_finds_everything(tmp_path):
    with Sandbox(data=tmp_path) as box:
        book = client_of(box.url).create("Cases")
        tab = book.sheet1
        tab.update([["007", 3, True, "=B1*2", "2024-01-05"]], "A1", value_input_option="USER_ENTERED")
        tab.format("A1", {"textFormat": {"bold": True}})
        tab.insert_note("B1", "note")
        tab.merge_cells("A3:B3")
        tab.add_protected_range("D1:D9")
        tab.define_named_range("A1:B1", "names")
        tab.add_dimension_group_rows(1, 3)
        tab.hide_rows(4, 5)
        tab.set_basic_filter("A1:E5")
        url = f"/v4/spreadsheets/{book.id}?includeGridData=true"
        before = requests.get(box.url + url, timeout=5).json()
    with Sandbox(data=tmp_path) as box:
        assert requests.get(box.url + url, timeout=5).json() == before
        client_of(box.url).del_spreadsheet(book.id)
    assert list(tmp_path.iterdir()) == []


def test_a_stop_in_the_middle_of_writing_leaves_the_old_state(tmp_path, monkeypatch):
    with Sandbox(data=tmp_path) as box:
        book = client_of(box.url).create("Cases")
        book.sheet1.update_acell("A1", "old")
        stored = box.service.store.get(book.id).copy()

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        Store(tmp_path).put(stored)
    monkeypatch.undo()
    with Sandbox(data=tmp_path) as box:
        assert box.person(book.id).see("A1") == [["old"]]


def test_a_refused_batch_leaves_the_file_alone(tmp_path):
    with Sandbox(data=tmp_path) as box:
        book = client_of(box.url).create("Cases")
        path = tmp_path / f"{book.id}.json"
        before = path.read_bytes()
        body = {"requests": [{"addSheet": {"properties": {"title": "x"}}}, {"deleteSheet": {"sheetId": 9}}]}
        url = f"{box.url}/v4/spreadsheets/{book.id}:batchUpdate"
        assert requests.post(url, json=body, timeout=5).status_code == 400
        assert path.read_bytes() == before
        assert json.loads(before)["properties"]["title"] == "Cases"
