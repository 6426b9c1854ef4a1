"""Live candles against history: the same trades, however they come, make the candles that history makes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.live import KEPT_CANDLES, LiveCandles
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.event import ClosedCandle, MarketTrade
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, MINUTE

BITCOIN = Instrument("BTC", "USD", "USD")
START = 1_746_057_600_000
LENGTHS = (MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE)
Trade = tuple[int, float, float, int]
"""Time, price, size and number."""
Told = dict[tuple[int, int], ClosedCandle]

prices = st.floats(0.1, 1000, allow_nan=False)
sizes = st.floats(1e-4, 50, allow_nan=False)


@st.composite
def tapes(draw: st.DrawFn) -> list[Trade]:
    """Trades over some minutes, some of them quiet, the first one in the first minute."""
    steps = draw(st.lists(st.integers(0, 3 * MINUTE), min_size=1, max_size=60))
    times = START + np.cumsum([0, *steps])
    return [(int(time), draw(prices), draw(sizes), seq) for seq, time in enumerate(times.tolist(), 1)]


def _history(trades: list[Trade], end: int) -> dict[int, Candles]:
    """The naive way: every minute from the list of its trades, summed one after the other."""
    minutes: dict[int, list[Trade]] = {}
    for trade in trades:
        minutes.setdefault(trade[0] // MINUTE * MINUTE, []).append(trade)
    rows = []
    for minute, tape in sorted(minutes.items()):
        volume = 0.0
        for _, _, size, _ in tape:
            volume += size
        traded = [price for _, price, _, _ in tape]
        rows.append((minute, traded[0], max(traded), min(traded), traded[-1], volume))
    last = max(minutes)
    columns = np.array(rows).T
    base = fill_gaps(
        Candles(
            timeframe=MINUTE,
            open_time=columns[0].astype(np.int64),
            filled=np.zeros(len(rows), np.bool_),
            **{name: columns[i + 1].copy() for i, name in enumerate(COLUMNS)},
        )
    )
    quiet = (end - last) // MINUTE - 1
    close = float(base.close[-1])
    flat = np.full(quiet, close)
    padded = Candles(
        timeframe=MINUTE,
        open_time=np.concatenate([base.open_time, last + MINUTE * np.arange(1, quiet + 1)]),
        filled=np.concatenate([base.filled, np.ones(quiet, np.bool_)]),
        **{name: np.concatenate([getattr(base, name), flat]) for name in COLUMNS[:4]},
        volume=np.concatenate([base.volume, np.zeros(quiet)]),
    )
    return {length: resample(padded, length) for length in LENGTHS}


def _fact(trade: Trade) -> MarketTrade:
    time, price, size, seq = trade
    return MarketTrade(BITCOIN, time, price, size, 1, seq)


def _expect(told: Told, history: dict[int, Candles]) -> None:
    rows = {
        (length, int(candles.open_time[i])): tuple(float(getattr(candles, name)[i]) for name in COLUMNS)
        + (bool(candles.filled[i]),)
        for length, candles in history.items()
        for i in range(len(candles))
    }
    found = {key: (c.open, c.high, c.low, c.close, c.volume, c.filled) for key, c in told.items()}
    assert found == rows


def _tell(told: Told, candles: object) -> None:
    assert isinstance(candles, list | tuple)
    for candle in candles:
        key = (candle.timeframe, candle.open_time)
        assert candle.is_correction == (key in told)
        told[key] = candle


@given(tapes(), st.lists(st.integers(0, 59), max_size=10))
def test_live_candles_of_trades_and_clock_equal_history_to_the_bit(tape: list[Trade], ticks: list[int]) -> None:
    live, told = LiveCandles(BITCOIN, LENGTHS), Told()
    live.begin(START)
    for number, trade in enumerate(tape):
        if number in ticks:  # the clock may come first, or the trade
            _tell(told, live.advance(trade[0]))
        _tell(told, live.trade(_fact(trade)))
    end = tape[-1][0] // MINUTE * MINUTE + 20 * MINUTE
    _tell(told, live.advance(end))
    _expect(told, _history(tape, end))


@given(tapes(), st.integers(1, 60), st.integers(0, 3))
def test_live_candles_with_a_late_trade_are_corrected_to_history(tape: list[Trade], which: int, wait: int) -> None:
    live, told = LiveCandles(BITCOIN, LENGTHS), Told()
    live.begin(START)
    which = min(which, len(tape) - 1)
    late = tape[which] if which > 0 else None
    on_time = [each for each in tape if each is not late]
    due = None if late is None else late[0] // MINUTE * MINUTE + MINUTE + wait * MINUTE
    for trade in on_time:
        if late is not None and due is not None and trade[0] >= due:
            _tell(told, live.advance(due))
            _tell(told, live.trade(_fact(late)))
            late = None
        _tell(told, live.trade(_fact(trade)))
    end = tape[-1][0] // MINUTE * MINUTE + 20 * MINUTE
    if late is not None and due is not None:
        _tell(told, live.advance(due))
        _tell(told, live.trade(_fact(late)))
    _tell(told, live.advance(end))
    _expect(told, _history(tape, end))
    assert not live.unsettled


@given(tapes(), st.integers(0, 40), st.integers(0, 40))
def test_live_candles_restored_over_any_span_equal_history(tape: list[Trade], first: int, length: int) -> None:
    """The line is down for a while; the venue's own candles fill in, over what was known or not."""
    end = tape[-1][0] // MINUTE * MINUTE + 20 * MINUTE
    history = _history(tape, end)
    base = history[MINUTE]
    first, until = min(first, len(base)), min(first + length, len(base))
    live, told = LiveCandles(BITCOIN, LENGTHS), Told()
    live.begin(START)
    down, up = START + first * MINUTE, START + until * MINUTE
    for trade in tape:
        if trade[0] < down:
            _tell(told, live.trade(_fact(trade)))
    _tell(told, live.advance(down))
    given_back = base[max(0, first - 2) : until]
    _tell(told, [*live.restore(given_back)])
    for trade in tape:
        if trade[0] >= up:
            _tell(told, live.trade(_fact(trade)))
    _tell(told, live.advance(end))
    _expect(told, history)


def test_live_candles_too_late_a_trade_is_unsettled_until_the_venue_says() -> None:
    live = LiveCandles(BITCOIN, LENGTHS)
    live.begin(START)
    live.trade(_fact((START, 100.0, 1.0, 1)))
    live.advance(START + 30 * MINUTE)
    assert not live.trade(_fact((START + 1_000, 105.0, 2.0, 2)))
    assert (live.unsettled, live.late) == ({START}, 1)
    venue = _history([(START, 100.0, 1.0, 1), (START + 1_000, 105.0, 2.0, 2)], START + MINUTE)[MINUTE]
    corrected = [*live.restore(venue)]
    assert [(c.timeframe, c.high, c.close) for c in corrected if c.open_time == START] == [
        (MINUTE, 105.0, 105.0),
        *((length, 105.0, 105.0) for length in LENGTHS[1:]),
    ]
    assert all(c.is_correction for c in corrected)
    assert live.unsettled == set()


def test_live_candles_before_their_start_say_nothing() -> None:
    live = LiveCandles(BITCOIN, LENGTHS)
    assert live.trade(_fact((START, 1.0, 1.0, 1))) == ()
    assert live.advance(START + MINUTE) == ()
    assert live.closed_until == 0


def test_live_candles_nobody_ever_traded_do_not_exist() -> None:
    live = LiveCandles(BITCOIN, LENGTHS)
    live.begin(START)
    assert not live.advance(START + 10 * MINUTE)
    first = live.trade(_fact((START + 10 * MINUTE, 7.0, 1.0, 1)))
    assert first == ()
    told = live.advance(START + 15 * MINUTE)
    assert [(c.timeframe // MINUTE, (c.open_time - START) // MINUTE) for c in told][:3] == [(1, 10), (1, 11), (2, 10)]
    assert (15 * MINUTE) not in {c.timeframe for c in told}, "a quarter of an hour whose beginning nobody knows"


def test_live_candles_of_a_timeframe_off_the_base_are_refused() -> None:
    with pytest.raises(Exception, match="multiples of 1m, found 90s"):
        LiveCandles(BITCOIN, (90_000,))


def test_live_candles_of_the_venue_have_their_late_trades_already() -> None:
    tape = [(START + 10_000 * i, 100.0 + i, 1.0, i + 1) for i in range(30)]
    venue = _history(tape, START + 5 * MINUTE)[MINUTE]
    live = LiveCandles(BITCOIN, LENGTHS)
    assert [c.open_time for c in live.restore(venue) if c.timeframe == MINUTE] == venue.open_time.tolist()
    assert not live.trade(_fact((START + 5_000, 500.0, 9.0, 99)))
    assert (live.late, live.unsettled) == (0, set())


def test_live_candles_too_late_for_what_is_kept_are_counted_and_not_asked_for() -> None:
    live = LiveCandles(BITCOIN, LENGTHS)
    live.begin(START)
    live.trade(_fact((START, 100.0, 1.0, 1)))
    live.advance(START + (KEPT_CANDLES + 10) * MINUTE)
    assert not live.trade(_fact((START + 1_000, 105.0, 2.0, 2)))
    assert (live.late, live.unsettled) == (1, set())


def test_live_candles_that_forget_start_over() -> None:
    live = LiveCandles(BITCOIN, LENGTHS)
    live.begin(START)
    live.trade(_fact((START, 100.0, 1.0, 1)))
    assert live.has_trades
    live.forget()
    assert (live.closed_until, live.has_trades) == (0, False)
    live.begin(START + DAY)
    live.trade(_fact((START + DAY, 7.0, 1.0, 2)))
    [candle] = live.advance(START + DAY + MINUTE)
    assert (candle.open_time, candle.open, candle.volume) == (START + DAY, 7.0, 1.0)
