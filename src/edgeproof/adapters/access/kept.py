"""Where what is known of visitors is kept, and how a token is known again."""

import hashlib
import secrets
from contextlib import AbstractContextManager
from typing import Any, Protocol

Document = dict[str, Any]


class Kept(Protocol):
    """A document that several processes read and change."""

    def read(self) -> Document:
        """As it stands, not to be changed; empty where there is none yet."""
        ...

    def changing(self) -> AbstractContextManager[Document]:
        """As it stands, to be changed while the block lasts and kept at its end; nobody else changes it meanwhile."""
        ...


def new_token() -> str:
    """A random token of 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token: of 256 random bits nobody finds back what they were, so that no slow hash is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
