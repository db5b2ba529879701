"""5/1/2024: decided by evidence, asked where there is none."""

import pytest

from .conftest import column


@pytest.mark.parametrize(
    ("dates", "words", "evidence"),
    [
        (["5/1/2024", "25/3/2024"], "day first", "read day first, as B3 '25/3/2024'"),
        (["5/1/2024", "3/25/2024"], "month first", "read month first, as B3 '3/25/2024'"),
        (["5/1/2024", "6/1/2024"], "day first", "Question: is B2 '5/1/2024' day first or month first?"),
    ],
)
def test_the_order_is_found_and_said(adopt, dates, words, evidence):
    proposal = adopt(column("Due", dates * 5))
    assert f'dates = "{words}"' in proposal.toml()
    assert any(evidence in finding for finding in proposal.findings)


def test_dates_that_contradict_each_other_are_named(adopt):
    proposal = adopt(column("Due", ["25/3/2024"] * 30 + ["3/25/2024"]))
    assert any("1 can only be read month first (B32 '3/25/2024')" in finding for finding in proposal.findings)


def test_iso_dates_ask_nothing(adopt):
    findings = adopt(column("Due", ["2024-03-05"] * 9)).findings
    assert not any("day first" in finding for finding in findings)
