"""An import is one transaction; what refers to nothing waits; a second run at the same time is told so."""

import pytest

import sheetops
from sheetops.import_job import Wishes
from sheetops.import_verbs import import_file
from sheetops.library import Workspace
from sheetops.model.errors import RunLocked
from sheetops.workspace import load_config

GOOD = ["T-1", "New", "DE", "Acme", "2026-01-05", ""]
SELLERS = """
[tables.sellers]
key = "seller"
[tables.sellers.fields]
seller = { type = "text", label = "Seller" }
markets = { type = "multi-choice", label = "Markets", choices = { US = ["USA"], DE = [], UK = [] } }
[tables.orders]
key = "order_id"
[tables.orders.fields]
order_id = { type = "text", label = "Order" }
seller = { type = "reference", to = "sellers", label = "Seller" }
"""


class Crash(Exception):
    pass


@pytest.mark.parametrize("point", ["commit:before", "commit:mid"])
def test_a_run_that_dies_has_written_nothing(office, point):
    def fault(at):
        if at == point:
            raise Crash

    office.take(office.file(GOOD))
    head = office.head()
    file = office.folder / "more.csv"
    office.file(
        GOOD, ["T-2", "New", "DE", "B", "", ""], ["T-3", "Nonsense", "DE", "B", "", ""], name="more.csv"
    )
    with Workspace(load_config(office.folder), fault=fault) as ws, pytest.raises(Crash):
        import_file(ws, file, "cases", Wishes(yes=True))
    assert office.head() == head
    assert "1 added + 1 same" in office.take(str(file), code=3)


def test_an_import_waits_for_nobody_and_says_who_is_at_work(office):
    path = office.folder / "tickets.csv"
    office.file(GOOD)
    with sheetops.open(office.folder) as ws, ws.store.lock("Amara"), pytest.raises(RunLocked, match="Amara"):
        import_file(ws, path, "cases", Wishes(yes=True))
    assert office.table() == {}


def test_a_reference_to_a_missing_record_waits_and_several_choices_are_read_part_by_part(tmp_path):
    (tmp_path / "sheetops.toml").write_text(SELLERS, encoding="utf-8")
    (tmp_path / "sellers.csv").write_text(
        'Seller,Markets\nAcme,"usa; de"\nBeta,"DE|Atlantis"\n', encoding="utf-8"
    )
    (tmp_path / "orders.csv").write_text("Order,Seller\nO-1,Acme\nO-2,Acmee\n", encoding="utf-8")
    with sheetops.open(tmp_path) as ws:
        done = import_file(ws, tmp_path / "sellers.csv", "sellers", Wishes(yes=True))
        assert done.data["counts"] == {"rows": 2, "added": 1, "same": 0, "updated": 0, "intake": 1}
        assert ws.table("sellers")["Acme"]["markets"] == "US; DE"
        done = import_file(ws, tmp_path / "orders.csv", "orders", Wishes(yes=True))
        assert done.data["counts"]["intake"] == 1
        assert "is not in sellers; nearest valid: 'Acme'" in done.data["intake_reasons"][0]["reason"]


def test_somebody_who_works_while_the_question_stands_there_is_not_overwritten(office):
    from sheetops.model.record import Actor, Change, Op, Source

    office.take(office.file(GOOD))
    office.file([*GOOD[:3], "Other", *GOOD[4:]])

    def while_it_waits(lines, question):
        with sheetops.open(office.folder) as other:
            change = Change(
                "cases", "CASE-0001", Op.SET, Source(Actor.TRACKER, "desk"), "merchant", "Acme", "Mine"
            )
            other.commit("test", lambda head: ([change], {}, ""))
        return True

    with sheetops.open(office.folder) as ws:
        done = import_file(ws, office.folder / "tickets.csv", "cases", Wishes(), while_it_waits)
    assert done.data["kept"][0]["yours"] == "Mine"
    assert office.table()["CASE-0001"]["merchant"] == "Mine"
