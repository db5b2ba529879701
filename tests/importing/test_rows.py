"""Each row of a file becomes a record, is the same, an update, or goes to the intake; nothing else happens to one."""

import json

GOOD = ["T-1", "New", "DE", "Acme", "2026-01-05", "Sold a copy of a bag"]


def test_a_preview_writes_nothing(office):
    before = sorted(path.name for path in office.folder.iterdir())
    said = office.run("import", office.file(GOOD), "--into", "cases").output
    assert "1 added + 0 same + 0 updated + 0 to the intake = 1 row" in said
    assert "Nothing has been written" in said
    assert sorted(path.name for path in office.folder.iterdir()) == sorted([*before, "tickets.csv"])


def test_rows_become_records_with_keys_of_the_table(office):
    office.take(office.file(GOOD, ["T-2", "done", "德国", "Béta", "6.1.2026", ""]))
    cases = office.table()
    assert [
        (c["source_system"], c["source_ref"], c["status"], c["market"], c["points"]) for c in cases.values()
    ] == [
        ("tickets", "T-1", "New", "DE", 0),
        ("tickets", "T-2", "Closed", "DE", 0),
    ]
    assert list(cases) == ["CASE-0001", "CASE-0002"]


def test_the_same_file_again_changes_nothing(office):
    file = office.file(GOOD, ["T-2", "Opne", "DE", "Beta", "2026-01-05", ""])
    office.take(file, code=3)
    head = office.head()
    assert "Nothing to do: 0 added + 1 same + 0 updated + 1 to the intake = 2 rows" in office.take(
        file, code=3
    )
    assert office.head() == head


def test_what_changed_in_the_source_is_brought_up_to_date(office):
    office.take(office.file(GOOD))
    said = office.take(
        office.file(["T-1", "Closed", "DE", "", "2026-01-05", GOOD[5]], name="tickets 2026-02-01.csv")
    )
    assert "0 added + 0 same + 1 updated" in said
    (case,) = office.table().values()
    assert (case["status"], case["merchant"]) == ("Closed", None)


def test_a_cell_that_a_person_edited_is_kept_and_told(office):
    office.take(office.file(GOOD))
    type_over(office, "CASE-0001", "merchant", "Acme Ltd")
    assert "0 added + 1 same" in office.take(office.file(GOOD))  # the source says what it said before
    said = office.take(office.file([*GOOD[:3], "ACME Group", *GOOD[4:]]), code=3)
    assert "CASE-0001 merchant: kept yours, 'Acme Ltd'" in said
    assert "row 2 said 'ACME Group'" in said
    assert office.table()["CASE-0001"]["merchant"] == "Acme Ltd"
    (kept,) = office.table("intake").values()
    assert (kept["kind"], kept["record"], kept["state"]) == ("kept yours", "CASE-0001", "open")
    type_over(office, "CASE-0001", "merchant", "ACME Group")
    office.take(office.file([*GOOD[:3], "ACME Group", *GOOD[4:]]))
    assert [item["state"] for item in office.table("intake").values()] == ["done"]


def test_another_import_does_not_overwrite_what_the_first_one_wrote(office):
    office.take(office.file([*GOOD], name="crm.csv", header=["Case ID", *HEADER_REST]))
    said = office.take(office.file([*GOOD[:3], "Other", *GOOD[4:]], name="erp.csv", header=["Case ID", *HEADER_REST]),
                       "--map", office.folder / "imports" / "erp.toml", code=3)  # fmt: skip
    assert "the import 'crm' filled it in" in said


HEADER_REST = ["Status", "Market", "Merchant", "Opened at", "Summary"]


def test_a_row_that_cannot_be_read_goes_to_the_intake_with_the_reason(office):
    said = office.take(
        office.file(GOOD, ["T-2", "New", "DE", "Beta", "31/02/2026", ""], ["T-3", "", "DE", "C", "", ""]),
        "--allow",
        "unreadable",
        code=3,
    )
    assert "1 added + 0 same + 0 updated + 2 to the intake = 3 rows" in said
    items = list(office.table("intake").values())
    assert [(item["row"], item["ref"]) for item in items] == [(3, "T-2"), (4, "T-3")]
    assert "31/02/2026" in items[0]["reason"]
    assert "nearest valid: '2026-02-28'" in items[0]["reason"]
    assert items[1]["reason"] == "Status is required and blank"
    assert json.loads(items[0]["raw"])["Merchant"] == "Beta"


def test_a_row_corrected_in_the_intake_is_taken_by_a_retry_and_stays_settled(office):
    file = office.file(GOOD, ["T-2", "New", "DE", "Beta", "31/02/2026", ""])
    office.take(file, code=3)
    (key,) = office.table("intake")
    raw = json.loads(office.table("intake")[key]["raw"])
    type_over(office, key, "raw", json.dumps({**raw, "Opened at": "28/02/2026"}), "intake")
    result = office.run("import", "--retry", "--yes")
    assert result.exit_code == 0, result.output
    assert office.table()["CASE-0002"]["opened_at"].isoformat() == "2026-02-28"
    assert office.table("intake")[key]["state"] == "done"
    assert "0 added + 2 same + 0 updated + 0 to the intake = 2 rows" in office.take(file)


def test_a_row_of_the_intake_that_was_spoilt_says_so(office):
    office.take(office.file(GOOD, ["T-2", "New", "DE", "Beta", "31/02/2026", ""]), code=3)
    (key,) = office.table("intake")
    type_over(office, key, "raw", "{oops", "intake")
    assert office.run("import", "--retry", "--yes").exit_code == 3
    assert "can no longer be read" in office.table("intake")[key]["reason"]


def test_a_later_row_of_the_reference_closes_the_intake(office):
    office.take(office.file(GOOD, ["T-2", "New", "DE", "Beta", "31/02/2026", ""]), code=3)
    office.take(office.file(["T-2", "New", "DE", "Beta", "28/02/2026", ""]))
    assert [(i["state"], i["record"]) for i in office.table("intake").values()] == [("done", "CASE-0002")]


def test_two_rows_of_one_reference_are_one_record_or_wait(office):
    said = office.take(office.file(GOOD, GOOD, [*GOOD[:3], "Another", *GOOD[4:]]), code=3)
    assert "1 added + 1 same + 0 updated + 1 to the intake = 3 rows" in said
    assert "row 2 has the same Reference and another merchant" in said


def test_an_import_is_undone_and_can_be_done_again(office):
    file = office.file(GOOD)
    office.take(file)
    undone = office.run("undo", "R1")
    assert undone.exit_code == 0, undone.output
    assert office.table() == {}
    assert "1 added" in office.take(file)
    assert list(office.table()) == ["CASE-0001"]


def test_a_record_that_a_person_archived_does_not_come_back(office):
    office.take(office.file(GOOD, ["T-2", "New", "DE", "B", "", ""]))
    with open_at_library(office) as ws:
        from sheetops.model.record import Actor, Change, Op, Source

        ws.commit(
            "test",
            lambda head: ([Change("cases", "CASE-0001", Op.ARCHIVE, Source(Actor.TRACKER, "desk"))], {}, ""),
        )
    said = office.take(office.file(GOOD, ["T-2", "New", "DE", "B", "", ""]), code=3)
    assert "its record CASE-0001 was archived" in said
    assert list(office.table()) == ["CASE-0002"]


def test_new_rows_that_may_be_there_already_are_told(office):
    story = "Host sold counterfeit handbags in the evening room and hid the price until checkout"
    office.take(office.file(["T-1", "New", "DE", "Acme", "2026-01-05", story]))
    said = office.take(
        office.file(["Z-9", "New", "DE", "Acme", "2026-01-06", f"{story} again."], name="zen.csv"),
        "--map",
        office.folder / "imports" / "zen.toml",
    )
    assert (
        "row 2 (CASE-0002) may be CASE-0001: the same story in summary, the same merchant, 1 day apart"
        in said
    )
    assert len(office.table()) == 2


def open_at_library(office):
    import sheetops

    return sheetops.open(office.folder)


def type_over(office, key, name, value, table="cases"):
    """Change a cell as somebody in a tracker does."""
    from sheetops.model.record import Actor, Change, Op, Source

    with open_at_library(office) as ws:
        old = ws.store.records(table)[key].values[name]
        source = Source(Actor.TRACKER, "desk", "D2", "Amara")
        ws.commit("test", lambda head: ([Change(table, key, Op.SET, source, name, old, value)], {}, ""))
