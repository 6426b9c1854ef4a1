"""Small documents that several processes share."""

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
