"""By what a session trades, and where its orders go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from edgeproof.core.engine.state import Rules
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import Order, OrderIntent
from edgeproof.ports import MarketFeed, OrderGateway, TradingFeed
from edgeproof.services.drifting import Weighing
from edgeproof.services.evidence import TrackRecord
from edgeproof.services.priced_book import Margins


class Exchange(TradingFeed, OrderGateway, Protocol):
    """Where orders go, and where the market and what becomes of them come from."""


Histories = Mapping[Instrument, Candles]
"""The candles of instruments up to where a session takes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingPlan:
    """By what trading is done: the rules, the money it begins with where no session ever traded.

    `exchange` opens the venue of the orders: around a market feed, knowing the orders of a book and the histories.
    `assumed` is the slippage a backtest assumes for an order, a fraction of price; `records` are wanted by Kelly sizing
    alone, `margins` by views: they decide nothing. `weighing` says by what drift from the backtest is judged.
    """

    rules: Rules
    cash: Decimal
    exchange: Callable[[MarketFeed, Sequence[Order], Histories], Exchange]
    assumed: Callable[[OrderIntent], float]
    records: Mapping[tuple[str, Instrument], TrackRecord] = field(default_factory=dict)
    margins: Margins = field(default_factory=dict)
    weighing: Weighing = field(default_factory=Weighing)
