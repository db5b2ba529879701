"""A sandbox, and a transport to it whose time passes only by waiting."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sheetops.config.google import GoogleSettings
from sheetops.sandbox import Sandbox
from sheetops.trackers.google.transport import open_transport

from ...sandbox import discovery
from .cities import Cities


@dataclass
class Time:
    """A clock that waiting moves, and nothing else."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds

    __hash__ = object.__hash__


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def box():
    with Sandbox(seed=7) as box:
        yield box


@pytest.fixture
def connect(box, time, tmp_path):
    """A function that opens a transport to the sandbox."""

    def opened(url=None, **options):
        settings = GoogleSettings(url=url or box.url, per_minute=options.pop("per_minute", 60))
        options = {"clock": time, "sleep": time.sleep, "random": lambda: 0.5} | options
        return open_transport(settings, tmp_path, {}, **options)

    return opened


@pytest.fixture
def google(connect):
    return connect()


@pytest.fixture
def sheet(google, box):
    """The id of a spreadsheet with one tab, made by the robot; what it took is not counted."""
    made = google.create("Cases", [{"properties": {"sheetId": 5, "title": "North"}}])["spreadsheetId"]
    google.calls.__init__()
    box.front.log.clear()
    return made


def stamp(number):
    """The request that makes a batch safe to send again."""
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": number,
                "metadataKey": "sheetops",
                "metadataValue": "1",
                "location": {"spreadsheet": True},
                "visibility": "DOCUMENT",
            }
        }
    }


def write(text):
    """The request that puts a text into A1."""
    return {
        "updateCells": {
            "start": {"sheetId": 5, "rowIndex": 0, "columnIndex": 0},
            "rows": [{"values": [{"userEnteredValue": {"stringValue": text}}]}],
            "fields": "userEnteredValue",
        }
    }


@pytest.fixture
def begin(tmp_path: Path, box: Sandbox) -> Iterator[Callable[..., Cities]]:
    """Begin with three cases that Dublin brought in and London shows."""
    begun: list[Cities] = []

    def start(**parts: str) -> Cities:
        cities = Cities(tmp_path, box, **parts)
        begun.append(cities)
        assert cities.sync().exit_code == 0
        return cities

    yield start
    for cities in begun:
        cities.ws.close()


@pytest.fixture
def cities(begin: Callable[..., Cities]) -> Cities:
    return begin()


@pytest.fixture(autouse=True)
def said_as_google_describes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every request that is sent here, and every answer, is one that Google's description of the API allows."""
    found = discovery.watch(monkeypatch)
    yield
    assert found == []
