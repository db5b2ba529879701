"""Which column identifies a row, and what happens when none does."""

from sheetops.model.schema import FieldType


def table(header, *columns):
    return [header, *map(list, zip(*columns, strict=True))]


def findings(proposal, words):
    return [finding for finding in proposal.findings if words in finding]


def test_a_unique_column_named_like_an_identifier(adopt):
    proposal = adopt(table(["Room", "Case ID"], ["R1", "R2", "R3"], ["CASE-0041", "CASE-0042", "CASE-0043"]))
    assert (proposal.key, proposal.mint_key_header) == ("case_id", None)
    assert 'key_format = "CASE-{:04d}"' in proposal.toml()


def test_a_number_as_key_is_kept_as_text(adopt):
    proposal = adopt(table(["Ticket no.", "Points"], [101, 102, 103], [1, 1, 2]))
    assert proposal.columns[0].field.type is FieldType.TEXT
    assert 'key_format = "{:d}"' in proposal.toml()


def test_a_few_doubled_keys_are_named_and_the_column_still_proposed(adopt):
    keys = [f"C-{n}" for n in range(1, 40)] + ["C-7"]
    proposal = adopt(table(["Case ID", "Points"], keys, list(range(40))))
    assert proposal.key == "case_id"
    assert findings(proposal, "'C-7' stands in 2 rows (A8, A41): these rows are held until a person decides")


def test_a_few_rows_without_key_are_counted(adopt):
    keys = [f"C-{n}" for n in range(1, 40)] + [None]
    proposal = adopt(table(["Case ID", "Points"], keys, list(range(40))))
    assert findings(proposal, "1 rows have none; they are given one at the first sync")


def test_no_usable_column_means_a_new_one_and_that_is_said(adopt):
    proposal = adopt(table(["Status", "Points"], ["open", "closed"] * 5, [1, 2] * 5))
    assert proposal.mint_key_header == "Case ID"
    assert 'key = "case_id"' in proposal.toml()
    assert "add_key_column = true" in proposal.toml()
    assert '"Case ID" = "case_id"' in proposal.toml()
    assert 'key_format = "CASE-{:04d}"' in proposal.toml()
    assert findings(proposal, "the first sync would add the column 'Case ID' at the right edge")


def test_an_identifier_too_often_doubled_is_explained(adopt):
    proposal = adopt(table(["Case ID", "Points"], ["A-1", "A-2"] * 5, list(range(10))))
    assert proposal.mint_key_header == "Record ID", "the workbook has a Case ID already"
    assert findings(proposal, "'Case ID' sounds like an identifier, but 0 of 10 rows have none and 10 share")


def test_row_numbers_are_a_poor_key_and_that_is_said(adopt):
    proposal = adopt(table(["#", "Status"], [1, 2, 3], ["a", "b", "c"]))
    assert findings(proposal, "it only numbers the rows: do not renumber it after sorting")


def test_a_better_key_wins_over_row_numbers(adopt):
    proposal = adopt(table(["#", "Case ID"], [1, 2, 3], ["X-9", "X-4", "X-7"]))
    assert proposal.key == "case_id"


def test_text_that_happens_to_be_unique_is_no_key(adopt):
    proposal = adopt(table(["Summary", "Points"], ["fell over", "got up", "sat down"], [1, 2, 3]))
    assert proposal.mint_key_header
