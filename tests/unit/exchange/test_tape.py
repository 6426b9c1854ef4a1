import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.candles.aggregate import aggregate
from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.market import MarketTrades
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.exchange.charts import candles_of_tape
from edgeproof.exchange.product import decimals_of
from edgeproof.exchange.tape import Making, Tape, tape_of_candles, tape_of_trades
from tests.support.recorded import recorded_candles
from tests.support.replica import candles_of

DENSITIES = (4, 16, 24, 60)
FOUR = Making(size_decimals=0, price_decimals=1)
DENSE = Making(size_decimals=1, price_decimals=2, trades=24, salt=7)
PRICES = st.floats(min_value=1e-6, max_value=1e6)


def minutes(rows: list[tuple[float, float, float, float, float]]) -> Candles:
    table = np.array(rows, np.float64)
    return Candles(
        timeframe=MINUTE,
        open_time=np.arange(len(rows)) * MINUTE,
        filled=np.zeros(len(rows), np.bool_),
        **{name: table[:, place] for place, name in enumerate(COLUMNS)},
    )


def trades_of(tape: Tape) -> MarketTrades:
    return MarketTrades(
        time=tape.time, price=tape.price, size=tape.size, side=tape.side, trade_id=np.arange(len(tape)).astype(np.str_)
    )


def same(found: Candles, expected: Candles) -> bool:
    return all(np.array_equal(getattr(found, name), getattr(expected, name)) for name in ("open_time", *COLUMNS))


@given(
    st.lists(st.tuples(PRICES, PRICES, PRICES, PRICES, st.floats(1e-9, 1e12)), min_size=1, max_size=30),
    st.integers(0, 10),
    st.sampled_from(DENSITIES),
)
def test_tape_of_any_candles_aggregates_to_them_to_the_bit(
    rows: list[tuple[float, ...]], decimals: int, trades: int
) -> None:
    candles = minutes([(p[0], max(p[:4]), min(p[:4]), p[3], p[4]) for p in rows])
    making = Making(size_decimals=3, price_decimals=decimals, trades=trades)
    assert same(candles_of_tape(tape_of_candles(candles, making), MINUTE), candles)


@pytest.mark.parametrize("trades", DENSITIES)
@pytest.mark.parametrize("name", ["BTC", "ETH"])
def test_tape_of_a_recorded_day_aggregates_to_it_to_the_bit(name: str, trades: int) -> None:
    recorded = recorded_candles(f"binance_perp_{name}USDT_1m_2025-05_2025-06")[: DAY // MINUTE + 1]
    making = Making(size_decimals=decimals_of(recorded.volume), price_decimals=2, trades=trades)
    tape = tape_of_candles(recorded, making)
    assert same(candles_of_tape(tape, MINUTE), recorded)
    made, expected = aggregate(trades_of(tape), MINUTE), recorded[1:-1]
    assert same(made, expected)


def test_tape_of_a_rising_candle_sees_its_low_first() -> None:
    tape = tape_of_candles(minutes([(10, 12, 9, 11, 4)]), FOUR)
    assert tape.price.tolist() == [10, 9, 12, 11]
    assert tape.size.tolist() == [1, 1, 1, 1]
    assert tape.side.tolist() == [1, -1, 1, -1]


def test_tape_of_a_falling_candle_sees_its_high_first() -> None:
    assert tape_of_candles(minutes([(10, 12, 9, 9.5, 4)]), FOUR).price.tolist() == [10, 12, 9, 9.5]


def test_tape_of_a_flat_candle_is_one_trade() -> None:
    tape = tape_of_candles(minutes([(10, 10, 10, 10, 4)]), FOUR)
    assert (tape.price.tolist(), tape.size.tolist()) == ([10], [4])


def test_tape_of_a_quiet_candle_is_no_trade() -> None:
    tape = tape_of_candles(minutes([(10, 11, 10, 11, 4), (11, 11, 11, 11, 0), (11, 12, 11, 12, 4)]), FOUR)
    assert np.unique(tape.time // MINUTE).tolist() == [0, 2]


@pytest.mark.parametrize("trades", DENSITIES)
def test_tape_of_candles_stays_inside_each_minute_in_order(trades: int) -> None:
    candles = candles_of([100.0 + step % 7 for step in range(500)], volume=500.0)
    tape = tape_of_candles(candles, Making(size_decimals=1, price_decimals=1, trades=trades))
    assert (np.diff(tape.time) > 0).all()
    assert (tape.time // MINUTE == np.repeat(np.arange(499), trades)).all()


def test_tape_of_many_trades_walks_from_corner_to_corner_in_small_steps_on_the_grid() -> None:
    tape = tape_of_candles(minutes([(10, 14, 9, 13, 400)]), DENSE)
    price = tape.price
    low, high = int(price.argmin()), int(price.argmax())
    assert (price[0], price[low], price[high], price[-1]) == (10, 9, 14, 13)
    assert (np.sign(np.diff(price)) == np.repeat([-1, 1, -1], [low, high - low, 23 - high])).all()
    assert np.abs(np.diff(price)).max() < 2 * (1 + 5 + 1) / 23
    assert len({round(step, 2) for step in np.diff(price).tolist()}) > 10
    assert (np.round(price, 2) == price).all()


def test_tape_of_many_trades_is_the_same_whatever_comes_before_it() -> None:
    candles = minutes([(10, 14, 9, 13, 400), (13, 15, 12, 12, 300)])
    whole, last = tape_of_candles(candles, DENSE), tape_of_candles(candles[1:], DENSE)
    assert (whole.price[24:].tolist(), whole.time[24:].tolist()) == (last.price.tolist(), last.time.tolist())


def test_tape_of_more_candles_than_a_block_is_all_of_them() -> None:
    candles = candles_of([100.0 + step % 7 for step in range(20_003)], volume=3.0)
    assert same(candles_of_tape(tape_of_candles(candles, DENSE), MINUTE), candles)


@pytest.mark.parametrize(("volume", "trades"), [(0.0, 4), (0.1, 4), (1.0, 5), (2.5, 12), (100.0, 24)])
def test_tape_of_a_candle_of_little_volume_has_fewer_trades(volume: float, trades: int) -> None:
    candles = minutes([(10, 14, 9, 13, volume)])
    tape = tape_of_candles(candles, DENSE)
    assert len(tape) == trades
    assert same(candles_of_tape(tape, MINUTE), candles)


def test_tape_of_trades_without_sides_takes_them_from_the_price() -> None:
    trades = MarketTrades(
        time=np.array([1, 2, 3]),
        price=np.array([10.0, 9.0, 11.0]),
        size=np.ones(3),
        side=np.array([0, 0, -1], np.int8),
        trade_id=np.array(["a", "b", "c"]),
    )
    assert tape_of_trades(trades).side.tolist() == [1, -1, -1]
