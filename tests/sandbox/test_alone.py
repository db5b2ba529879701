"""The sandbox could be published by itself: it imports the standard library and its own files, nothing else."""

import ast
import sys
from pathlib import Path

import pytest

import sheetops.sandbox

FILES = sorted(Path(sheetops.sandbox.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {one.name.partition(".")[0] for one in node.names} <= set(sys.stdlib_module_names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1 or (node.module or "").partition(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_about_one_thing(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400
