"""How a replica is to run."""

from dataclasses import dataclass

from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.exchange.auth import Credentials

KEEP_ALIVE_SECONDS = 60.0
MOST_WAITING = 8 << 20
"""Bytes a client may leave unread (about 40,000 trades); beyond, it is cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the market's clock goes.

    `speed` is market time by wall time; None is as fast as those who subscribed to trades read. `start` and `end` are
    where the clock begins and where it stands still. With `waits` a speed is the most there is: the clock stands while
    nobody has subscribed to trades, and goes on only as those who have read.
    """

    start: int
    end: int
    speed: float | None = None
    ticker_every: int | None = None
    waits: bool = False

    @property
    def is_by_the_wall(self) -> bool:
        """Whether time passes by itself, whoever listens."""
        return self.speed is not None and not self.waits

    @property
    def beat(self) -> int:
        """Milliseconds of market time from heartbeat to heartbeat; there is always one at a whole minute."""
        usual = MINUTE if self.speed is None else min(MINUTE, max(SECOND, round(self.speed * SECOND)))
        return usual if self.ticker_every is None else min(usual, self.ticker_every)

    @property
    def ticker(self) -> int:
        """Milliseconds of market time from ticker to ticker: no more than one a second by the wall."""
        if self.ticker_every is not None:
            return self.ticker_every
        return MINUTE if self.speed is None else max(SECOND, round(self.speed * SECOND))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything about a replica but its market. `fill_quiet`: a minute without a trade is a flat candle of a chart."""

    pace: Pace
    credentials: Credentials = Credentials()
    seed: int = 0
    fill_quiet: bool = True
    stop_at_end: bool = False
    keep_alive_seconds: float = KEEP_ALIVE_SECONDS
    most_waiting: int = MOST_WAITING
