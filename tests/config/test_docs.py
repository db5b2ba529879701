"""docs/config.md: what it shows can be loaded, and it leaves nothing out."""

import dataclasses
import re
from pathlib import Path

from sheetops.config import calendars, fields, google, patterns, rules, signals, sla, tables, trackers
from sheetops.model.schema import FieldType, GuardLimits, Mode
from sheetops.workspace import parse_config

DOCS = (Path(__file__).parents[2] / "docs" / "config.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", DOCS, re.DOTALL)


def test_the_examples_are_one_valid_file():
    whole = "\n".join(block for block in BLOCKS if block.startswith("["))
    config = parse_config(whole, Path("/w/sheetops.toml"))
    assert {*config.schema.tables} == {
        "cases", "sellers", "sla_policies", "patterns", "spellings", "traffic", "campaigns", "incidents", "weekly",
    }  # fmt: skip
    assert config.schema.trackers["north"].where
    assert list(config.calendars) == ["uk", "night", "desk"]


def test_every_type_mode_and_setting_is_explained():
    settings = {"name", "database", *fields._EVERY, *tables._SETTINGS, *trackers._SETTINGS, *google._SETTINGS,
                *calendars._SETTINGS, *rules._SETTINGS, *rules._CHECK, *sla._SETTINGS, *patterns._STANDARDISE, *patterns._PATTERNS, *signals._EVENT, *signals._SIGNAL,
                *signals._COUNT} - {
        "backend", "source", "fields", "type",
    }  # fmt: skip
    words = {*FieldType, *Mode, *settings}
    assert [word for word in sorted(words) if f"`{word}`" not in DOCS] == []


def test_the_guards_shown_are_guards():
    shown = set(re.findall(r"^(\w+) = ", BLOCKS[-1], re.MULTILINE))
    assert shown <= {field.name for field in dataclasses.fields(GuardLimits)}
