import numpy as np
import pytest

from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.exchange import book as books
from edgeproof.exchange import messages
from edgeproof.exchange.book import LEVELS, Book
from edgeproof.exchange.documents import funding_rates, text
from edgeproof.exchange.listing import Listing
from edgeproof.exchange.market import Market
from edgeproof.exchange.noise import fractions
from edgeproof.exchange.options import Pace
from edgeproof.exchange.product import Product, decimals_of, product_of_candles
from edgeproof.exchange.state import State, state_of
from tests.support.replica import candles_of

BTC = parse_instrument("BTC/USD:USD")
HOURS = np.array([0, 1, 3]) * HOUR
RATES = Funding(time=HOURS, rate=np.array([1e-5, -2e-5, 3e-5]))
PRICES = [100.0 + (step * 7) % 13 / 10 for step in range(2 * DAY // MINUTE + 1)]


def product(candles: Candles | None = None, funding: Funding = RATES) -> Product:
    return product_of_candles(BTC, candles_of(PRICES) if candles is None else candles, funding)


def state(now: int, of: Product | None = None) -> State:
    found = state_of(of or product(), now)
    assert found is not None
    return found


def ticker(now: int, of: Product | None = None) -> bytes:
    chosen = of or product()
    return messages.ticker(Listing(Market([chosen])).at(0), state(now, chosen), now)


def test_state_before_the_first_trade_is_none() -> None:
    assert state_of(product(), 0) is None


def test_state_tells_the_last_trade_and_a_spread_of_one_tick_around_it() -> None:
    found = state(DAY)
    assert found.last == PRICES[DAY // MINUTE]
    assert found.last in {found.bid, found.ask}
    assert round(found.ask - found.bid, 9) == 0.1


def test_state_of_a_day_sums_the_last_24_hours() -> None:
    found, tape = state(2 * DAY), product().tape
    rows = tape.time >= DAY
    assert found.day.volume == round(float(tape.size[rows].sum()), 1)
    assert (found.day.high, found.day.low) == (tape.price[rows].max(), tape.price[rows].min())
    assert found.day.open == tape.price[rows][0]


def test_book_is_as_deep_however_many_trades_a_minute_has() -> None:
    candles = candles_of(PRICES[:200], volume=40.8)
    four, many = (product_of_candles(BTC, candles, trades_per_minute=trades) for trades in (4, 24))
    assert len(many.tape) == 6 * len(four.tape)
    assert four.usual_size == many.usual_size == 10.2


def test_ticker_has_the_rates_of_this_hour_and_the_next() -> None:
    found = ticker(HOUR // 2)
    assert b'"relative_funding_rate":0.00001,' in found
    assert b'"relative_funding_rate_prediction":-0.00002,' in found
    assert b'"next_funding_rate_time":3600000,' in found


def test_ticker_leaves_out_a_rate_that_history_does_not_have() -> None:
    found = ticker(2 * HOUR)
    assert b"relative_funding_rate_prediction" in found
    assert b'"relative_funding_rate"' not in found


def test_ticker_of_a_product_without_funding_history_has_no_funding_fields() -> None:
    assert b"funding" not in ticker(HOUR, product(funding=Funding(time=HOURS[:0], rate=np.empty(0))))


def test_funding_rates_are_published_on_their_hour() -> None:
    assert [row["timestamp"] for row in funding_rates(product(), HOUR - 1)] == ["1970-01-01T00:00:00Z"]
    rows = funding_rates(product(), HOUR)
    assert rows[-1]["relativeFundingRate"] == -2e-5
    assert rows[-1]["fundingRate"] == -2e-5 * PRICES[60]


def test_book_changes_lead_from_one_ladder_to_the_next() -> None:
    book = Book(product())
    book.move(100)
    ladder, seq = dict(book.ladder), book.seq
    for count in range(101, 140):
        for change in book.move(count):
            seq += 1
            assert change.seq == seq
            ladder[change.side, change.price] = change.quantity
            if change.quantity == 0:
                del ladder[change.side, change.price]
    assert ladder == book.ladder
    assert len(book.side("buy")) == len(book.side("sell")) == LEVELS
    assert book.side("buy")[0][0] < book.side("sell")[0][0]


def test_book_that_is_asked_twice_has_not_moved() -> None:
    book = Book(product())
    book.move(100)
    assert book.move(100) == []
    assert books.snapshot(book, 5) == books.snapshot(book, 5)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1.5, 2.25], 2), ([103_000.1], 1), ([1e-10], 10), ([3000.0, 1000.0], -3), ([0.1 + 0.2], 1), ([120.0], -1)],
)
def test_decimals_of_numbers_are_the_least_that_write_them(values: list[float], expected: int) -> None:
    assert decimals_of(np.array(values)) == expected


@pytest.mark.parametrize(
    ("speed", "every", "beat", "tickers"),
    [
        (None, None, MINUTE, MINUTE),
        (1.0, None, 1_000, 1_000),
        (60.0, None, MINUTE, MINUTE),
        (600.0, None, MINUTE, 10 * MINUTE),
        (7.0, None, 7_000, 7_000),
        (None, 10_000, 10_000, 10_000),
    ],
)
def test_pace_beats_once_a_second_by_the_wall(speed: float | None, every: int | None, beat: int, tickers: int) -> None:
    pace = Pace(start=0, end=1, speed=speed, ticker_every=every)
    assert (pace.beat, pace.ticker) == (beat, tickers)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 70_000])
def test_frame_of_any_length_can_be_taken_apart(length: int) -> None:
    body = b"x" * length
    assert messages.unframed(messages.frame(body)) == body


def test_trade_text_is_the_number_to_the_bit() -> None:
    found = messages.trade_text(messages.trade_head(product()), 5, 1e-10, 0.1 + 0.2, -1, 7)
    assert '"qty":0.30000000000000004,"price":1e-10}' in found


@pytest.mark.parametrize("value", [0.1 + 0.2, 5e-324, 1e300, 84406.0])
def test_text_of_a_number_reads_back_as_it(value: float) -> None:
    assert float(text(value)) == value
    assert "e" not in text(value)


def test_fractions_are_spread_evenly() -> None:
    found = np.histogram(fractions(np.arange(10_000), 3), bins=10, range=(0, 1))[0]
    assert found.min() > 900
    assert found.max() < 1_100
