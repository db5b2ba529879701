"""Labelled series: from the folders that the environment variable SHEETOPS_LABELLED names, or generated from a seed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

NOISES = ("gaussian", "student t", "AR(1)", "negative binomial", "lognormal")
ANOMALIES = ("spike", "level", "season", "drift", "gap")


@dataclass(frozen=True)
class Series:
    """A series, the set it is of, and the points of it that a person labelled."""

    of: str
    name: str
    when: Any
    values: Any
    labels: Any


def runs(flags: Any) -> tuple[Any, Any]:
    """Return where runs of flags begin and end."""
    steps = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)


def labelled() -> tuple[str, list[Series]]:
    """Return where the series come from, in words, and the series.

    Each folder is a set: CSV files of timestamp, value and label (0 or 1), or data/ with labels/combined_windows.json.
    """
    folders = [Path(each) for each in os.environ.get("SHEETOPS_LABELLED", "").split(os.pathsep) if each]
    found: list[Series] = []
    for folder in folders:
        of_windows = (folder / "labels" / "combined_windows.json").is_file()
        some = list(_by_windows(folder) if of_windows else _by_column(folder))
        if not some:
            raise SystemExit(
                f"{folder} has neither CSV files of timestamp, value and label nor labels/combined_windows.json with data/"
            )
        found += some
    if found:
        return f"{len(found)} labelled public series in {len(folders)} sets", found
    made = [generated(seed) for seed in range(50)]
    return f"{len(made)} generated series (set SHEETOPS_LABELLED to folders of labelled ones)", made


def _by_windows(folder: Path) -> Iterator[Series]:
    windows = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    for path in sorted((folder / "data").rglob("*.csv")):
        name = path.relative_to(folder / "data").as_posix()
        if name not in windows:
            continue
        read = pd.read_csv(path)
        when = pd.to_datetime(read.iloc[:, 0])
        labels = np.zeros(len(read), dtype=bool)
        for start, end in windows[name]:
            labels |= ((when >= pd.Timestamp(start)) & (when <= pd.Timestamp(end))).to_numpy()
        yield Series(folder.name, name, when, read.iloc[:, 1].to_numpy(dtype=float), labels)


def _by_column(folder: Path) -> Iterator[Series]:
    for path in sorted(folder.rglob("*.csv")):
        read = pd.read_csv(path)
        if read.shape[1] < 3 or not read.iloc[:, 2].isin((0, 1)).all():
            continue
        when = pd.to_datetime(read.iloc[:, 0], utc=True, format="mixed").dt.tz_localize(None)
        read = read.iloc[np.argsort(when.to_numpy(), kind="stable")]
        values = pd.to_numeric(read.iloc[:, 1], errors="coerce").to_numpy(dtype=float)
        labels = read.iloc[:, 2].to_numpy() == 1
        yield Series(folder.name, path.relative_to(folder).as_posix(), when[read.index], values, labels)


def generated(seed: int, days: int = 35) -> Series:
    """Return half-hourly viewers of `days` days with a day's and a week's shape, one kind of noise and four anomalies.

    Between anomalies of different kinds there are at least two days; a gap is not an anomaly, and is not labelled.
    """
    chance = np.random.default_rng(seed)
    when = pd.date_range("2026-01-05", periods=48 * days, freq="30min")
    hour = np.arange(len(when)) / 2
    shape = 1 + 0.45 * np.sin(2 * np.pi * (hour - 9) / 24) - 0.2 * (when.day_of_week >= 5)
    values = _noisy(1000 * shape, NOISES[seed % len(NOISES)], chance)
    labels = np.zeros(len(when), dtype=bool)
    for place, kind in enumerate(chance.permutation(ANOMALIES)):
        at = 48 * (12 + 4 * place) + int(chance.integers(0, 48))
        _plant(values, labels, at, str(kind), chance)
    keep = np.isfinite(values)
    name = f"{NOISES[seed % len(NOISES)]} {seed}"
    return Series("generated", name, when[keep], values[keep], labels[keep])


def _noisy(level: Any, kind: str, chance: np.random.Generator) -> Any:
    size = len(level)
    if kind == "gaussian":
        return level + chance.normal(0, 50, size)
    if kind == "student t":
        return level + 35 * chance.standard_t(3, size)
    if kind == "AR(1)":
        noise = np.zeros(size)
        for i in range(1, size):
            noise[i] = 0.8 * noise[i - 1] + chance.normal(0, 30)
        return level + noise
    if kind == "negative binomial":
        return chance.negative_binomial(20, 20 / (20 + level / 10)).astype(float)
    return level * np.exp(chance.normal(0, 0.06, size))


def _plant(values: Any, labels: Any, at: int, kind: str, chance: np.random.Generator) -> None:
    size = float(np.nanstd(values))
    side = float(chance.choice([-1, 1]))
    length = {"spike": int(chance.integers(1, 4)), "level": 30, "season": 48, "drift": 60, "gap": 20}[kind]
    part = slice(at, at + length)
    if kind == "gap":
        values[part] = np.nan
        return
    if kind == "season":
        values[part] = values[part][::-1]
    elif kind == "drift":
        values[part] += side * 2.5 * size * np.linspace(0, 1, length)
    else:
        values[part] += side * size * (3.0 if kind == "spike" else 2.0)
    labels[part] = True
