"""The public names stay what they are, also after their modules were imported."""

from __future__ import annotations

import importlib

import sheetops.columns.anomalies as anomalies
import sheetops.columns.patterns as patterns


def test_no_module_takes_the_place_of_a_name() -> None:
    for package in (anomalies, patterns):
        for name in package.__all__:
            importlib.import_module(getattr(package, name).__module__)
            assert callable(getattr(package, name)), name
