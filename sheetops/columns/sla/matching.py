"""Which policy of a goal holds on each row of the timeline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .policies import FOREVER, Policy
from .timeline import Bools, Ints, Timeline


def matches(timeline: Timeline, policies: Sequence[Policy]) -> tuple[Ints, Bools]:
    """Return each row's combination of the columns that `applies_when` names, and which policies fit each."""
    names = {name for policy in policies if policy.applies_when for name in policy.applies_when.fields}
    group, rows = timeline.combinations(sorted(names & timeline.fields.keys()))
    table = np.ones((len(rows), len(policies)), bool)
    for column, policy in enumerate(policies):
        if policy.applies_when:
            table[:, column] = [policy.applies_when.matches(row) for row in rows]
    return group, table


def is_dated(policies: Sequence[Policy]) -> bool:
    """Return whether any policy begins, ends or reaches back."""
    return any(
        policy.effective_from > -FOREVER or policy.effective_to < FOREVER or policy.retroactive
        for policy in policies
    )


def policy_changes(policies: Sequence[Policy]) -> set[int]:
    """Return the instants (Unix seconds) at which running clocks go over to another policy."""
    edges = {edge for p in policies if p.retroactive for edge in (p.effective_from, p.effective_to)}
    return {edge for edge in edges if abs(edge) < FOREVER}


def choose(group: Ints, table: Bools, at: Ints, started: Ints, policies: Sequence[Policy]) -> Ints:
    """Return the index of the policy that holds on each row, -1 for none: the first that fits and is in force.

    In force is what was so when the clock started (`started`, per row). A retroactive policy is in force
    while it lasts (by `at`), and takes over from one that no longer is.
    """
    if not is_dated(policies):
        fits = np.where(table.any(1), table.argmax(1), -1)
        return fits[group]
    chosen = np.full(len(at), -1)
    outdated = np.zeros(len(at), bool)
    for index, policy in enumerate(policies):
        fits = table[:, index][group]
        since = at if policy.retroactive else started
        in_force: Bools = fits & (since >= policy.effective_from) & (since < policy.effective_to)
        taken = in_force & ((chosen < 0) | (outdated & policy.retroactive))
        chosen[taken] = index
        outdated[taken] = at[taken] >= policy.effective_to
    return chosen
