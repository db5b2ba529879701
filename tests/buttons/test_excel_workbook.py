"""The workbook that gets buttons: what changes in it, and that nothing else does."""

from __future__ import annotations

import runpy
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from sheetops import ooxml
from sheetops.buttons.excel.checking import checks
from sheetops.buttons.excel.grafting import add_buttons
from sheetops.buttons.excel.installing import button_excel
from sheetops.buttons.excel.settings import read_settings
from sheetops.library import Workspace, open_workspace
from sheetops.model.errors import ConfigError, SheetopsError, TrackerBusy, TrackerNotWritten, UnknownName
from sheetops.ooxml.package import relationships_name
from sheetops.trackers.excel_bar import has_bar, project

from ..conftest import SHARED
from ..trackers import workbooks
from . import serving
from .test_pressing import CONFIG

ROOT = Path(__file__).resolve().parents[2]
EXCEL = ROOT / "sheetops" / "buttons" / "excel"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def _plain(name: str | None) -> str:
    return (name or "").replace("\\", "/").lower()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "sheetops.toml").write_text(f"# ours\r\n{CONFIG}# the end\n", encoding="utf-8", newline="")
    workbooks.make(tmp_path / "Desk.xlsx", [["Case", "Status"], ["A", "open"], ["B", "closed"]])
    return tmp_path / "Desk.xlsx"


def at(desk: Path) -> Workspace:
    return open_workspace(desk.parent)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # oletools' use of pyparsing
def test_the_shipped_project_is_what_the_source_says() -> None:
    from oletools.olevba import VBA_Parser

    assert project() == runpy.run_path(str(ROOT / "scripts" / "build_vba.py"))["build"]()
    found = {name: text for _, _, name, text in VBA_Parser(str(EXCEL / "vbaProject.bin")).extract_macros()}
    for module in ("Sheetops.bas", "SheetopsLibreOffice.bas", "SheetopsText.bas"):
        source = (EXCEL / module).read_text(encoding="ascii")
        assert found[module].replace("\r\n", "\n").strip() == source.strip()


def test_buttons_and_macros_come_in_and_every_other_part_stays(tmp_path: Path) -> None:
    sources = sorted((SHARED / "vectors" / "xlsx").rglob("*.xlsx"))[::12]
    if not sources:
        pytest.skip("no workbooks in shared/vectors/xlsx")
    done = 0
    for source in sources:
        out = tmp_path / "out.xlsm"
        try:
            add_buttons(source, out)
        except SheetopsError:
            continue
        before, after = parts(source), parts(out)
        with ooxml.Workbook.open(out) as book:
            touched = {
                _plain(f"{book.part}"),
                _plain(relationships_name(book.part)),
                _plain(book.styles_part),
            }
            assert has_bar(book)
            assert "macroEnabled" in book.package.content_type(book.part)
            assert book.sheet_names[-1] == "sheetops"
        kept = {name for name in before if _plain(name) not in {*touched, "[content_types].xml"}}
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}, source.name
        done += 1
    assert done > len(sources) / 2


def test_an_xlsx_becomes_an_xlsm_that_sheetops_toml_names_and_there_are_not_two(desk: Path) -> None:
    with at(desk) as ws:
        ws.sync()
    done = button_excel(desk, python=Path("/usr/bin/python3"))
    text = (desk.parent / "sheetops.toml").read_bytes().decode()
    assert text == f"# ours\r\n{CONFIG}# the end\n".replace("Desk.xlsx", "Desk.xlsm")
    assert not desk.exists()
    assert (desk.parent / ".sheetops/backups/Desk.before-buttons.xlsx").exists()
    assert "sheetops.toml names Desk.xlsm now, in place of Desk.xlsx." in done.lines
    assert read_settings(desk.parent)["Desk.xlsm"] == ["Desk.xlsm", "Cases", "Case"]
    with at(desk) as ws:
        assert ws.plan().is_empty
        assert not ws.plan().stopped


def test_a_name_that_only_a_person_can_change_is_told_with_its_line_and_then_taken(desk: Path) -> None:
    toml = desk.parent / "sheetops.toml"
    odd = CONFIG.replace('file = "Desk.xlsx"', 'file = """\\\n  Desk.xlsx"""')
    toml.write_text(odd, encoding="utf-8")
    with at(desk) as ws:
        ws.sync()
    before = desk.read_bytes()
    line = odd.splitlines().index('file = """\\') + 1
    with pytest.raises(ConfigError, match=rf'Write in line {line}: file = "Desk\.xlsm", and run: sheetops button excel Desk\.xlsm'):  # fmt: skip
        button_excel(desk, python=Path("/usr/bin/python3"))
    assert (desk.read_bytes(), toml.read_text("utf-8")) == (before, odd)
    assert sorted(path.name for path in desk.parent.glob("Desk*")) == ["Desk.xlsx"]
    toml.write_text(CONFIG.replace("Desk.xlsx", "Desk.xlsm"), encoding="utf-8")
    button_excel(desk.with_suffix(".xlsm"), python=Path("/usr/bin/python3"))
    assert sorted(path.name for path in desk.parent.glob("Desk*")) == ["Desk.xlsm"]
    with at(desk) as ws:
        assert ws.plan().is_empty
        assert not ws.plan().stopped


def test_people_with_the_bar_are_told_to_press(desk: Path) -> None:
    button_excel(desk, python=Path("/usr/bin/python3"))
    desk = desk.with_suffix(".xlsm")
    with at(desk) as ws:
        ws.sync()
        with ooxml.Workbook.open(desk) as book:
            book["Cases"].set("B2", "opne")
            book.save()
        ws.sync()
    tab = openpyxl.load_workbook(desk, keep_vba=True)["sheetops"]
    assert tab["A3"].value == "To take it back: press Undo before the next run, or sheetops undo R2"
    assert tab["A6"].value == "Choose in 'Your decision' (type a value beside 'use this:'), then press Sync."


def test_syncs_go_on_and_each_leaves_the_buttons(desk: Path) -> None:
    button_excel(desk, python=Path("/usr/bin/python3"))
    desk = desk.with_suffix(".xlsm")
    with at(desk) as ws:
        ws.sync()
        with ooxml.Workbook.open(desk) as book:
            book["Cases"].set("B2", "opne")
            book.save()
        ws.sync()
    made = parts(desk)
    drawings = [name for name in made if name.endswith(".vml")]
    assert [made[name].count(b"FmlaMacro>[0]!Sheetops") for name in drawings] == [5]
    assert b"legacyDrawing" in made["xl/worksheets/sheet2.xml"]
    assert openpyxl.load_workbook(desk, keep_vba=True)["sheetops"]["A5"].value.startswith("1 held")
    with at(desk) as ws:
        before = desk.read_bytes()
        ws.sync()
        assert desk.read_bytes() == before


def test_buttons_go_into_the_drawing_that_holds_the_notes(tmp_path: Path) -> None:
    path = workbooks.make(tmp_path / "Notes.xlsx", [["x"]])
    with ooxml.Workbook.open(path) as book:
        book["Cases"].add_note("A1", "see here")
        here = ooxml.Corner(2, 0, 2, 0), ooxml.Corner(4, 0, 4, 0)
        ooxml.add_buttons(book["Cases"], [ooxml.Button("Go", "Go", *here)])
        ooxml.add_buttons(book["Cases"], [ooxml.Button("Go again", "Go", *here)])
        book.save()
    drawings = [data for name, data in parts(path).items() if name.endswith(".vml")]
    assert [(d.count(b'ObjectType="Note"'), d.count(b'ObjectType="Button"')) for d in drawings] == [(1, 1)]
    assert openpyxl.load_workbook(path)["Cases"]["A1"].comment.text == "see here"


def test_macros_of_somebody_else_are_not_touched(desk: Path) -> None:
    foreign = project().replace("Sheetops".encode("utf-16-le"), "Teamwork".encode("utf-16-le"))
    with ooxml.Workbook.open(desk) as book:
        book.set_vba_project(foreign)
        book.save()
    before = desk.read_bytes()
    with pytest.raises(
        TrackerNotWritten, match=r"has macros of its own, which are not touched.*Sheetops\.bas"
    ):
        button_excel(desk, python=Path("/usr/bin/python3"))
    assert desk.read_bytes() == before


def test_what_cannot_have_buttons_is_told_and_nothing_changes(desk: Path) -> None:
    python = Path("/usr/bin/python3")
    stranger = workbooks.make(desk.with_name("Other.xlsx"), [["x"]])
    with pytest.raises(UnknownName, match=r"Other\.xlsx is no tracker of the workspace.*sheetops adopt"):
        button_excel(stranger, python=python)
    with pytest.raises(UnknownName, match="is not encrypted"):
        button_excel(desk, python=python, server="http://ops.example.org")
    with pytest.raises(UnknownName, match="asks for a token"):
        button_excel(desk, python=python, server="http://127.0.0.1:8770")
    lock = desk.with_name(".~lock.Desk.xlsx#")
    lock.write_text(",Kim,desk;")
    with pytest.raises(TrackerBusy, match="Close it"):
        button_excel(desk, python=python)
    lock.unlink()
    assert sorted(p.name for p in desk.parent.iterdir()) == ["Desk.xlsx", "Other.xlsx", "sheetops.toml"]


def test_doctor_says_which_way_works(desk: Path, tmp_path: Path) -> None:
    button_excel(desk, python=Path("/opt/gone/python"))
    desk = desk.with_suffix(".xlsm")
    with at(desk) as ws:
        assert checks(ws) == [(False, "buttons in Excel: /opt/gone/python does not start. Run: sheetops button excel WORKBOOK --python PATH")]  # fmt: skip
        button_excel(desk, python=Path(sys.executable))
        assert checks(ws) == [(True, f"buttons in Excel: they start {sys.executable}, which has sheetops")]
        openpyxl.load_workbook(desk).save(desk.with_suffix(".xlsx"))
        assert "a copy that was saved without macros" in checks(ws)[1][1]


def test_doctor_asks_the_service_as_a_press_would(desk: Path, tmp_path: Path) -> None:
    file, text = tmp_path / "token", serving.token(desk.parent)
    file.write_text(f"{text}\n")

    def said() -> tuple[bool, str]:
        with at(desk) as ws:
            [found] = checks(ws)
        return found

    with serving.served(desk.parent) as server:
        button_excel(desk, python=Path("/nowhere"), server=server.url, token=file)
        assert said() == (True, f"buttons in Excel: the service at {server.url} answers and takes the token")
        file.write_text(text[:-2] + ("00" if text[-2:] != "00" else "11"))
        assert said()[1].startswith("buttons in Excel: This button's token is not accepted: it is missing, ")
        file.write_text("half")
        assert said()[1].startswith(f"buttons in Excel: {file} holds no whole token.")
        file.write_text(text)
    ok, words = said()
    assert not ok
    assert words.startswith(f"buttons in Excel: the service at {server.url} does not answer (")
    assert words.endswith(f"which works here: sheetops button excel WORKBOOK --python {sys.executable}")
    file.unlink()
    assert "is gone" in said()[1]
