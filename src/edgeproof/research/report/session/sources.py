"""What the page of sessions is made from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edgeproof.core.model.candle import Candles, FloatArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.trading_event import FateDecided
from edgeproof.research.parity.result import ParityResult
from edgeproof.research.parity.trades.live import LiveSide

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """The outcomes of a hypothesis in the backtest, in R and in the order they ended, and on which instruments.

    None of them where it was not tested; `why` says why.
    """

    outcomes: FloatArray | None = None
    instruments: frozenset[Instrument] = frozenset()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSources:
    """Everything the page may show; times are UTC milliseconds.

    `about` says which sessions, `stats` and `standing` are what `stats --json` and `positions --json` print (None where
    nothing was ever traded). `tested` says of each hypothesis what it is held against. `sides` are the orders and fills
    of trades, over or open, by their signals. `candles` loads base candles of an instrument between two times, gaps
    filled.
    """

    about: Document
    stats: Document | None = None
    standing: Document | None = None
    until: int = 0
    trades: Sequence[LiveTrade] = ()
    sides: Mapping[str, LiveSide] = field(default_factory=dict)
    tested: Mapping[str, Outcomes] = field(default_factory=dict)
    parity: ParityResult | None = None
    decisions: Sequence[Decision] = ()
    fates: Sequence[FateDecided] = ()
    missed: Sequence[Document] = ()
    notices: Sequence[Document] = ()
    candles: Callable[[Instrument, int, int], Candles | None] = lambda _instrument, _start, _end: None
