"""What a simulated venue knows of an instrument's live market: its prices, and how much of a candle it was told.

It is told of every quote and trade there is, and asked only where an order wants to know: numbers become decimals then.
"""

import math
from collections import deque
from dataclasses import dataclass, replace
from decimal import Decimal

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.event import ClosedCandle, MarketTrade, Quote
from edgeproof.core.model.order import Side
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.core.simulation.account import NOTHING, Reach

QUOTED_MS = 5 * SECOND
"""A quote that is so much older than the last trade is no price any more: its line may be down, or told seldom."""
LIQUID_MINUTES = 60
"""Minutes over which it is measured how much trades and how far price moves."""
_LEAST_LIQUID = 10
_KEPT_MINUTES = 5
"""A candle may be told some minutes after its trades: on the hour it waits for the funding rate."""
_ROUNDING = 1e-9
"""Relative: sums of the same sizes in another order differ by less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What is known at `time`. `spread` is the last one measured, as a fraction of the middle.

    `is_suspended`: nobody can take a price, since trading is suspended or only makers are admitted.
    """

    time: int
    bid: Decimal | None = None
    ask: Decimal | None = None
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None
    last: Decimal | None = None
    spread: Decimal
    is_suspended: bool = False

    def other_side(self, side: Side) -> Decimal | None:
        """The quote that an order of a side takes."""
        return self.ask if side is Side.BUY else self.bid

    def other_size(self, side: Side) -> Decimal | None:
        """How much is quoted there."""
        return self.ask_size if side is Side.BUY else self.bid_size

    @property
    def reference(self) -> Decimal | None:
        """What the price is said to be: the middle of the quote, else the last trade."""
        return self.last if self.bid is None or self.ask is None else (self.bid + self.ask) / 2


@dataclass(slots=True)
class Seen:
    """What was told of one minute, trade by trade; `until` is the time of the last one."""

    volume: float
    high: float
    low: float
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What a candle has that was not told: so much volume, and prices between these. `until`: all before was told."""

    is_whole: bool
    volume: Decimal
    high: float
    low: float
    until: int


class Market:
    """One instrument's; owned by its venue and changed in place."""

    __slots__ = (
        "_closed_until",
        "_earlier",
        "_last",
        "_last_at",
        "_liquid_until",
        "_measured",
        "_minute",
        "_minutes",
        "_prices",
        "_quote",
        "_seen",
        "_spread",
        "_time",
        "changes",
        "reach",
    )

    def __init__(self, spread: float) -> None:
        self.changes = -1
        self.reach = Reach(0.0, 0.0)
        """Which prices do nothing, as of the account's `changes`."""
        self._spread = spread
        self._quote: Quote | None = None
        self._measured: Quote | None = None
        self._last: float | None = None
        self._last_at = 0
        self._time = 0
        self._prices: Prices | None = None
        self._minute = -1
        self._seen = Seen(0.0, 0.0, 0.0, 0)
        self._earlier: dict[int, Seen] = {}
        self._closed_until = 0
        self._liquid_until = 0
        self._minutes: deque[tuple[float, float]] = deque(maxlen=LIQUID_MINUTES)

    def quoted(self, quote: Quote) -> None:
        """Take in a quote."""
        self._quote = quote
        if quote.bid is not None and quote.ask is not None and quote.bid > 0:
            self._measured = quote
        if self._last is None and quote.last is not None and quote.last > 0:
            self._last, self._last_at = quote.last, quote.time  # trades are told sooner than quotes
        self._time = quote.time
        self._prices = None

    def traded(self, trade: MarketTrade) -> None:
        """Take in a trade."""
        _, time, price, size, _, _ = trade
        self._last, self._last_at, self._time, self._prices = price, time, time, None
        seen = self._seen
        if time - time % MINUTE != self._minute:
            seen = self._seen_of(time - time % MINUTE, price)
        seen.volume += size
        seen.until = time
        if price > seen.high:
            seen.high = price
        elif price < seen.low:
            seen.low = price

    def closed(self, candle: ClosedCandle) -> Unseen | None:
        """What of a base candle was not told trade by trade; None where that is nothing, or was asked before."""
        if candle.open_time < self._closed_until or candle.is_correction:
            return None
        self._closed_until = candle.close_time
        if candle.close_time > self._liquid_until:
            self._minutes.append((candle.volume, _squared_range(candle.high, candle.low)))
        seen = self._seen if candle.open_time == self._minute else self._earlier.get(candle.open_time)
        volume = candle.volume - (0.0 if seen is None else seen.volume)
        if candle.filled or volume <= _ROUNDING * candle.volume:
            return None
        high, low, until = candle.high, candle.low, candle.open_time
        if seen is not None:
            # An extreme that was told is over; what is not known of lies within the others.
            high = candle.close if high <= seen.high else high
            low = candle.close if low >= seen.low else low
            until = seen.until
        return Unseen(is_whole=seen is None, volume=decimal_of(volume), high=high, low=low, until=until)

    def ended(self, candle: ClosedCandle) -> None:
        """Take in the last price of a candle that was not told trade by trade."""
        if candle.close_time > self._time:
            self._last, self._time, self._prices = candle.close, candle.close_time, None
            self._last_at = candle.close_time

    def remember(self, candles: Candles) -> None:
        """Take in the end of the history, as to how liquid the market is."""
        columns = (each[-LIQUID_MINUTES:].tolist() for each in (candles.volume, candles.high, candles.low))
        for volume, high, low in zip(*columns, strict=True):
            self._minutes.append((volume, _squared_range(high, low)))
        if len(candles):
            self._liquid_until = int(candles.close_time[-1])

    def impact(self, quantity: Decimal) -> Decimal | None:
        """How far an order of a quantity moves the price, as a fraction of it; None where too little is known.

        Volatility of a minute x √(quantity / volume of a minute), both of the last hour.

        *Source*: the square-root law; B. Tóth et al. (2011), "Anomalous price impact and the critical nature of
        liquidity in financial markets", Physical Review X 1, 021006, with its factor of order one taken as 1. The
        volatility is M. Parkinson's (1980): the mean of ln²(high / low) / (4 ln 2) is the variance of a minute.
        """
        minutes = self._minutes
        volume = sum(each for each, _ in minutes)
        if len(minutes) < _LEAST_LIQUID or not volume > 0:
            return None
        variance = sum(each for _, each in minutes) / len(minutes) / (4 * math.log(2))
        return decimal_of(math.sqrt(variance * float(quantity) * len(minutes) / volume))

    def lose(self) -> None:
        """Forget the prices, which may be old; how wide the spread is stays known."""
        self._quote = self._last = self._prices = None

    @property
    def prices(self) -> Prices:
        """What is known."""
        if self._prices is None:
            self._prices = self._made()
        return self._prices

    def _made(self) -> Prices:
        quote, measured = self._quote, self._measured
        if quote is not None and self._last_at - quote.time > QUOTED_MS:
            quote = replace(quote, bid=None, ask=None, bid_size=None, ask_size=None)
        bps = None if measured is None else measured.spread_bps
        spread = decimal_of(self._spread) if bps is None else max(decimal_of(bps) / 10_000, NOTHING)
        return Prices(
            time=self._time,
            bid=None if quote is None else _known(quote.bid),
            ask=None if quote is None else _known(quote.ask),
            bid_size=None if quote is None else _known(quote.bid_size),
            ask_size=None if quote is None else _known(quote.ask_size),
            last=_known(self._last),
            spread=spread,
            is_suspended=quote is not None and (quote.suspended or quote.post_only),
        )

    def _seen_of(self, minute: int, price: float) -> Seen:
        found = self._earlier.get(minute)
        if minute < self._minute:  # told late
            return Seen(0.0, price, price, 0) if found is None else found
        if self._minute >= 0:
            self._earlier[self._minute] = self._seen
            if len(self._earlier) > _KEPT_MINUTES:
                del self._earlier[min(self._earlier)]
        self._minute, self._seen = minute, Seen(0.0, price, price, minute)
        return self._seen


def _known(number: float | None) -> Decimal | None:
    # A price or a size of zero is how venues say that there is none.
    return None if number is None or number <= 0 else decimal_of(number)


def _squared_range(high: float, low: float) -> float:
    return math.log(high / low) ** 2 if low > 0 else 0.0
