import numpy as np
import pytest

from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.exchange.charts import MOST_CANDLES, Chart, Window, chart
from edgeproof.exchange.product import Product, product_of_candles
from tests.support.replica import candles_of

BTC = parse_instrument("BTC/USD:USD")
PRICES = [100.0 + (step * 7) % 13 for step in range(3 * DAY // MINUTE + 1)]
CANDLES = candles_of(PRICES)
PRODUCT = product_of_candles(BTC, CANDLES)
END = len(CANDLES) * MINUTE


def ask(now: int, product: Product = PRODUCT, *, fill_quiet: bool = True, **window: int) -> Chart:
    return chart(product.minutes, product.tape, now, Window(**{"length": MINUTE, **window}), fill_quiet=fill_quiet)


def without(*minutes: int) -> Product:
    kept = np.ones(10, np.bool_)
    kept[list(minutes)] = False
    columns = {name: getattr(CANDLES, name)[:10][kept] for name in ("open_time", *COLUMNS, "filled")}
    return product_of_candles(BTC, Candles(timeframe=MINUTE, **columns))


def opens(found: Chart) -> list[int]:
    return [time // MINUTE for time in found.candles.open_time.tolist()]


def test_chart_of_whole_minutes_is_the_candles_to_the_bit() -> None:
    found = ask(END, start=0, end=999 * MINUTE)
    for name in ("open_time", *COLUMNS):
        assert np.array_equal(getattr(found.candles, name), getattr(CANDLES[:1000], name))


def test_chart_ends_with_the_forming_candle_of_the_trades_so_far() -> None:
    now = int(PRODUCT.tape.time[4 * 7 + 1]) + 1
    last = ask(now, start=0).candles[-1:]
    assert last.open_time.tolist() == [7 * MINUTE]
    assert last.close.tolist() == [PRODUCT.tape.price[4 * 7 + 1]]
    assert last.volume.tolist() == [PRODUCT.tape.size[28] + PRODUCT.tape.size[29]]


def test_chart_of_a_minute_that_has_just_begun_is_flat() -> None:
    last = ask(7 * MINUTE, start=0).candles[-1:]
    assert (last.open_time.tolist(), last.volume.tolist()) == ([7 * MINUTE], [0.0])
    assert last.open.tolist() == CANDLES.close[6:7].tolist()


@pytest.mark.parametrize("length", [5 * MINUTE, HOUR, 12 * HOUR])
def test_chart_of_longer_candles_is_the_minutes_together(length: int) -> None:
    found, n = ask(END, length=length, start=0, end=END - length).candles, length // MINUTE
    assert np.array_equal(found.open, CANDLES.open[::n])
    assert np.array_equal(found.high, CANDLES.high.reshape(-1, n).max(axis=1))
    assert np.array_equal(found.low, CANDLES.low.reshape(-1, n).min(axis=1))
    assert np.array_equal(found.close, CANDLES.close[n - 1 :: n])
    assert found.volume.tolist() == [1.5 * n] * len(found)


def test_chart_of_quiet_minutes_is_flat_or_leaves_them_out() -> None:
    product = without(3, 4)
    assert opens(ask(9 * MINUTE + 1, product, start=0)) == list(range(10))
    assert opens(ask(9 * MINUTE + 1, product, start=0, fill_quiet=False)) == [0, 1, 2, 5, 6, 7, 8]


def test_chart_of_a_window_of_nothing_but_quiet_minutes_is_flat() -> None:
    found = ask(10 * MINUTE, without(3, 4), start=3 * MINUTE, end=4 * MINUTE).candles
    assert found.open.tolist() == [CANDLES.close[2]] * 2
    assert found.volume.tolist() == [0.0, 0.0]


def test_chart_of_too_wide_a_window_keeps_its_oldest_candles() -> None:
    found = ask(END, start=0)
    assert (len(found.candles), found.has_more, opens(found)[0]) == (MOST_CANDLES, True, 0)


def test_chart_without_a_beginning_keeps_its_newest_candles() -> None:
    found = ask(END - 1)
    assert (len(found.candles), opens(found)[-1]) == (MOST_CANDLES, END // MINUTE - 1)


def test_chart_bounds_are_inclusive_and_rounded_inwards() -> None:
    assert opens(ask(END, start=5 * MINUTE + 1, end=8 * MINUTE)) == [6, 7, 8]


@pytest.mark.parametrize(("now", "start", "end"), [(0, 0, END), (END, END + HOUR, 2 * END), (END, 9, 8)])
def test_chart_of_nothing_is_empty(now: int, start: int, end: int) -> None:
    assert len(ask(now, start=start, end=end).candles) == 0
