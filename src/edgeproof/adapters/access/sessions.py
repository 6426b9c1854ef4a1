"""Sessions of browsers: a random token in a cookie, of which the digest is kept.

A session ends when it was not used for `IDLE`, when it is `OLDEST`, when its visitor leaves, and when the password it
was entered with changes (`mark`).
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edgeproof.adapters.access.kept import digest, new_token
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.ports.kept import Kept

IDLE, OLDEST = 12 * HOUR, 7 * DAY
MOST = 200
_SAID_EVERY = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who entered, as what."""

    name: str
    role: str


class Sessions:
    """The sessions of a home; they outlive the process that serves it."""

    def __init__(self, kept: Kept, mark: Callable[[str], str]) -> None:
        self._kept = kept
        self._mark = mark
        self._seen: dict[str, int] = {}

    def begin(self, name: str, role: str, *, now: int) -> str:
        """A new session; its token. Of too many the one that was unused for longest ends."""
        token = new_token()
        with self._kept.changing() as document:
            for each in [key for key, kept in document.items() if not self._is_alive(key, kept, now)]:
                del document[each]
            while len(document) >= MOST:
                del document[min(document, key=lambda key: int(document[key]["seen"]))]
            document[digest(token)] = {
                "name": name, "role": role, "mark": self._mark(role), "began": now, "seen": now,
            }  # fmt: skip
            self._seen = {key: at for key, at in self._seen.items() if key in document}
        return token

    def find(self, token: str, *, now: int) -> Session | None:
        """The session of a token; None where there is none, or it has ended."""
        key = digest(token)
        kept = self._kept.read().get(key)
        if kept is None or not self._is_alive(key, kept, now):
            return None
        self._seen[key] = now
        return Session(name=kept["name"], role=kept["role"])

    def is_to_be_kept(self, token: str, *, now: int) -> bool:
        """Whether the file should hear that a session is used; `keep` tells it."""
        kept = self._kept.read().get(digest(token))
        return kept is not None and now - int(kept["seen"]) >= _SAID_EVERY

    def keep(self, token: str, *, now: int) -> None:
        """Keep that a session is used now."""
        with self._kept.changing() as document:
            if (kept := document.get(digest(token))) is not None:
                kept["seen"] = max(now, int(kept["seen"]))

    def end(self, token: str) -> None:
        """End a session."""
        with self._kept.changing() as document:
            document.pop(digest(token), None)

    def _is_alive(self, key: str, kept: Mapping[str, int | str], now: int) -> bool:
        seen = max(int(kept["seen"]), self._seen.get(key, 0))
        is_young = now - seen <= IDLE and now - int(kept["began"]) <= OLDEST
        return is_young and bool(kept["mark"]) and kept["mark"] == self._mark(str(kept["role"]))


def csrf_of(token: str) -> str:
    """What a page must repeat with every write. It follows from the session's token, and not the other way around."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()
