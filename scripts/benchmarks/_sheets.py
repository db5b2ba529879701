"""A tracker on a sandbox in a process of its own, a workspace that has synced it, and what talking to it costs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests
from _workspaces import records
from google.auth.transport.requests import AuthorizedSession

from sheetops.config.google import GoogleSettings
from sheetops.library import Workspace
from sheetops.model.values import Reading, to_cell
from sheetops.templates import find_template
from sheetops.trackers.google.auth import named_bearer
from sheetops.trackers.google.connection import Connection
from sheetops.trackers.google.remembered import Remembered
from sheetops.trackers.google.spreadsheet import GoogleSpreadsheet, Options
from sheetops.trackers.google.transport import open_transport
from sheetops.trackers.memory import MemorySpreadsheet
from sheetops.workspace import CONFIG_NAME, parse_config

TAB = "Cases"
COLUMNS = 20
ROBOT = "robot@sandbox.example"
LATENCY_MS = 60
_SERVE = "from sheetops.sandbox.box import serve; import sys; serve(0, latency_ms=float(sys.argv[1]), started=lambda url: print(url, flush=True))"


@contextmanager
def server(latency_ms: float = LATENCY_MS) -> Iterator[str]:
    """Run a sandbox in a process of its own; yield its address."""
    command = [sys.executable, "-c", _SERVE, str(latency_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.terminate()


@dataclass(frozen=True)
class Cost:
    """What one job cost: requests to Sheets, bytes of bodies as they went over the wire, seconds, our own CPU seconds."""

    calls: int
    sent: int
    received: int
    seconds: float
    cpu: float

    @property
    def kilobytes(self) -> float:
        """Bytes both ways, in kB."""
        return (self.sent + self.received) / 1000


class Counted(AuthorizedSession):
    """A session whose requests go to the sandbox and are counted as sheetops counts its own."""

    def __init__(self, url: str) -> None:
        super().__init__(named_bearer(ROBOT))
        self.url, self.calls, self.sent, self.received = url, 0, 0, 0
        self.trust_env = False
        self.headers["Accept-Encoding"] = "gzip"

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request to the sandbox in Google's place."""
        parts = urlsplit(url)
        here = self.url + parts.path + (f"?{parts.query}" if parts.query else "")
        response = super().request(method, here, *args, **kwargs)
        if parts.path.startswith("/v4"):  # what is asked of Drive has another quota
            self.calls += 1
            self.sent += len(response.request.body or b"")
            self.received += int(response.raw.tell())
        return response


class Tracker:
    """A Google tracker of `rows` x 20 and a desk's list of the same cases in memory, synced once."""

    def __init__(self, url: str, rows: int, folder: Path) -> None:
        self.url, self.rows = url, rows
        template = (find_template("live-cases").folder / CONFIG_NAME).read_text(encoding="utf-8")
        text = template.replace("where = \"market == 'UK'\"\n", "").replace(
            "where = \"market == 'IE'\"\n", ""
        )
        text = text.replace("[trackers.ie]\n", "[trackers.ie]\nadd = true\n")
        schema = parse_config(text, folder / CONFIG_NAME).schema
        spec = schema.trackers["uk"]
        self.headers = [column.header for column in spec.columns]
        self.id = self._made()
        text = text.replace('file = "LIVE cases UK.xlsx"', f'spreadsheet = "{self.id}"')
        text = text.replace('file = "LIVE cases IE.xlsx"', 'backend = "memory"\nsource = "desk"')
        (folder / CONFIG_NAME).write_text(text, encoding="utf-8")
        table = schema.table_of(spec)
        fields = [table.field(column.field) for column in spec.columns]
        reading = Reading(ZoneInfo("Europe/Dublin"), day_first=True)
        cells = [[to_cell(f, record[f.name], reading) for f in fields] for record in records(rows)]
        self.desk = Desk({TAB: [self.headers, *cells]}, "desk")
        settings = GoogleSettings(url=url, per_minute=1_000_000)
        self.line = open_transport(settings, folder, {})
        backends = {"google": self._open, "memory": lambda folder, trackers: self.desk}
        self.ws = Workspace(parse_config(text, folder / CONFIG_NAME), backends=backends)
        self.sync()

    def _open(self, folder: Path, trackers: Any) -> GoogleSpreadsheet:
        connection = Connection(self.line, trackers[0].source)
        return GoogleSpreadsheet(connection, trackers, Remembered.load(folder, trackers[0].source), Options())

    def _made(self) -> str:
        """Make the spreadsheet, with headers only."""
        cells = [{"userEnteredValue": {"stringValue": header}} for header in self.headers]
        grid = {"rowCount": self.rows + 500, "columnCount": COLUMNS + 2}
        sheet = {
            "properties": {"title": TAB, "gridProperties": grid},
            "data": [{"rowData": [{"values": cells}]}],
        }
        body = {"properties": {"title": "LIVE cases", "timeZone": "Europe/London"}, "sheets": [sheet]}
        return str(
            requests.post(f"{self.url}/v4/spreadsheets", json=body, timeout=60).json()["spreadsheetId"]
        )

    def sync(self) -> None:
        """Sync once, however much has changed."""
        done = self.ws.sync(allow=["mass-edit", "deletes"])
        assert not done.left_out, done.left_out

    def cost(self, job: Callable[[], Any]) -> Cost:
        """Return what a job of ours costs."""
        calls = self.line.calls
        before = (calls.reads + calls.writes, calls.sent_bytes, calls.received_bytes)
        seconds, cpu = _timed(job)
        after = (calls.reads + calls.writes, calls.sent_bytes, calls.received_bytes)
        return Cost(*(b - a for a, b in zip(before, after, strict=True)), seconds, cpu)

    def edit_at_the_desk(self, cells: int, seed: int) -> None:
        """Give another owner to this many cases at the desk: what the Google tracker then has to be told."""
        column = self.headers.index("Owner")
        for row in Random(seed).sample(range(1, self.rows + 1), cells):
            self.desk.tabs[TAB][row][column] = f"Stand-in {seed}-{row % 40}"

    def edit_in_the_sheet(self, cells: int, seed: int) -> None:
        """Let a person type another owner into this many cells of the Google tracker."""
        column = self.headers.index("Owner")
        data = [
            {"range": f"{TAB}!{chr(65 + column)}{row + 1}", "values": [[f"Stand-in {seed}-{row % 40}"]]}
            for row in Random(seed).sample(range(1, self.rows + 1), cells)
        ]
        body = {"valueInputOption": "RAW", "data": data}
        answer = requests.post(
            f"{self.url}/v4/spreadsheets/{self.id}/values:batchUpdate", json=body, timeout=60
        )
        assert answer.ok


class Desk(MemorySpreadsheet):
    """A list that makes no backup: it stands for whatever else changes the dataset, and is not what is measured."""

    def backup(self, folder: str, run: str) -> None:
        """Keep nothing."""


def _timed(job: Callable[[], Any]) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - began, time.process_time() - cpu


# --- peers -----------------------------------------------------------------------------------------------------


def peers(url: str, spreadsheet: str) -> Mapping[str, Callable[[int], Cost]]:
    """Return each peer's way to the same end, by its name: get a DataFrame, change some of it, set it."""
    return {
        "gspread-dataframe 4.0": lambda cells: _peer(
            url, cells, lambda session: _dataframe(session, spreadsheet)
        ),
        "gspread-pandas 4.2.1": lambda cells: _peer(
            url, cells, lambda session: _pandas(session, spreadsheet)
        ),
    }


def _peer(
    url: str, cells: int, opened: Callable[[Counted], tuple[Callable[[], Any], Callable[[Any], Any]]]
) -> Cost:
    session = Counted(url)

    def job() -> None:
        get, put = opened(session)
        frame = get()
        column = frame.columns.get_loc("Owner")
        for row in Random(1).sample(range(len(frame)), cells):
            frame.iat[row, column] = f"Stand-in {cells}-{row % 40}"
        if cells:  # who sees in the frame that nothing is to do need not set it
            put(frame)

    seconds, cpu = _timed(job)
    return Cost(session.calls, session.sent, session.received, seconds, cpu)


def _dataframe(session: Counted, spreadsheet: str) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    import gspread
    from gspread_dataframe import get_as_dataframe, set_with_dataframe

    sheet = gspread.Client(auth=None, session=session).open_by_key(spreadsheet).worksheet(TAB)
    return lambda: get_as_dataframe(sheet), lambda frame: set_with_dataframe(sheet, frame)


def _pandas(session: Counted, spreadsheet: str) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    from gspread_pandas import Client, Spread

    class Here(Client):  # type: ignore[misc]
        def _drive_request(self, *args: Any, **kwargs: Any) -> Any:
            """It asks for the name of the Drive's first folder, which the sandbox has not."""
            return {"id": "root", "name": "My Drive"}

    spread = Spread(spreadsheet, sheet=TAB, client=Here(session=session, creds=session.credentials))
    return lambda: spread.sheet_to_df(index=0), lambda frame: spread.df_to_sheet(frame, index=False)
