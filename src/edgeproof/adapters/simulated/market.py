"""A generated market: candles and funding that never were, for demonstrations and tests.

1. the calendar of the market: a chain of regimes, trending, ranging or volatile, that most instruments share
   (`_calendar`, `_own_calendar`);
2. volatility: slow and fast components of its logarithm, a daily and weekly season, the regime's level; it clusters
   as a GARCH process does (`_volatility`);
3. moves: Student-t shocks, part of them common to all instruments, and rare jumps of which some snap back
   (`_shocks`); a trending regime adds drift, a ranging one pulls back to where it began (`_path`);
4. candles: the high and low of a minute are drawn from the exact law of the extremes of a Brownian bridge between open
   and close (`_candles`); volume goes with volatility and with the size of the move (`_volume`);
5. holes: minutes without a trade, and one outage of the venue, the same for all instruments (`_present`);
6. funding: hourly, after the trend of the last hours, as longs pay when prices rise (`_funding`);
7. on request edges that are known to be there (`_planted`, plant.py).

The same arguments give the same bits; one instrument does not change with the others asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.random import Generator, default_rng  # noqa: TID251 - seeded, and passed to every function that draws

from edgeproof.adapters.simulated.plant import Plant, plant_edges
from edgeproof.core.model.candle import BoolArray, Candles, FloatArray, Funding, IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, HOUR, MINUTE, parse_time

SOURCE = "generated"
"""How the source of generated series begins, in the store and in the certificate."""

DEFAULT_START = parse_time("2025-01-01")

_NAMES = ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LTC", "LINK", "AVAX", "DOT", "BCH", "UNI")
_PRICES = {
    "BTC": 60_000.0,
    "ETH": 3_000.0,
    "SOL": 150.0,
    "XRP": 0.6,
    "ADA": 0.45,
    "DOGE": 0.15,
    "LTC": 80.0,
    "LINK": 15.0,
}
_MINUTES_A_DAY = DAY // MINUTE
_MOST_DAYS = 3_653

_TRENDING, _RANGING, _VOLATILE = range(3)
_LEVELS = np.array([1.0, 0.7, 2.0])
"""Volatility of each regime relative to the usual one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regime:
    """One stretch of the market: minutes [start, end), its kind, and the drift in standard deviations a minute."""

    start: int
    end: int
    kind: int
    drift: float


def generated_source(seed: int, plants: Sequence[Plant] = ()) -> str:
    """What a store records as the source of a generated market; what is planted in it is said."""
    return ", ".join([f"{SOURCE}, seed {seed}", *(plant.words for plant in plants)])


def generate_market(
    instruments: int | Sequence[Instrument],
    *,
    days: int = 90,
    seed: int = 0,
    start: int = DEFAULT_START,
    plants: Sequence[Plant] = (),
) -> dict[Instrument, tuple[Candles, Funding]]:
    """1m candles (with holes, as imported ones) and hourly funding for a number of instruments, or for those named.

    With `plants` the same market has those edges, and is otherwise the same.

    Raises
    ------
    InputError
        No instruments, no days, or more days than are useful.
    """
    named = _named(instruments) if isinstance(instruments, int) else tuple(instruments)
    if not named or len(set(named)) != len(named):
        raise InputError(f"expected one or more different instruments to generate, found {len(named)}")
    if not 1 <= days <= _MOST_DAYS:
        raise InputError(f"expected 1 to {_MOST_DAYS:,} days to generate, found {days}")
    minutes = days * _MINUTES_A_DAY
    common = _generator(seed, "market")
    market = _Market(
        start=start // MINUTE * MINUTE,
        regimes=_calendar(common, minutes),
        shocks=_shocks(common, minutes),
        log_volatility=_log_volatility(common, minutes),
        open_for_trade=_outage(common, minutes),
    )
    return {each: _history(market, each, _generator(seed, each.unified), plants) for each in named}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Market:
    """What the instruments have in common."""

    start: int
    regimes: tuple[_Regime, ...]
    shocks: FloatArray
    log_volatility: FloatArray
    open_for_trade: BoolArray

    @property
    def minutes(self) -> int:
        return len(self.shocks)


def _generator(seed: int, name: str) -> Generator:
    """A stream of its own for each name, so that instruments do not depend on one another."""
    return default_rng([seed, crc32(name.encode())])


def _named(count: int) -> tuple[Instrument, ...]:
    names = [*_NAMES[:count], *(f"GEN{number}" for number in range(len(_NAMES) + 1, count + 1))]
    return tuple(Instrument(name, "USD", "USD") for name in names)


def _history(
    market: _Market, instrument: Instrument, rng: Generator, plants: Sequence[Plant]
) -> tuple[Candles, Funding]:
    """Steps 1 to 6 for one instrument, and step 7 where it is asked for."""
    regimes = _own_calendar(market.regimes, rng)
    beta = rng.uniform(0.65, 0.85)
    sigma = _volatility(market, regimes, rng)
    shocks = beta * market.shocks + np.sqrt(1 - beta**2) * _shocks(rng, market.minutes)
    path = _path(shocks, sigma, regimes, rng)
    price = _first_price(instrument, rng)
    candles = _candles(market, price * np.exp(path), sigma, rng)
    if plants:
        candles = _planted(candles, plants, _tick(price * float(np.exp(path[0]))))
    return candles, _funding(market, path, sigma, rng)


def _first_price(instrument: Instrument, rng: Generator) -> float:
    drawn = float(10 ** rng.uniform(-1, 2))
    return _PRICES.get(instrument.base, drawn)


def _calendar(rng: Generator, minutes: int) -> tuple[_Regime, ...]:
    """Regimes of some hours to some days, one after the other."""
    regimes: list[_Regime] = []
    at = 0
    while at < minutes:
        length = int(rng.lognormal(np.log(900), 0.7)) + 60
        regimes.append(_draw_regime(rng, at, min(at + length, minutes)))
        at += length
    return tuple(regimes)


def _draw_regime(rng: Generator, start: int, end: int) -> _Regime:
    kind = int(rng.choice(3, p=[0.4, 0.45, 0.15]))
    drift = float(rng.choice([-1, 1]) * rng.uniform(0.015, 0.045)) if kind == _TRENDING else 0.0
    return _Regime(start=start, end=end, kind=kind, drift=drift)


def _own_calendar(regimes: tuple[_Regime, ...], rng: Generator) -> tuple[_Regime, ...]:
    """The market's calendar, left for a regime of its own one time in four."""
    return tuple(each if rng.random() < 0.75 else _draw_regime(rng, each.start, each.end) for each in regimes)


def _log_volatility(rng: Generator, minutes: int) -> FloatArray:
    """The common part of log volatility: components that fade within half an hour, a day and a week."""
    total = np.zeros(minutes)
    for memory, deviation in ((30, 0.25), (1_440, 0.30), (10_080, 0.25)):
        keep = 1 - 1 / memory
        noise = rng.standard_normal(minutes) * deviation * np.sqrt(1 - keep**2)
        total += _autoregress(noise, keep)
    return total


def _volatility(market: _Market, regimes: tuple[_Regime, ...], rng: Generator) -> FloatArray:
    """Standard deviation of a minute's log return, shape (minutes,)."""
    usual = rng.uniform(0.5, 0.9) / np.sqrt(365 * _MINUTES_A_DAY)
    levels = np.repeat(_LEVELS[[each.kind for each in regimes]], [each.end - each.start for each in regimes])
    own = 0.5 * _log_volatility(rng, market.minutes)
    sigma: FloatArray = usual * levels * _season(market) * np.exp(0.8 * market.log_volatility + own)
    return sigma


def _season(market: _Market) -> FloatArray:
    """Busier in the European and American day, quieter at weekends; mean about 1."""
    minute = market.start // MINUTE + np.arange(market.minutes)
    hour = minute % _MINUTES_A_DAY / 60
    weekend = (minute // _MINUTES_A_DAY + 3) % 7 >= 5  # the epoch was a Thursday
    day = 0.8 + 0.5 * np.exp(-(((hour - 14.5) / 3.0) ** 2)) + 0.25 * np.exp(-(((hour - 8.0) / 2.0) ** 2))
    season: FloatArray = day * np.where(weekend, 0.8, 1.05)
    return season


def _autoregress(noise: FloatArray, keep: float) -> FloatArray:
    """x[t] = keep x[t - 1] + noise[t], in blocks: each one cumulative sum, as long as keep^-t stays small."""
    block = max(1, int(12 / -np.log(keep)))
    powers = keep ** np.arange(1, block + 1)
    path = np.empty(len(noise))
    last = 0.0
    for start in range(0, len(noise), block):
        part = noise[start : start + block]
        scale = powers[: len(part)]
        path[start : start + block] = scale * (last + np.cumsum(part / scale))
        last = float(path[min(start + block, len(noise)) - 1])
    return path


def _shocks(rng: Generator, minutes: int) -> FloatArray:
    """Unit shocks with fat tails; about every second day a jump, and half of the jumps snap back."""
    shocks: FloatArray = rng.standard_t(5, minutes) / np.sqrt(5 / 3)
    jumps = np.flatnonzero(rng.random(minutes) < 1 / (2 * _MINUTES_A_DAY))
    sizes = rng.standard_t(3, len(jumps)) * 9
    shocks[jumps] += sizes
    snaps = rng.random(len(jumps)) < 0.5
    for after in (1, 2, 3):
        rows = jumps[snaps] + after
        inside = rows < minutes
        shocks[rows[inside]] -= 0.25 * sizes[snaps][inside]
    return shocks


def _path(shocks: FloatArray, sigma: FloatArray, regimes: tuple[_Regime, ...], rng: Generator) -> FloatArray:
    """Log price relative to the first one at each minute's close, shape (minutes,)."""
    path = np.empty(len(shocks))
    last = 0.0
    for each in regimes:
        rows = slice(each.start, each.end)
        moves = sigma[rows] * (shocks[rows] + each.drift)
        if each.kind == _RANGING:
            path[rows] = last + _autoregress(moves, 1 - 1 / rng.uniform(60, 240))
        else:
            path[rows] = last + np.cumsum(moves)
        last = float(path[each.end - 1])
    return path


def _candles(market: _Market, close: FloatArray, sigma: FloatArray, rng: Generator) -> Candles:
    """Candles at the tick of the instrument, without the minutes in which nobody traded."""
    tick = _tick(close[0])
    open_ = np.concatenate([close[:1], close[:-1]]) * np.exp(0.05 * sigma * rng.standard_normal(len(close)))
    spread = 2 * (close * sigma) ** 2
    high = (open_ + close + np.sqrt((close - open_) ** 2 - spread * np.log(1 - rng.random(len(close))))) / 2
    low = (open_ + close - np.sqrt((close - open_) ** 2 - spread * np.log(1 - rng.random(len(close))))) / 2
    volume = _volume(close, open_, sigma, rng)
    prices = [_at_tick(each, tick) for each in (open_, high, low, close)]
    keep = _present(market, volume, rng)
    return Candles(
        timeframe=MINUTE,
        open_time=(market.start + np.arange(market.minutes) * MINUTE)[keep],
        open=prices[0][keep],
        high=np.maximum.reduce(prices)[keep],
        low=np.minimum.reduce(prices)[keep],
        close=prices[3][keep],
        volume=volume[keep],
        filled=np.zeros(int(keep.sum()), np.bool_),
    )


def _tick(price: float) -> float:
    """The tick of an instrument that trades at a price: five to six digits of it."""
    return float(10.0 ** np.floor(np.log10(price) - 5))


def _at_tick(prices: FloatArray, tick: float) -> FloatArray:
    """Prices at whole ticks, at least one, as decimal numbers that print short."""
    decimals = max(0, round(-np.log10(tick)))
    rounded: FloatArray = np.maximum(np.round(np.round(prices / tick) * tick, decimals), tick)
    return rounded


def _planted(candles: Candles, plants: Sequence[Plant], tick: float) -> Candles:
    """Step 7: the candles with the planted edges, at the same tick."""
    moved = plant_edges(candles, plants)
    open_, high, low, close = (_at_tick(each, tick) for each in (moved.open, moved.high, moved.low, moved.close))
    return replace(moved, open=open_, high=high, low=low, close=close)


def _volume(close: FloatArray, open_: FloatArray, sigma: FloatArray, rng: Generator) -> FloatArray:
    """Base currency traded: about 400 million quote units a day, more where it is volatile and where price moves."""
    usual = 400e6 / _MINUTES_A_DAY / close[0]
    move = np.abs(np.log(close / open_)) / sigma
    busy = (sigma / np.median(sigma)) ** 1.2 * (0.5 + move) * rng.lognormal(-0.3, 0.8, len(close))
    volume: FloatArray = np.maximum(np.round(usual * busy, 4), 1e-4)
    return volume


def _outage(rng: Generator, minutes: int) -> BoolArray:
    """False while the venue is down: once, 45 to 200 minutes, a twentieth of the history at most."""
    length = min(int(rng.integers(45, 200)), minutes // 20)
    start = int(rng.integers(minutes // 4, 3 * minutes // 4))
    is_open = np.ones(minutes, np.bool_)
    is_open[start : start + length] = False
    return is_open


def _present(market: _Market, volume: FloatArray, rng: Generator) -> BoolArray:
    """The minutes with a candle: not the outage, and now and then a quiet minute has no trade either."""
    quiet = volume < np.quantile(volume, 0.1)
    traded: BoolArray = market.open_for_trade & ~(quiet & (rng.random(market.minutes) < 0.02))
    traded[[0, -1]] = True
    return traded


def _funding(market: _Market, path: FloatArray, sigma: FloatArray, rng: Generator) -> Funding:
    """Relative hourly rates from the first hour on, 0.001 % at rest, pulled by the trend of the last eight hours."""
    trend = _autoregress(np.diff(path, prepend=0.0) / sigma, 1 - 1 / 480) / np.sqrt(480 / 2)
    time: IntArray = np.arange(-(-market.start // HOUR), (market.start + market.minutes * MINUTE) // HOUR + 1) * HOUR
    minute = np.clip((time - market.start) // MINUTE - 1, 0, market.minutes - 1)
    noise = _autoregress(rng.standard_normal(len(time)) * 4e-6, 0.9)
    rate = np.clip(1e-5 + 2.5e-5 * trend[minute] + noise, -0.0025, 0.0025)
    return Funding(time=time, rate=np.round(rate, 9))
