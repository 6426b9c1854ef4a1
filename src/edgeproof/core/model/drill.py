"""What a drill came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing that was looked at: what should be, what was found, and whether it is so."""

    what: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillResult:
    """A drill: its name, when it was made (UTC milliseconds, by this machine's clock), what was done and seen."""

    name: str
    at: int
    did: str
    seen: tuple[Seen, ...]

    @property
    def has_passed(self) -> bool:
        """Whether everything was seen, and as it should be."""
        return bool(self.seen) and all(each.holds for each in self.seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that a receiver took: it was signed as it should be.

    `at` is this machine's time, `market_at` the close of the last candle that the journal had by then. `ids` are the
    message and those merged into it. `is_known` says that all of them were in the journal, `is_again` that the key had
    come before.
    """

    key: str
    at: int
    market_at: int
    ids: tuple[str, ...]
    is_late: bool
    is_known: bool
    is_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came to a receiver: what it took, in order; what it refused, by how; what nobody had signed.

    `back_at` is when it took messages again after it had refused them, None where that never was.
    """

    arrivals: tuple[Arrival, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    unsigned: int = 0
    back_at: int | None = None
