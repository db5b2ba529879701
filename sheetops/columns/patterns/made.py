"""The fields that patterns add to a table, and the tables they keep."""

from __future__ import annotations

from collections.abc import Sequence

from ...model.schema import Choice, Field, FieldType, Table
from ..making import computed, in_words
from .spec import PatternSpec

_T = FieldType
TRENDS = ("new", "rising", "falling", "chronic", "steady", "no history")
RISKS = ("high", "elevated", "usual", "too few")
STATUSES = ("accepted", "dismissed")
"""What people decide about a pattern. A dismissed one stays so, and marks no case."""

REPEATED = "by repeat offenders"
"""The outcome that comes from the fields in `repeats`."""

_CASE = (
    Field("pattern", _T.TEXT, "Pattern", "The scenario the case belongs to, in words."),
    Field("pattern_size", _T.INTEGER, "Pattern size", "How many cases of it there are in the window."),
    Field("pattern_trend", _T.CHOICE, "Pattern trend", "Against the time before the window.", choices=tuple(map(Choice, TRENDS))),
    Field("pattern_risk", _T.CHOICE, "Pattern risk", "High only where the interval of a rate says so.", choices=tuple(map(Choice, RISKS))),
    Field("pattern_why", _T.LONG_TEXT, "Pattern why", "The numbers behind it: found, expected, how sure; how its cases end."),
)  # fmt: skip
_STORY = (
    Field("story", _T.TEXT, "Story", "The first case that told the same story in its free text."),
    Field("story_size", _T.INTEGER, "Story size", "How many cases tell it."),
    Field("similar_cases", _T.TEXT, "Similar cases", "The nearest other cases, with their likeness."),
    Field("story_why", _T.LONG_TEXT, "Story why", "Which words they share; or why the text was not judged."),
)  # fmt: skip


def case_fields(patterns: str) -> tuple[Field, ...]:
    """Return the columns of a case; `patterns` is the table that the first of them refers to."""
    named = Field("pattern_id", _T.REFERENCE, "Pattern no.", "The scenario's name, for playbooks and follow-ups to point to.", references=patterns)  # fmt: skip
    return (named, *_CASE)


def story_fields() -> tuple[Field, ...]:
    """Return the columns of a case whose free text was compared."""
    return _STORY


def repeat_fields(names: Sequence[str]) -> tuple[Field, ...]:
    """Return the columns that say whether somebody comes up more often than is usual, for each field that names somebody."""
    return tuple(
        field
        for name in names
        for field in (
            Field(f"{name}_repeats", _T.INTEGER, f"{in_words(name)} repeats", "How many cases of the same one there were in the days up to this one."),
            Field(f"{name}_repeat", _T.BOOLEAN, f"{in_words(name)} is a repeat", "Whether that is above what is usual now, by an exact limit."),
            Field(f"{name}_repeat_why", _T.LONG_TEXT, f"{in_words(name)} repeat why", "The numbers behind it."),
        )
    )  # fmt: skip


def standard_fields(names: Sequence[str]) -> tuple[Field, ...]:
    """Return the columns with each value in its canonical spelling; what was typed stays in its own."""
    return tuple(
        Field(f"{name}_standard", _T.TEXT, f"{in_words(name)} (standard)", f"{in_words(name)} in the spelling that was agreed on.")
        for name in names
    )  # fmt: skip


def pattern_table(spec: PatternSpec) -> Table:
    """Return the table of patterns. People accept or dismiss one, own it, and name its playbook."""
    return Table(
        spec.patterns, "pattern_id", (
            Field("pattern_id", _T.TEXT, "Pattern no.", required=True),
            computed("pattern", _T.TEXT, "Pattern", "What its cases have in common."),
            computed("attributes", _T.LONG_TEXT, "Attributes", "The same, for programs."),
            computed("state", _T.CHOICE, "State", "Whether it is found in the window now.", "current", "gone"),
            computed("size", _T.INTEGER, "Cases", f"Its cases in the last {spec.window} days."),
            computed("expected", _T.NUMBER, "Expected", "How many there would be if nothing held them together, or as before."),
            computed("ratio", _T.NUMBER, "Ratio", "Found against expected."),
            computed("lower", _T.NUMBER, "Ratio from", "Lower end of the ratio's exact 95 % interval."),
            computed("upper", _T.NUMBER, "Ratio to", "Upper end of it."),
            computed("q", _T.NUMBER, "q", "Share of false ones among patterns as sure as this (Benjamini-Hochberg)."),
            computed("basis", _T.TEXT, "Compared with", "What the expected number comes from."),
            computed("trend", _T.CHOICE, "Trend", _CASE[2].description, *TRENDS),
            computed("risk", _T.CHOICE, "Risk", _CASE[3].description, *RISKS),
            *(field for outcome in outcomes(spec) for field in _outcome_fields(outcome)),
            computed("first_seen", _T.DATE, "First seen", "The first day on which it was found."),
            computed("last_seen", _T.DATE, "Last seen", "The last day on which it was found."),
            computed("related", _T.TEXT, "Related", "The patterns it split from or took in."),
            computed("recommendation", _T.LONG_TEXT, "Recommendation", "What usually helps with a pattern of its kind."),
            computed("recommended_to", _T.TEXT, "For", "Who could do it."),
            computed("why", _T.LONG_TEXT, "Why", "The numbers behind it, in a sentence."),
            computed("members", _T.LONG_TEXT, "Members", "By which it is known again: a sample of its cases, for programs."),
            Field("status", _T.CHOICE, "Status", "Accepted, or dismissed: then it marks no case any more.", choices=tuple(map(Choice, STATUSES))),
            Field("owner", _T.PERSON, "Owner"),
            Field("reason", _T.LONG_TEXT, "Reason", "Why it was dismissed, or accepted."),
            Field("playbook", _T.TEXT, "Playbook", "Where people find what to do."),
        ),
        key_format="P-{:04d}", description="Scenarios that recur, each under a name that stays.",
    )  # fmt: skip


def outcomes(spec: PatternSpec) -> tuple[str, ...]:
    """Return the words for what is counted of each scenario's cases."""
    return (*(one.name for one in spec.outcomes), *((REPEATED,) if spec.repeats else ()))


def outcome_prefix(outcome: str) -> str:
    """Return what the fields of an outcome begin with."""
    return outcome.replace(" ", "_")


def _outcome_fields(outcome: str) -> tuple[Field, ...]:
    name, said = outcome_prefix(outcome), outcome[:1].upper() + outcome[1:]
    return (
        computed(f"{name}_yes", _T.INTEGER, said, f"How many of its cases were: {outcome}."),
        computed(f"{name}_decided", _T.INTEGER, f"{said} of", "Of how many that is known."),
        computed(f"{name}_rate", _T.NUMBER, f"{said} rate", "The share of those."),
        computed(f"{name}_lower", _T.NUMBER, f"{said} rate from", "Lower end of its 95 % interval (Wilson)."),
        computed(f"{name}_upper", _T.NUMBER, f"{said} rate to", "Upper end of it."),
        computed(f"{name}_level", _T.CHOICE, f"{said} risk", "Against all other cases.", *RISKS),
    )


def spelling_table(name: str) -> Table:
    """Return the table of spellings: what was typed, which canonical value is proposed, and what people confirmed."""
    return Table(
        name, "spelling", (
            Field("spelling", _T.TEXT, "No.", required=True),
            computed("field", _T.TEXT, "Field", "Of which field."),
            computed("typed", _T.TEXT, "As typed", "It stays as it is in the records."),
            computed("times", _T.INTEGER, "Times", "How often it was typed."),
            computed("proposed", _T.TEXT, "Proposed", "The value it seems to mean."),
            computed("tier", _T.CHOICE, "How sure", "Nothing of this is applied before somebody confirms it.", "sure", "suggestion", "unknown"),
            computed("score", _T.NUMBER, "Likeness", "0 to 100 (token set ratio)."),
            computed("why", _T.LONG_TEXT, "Why", "What it was compared with."),
            Field("confirmed", _T.TEXT, "Confirmed", "'yes', 'no', or the value it means. Asked once, remembered for good."),
        ),
        key_format="S-{:05d}", description="Spellings to confirm once.",
    )  # fmt: skip
