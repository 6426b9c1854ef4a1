"""A product: one instrument as the venue lists and remembers it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from edgeproof.core.model.candle import NO_FUNDING, Candles, FloatArray, Funding
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.market import MarketTrades
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.exchange.charts import candles_of_tape
from edgeproof.exchange.noise import salt_of
from edgeproof.exchange.premium import index_prices, mark_prices
from edgeproof.exchange.tape import LEAST_TRADES, Making, Tape, tape_of_candles, tape_of_trades

_MOST_DECIMALS = 10
_LEAST_DECIMALS = -3
FIRST_SEQ = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Product:
    """One product with everything that will ever happen to it; who reads decides up to when.

    `first_seq` is the number of its first trade, `price_decimals` and `size_decimals` the digits after the point
    (negative: whole tens, hundreds, thousands).
    """

    instrument: Instrument
    tape: Tape
    funding: Funding
    price_decimals: int
    size_decimals: int
    first_seq: int = FIRST_SEQ

    @cached_property
    def symbol(self) -> str:
        """The venue's id, `PF_XBTUSD`."""
        return self.instrument.venue_symbol

    @cached_property
    def salt(self) -> int:
        """What makes this product's noise its own."""
        return salt_of(self.symbol)

    @property
    def tick_size(self) -> float:
        """The step of prices."""
        return float(f"1e{-self.price_decimals}")

    @property
    def opened(self) -> int:
        """The time of its first trade."""
        return int(self.tape.time[0]) if len(self.tape) else 0

    @property
    def first_price(self) -> float:
        """The price of its first trade; 0 without one."""
        return float(self.tape.price[0]) if len(self.tape) else 0.0

    @cached_property
    def minutes(self) -> Candles:
        """The 1m candles of the minutes in which somebody traded."""
        return candles_of_tape(self.tape, MINUTE)

    @cached_property
    def index(self) -> Tape:
        """The index at every trade."""
        price = index_prices(self.tape.price, self.tape.time, salt=self.salt, decimals=self.price_decimals)
        return replace(self.tape, price=price)

    @cached_property
    def mark(self) -> Tape:
        """The mark at every trade."""
        return replace(self.tape, price=mark_prices(self.index.price, self.tape.time, salt=self.salt))

    @cached_property
    def index_minutes(self) -> Candles:
        """The 1m candles of the index."""
        return candles_of_tape(self.index, MINUTE)

    @cached_property
    def mark_minutes(self) -> Candles:
        """The 1m candles of the mark."""
        return candles_of_tape(self.mark, MINUTE)

    @cached_property
    def sold(self) -> FloatArray:
        """Base units traded before each trade, shape (n_trades + 1,)."""
        return np.concatenate([[0.0], np.cumsum(self.tape.size)])

    @cached_property
    def turnover(self) -> FloatArray:
        """Quote units traded before each trade, shape (n_trades + 1,)."""
        return np.concatenate([[0.0], np.cumsum(self.tape.size * self.tape.price)])

    @cached_property
    def usual_size(self) -> float:
        """A quarter of what is traded in the minute in the middle of all, however many trades that is."""
        return float(np.median(self.minutes.volume)) / LEAST_TRADES if len(self.tape) else 1.0

    @cached_property
    def funding_hours(self) -> dict[int, float]:
        """The relative rate of each hour that has one, by its start."""
        return dict(zip((self.funding.time // HOUR * HOUR).tolist(), self.funding.rate.tolist(), strict=True))

    def trades_before(self, now: int) -> int:
        """How many trades happened before a moment."""
        return int(self.tape.time.searchsorted(now))

    def price_before(self, now: int) -> float | None:
        """The last price before a moment; None before the first trade."""
        count = self.trades_before(now)
        return float(self.tape.price[count - 1]) if count else None


def product_of_candles(
    instrument: Instrument, candles: Candles, funding: Funding = NO_FUNDING, *, trades_per_minute: int = LEAST_TRADES
) -> Product:
    """A product whose trades aggregate to the candles, so many of each at most."""
    making = Making(
        size_decimals=decimals_of(candles.volume),
        price_decimals=max(0, decimals_of(np.concatenate([candles.open, candles.high, candles.low, candles.close]))),
        trades=trades_per_minute,
        salt=salt_of(instrument.venue_symbol),
    )
    return Product(
        instrument=instrument,
        tape=tape_of_candles(candles, making),
        funding=funding,
        price_decimals=making.price_decimals,
        size_decimals=making.size_decimals,
    )


def product_of_trades(instrument: Instrument, trades: MarketTrades, funding: Funding = NO_FUNDING) -> Product:
    """A product whose trades are recorded ones."""
    return Product(
        instrument=instrument,
        tape=tape_of_trades(trades),
        funding=funding,
        price_decimals=max(0, decimals_of(trades.price)),
        size_decimals=decimals_of(trades.size),
    )


def decimals_of(values: FloatArray) -> int:
    """The least digits after the point that write every value; at most ten, down to -3 for whole thousands.

    >>> decimals_of(np.array([0.25, 1.5])), decimals_of(np.array([2000.0, 5000.0]))
    (2, -3)
    """
    return next((d for d in range(_LEAST_DECIMALS, _MOST_DECIMALS) if _is_whole(values * 10.0**d)), _MOST_DECIMALS)


def _is_whole(scaled: FloatArray) -> bool:
    return bool((np.abs(scaled - np.rint(scaled)) <= 4 * np.spacing(np.abs(scaled))).all())
