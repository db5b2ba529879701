"""Recorded requests, answered as Google answered them."""

import pytest

from .replay import FOLDER, recordings, replay

pytestmark = pytest.mark.skipif(not recordings(), reason=f"no recordings in {FOLDER}: set SHEETOPS_SHARED")

# What was reached, by endpoint. A change that loses an answer fails here; one that gains some raises the figure.
REACHED = {
    "GET /v4/spreadsheets/{id}": 515,
    "GET /v4/spreadsheets/{id}/values/{range}": 164,
    "POST /drive/v3/files": 150,
    "DELETE /drive/v3/files/{id}": 148,
    "POST /v4/spreadsheets/{id}:batchUpdate": 140,
    "GET /drive/v3/files/{id}": 134,
    "POST /v4/spreadsheets/{id}/values/{range}:clear": 98,
    "PUT /v4/spreadsheets/{id}/values/{range}": 89,
    "GET /drive/v3/files": 10,
    "POST /v4/spreadsheets/{id}/values/{range}:append": 8,
    "PUT /upload/drive/v2/files/{id}": 0,  # the content arrives (read back); the answer is Drive v2's long one
    "POST /v4/spreadsheets/{id}/values:batchClear": 2,
    "GET /v4/spreadsheets/{id}/values:batchGet": 2,
    "POST /v4/spreadsheets/{id}/values:batchUpdate": 2,
    "GET /drive/v3/files/{id}/export": 1,
}


@pytest.fixture(scope="module")
def score():
    return replay(recordings())


def test_what_is_answered_is_what_the_api_describes(wrong):
    replay(recordings())
    assert not wrong, wrong[:5]


def test_the_recordings_are_the_ones_that_the_figures_are_about(score):
    assert score.total.total() == 1465
    assert set(score.total) == set(REACHED)


@pytest.mark.parametrize("name", REACHED)
def test_answers_as_recorded(score, name):
    misses = [miss for miss in score.misses if miss[2] == name]
    assert score.matched[name] >= REACHED[name], f"{score.table()}\nfirst miss: {misses[:1]}"


def test_in_all(score):
    assert score.matched.total() >= 1463, score.table()
