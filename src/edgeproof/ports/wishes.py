"""What people ask of a session, and the box in which they leave it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks of a session, running or not: `wish` and `target` as in `Asked`; `at` by this machine's clock.

    `id` orders wishes by the time they were made.
    """

    id: str
    at: int
    wish: str
    target: str
    by: str
    why: str


class LeftWishes(Protocol):
    """What a session sees of the box in which people leave wishes for it. A wish is kept until it was granted."""

    def waiting(self) -> tuple[Wish, ...]:
        """Those that were not granted yet, the oldest first."""
        ...

    def granted(self, wish: Wish) -> None:
        """Take out one that is in the journal."""
        ...


class Wishes(LeftWishes, Protocol):
    """The box itself."""

    def put(self, wish: Wish) -> None:
        """Leave a wish; it survives a loss of power."""
        ...
