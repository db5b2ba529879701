"""The tokens that buttons press with: sheetops.tokens.json, beside sheetops.toml, holds a hash of each and no secret."""

from __future__ import annotations

import hmac
import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model.errors import ConfigError, TrackerNotWritten, UnknownName
from ...model.nearest import did_you_mean
from ..pressing import ACTIONS
from .signing import SECRET_BYTES, stored

TOKENS_NAME = "sheetops.tokens.json"
_LONGEST_NAME = 60
_SECRET = re.compile(r"[0-9a-f]{%d}" % (2 * SECRET_BYTES))  # noqa: UP031 - braces belong to the pattern


@dataclass(frozen=True)
class Token:
    """What one button may do. `digest` is the SHA-256 of its secret, `made` the day in UTC ("2026-03-02")."""

    id: str
    name: str
    digest: bytes
    actions: tuple[str, ...]
    made: str

    def has_secret(self, secret: str) -> bool:
        """Return whether `secret` is this token's, as it was printed when the token was made."""
        known = _SECRET.fullmatch(secret) is not None
        return known and hmac.compare_digest(stored(bytes.fromhex(secret)), self.digest)


class TokenFile:
    """The tokens of one workspace. It is read anew each time, so that what is revoked counts no more at once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / TOKENS_NAME

    def all(self) -> list[Token]:
        """Return the tokens, oldest first. Raise ConfigError when the file is damaged."""
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
            return [_token(one) for one in said["tokens"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"{TOKENS_NAME} cannot be used: {getattr(error, 'strerror', None) or 'it is damaged'}.",
                not_done="No button works.",
                next_step="Restore it from a backup, or delete it and make the tokens anew: sheetops token add NAME",
            ) from None

    def find(self, said: str) -> Token:
        """Return the token of this id or name. Raise UnknownName with the nearest otherwise."""
        known = self.all()
        found = [one for one in known if said in (one.id, one.name)]
        if len(found) == 1:
            return found[0]
        names = [one.name for one in known]
        near = did_you_mean(said, names) or (f" There is: {', '.join(names)}." if names else "")
        raise UnknownName(f"There is no token '{said}'.{near}", next_step="Make one: sheetops token add NAME")

    def get(self, token_id: str) -> Token | None:
        """Return the token of this id; None when there is none."""
        return next((one for one in self.all() if one.id == token_id), None)

    def add(
        self, name: str, actions: Iterable[str], *, made: str, random: Callable[[int], bytes]
    ) -> tuple[Token, str]:
        """Make a token and return it with the text that goes into the button, "ID.SECRET", which is kept nowhere.

        Raise UnknownName for a name that is taken or says nothing, and for an action that there is not.
        """
        allowed = _checked(actions)
        name = " ".join(name.split())
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30]
        if not name or len(name) > _LONGEST_NAME:
            raise UnknownName(
                f"A token's name has 1 to {_LONGEST_NAME} letters.", next_step="Name the place of the button: sheetops token add 'North desk'"
            )  # fmt: skip
        with self._alone():
            known = self.all()
            if any(one.name == name for one in known):
                raise UnknownName(
                    f"There is a token '{name}' already.",
                    next_step=f"Take another name, or end the old one first: sheetops token revoke '{name}'",
                )
            secret = random(SECRET_BYTES)
            token = Token(f"{slug or 'button'}-{random(3).hex()}", name, stored(secret), allowed, made)
            self._write([*known, token])
        return token, f"{token.id}.{secret.hex()}"

    def revoke(self, said: str) -> Token:
        """End a token, by id or name, and return it. Raise UnknownName when there is none."""
        with self._alone():
            ended = self.find(said)
            self._write([one for one in self.all() if one.id != ended.id])
        return ended

    def _alone(self) -> Any:
        from filelock import FileLock

        return FileLock(f"{self.path}.lock", timeout=10)

    def _write(self, tokens: Iterable[Token]) -> None:
        said = [{"id": t.id, "name": t.name, "sha256": t.digest.hex(), "actions": [*t.actions], "made": t.made} for t in tokens]  # fmt: skip
        text = json.dumps({"sheetops_tokens": 1, "tokens": said}, indent=1, ensure_ascii=False) + "\n"
        part = self.path.with_name(f".{TOKENS_NAME}.part")
        try:
            part.unlink(missing_ok=True)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise TrackerNotWritten(
                f"{self.path} could not be written: {error.strerror or error}.",
                next_step="Make the folder writable, then run this again.",
            ) from None


def _token(said: Any) -> Token:
    digest = bytes.fromhex(said["sha256"])
    if len(digest) != SECRET_BYTES:
        raise ValueError("a hash has another length")
    return Token(
        str(said["id"]), str(said["name"]), digest, tuple(map(str, said["actions"])), str(said["made"])
    )


def _checked(actions: Iterable[str]) -> tuple[str, ...]:
    """Return the actions in the order of the menu, each once."""
    wanted = [word for said in actions for word in said.replace(",", " ").split()]
    for word in wanted:
        if word not in ACTIONS:
            raise UnknownName(
                f"There is no action '{word}'.{did_you_mean(word, ACTIONS)}",
                next_step=f"There is: {', '.join(ACTIONS)}.",
            )
    if not wanted:
        raise UnknownName(
            "No action was named, so the button could do nothing.",
            next_step=f"There is: {', '.join(ACTIONS)}.",
        )
    return tuple(action for action in ACTIONS if action in wanted)
