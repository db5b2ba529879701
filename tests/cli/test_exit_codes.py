"""Every exit code of the design, from real files; errors on stderr say what, what not, and what next."""

import pytest

from sheetops.cli.main import _GUARDS, cli
from sheetops.merge.guards import OVERRIDES


def test_0_nothing_to_do(desk):
    result = desk.run("plan")
    assert (result.exit_code, result.output) == (0, "Nothing to do: everything agrees.\n")
    assert desk.run("sync").exit_code == 0


def test_1_a_file_that_is_no_workbook(desk):
    (desk.folder / "North.xlsx").write_text("not a workbook")
    result = desk.run("sync")
    assert result.exit_code == 1
    assert "North.xlsx" in result.output


@pytest.mark.parametrize("command", ["plan", "sync", "status", "held", "history", "doctor"])
def test_1_a_folder_without_a_workspace(tmp_path, desk, command):
    desk.folder = tmp_path / "elsewhere"
    desk.folder.mkdir()
    (tmp_path / "sheetops.toml").unlink()
    result = desk.run(command)
    assert result.exit_code == 1
    assert "sheetops init" in result.output


def test_1_a_config_with_a_typo_names_line_and_nearest_name(desk):
    config = desk.folder / "sheetops.toml"
    config.write_text(config.read_text().replace('Note = "note"', 'Note = "nite"', 1))
    result = desk.run("plan")
    assert result.exit_code == 1
    assert "sheetops.toml, line 23" in result.stderr
    assert "'note'" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--nonsense"),
        ("resolve", "1"),
        ("sql",),
        ("undo", "R99"),
        ("sync", "--only", "nroth"),
        ("history", "C-99"),
    ],
)
def test_2_wrong_usage(desk, words):
    result = desk.run(*words)
    assert result.exit_code == 2, result.output
    assert result.stderr


def test_2_a_guard_that_does_not_exist(desk):
    result = desk.run("sync", "--allow", "delets")
    assert result.exit_code == 2
    assert "'delets' is not one of 'deletes'" in result.stderr


def test_every_guard_can_be_allowed():
    assert set(_GUARDS) == set(OVERRIDES)


def test_2_names_the_nearest_tracker(desk):
    assert "north" in desk.run("plan", "--only", "nroth").stderr


def test_3_items_are_held(held):
    for command in ("plan", "sync", "status", "held"):
        assert held.run(command).exit_code == 3, command


def test_4_a_guard_stops_everything(desk):
    desk.type("North.xlsx", {f"{column}{row}": None for row in range(2, 12) for column in "ABCDE"})
    before = desk.files()
    result = desk.run("sync")
    assert result.exit_code == 4
    assert "North.xlsx" in result.stderr
    assert "sheetops sync --allow deletes" in result.stderr
    assert desk.files() == before


def test_4_a_saved_plan_that_no_longer_fits(desk, tmp_path):
    desk.type("North.xlsx", {"B2": "closed"})
    saved = tmp_path / "plan.json"
    assert desk.run("plan", "--save", str(saved)).exit_code == 0
    desk.type("North.xlsx", {"B3": "closed"})
    result = desk.run("sync", "--plan", str(saved))
    assert result.exit_code == 4
    assert "sheetops plan --save" in result.stderr


def test_5_a_workbook_that_is_open(desk):
    desk.type("North.xlsx", {"B2": "closed"})
    (desk.folder / "~$North.xlsx").write_bytes(b"\x03Ann" + b" " * 160)
    result = desk.run("sync")
    assert result.exit_code == 5
    assert "North.xlsx is open" in result.output
    assert "sheetops sync" in result.output


def test_6_changes_wait(desk):
    assert desk.run("plan", "--exit-code").exit_code == 0
    desk.type("North.xlsx", {"B2": "closed"})
    assert desk.run("plan", "--exit-code").exit_code == 6
    assert desk.run("plan").exit_code == 0


def test_every_command_that_a_message_names_exists(held):
    """What a message tells people to run is a command with these options."""
    said = [
        held.run(*words).output for words in (("plan",), ("held",), ("sync",), ("undo", "R99"), ("status",))
    ]
    for line in "\n".join(said).split("\n"):
        _, found, named = line.partition("sheetops ")
        words = named.split()
        if found and words and words[0] in cli.commands:
            options = {o for p in cli.commands[words[0]].params for o in p.opts}
            assert {w.rstrip(".") for w in words if w.startswith("--")} <= options, line
