"""Progress of work that may be done elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass


def silent(_done: float) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Here:
    """Tells a listener of this process; carried to another process it is silent, as a listener cannot go along."""

    listener: Callable[[float], None] = silent

    def __call__(self, done: float) -> None:
        """So much more is done."""
        self.listener(done)

    def __reduce__(self) -> "tuple[type[Here], tuple[()]]":
        return Here, ()
