"""The state of a product as of a moment: what a ticker tells, in the words of the inside."""

from dataclasses import dataclass

from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.exchange.premium import index_and_mark
from edgeproof.exchange.product import Product

_OPEN_INTEREST = 0.5
_LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The last 24 hours: `volume` in base, `quote_volume` in quote currency."""

    open: float
    high: float
    low: float
    volume: float
    quote_volume: float

    @property
    def mean_price(self) -> float:
        """The price weighted by volume."""
        return self.quote_volume / self.volume if self.volume > 0 else self.open


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The relative funding rate of the hour that begins at `time`, and the price it was fixed at."""

    time: int
    relative: float
    price: float

    @property
    def absolute(self) -> float:
        """Quote units a base unit pays in the hour."""
        return self.relative * self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A product that has traded, as of `time`. `funding` and `prediction` are None where there is no history of it."""

    time: int
    last: float
    last_time: int
    last_size: float
    bid: float
    ask: float
    bid_size: float
    ask_size: float
    mark: float
    index: float
    day: Day
    open_interest: float
    funding: Rate | None
    prediction: Rate | None

    @property
    def change_percent(self) -> float:
        """The move of the last 24 hours in percent."""
        return (self.last / self.day.open - 1) * 100

    @property
    def premium_percent(self) -> float:
        """How far the mark is above the index, in percent."""
        return round((self.mark / self.index - 1) * 100, 1)


def state_of(product: Product, now: int) -> State | None:
    """The state of a product as of a moment; None before its first trade."""
    count = product.trades_before(now)
    if count == 0:
        return None
    tape, row = product.tape, count - 1
    last = float(tape.price[row])
    bid, ask = touch(product, last, is_bought=tape.side[row] > 0)
    index, mark = index_and_mark(last, now, salt=product.salt, decimals=product.price_decimals)
    day = _day(product, now, count)
    return State(
        time=now,
        last=last,
        last_time=int(tape.time[row]),
        last_size=float(tape.size[row]),
        bid=bid,
        ask=ask,
        bid_size=level_size(product, row, 0),
        ask_size=level_size(product, row, 1),
        mark=mark,
        index=index,
        day=day,
        open_interest=round(day.volume * _OPEN_INTEREST, max(0, product.size_decimals)),
        funding=rate_of(product, now // HOUR * HOUR),
        prediction=rate_of(product, now // HOUR * HOUR + HOUR, price=last),
    )


def touch(product: Product, last: float, *, is_bought: bool) -> tuple[float, float]:
    """The best bid and ask after a trade: it took the level of its side, the other is a tick away."""
    tick, digits = product.tick_size, product.price_decimals
    return (round(last - tick, digits), last) if is_bought else (last, round(last + tick, digits))


def level_size(product: Product, turn: int, level: int) -> float:
    """What waits at a level of the book: around the usual size of a trade, never nothing."""
    # Knuth's multiplicative hash: half a million levels a second are asked for.
    share = _LEAST_SHARE + ((turn * 2_654_435_761 + level * 40_503 + product.salt) % 10_007) / 10_007
    step = 10.0**-product.size_decimals
    return max(step, round(product.usual_size * share, product.size_decimals))


def rate_of(product: Product, hour: int, price: float | None = None) -> Rate | None:
    """The funding rate of the hour that begins at `hour`, fixed at the last price before it (else at the first).

    None where the product has no funding history at all; an hour that history leaves out has the rate zero.
    """
    if len(product.funding) == 0:
        return None
    fixed = price if price is not None else product.price_before(hour)
    return Rate(
        time=hour,
        relative=product.funding_hours.get(hour, 0.0),
        price=product.first_price if fixed is None else fixed,
    )


def _day(product: Product, now: int, count: int) -> Day:
    tape, minutes = product.tape, product.minutes
    forming = now // MINUTE * MINUTE
    first = min(product.trades_before(now - DAY), count - 1)
    closed = slice(*(int(minutes.open_time.searchsorted(time)) for time in (now - DAY, forming)))
    recent = tape.price[product.trades_before(forming) : count]
    open_ = float(tape.price[first])
    return Day(
        open=open_,
        high=float(max(minutes.high[closed].max(initial=open_), recent.max(initial=open_))),
        low=float(min(minutes.low[closed].min(initial=open_), recent.min(initial=open_))),
        volume=round(float(product.sold[count] - product.sold[first]), max(0, product.size_decimals)),
        quote_volume=round(float(product.turnover[count] - product.turnover[first]), 4),
    )
