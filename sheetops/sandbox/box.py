"""The sandbox as an object: start it, point a client at it, make things go wrong, look at what happened."""

from __future__ import annotations

import json
import random
import secrets
import string
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from .address import Claim
from .errors import Json
from .faults import Act, Fault, Script, When
from .grid import Spreadsheet
from .http import Request
from .people import PERSON
from .person import Person
from .quota import Quota
from .server import Front, Server
from .service import Service
from .store import Store

_LETTERS = string.ascii_letters + string.digits + "-_"


class Sandbox:
    """A local server that answers as the Google Sheets API does. Use it as a context manager.

    `port` 0 takes a free one. `data` is the folder that keeps the spreadsheets; without it they are gone at the end.
    Raise FolderInUse when another sandbox is serving that folder.
    `quota` is how many reads, and how many writes, a user may make in a minute; None is without a limit.
    `clock` returns the time, and `seed` makes ids come out the same each time: both for tests.
    """

    def __init__(
        self,
        port: int = 0,
        data: Path | str | None = None,
        quota: int | None = None,
        latency_ms: float = 0,
        clock: Callable[[], datetime] | None = None,
        *,
        project_quota: int | None = None,
        metadata_follows_sort: bool = False,
        users: dict[str, str] | None = None,
        seed: int | None = None,
    ) -> None:
        numbers = random.Random(secrets.randbits(64) if seed is None else seed)  # noqa: S311 - ids, not secrets
        self._claim = Claim(Path(data)) if data else None
        self.service = Service(
            store=self._stored(data),
            clock=clock or (lambda: datetime.now(UTC)),
            new_id=lambda: numbers.randrange(1, 2**31 - 1),
            new_file_id=lambda: "1" + "".join(numbers.choices(_LETTERS, k=43)),
            quota=Quota(quota, project_quota),
            metadata_follows_sort=metadata_follows_sort,
            users=users or {},
        )
        self.front = Front(self.service, latency_ms)
        self._thread: Thread | None = None
        try:
            self.server = Server(self.front, port)
        except OSError:
            self._let_go()
            raise
        if self._claim:
            self._claim.write(self.url)

    @property
    def url(self) -> str:
        """Return the address, without a slash at the end."""
        host, port = self.server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def requests(self) -> list[Request]:
        """Return the API requests so far, the last 20,000 at most, in the order they came."""
        return list(self.front.log)

    def __enter__(self) -> Self:
        self._thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop answering."""
        if self._thread:
            self.server.shutdown()
            self._thread.join()
            self._thread = None
        self.server.server_close()
        self._let_go()

    def _stored(self, data: Path | str | None) -> Store:
        try:
            return Store(Path(data) if data else None)
        except OSError:
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._claim:
            self._claim.release()

    def person(self, spreadsheet_id: str, email: str = PERSON) -> Person:
        """Return somebody who edits a spreadsheet by hand."""
        return Person(self.service, spreadsheet_id, email)

    # What goes wrong on purpose

    def before_next_write(self, act: Act) -> None:
        """Let somebody act just before the next write is carried out: after the client's read, before its write."""
        self.front.script.before_write.append(act)

    def after_read(self, act: Act) -> None:
        """Let somebody act just after the next read was answered."""
        self.front.script.after_read.append(act)

    def fail_next(
        self,
        status: int = 503,
        *,
        html: bool = False,
        count: int = 1,
        when: When = "any",
        committed: bool = False,
    ) -> None:
        """Refuse the next requests of a kind; with `committed` they are carried out, and only the answer is lost."""
        self.front.script.faults.append(Fault(when, status, html, count, committed))

    def cut_next(self, keep_bytes: int = 20, *, when: When = "any") -> None:
        """Break the connection in the middle of the next answer. The request is carried out."""
        self.front.script.faults.append(Fault(when, cut=keep_bytes))

    def expire(self, token: str) -> None:
        """Refuse this token from now on, as an expired one."""
        self.service.expired.add(token)

    def share(self, spreadsheet_id: str, email: str, role: str = "writer") -> None:
        """Share a spreadsheet with somebody, or change the role."""
        permission = {"type": "user", "role": role, "emailAddress": email}
        self._ask("POST", spreadsheet_id, "/permissions", permission)

    def unshare(self, spreadsheet_id: str, email: str) -> None:
        """Take somebody's access away, the owner's too: a program's access may end in the middle of its run."""

        def act(book: Spreadsheet) -> None:
            mine = [one for one in book.file["permissions"] if one.get("emailAddress") == email]
            book.file["permissions"] = [one for one in book.file["permissions"] if one not in mine]

        self._change_file(spreadsheet_id, act)

    def trash(self, spreadsheet_id: str, *, restore: bool = False) -> None:
        """Put a spreadsheet into the trash, or take it out again."""
        self._change_file(spreadsheet_id, lambda book: book.file.update(trashed=not restore))

    def delete(self, spreadsheet_id: str) -> None:
        """Delete a spreadsheet for good."""
        with self.service.lock:
            self.service.store.remove(spreadsheet_id)

    def copy(self, spreadsheet_id: str, title: str = "") -> str:
        """Copy a spreadsheet as its owner does in Drive, developer metadata and all, and return the copy's id."""
        made = self._ask("POST", spreadsheet_id, "/copy", {"name": title} if title else {})
        return str(made["id"])

    def _change_file(self, spreadsheet_id: str, act: Callable[[Spreadsheet], object]) -> None:
        with self.service.lock:
            book = self.service.store.get(spreadsheet_id).copy()
            act(book)
            self.service.keep(book, str(book.file["owner"]))

    def _ask(self, method: str, spreadsheet_id: str, path: str, body: Json) -> Json:
        """Send a request to Drive as the owner, past faults and quotas."""
        owner = self.service.store.get(spreadsheet_id).file["owner"]
        headers = {"authorization": f"Bearer {owner}"}
        target = f"/drive/v3/files/{spreadsheet_id}{path}"
        sent = Request.of(method, target, headers, json.dumps(body).encode())
        answer: Json = json.loads(self.service.answer(sent).body)
        return answer

    def forget_faults(self) -> None:
        """Let nothing more go wrong."""
        self.front.script = Script()


def serve(
    port: int, data: Path | str | None = None, quota: int | None = None, latency_ms: float = 0,
    started: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    """Run a sandbox until it is interrupted. `started` is called with the address once it answers."""
    box = Sandbox(port, data, quota, latency_ms)
    box.front.log = deque(maxlen=0)  # nobody counts them, and their bodies would stay in memory
    try:
        if started:
            started(box.url)
        box.server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        box.close()
