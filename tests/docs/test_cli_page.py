"""docs/cli.md documents every command, with the help it prints."""

from sheetops.cli.main import cli

from .pages import write_docs


def test_the_page_is_what_the_script_writes():
    written = write_docs.CLI.read_text(encoding="utf-8")
    assert written == write_docs.cli_page(), "docs/cli.md is out of date. Run: python scripts/write_docs.py"


def test_every_command_has_a_section_and_a_help_text():
    page = write_docs.CLI.read_text(encoding="utf-8")
    for name, command in cli.commands.items():
        assert f"## sheetops {name}\n" in page
        assert command.help
