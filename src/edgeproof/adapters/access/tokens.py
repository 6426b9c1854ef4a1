"""Tokens of programs: shown once, kept as a digest."""

import hmac
import re
from contextlib import suppress
from dataclasses import dataclass

from edgeproof.adapters.access.kept import digest, new_token
from edgeproof.adapters.access.passwords import ROLES
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.core.model.time import HOUR, format_time
from edgeproof.ports.kept import Kept

PREFIX = "edgeproof_"
MOST = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_SAID_EVERY = HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a token. `last_used` is known to the hour."""

    name: str
    role: str
    created: str
    last_used: str | None = None


class Tokens:
    """The tokens of a home."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._used: dict[str, int] = {}

    def make(self, name: str, role: str, *, now: int) -> str:
        """A new token for a program. It is not to be had again.

        Raises
        ------
        InputError
            The name or the role cannot be, or the name is taken.
        """
        if not _NAME.fullmatch(name):
            raise InputError(f"NAME: expected letters, digits, dots and dashes, at most 40, found {name!r}")
        if role not in ROLES:
            raise InputError(f"expected a role ({', '.join(ROLES)}), found {role!r}")
        token = PREFIX + new_token()
        with self._kept.changing() as document:
            if name in document:
                raise InputError(f'there is a token "{name}" already: edgeproof web revoke {name}, or another name')
            if len(document) >= MOST:
                raise InputError(f"there are {MOST} tokens already: revoke one (edgeproof web tokens)")
            document[name] = {"digest": digest(token), "role": role, "created": format_time(now), "last_used": None}
        return token

    def all(self) -> tuple[Token, ...]:
        """What is known of each, by name."""
        return tuple(
            Token(name=name, role=each["role"], created=each["created"], last_used=each["last_used"])
            for name, each in sorted(self._kept.read().items())
        )

    def revoke(self, name: str) -> None:
        """Let a token open nothing any more.

        Raises
        ------
        InputError
            There is no such token.
        """
        with self._kept.changing() as document:
            if document.pop(name, None) is None:
                there = ", ".join(sorted(document)) or "there is none"
                raise InputError(f'NAME: expected a token ({there}), found "{name}"')

    def find(self, token: str, *, now: int) -> Token | None:
        """The token of that text; None where it opens nothing. That it was used is kept, once an hour."""
        wanted = digest(token)
        for name, each in self._kept.read().items():
            if hmac.compare_digest(each["digest"], wanted):
                self._say_used(name, now)
                return Token(name=name, role=each["role"], created=each["created"], last_used=each["last_used"])
        return None

    def _say_used(self, name: str, now: int) -> None:
        if now - self._used.get(name, -_SAID_EVERY) < _SAID_EVERY:
            return
        self._used[name] = now
        with suppress(StoreError), self._kept.changing() as document:  # a full disk shuts nobody out
            if name in document:
                document[name]["last_used"] = format_time(now)
