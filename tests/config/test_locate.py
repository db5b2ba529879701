"""Every key's line, however the TOML is written."""

import tomllib

import pytest

from sheetops.config.locate import locate, show_path

TEXT = '''# a comment with [brackets] and = signs
[workspace]
name = "x # y ]" # c
since = 1979-05-27 07:32:00 # a space in a value
about = """
a = 1
"quoted" \\""" b
""\"""
raw = \'\'\'
[x]
\'\'\'
[tables.cases]
key = 'a'
list = [
  "one", # ] }
  { a = 1, b = [1, 2,
    3] },
]
fields.x.type = "text"
fields.y = { type = "choice", "a b".c = { UK = ["GB"] } }
[tables.cases.fields."SLA \\"due\\""]
type = 1.5
[[parts]]
a=1
[[parts]]
b=2
[parts.deep]
c=3
[tables]
'''

LINES = {
    ("workspace",): 2,
    ("workspace", "since"): 4,
    ("workspace", "about"): 5,
    ("workspace", "raw"): 9,
    ("tables",): 29,
    ("tables", "cases"): 12,
    ("tables", "cases", "list"): 14,
    ("tables", "cases", "list", 0): 15,
    ("tables", "cases", "list", 1, "b", 1): 16,
    ("tables", "cases", "list", 1, "b", 2): 17,
    ("tables", "cases", "fields"): 19,
    ("tables", "cases", "fields", "x", "type"): 19,
    ("tables", "cases", "fields", "y", "a b", "c", "UK"): 20,
    ("tables", "cases", "fields", 'SLA "due"', "type"): 22,
    ("parts", 0, "a"): 24,
    ("parts", 1, "b"): 26,
    ("parts", 1, "deep", "c"): 28,
}


@pytest.mark.parametrize("path", LINES, ids=show_path)
def test_a_key_has_the_line_it_stands_on(path):
    assert locate(TEXT)[path] == LINES[path]


def test_every_key_tomllib_reads_has_a_line():
    assert set(_paths(tomllib.loads(TEXT))) == set(locate(TEXT))


def _paths(value, path=()):
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        yield (*path, key)
        if isinstance(child, (dict, list)):
            yield from _paths(child, (*path, key))


def test_a_path_is_shown_as_it_is_written():
    assert show_path(("trackers", "north", "columns", "SLA due")) == 'trackers.north.columns."SLA due"'
