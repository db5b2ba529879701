"""Whatever people do to rows, in whatever order: values, metadata and formulas stay with their rows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.sandbox import Sandbox
from sheetops.sandbox.a1 import area_of
from sheetops.sandbox.defaults import new_spreadsheet
from sheetops.sandbox.drive import new_file
from sheetops.sandbox.store import from_json, to_json

ROWS = 8

steps = st.lists(
    st.tuples(st.sampled_from(["insert", "delete", "move"]), st.integers(1, ROWS), st.integers(1, 3), st.integers(1, ROWS)),
    max_size=12,
)  # fmt: skip


def prepared(box):
    """A sheet with a key in each of its first rows, metadata on each row, and a formula that reads each key."""
    book = new_spreadsheet("id", "Any order")
    book.file = new_file(box.service, "ana@example.com")
    box.service.store.put(book)
    person = box.person("id", "ana@example.com")
    for row in range(1, ROWS + 1):
        person.type(f"A{row}", f"key {row}")
        person.type(f"F{row}", f"=A{row}")
        where = {"dimensionRange": {"dimension": "ROWS", "startIndex": row - 1, "endIndex": row}}
        data = {
            "metadataKey": "key",
            "metadataValue": f"key {row}",
            "location": where,
            "visibility": "DOCUMENT",
        }
        person.batch({"createDeveloperMetadata": {"developerMetadata": data}})
    return person


@settings(max_examples=60, deadline=None)
@given(steps)
def test_rows_keep_what_is_theirs(actions):
    box = Sandbox(seed=1)
    try:
        person, model = prepared(box), [f"key {row}" for row in range(1, ROWS + 1)]
        for what, row, count, other in actions:
            if what == "insert":
                person.insert_rows("Sheet1", row, count)
                model[row - 1 : row - 1] = [""] * (count if row <= len(model) else 0)
            elif what == "delete":
                person.delete_rows("Sheet1", row, count)
                del model[row - 1 : row - 1 + count]
            elif not row <= other <= row + count:
                moving, rest = model[row - 1 : row - 1 + count], model[: row - 1] + model[row - 1 + count :]
                at = other - 1 if other < row else other - 1 - count
                if len(model) >= max(row - 1 + count, other - 1):
                    person.move_rows("Sheet1", row, count, other)
                    model = rest[:at] + moving + rest[at:]
        check(box, person, model)
    finally:
        box.close()


def check(box, person, model):
    shown = [line[0] if line else "" for line in person.see("A1:A50")]
    assert [line[0] if line else "" for line in person.see("F1:F50")] == shown
    while model and not model[-1]:
        model.pop()
    assert shown == model
    book = box.service.store.get("id")
    places = {one["metadataValue"]: one["location"]["dimensionRange"]["startIndex"] for one in book.metadata}
    assert places == {key: place for place, key in enumerate(model) if key}
    assert to_json(from_json(to_json(book))) == to_json(book)
    assert area_of(book, "Sheet1").sheet_id == 0
