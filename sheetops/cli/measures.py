"""How a measure is described on the command line: which records, since when, compared with what."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import click

_PARTS = (
    click.argument("table"),
    click.option(
        "--since",
        required=True,
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="DATE",
        help="When the measure began, such as 2026-03-02.",
    ),
    click.option(
        "--date",
        "when",
        default="",
        metavar="FIELD",
        help="The date to count by; default: the only one there is.",
    ),
    click.option(
        "--where",
        default="",
        metavar="CONDITION",
        help="The records it was about, such as \"policy == 'Spam'\"; default: all.",
    ),
    click.option(
        "--against",
        multiple=True,
        metavar="FIELD=VALUE",
        help="Records it was not about, to compare with; may be given several times.",
    ),
    click.option(
        "--rate",
        default="",
        metavar="CONDITION",
        help="The share of records that meet this, instead of their number.",
    ),
    click.option(
        "--units",
        default="",
        metavar="FIELD",
        help="Count each value of this field apart, on both sides (errors clustered by it).",
    ),
    click.option(
        "--every",
        type=click.Choice(["day", "week", "month"]),
        default="week",
        show_default=True,
        help="The length of a period.",
    ),
)


def of_a_measure(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command TABLE and the options that `measuring.Measure` is made of."""
    return reduce(lambda made, part: part(made), reversed(_PARTS), command)
