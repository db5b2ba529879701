"""Whatever stands wherever in sheetops.toml: it loads, or every mistake is told; nothing else."""

import copy
import json
import tomllib
from contextlib import suppress
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from sheetops.model.errors import ConfigError
from sheetops.workspace import parse_config

from .test_load import WHOLE

GOOD = json.loads(json.dumps(tomllib.loads(WHOLE), default=str))
ODD = [0, -1, 1.5, 10**30, True, "", "x", "text", "choice", "money", "cases", "{", "{:04d}", "[", "(((", "not",
       "-status == 3", "'a' in market", "a\u0000b", "\u00e9" * 80, [], [1], ["a", "A"], [[]], {}, {"a": 1},
       {"a": ["b"]}, {"field": []}]  # fmt: skip


def paths(table, above=()):
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from paths(value, (*above, key))


def toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    return f"[{', '.join(map(toml, value))}]" if isinstance(value, list) else json.dumps(value)


@given(st.lists(st.tuples(st.sampled_from(list(paths(GOOD))), st.sampled_from(ODD)), min_size=1, max_size=3))
@example([(("trackers", "north", "columns", "Effort"), {"field": []})])
def test_every_odd_value_is_a_config_error_or_fine(changes):
    config = copy.deepcopy(GOOD)
    for (*above, key), value in changes:
        with suppress(KeyError, TypeError):
            table = config
            for name in above:
                table = table[name]
            table[key] = copy.deepcopy(value)  # one of the odd values may be put into another
    text = "\n".join(f"{key} = {toml(value)}" for key, value in config.items())
    with suppress(ConfigError):
        parse_config(text, Path("/w/sheetops.toml"))
