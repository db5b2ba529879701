"""The same story in other words, and messy values: pair F1, seconds, memory, beside other ways in one run.

    python scripts/benchmark.py stories [found] [peers] [growth] [values] [--texts N] [--seed N]

Seeded texts with known roots in seven languages (`_texts.py`); a pair of cases is right when both tell one root. Settings were
chosen on this generator with seeds below 50; the default here is another. One seed is one draw: at 100,000 texts, seeds
301 and 302 give a pair F1 of 0.92. Peers have the best of three thresholds on the same texts, ours has its default.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import _story_peers
import _texts
import _values
import pandas as pd
from _table import Line, print_table

from sheetops.columns.patterns import propose, stories
from sheetops.columns.patterns.text_tokens import masked, tokens, words

SAMPLE = 10_000
"""Texts on which the peers are compared: all pairs of more take too long."""


def pair_rates(root: Any, story: Any) -> tuple[float, float, float]:
    """Return F1, precision and recall of the pairs of texts that are put together."""

    def pairs(*labels: Any) -> float:
        sizes = (
            pd.Series(1, index=range(len(root)))
            .groupby([pd.Series(list(one)) for one in labels])
            .size()
            .astype(float)
        )
        return float((sizes * (sizes - 1) / 2).sum())

    both, said, true = pairs(root, story), pairs(story), pairs(root)
    precision, recall = both / max(said, 1), both / max(true, 1)
    return 2 * precision * recall / max(precision + recall, 1e-12), precision, recall


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that work took, and its result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def found(count: int, seed: int) -> Iterable[Line]:
    """Find the stories of all texts; the memory is that of a process of its own."""
    texts = _texts.made(count, seed=seed)
    took, answer = timed(lambda: stories(texts.text, dates=texts.date))
    f1, precision, recall = pair_rates(texts.root, answer.cases.story)
    note = f"pair F1 {f1:.3f}, precision {precision:.3f}, recall {recall:.3f}; {len(answer.table):,} stories of two or more"
    yield Line(f"stories of {count:,} texts", took, "s", most=30, note=note)
    yield Line("  peak memory, texts included", _peak(count, seed), "MB", most=1500)


def _peak(count: int, seed: int) -> float:
    child = subprocess.run(
        [sys.executable, __file__, "--child", "--texts", str(count), "--seed", str(seed)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(child.stdout.split()[-1])


def _child(count: int, seed: int) -> None:
    from _children import _peak as peak

    texts = _texts.made(count, seed=seed)
    stories(texts.text, dates=texts.date)
    print(peak())


def peers(count: int, seed: int) -> Iterable[Line]:
    """Compare with other ways on a sample, in order of date; each at its best of three thresholds."""
    texts = _texts.made(min(count, SAMPLE), seed=seed).sort_values("date", kind="stable")
    took, answer = timed(lambda: stories(texts.text, dates=texts.date))
    f1, precision, recall = pair_rates(texts.root, answer.cases.story)
    yield Line(
        f"stories of {len(texts):,} texts: pair F1",
        f1,
        "",
        note=f"precision {precision:.3f}, recall {recall:.3f}",
    )
    reading, documents = timed(lambda: [tokens(words(masked(text))) for text in texts.text])
    for name, (way, thresholds) in _story_peers.PEERS.items():
        best = (-1.0, 0.0, 0.0, 0.0, 0.0)
        for threshold in thresholds:
            seconds, story = timed(lambda: way(documents, threshold))  # noqa: B023
            best = max(best, (*pair_rates(texts.root, story), threshold, seconds + reading))
        note = f"precision {best[1]:.3f}, recall {best[2]:.3f} at its best threshold, {best[3]:g}"
        yield Line(f"  {name}: pair F1", best[0], "", note=note)
        yield Line("    seconds: ours against it", took, "s", best[4])


def growth(count: int, seed: int) -> Iterable[Line]:
    """Show how seconds grow with the number of texts."""
    few = max(count // 4, 100)
    took = {}
    for size in (few, count):
        texts = _texts.made(size, seed=seed)
        took[size], answer = timed(lambda: stories(texts.text, dates=texts.date))  # noqa: B023
        f1 = pair_rates(texts.root, answer.cases.story)[0]
        yield Line(
            f"stories of {size:,} texts",
            took[size],
            note=f"{took[size] / size * 1e6:.0f} us a text; pair F1 {f1:.3f}",
        )
    yield Line("  against in proportion", took[count], "s", took[few] * count / few, most=2.0)


def values(count: int, seed: int) -> Iterable[Line]:
    """Standardise messy values: the shares that are right and wrong, and 50,000 distinct ones."""
    names = _values.canonical(240)
    typed = _values.messy(20_000, names, seed=seed)
    answer = typed.join(propose(typed.raw, names).set_index("raw"), on="raw")
    meant = answer.meant.notna()
    decided = answer.tier.isin(["exact", "alias", "same", "sure"])
    right, wrong = (
        100 * (decided & (answer.proposed == answer.meant))[meant].mean(),
        100 * (decided & (answer.proposed != answer.meant)).mean(),
    )
    hinted = 100 * ((answer.tier == "suggestion") & (answer.proposed == answer.meant))[meant].mean()
    yield Line(
        "messy values decided rightly",
        right,
        "%",
        least=85,
        note=f"a further {hinted:.1f} % suggested rightly",
    )
    yield Line(
        "  decided wrongly",
        wrong,
        "%",
        most=0.1,
        note="after a person confirmed them unread; none is applied before",
    )
    many = _values.messy(170_000, _values.canonical(480), seed=seed).raw.drop_duplicates()[:50_000]
    took, _answer = timed(lambda: propose(many, _values.canonical(480)))
    yield Line(f"{len(many):,} distinct values against 480", took, note="two tiers, all scores and reasons")
    took, _answer = timed(lambda: propose(many))
    yield Line(
        f"{len(many):,} distinct values among themselves",
        took,
        note="no list: the most frequent spelling is canonical",
    )


PARTS: dict[str, Callable[[int, int], Iterable[Line]]] = {
    "found": found,
    "peers": peers,
    "growth": growth,
    "values": values,
}


def main() -> int:
    """Measure the parts that are named, or all; return 1 when a target is not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--texts", type=int, default=100_000, help="texts (100,000)")
    parser.add_argument("--seed", type=int, default=101, help="seed of the texts and values (101)")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; there is: {', '.join(PARTS)}")
    if asked.child:
        _child(asked.texts, asked.seed)
        return 0
    lines = [line for part in asked.parts or PARTS for line in PARTS[part](asked.texts, asked.seed)]
    print_table(lines)
    return 0 if all(line.met is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
