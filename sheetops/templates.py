"""Ready workspaces for a kind of work: a commented sheetops.toml, and workbooks built from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .model.errors import ConfigError, TrackerNotWritten, UnknownName
from .model.nearest import did_you_mean
from .model.schema import TrackerSpec
from .workspace import CONFIG_NAME, Config, parse_config

FOLDER = Path(__file__).resolve().parent.parent / "sheet_templates"
"""Beside the package in a checkout and in site-packages alike, because the wheel has the same layout."""


@dataclass(frozen=True)
class Template:
    """One template: the name people type, and in a sentence what it is for."""

    name: str
    about: str
    folder: Path


def list_templates() -> list[Template]:
    """Return the templates sheetops comes with, by name. What each is for is its file's first comment."""
    configs = sorted(FOLDER.glob(f"*/{CONFIG_NAME}"))
    return [Template(path.parent.name, _first_comment(path), path.parent) for path in configs]


def find_template(name: str) -> Template:
    """Return the template called `name`. Raise UnknownName with the nearest one otherwise."""
    templates = {template.name: template for template in list_templates()}
    if name not in templates:
        near = did_you_mean(name, templates) or f" There is: {', '.join(templates)}."
        raise UnknownName(f"There is no template '{name}'.{near}", next_step="Run `sheetops init --list`.")
    return templates[name]


def init_workspace(folder: Path, template: str) -> list[Path]:
    """Write a template's sheetops.toml and workbooks into `folder`; return the files written.

    Raise ConfigError when one of them is there already, TrackerNotWritten when the folder cannot be
    written; either way the folder is left as it was.
    """
    text = (find_template(template).folder / CONFIG_NAME).read_text(encoding="utf-8")
    config = parse_config(text, folder.resolve() / CONFIG_NAME)
    workbooks = {config.folder / source: specs for source, specs in _by_workbook(config)}
    targets = [*workbooks, config.path]
    for path in targets:
        _refuse_to_replace(path)
    try:
        _write_all(config, workbooks)
    except OSError as error:
        for path in targets:
            with suppress(OSError):
                path.unlink()
        raise TrackerNotWritten(
            f"{folder} cannot be written: {error.strerror or error}.",
            next_step="Choose a folder you may write to and run `sheetops init` again.",
        ) from None
    return targets


def _first_comment(path: Path) -> str:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    return first.lstrip("# ").strip()


def _by_workbook(config: Config) -> Iterator[tuple[str, list[TrackerSpec]]]:
    specs = [spec for spec in config.schema.trackers.values() if spec.backend == "excel"]
    for source in dict.fromkeys(spec.source for spec in specs):
        yield source, [spec for spec in specs if spec.source == source]


def _refuse_to_replace(path: Path) -> None:
    if path.exists():
        raise ConfigError(
            f"There is a {path.name} in {path.parent} already.",
            next_step="Run `sheetops init` in an empty folder, or `sheetops adopt FILE` to add a workbook.",
        )


def _write_all(config: Config, workbooks: Mapping[Path, list[TrackerSpec]]) -> None:
    """Write everything, sheetops.toml last: a folder has a workspace only when all of it is there."""
    from .tracker_workbook import build_workbook  # takes a tenth of a second, and only `init` needs it

    for path, specs in workbooks.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        build_workbook(path, config.schema, specs)
    config.path.parent.mkdir(parents=True, exist_ok=True)
    config.path.write_text(config.text, encoding="utf-8", newline="\n")
