"""What to do next about an incident: whom to ask about which change, and what to check. The words are in study_steps.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..columns.anomalies.spec import CLASSES
from .document import words
from .study_words import moment, span

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .study import Incident

ASKED = ("strong", "possible", "weak")
_MOST = 3
"""So many changes of a grade are asked about."""


@cache
def step_words() -> dict[str, Any]:
    """Return the words of study_steps.toml."""
    return tomllib.loads((files(__package__) / "study_steps.toml").read_text(encoding="utf-8"))


def called(of: str) -> str:
    """Return what people call a class of changes."""
    return str(step_words()["classes"].get(of, step_words()["classes"]["unclassified"])["called"])


def unknown_classes(looks_at: Sequence[tuple[str, str]]) -> list[str]:
    """Return the classes of changes that no table tells of, outside events left out."""
    told = {of for _, of in looks_at}
    return [called(of) for of in CLASSES if of not in told and of != "outside"]


def next_steps(one: Incident) -> list[str]:
    """Return what to do next, the first things first."""
    return list(_steps(one))


def _steps(one: Incident) -> Iterator[str]:
    say, record = step_words()["situations"], one.record
    key, series, when = record["incident"], record["series"], span(record, one.timezone)
    if not record["points"]:
        yield say["gone"]
    yield say["numbers"].format(table=one.table, when=when)
    if one.studied is not None and one.studied.found is not None:
        yield from _where(one, say)
        yield from _whom(one.studied.changes, say, moment(record["started"], one.timezone))
        if missing := unknown_classes(one.studied.looks_at):
            yield say["unknown"].format(classes=words(missing))
    if judged := [other for other in one.earlier if other["verdict"]]:
        yield say["before"].format(earlier=judged[0]["incident"])
    if record["ended"] is None and record["points"]:
        yield say["goes_on"]
    if not record["owner"]:
        yield say["owner"].format(incident=key)
    if not record["verdict"]:
        yield say["verdict"].format(incident=key, series=series)


def _where(one: Incident, say: dict[str, str]) -> Iterator[str]:
    assert one.studied is not None
    series = one.record["series"]
    causes = [
        " and ".join(f"{name} = {value}" for name, value in cause)
        for cause in one.studied.causes["cause"]
        if cause
    ]
    if causes:
        yield say["cause"].format(cause=causes[0])
    elif len(one.studied.causes):
        yield say["spread"].format(series=series)
    moved = [str(name) for name in one.studied.siblings.loc[one.studied.siblings["flagged"] > 0, "series"]]
    if moved:
        more = [f"{len(moved) - _MOST:,} more"] if len(moved) > _MOST else []
        yield say["others"].format(others=words([*moved[:_MOST], *more]), series=series)


def _whom(changes: pd.DataFrame, say: dict[str, str], when: str) -> Iterator[str]:
    told = step_words()
    asked = changes[changes["grade"].isin(ASKED)]
    if not len(asked):
        yield say["nothing"].format(when=when)
    stronger = False
    for grade in ASKED:
        some = asked[asked["grade"] == grade]
        if grade == "weak" and stronger:
            return
        for row in some.head(_MOST).to_dict("records"):
            stronger = True
            of = told["classes"].get(row["class"], told["classes"]["unclassified"])
            yield told[grade]["said"].format(
                whom=of["whom"], check=of["check"], event=row["event"], grade=grade
            )
