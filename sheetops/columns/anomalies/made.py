"""The fields that anomalies add to a table, and the tables they keep."""

from __future__ import annotations

from collections.abc import Sequence

from ...model.schema import Choice, Field, FieldType, Table
from ..making import computed
from .spec import CountSpec, Metric

_T = FieldType
WORDS = ("none", "watch", "low", "high")
"""What `anomaly` may say: nothing strange; a slow shift, or at the edge; below, or above, what was expected."""

_SIGNAL: dict[str, tuple[FieldType, str, str]] = {
    "anomaly": (_T.CHOICE, "anomaly", "none; low or high: outside what was expected; watch: a slow shift, or nearly outside."),
    "expected": (_T.NUMBER, "expected", "What the series' own past led one to expect."),
    "lower": (_T.NUMBER, "usual from", "The lowest value that is nothing unusual."),
    "upper": (_T.NUMBER, "usual to", "The highest value that is nothing unusual."),
    "score": (_T.NUMBER, "score", "How unusual it is, from 0 to 1."),
    "why": (_T.LONG_TEXT, "why", "The verdict in words, with its numbers; or why there is none."),
}  # fmt: skip
SIGNAL_COLUMNS = tuple(_SIGNAL)

VERDICTS = (
    "real", "expected: campaign", "expected: holiday", "expected: release", "data problem", "false alarm",
)  # fmt: skip
"""What people may say of an incident. It teaches the threshold of its series for what comes after."""


def signal_fields(metrics: Sequence[Metric]) -> tuple[Field, ...]:
    """Return the columns of each metric; with several, each column's name begins with the metric's."""
    return tuple(_field(name, prefix) for prefix in prefixes(metrics).values() for name in SIGNAL_COLUMNS)


def prefixes(metrics: Sequence[Metric]) -> dict[str, str]:
    """Return what the columns of each metric begin with."""
    return {one.name: f"{one.name}_" if len(metrics) > 1 else "" for one in metrics}


def _field(name: str, prefix: str) -> Field:
    kind, label, about = _SIGNAL[name]
    said = f"{prefix[:-1].replace('_', ' ')} {label}" if prefix else label
    choices = tuple(map(Choice, WORDS)) if name == "anomaly" else ()
    return Field(f"{prefix}{name}", kind, said[:1].upper() + said[1:], about, choices=choices)


def incident_table(name: str) -> Table:
    """Return the table of incidents: strange points in a row are one. People say what it was, and who follows it up."""
    return Table(
        name, "incident", (
            Field("incident", _T.TEXT, "Incident", required=True),
            computed("signal", _T.TEXT, "Signal", "Which number of which table moved."),
            computed("series", _T.TEXT, "Series", "Of what: market, segment and so on."),
            computed("started", _T.DATETIME, "Started", "The first point that was flagged."),
            computed("ended", _T.DATETIME, "Ended", "The last point that was flagged; blank while it goes on."),
            computed("points", _T.INTEGER, "Points", "How many points were flagged."),
            computed("direction", _T.CHOICE, "Direction", "Below or above what was expected.", "low", "high", "watch"),
            computed("actual", _T.NUMBER, "Actual", "The sum (of a rate: the mean) over the incident."),
            computed("expected", _T.NUMBER, "Expected", "What was expected for the same points."),
            computed("change", _T.NUMBER, "Change", "Actual against expected: -0.4 is 40 % below."),
            computed("score", _T.NUMBER, "Score", "How unusual its strangest point was, from 0 to 1."),
            computed("explained_by", _T.LONG_TEXT, "Explained by", "Which parts of the total moved, and by how much."),
            computed("also_changed", _T.LONG_TEXT, "Also changed", "What else changed then, graded, with evidence for and against. Never a certainty."),
            computed("why", _T.LONG_TEXT, "Why", "The flag in words, with its numbers."),
            Field("verdict", _T.CHOICE, "Verdict", "What it was. It teaches the series' threshold.", choices=tuple(map(Choice, VERDICTS))),
            Field("owner", _T.PERSON, "Owner"),
            Field("notes", _T.LONG_TEXT, "Notes"),
        ),
        key_format="INC-{:04d}", description="Strange stretches of a number, one record each.",
    )  # fmt: skip


def count_table(spec: CountSpec, fields: Sequence[Field]) -> Table:
    """Return the table of counts: one record for each group of `fields` and each of the last periods."""
    return Table(
        spec.name, "count_id", (
            Field("count_id", _T.TEXT, "Count", required=True),
            computed("period", _T.DATE, "Period", f"The first day of the {spec.every}."),
            *(computed(f.name, _T.TEXT, f.header, f.description) for f in fields),
            computed("number", _T.INTEGER, "Number", f"How many there were in the {spec.every}."),
            computed("anomaly", _T.CHOICE, "Anomaly", _SIGNAL["anomaly"][2], *WORDS),
            *(computed(name, *_SIGNAL[name]) for name in ("expected", "lower", "upper", "score", "why")),
            computed("method", _T.TEXT, "Judged by", "The test that judged it."),
            computed("recent", _T.BOOLEAN, "Recent", f"Whether it is one of the last {spec.keep} {spec.every}s."),
            Field("notes", _T.LONG_TEXT, "Notes"),
        ),
        key_format="COUNT-{:05d}", description=f"{spec.table} for each {spec.every}, judged.",
    )  # fmt: skip
