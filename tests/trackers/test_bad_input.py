"""Bad input in trackers: a clear error (what happened, what was not done, what next), and nothing lost."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sheetops.done import Done
from sheetops.library import Workspace
from sheetops.model.errors import GuardStopped, RunLocked, SheetopsError
from sheetops.model.record import HeldKind
from sheetops.workspace import parse_config

from ..protocol.story import HEADERS, Story, case, cases, config
from . import workbooks

K1 = "CASE-0001"


def tracker(name: str) -> str:
    """A workbook `name`.xlsx, bound to the table `cases`."""
    columns = "\n".join(f'"{header}" = "{field}"' for field, header in HEADERS.items())
    return f'[trackers.{name}]\nfile = "{name}.xlsx"\ntab = "Cases"\ntable = "cases"\n[trackers.{name}.columns]\n{columns}\n'


class Place:
    """A workspace of two workbooks that agree: `bad`, to which things happen, and `good`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bad, self.good = folder, folder / "bad.xlsx", folder / "good.xlsx"
        workbooks.make(self.bad, cases())
        workbooks.make(self.good, cases(0))
        self.ws = Workspace(parse_config(config(tracker("bad"), tracker("good")), folder / "sheetops.toml"))
        self.sync()
        self.sync()

    def sync(self) -> Done:
        return self.ws.sync()

    def sums(self) -> dict[str, str]:
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (self.bad, self.good)}

    def change(self, act: Callable[[Any], Any]) -> None:
        workbooks.change(self.bad, act)

    def edit_good(self) -> None:
        workbooks.edit(self.good, {"E2": "an edit in the good one"})


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.ws.close()


def is_clear(error: SheetopsError, *words: str) -> None:
    """Three things are said: what happened, what was not done, what to do next. No traceback's language."""
    said = str(error)
    for word in words:
        assert word in said, said
    assert error.next_step or "." in error.what
    assert not any(jargon in said for jargon in ("Traceback", "Errno", "None", "KeyError", "object at 0x")), (
        said
    )


def left_out(place: Place, *words: str) -> None:
    """The bad workbook is left out, untouched; the good one goes on; nothing of the bad one's cases is lost."""
    place.edit_good()
    before, keys = place.bad.read_bytes() if place.bad.exists() else None, place.ws.store.keys("cases")
    done = place.sync()
    assert [out.tracker for out in done.left_out] == ["bad"]
    is_clear(done.left_out[0].error, *words)
    assert done.exit_code == 1
    assert place.ws.table("cases")[K1]["note"] == "an edit in the good one"
    assert (place.bad.read_bytes() if place.bad.exists() else None) == before
    assert place.ws.store.keys("cases") == keys
    assert len(place.ws.table("cases")) == 12


def test_not_a_workbook(place: Place) -> None:
    place.bad.write_text("Case ID,Status\n1,open\n")
    left_out(place, "bad.xlsx", "not")


def test_an_empty_file(place: Place) -> None:
    place.bad.write_bytes(b"")
    left_out(place, "bad.xlsx")


def test_a_file_that_was_cut_short(place: Place) -> None:
    place.bad.write_bytes(place.bad.read_bytes()[:2000])
    left_out(place, "bad.xlsx")


def test_a_zip_that_is_no_workbook(place: Place) -> None:
    with zipfile.ZipFile(place.bad, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    left_out(place, "bad.xlsx")


def test_an_encrypted_workbook(place: Place) -> None:
    """Excel keeps a workbook with a password in an OLE file with a stream named EncryptedPackage."""
    name = "EncryptedPackage".encode("utf-16-le")
    place.bad.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + name + bytes(4096))
    left_out(place, "bad.xlsx", "password")


def test_a_file_that_is_gone(place: Place) -> None:
    place.bad.unlink()
    left_out(place, "bad.xlsx")


def test_a_missing_tab(place: Place) -> None:
    import openpyxl

    book = openpyxl.load_workbook(place.bad)
    book["Cases"].title = "Case"
    book.save(place.bad)
    left_out(place, "bad.xlsx has no tab 'Cases'. Did you mean 'Case'?", "[trackers.bad]")


# --- what guards stop ---------------------------------------------------------------------------------------


def stopped(place: Place, *words: str) -> None:
    before, head = place.sums(), place.ws.store.head()
    with pytest.raises(GuardStopped) as error:
        place.sync()
    is_clear(error.value, *words)
    assert "Nothing was written" in error.value.not_done
    assert place.sums() == before
    assert place.ws.store.head() == head


def test_header_row_gone(place: Place) -> None:
    place.change(lambda sheet: sheet.delete_rows(1))
    stopped(place, "The header row of bad.xlsx, tab 'Cases' is gone", "Case ID", "Put the header row back")


def test_two_columns_with_the_same_header(place: Place) -> None:
    place.change(lambda sheet: sheet.cell(1, 7, "Note"))
    stopped(place, "Two columns of bad.xlsx, tab 'Cases' have the header 'Note' (columns E and G)", "Rename")


def test_no_key_column(place: Place) -> None:
    place.change(lambda sheet: sheet.cell(1, 1, "Case No"))
    stopped(place, "The key column 'Case ID' of bad.xlsx", "Is it the column 'case no' now?")


def test_forty_percent_unparsable_dates(place: Place) -> None:
    place.change(lambda sheet: [sheet.cell(row, 3, "mid Jan") for row in range(2, 7)])
    stopped(place, "5 of 12 cells (42 %) of column 'Due' in bad.xlsx cannot be read", "--allow unparsable")


def test_a_merged_header_over_two_columns(place: Place) -> None:
    """The second column has no header any more: it is left out both ways, and nobody's values are cleared."""
    place.change(lambda sheet: sheet.merge_cells("D1:E1"))
    place.edit_good()
    done = place.sync()
    assert place.ws.table("cases")[K1]["note"] == "an edit in the good one"
    assert any("'Note' is missing" in note for p in done.plans for t in p.trackers for note in t.notes)
    assert len(place.ws.table("cases")) == 12
    assert place.ws.table("cases")["CASE-0002"]["note"] == "note 2"


def test_a_merged_title_above_the_header(place: Place) -> None:
    def title(sheet: Any) -> None:
        sheet.insert_rows(1, 2)
        sheet["A1"] = "Weekly cases"
        sheet.merge_cells("A1:F1")

    place.change(title)
    assert place.sync().run is None
    workbooks.edit(place.bad, {"E4": "edited below the title"})
    place.sync()
    assert workbooks.rows(place.good)[1][4] == "edited below the title"


# --- sheets that are odd, and go on -----------------------------------------------------------------------------


def test_an_enormous_used_range_with_twelve_real_rows(place: Place) -> None:
    from openpyxl.styles import Font

    def far_away(sheet: Any) -> None:
        sheet.cell(1_048_576, 16_000).font = Font(bold=True)
        sheet.cell(900_000, 2).font = Font(bold=True)

    place.change(far_away)
    place.edit_good()
    workbooks.change(place.good, lambda sheet: sheet.append(case(50)))
    place.sync()
    rows = workbooks.rows(place.bad)
    assert rows[1][4] == "an edit in the good one"
    assert [row[0] for row in rows[12:] if row] == ["CASE-0012", "CASE-0050"]
    assert rows[13][0] == "CASE-0050"


def test_forty_thousand_characters_in_a_cell(place: Place) -> None:
    """Excel would not let anybody type them, but programs write them."""
    _replace_text(place.bad, "note 1", "x" * 40_000)
    place.sync()
    items = place.ws.held()
    assert [(i.key, i.field, i.kind) for i in items] == [(K1, "note", HeldKind.INVALID)]
    assert "40,000 characters" in items[0].reason
    assert place.ws.table("cases")[K1]["note"] == "note 1"
    assert workbooks.rows(place.good)[1][4] == "note 1"


def test_a_control_character(place: Place) -> None:
    """Escaped as ECMA-376 22.9.2.19 (ST_Xstring) has it."""
    _replace_text(place.bad, "note 1", "broken _x0001_ text")
    place.sync()
    items = place.ws.held()
    assert [(i.key, i.field, i.kind) for i in items] == [(K1, "note", HeldKind.INVALID)]
    assert "broken character (U+0001)" in items[0].reason
    assert place.ws.table("cases")[K1]["note"] == "note 1"
    assert place.sync().run is None
    assert place.ws.store.verify() == []


def test_an_escaped_lone_surrogate_stays_the_text_it_is(place: Place) -> None:
    _replace_text(place.bad, "note 1", "broken _xD800_ text")
    place.sync()
    assert workbooks.rows(place.bad)[1][4] == "broken _xD800_ text"
    assert place.ws.table("cases")[K1]["note"] == "broken _xD800_ text"
    assert place.sync().run is None


def test_a_lone_surrogate(tmp_path: Path) -> None:
    story = Story(tmp_path, {"north": cases(), "south": cases(0)})
    story.settle()
    story.type("north", K1, note="broken \ud800 text")
    story.type("north", "CASE-0002", status="closed")
    story.settle()
    assert story.held() == {("north", K1, "note"): "invalid"}
    assert "U+D800" in story.item("north", K1, "note").reason
    assert story.cell("north", K1, "note") == "broken \ud800 text"
    assert story.cell("south", "CASE-0002", "status") == "closed"
    assert story.ws.store.verify() == []
    story.ws.close()


def _replace_text(path: Path, old: str, new: str) -> None:
    """Change a text in the file's XML, past every program that would refuse it."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(f">{old}<".encode(), f">{new}<".encode()))


# --- places that cannot be written ----------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    _not_written(tmp_path, lambda: folder.chmod(0o555), lambda: folder.chmod(0o755))


def test_disk_full_during_the_write(place: Place) -> None:
    """The child may write files of 6 kB at most: less than a workbook, more than the dataset's log needs... so
    the limit is set when the dataset has been committed."""
    resource = pytest.importorskip("resource")
    if not hasattr(os, "fork"):
        pytest.skip("the child is forked")
    place.edit_good()
    before = place.sums()
    place.ws.close()
    said = place.folder / "said"
    child = os.fork()
    if child == 0:
        import signal

        def limit(point: str) -> None:
            if point == "sync:committed":
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

        outcome = "no error"
        try:
            ws = Workspace(place.ws.config, fault=limit)
            done = ws.sync()
            outcome = "\n".join(
                f"{out.tracker}: {type(out.error).__name__}: {out.error}" for out in done.left_out
            )
        except BaseException as error:
            outcome = f"raised: {type(error).__name__}: {error}"
        finally:
            said.write_text(outcome)
            os._exit(0)
    os.waitpid(child, 0)
    outcome = said.read_text()
    assert place.sums() == before, "no workbook was damaged"
    assert "raised" not in outcome or "StoreError" in outcome, outcome
    assert "could not be" in outcome or "not" in outcome, outcome
    place.sync()
    place.sync()
    assert place.ws.table("cases")[K1]["note"] == workbooks.rows(place.bad)[1][4] == "an edit in the good one"
    assert place.ws.held() == []
    assert place.ws.store.verify() == []


def _not_written(tmp_path: Path, before: Callable[[], None], after: Callable[[], None]) -> None:
    text = config(tracker("bad").replace('"bad.xlsx"', '"bad/bad.xlsx"'), tracker("good"))
    workbooks.make(tmp_path / "bad" / "bad.xlsx", cases())
    workbooks.make(tmp_path / "good.xlsx", cases(0))
    with Workspace(parse_config(text, tmp_path / "sheetops.toml")) as ws:
        ws.sync()
        workbooks.edit(tmp_path / "good.xlsx", {"E2": "x"})
        before()
        done = ws.sync()
        assert [out.tracker for out in done.left_out] == ["bad"]
        is_clear(done.left_out[0].error, "bad.xlsx")
        assert done.exit_code == 1
        after()
        ws.sync()
        assert workbooks.rows(tmp_path / "bad" / "bad.xlsx")[1][4] == "x"


def test_store_locked_by_another_run(place: Place) -> None:
    place.edit_good()
    before = place.sums()
    with place.ws.store.lock("bob"):
        with Workspace(place.ws.config) as other, pytest.raises(RunLocked) as locked:
            other.sync()
        is_clear(locked.value, "bob", "Wait for it to end")
    assert place.sums() == before
    place.sync()
    assert place.ws.table("cases")[K1]["note"] == "an edit in the good one"
