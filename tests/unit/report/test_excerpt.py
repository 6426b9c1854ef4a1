"""Which trades get room on a page, and that the candles come out of the packing as they went in."""

import base64
import gzip
from typing import Any

import numpy as np
import pytest

from edgeproof.core.candles.resample import resample
from edgeproof.core.model.time import DAY, HOUR
from edgeproof.research.report.excerpt import (
    MOST_TRADES,
    Masks,
    Span,
    excerpt,
    plan_excerpts,
    preferences,
    wanted_trades,
    window,
)
from tests.support.candles import walk
from tests.unit.report.round_trips import MINUTE, round_trips

BTC = "BTC/USD:USD"
SPAN = Span(timeframe=MINUTE, start=0, end=DAY)


def integers(text: str) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """What the page does: four planes of bytes, put together again."""
    planes = np.frombuffer(gzip.decompress(base64.b64decode(text)), np.uint8).reshape(4, -1)
    return np.ascontiguousarray(planes.T).view("<i4").reshape(-1)


def unpacked(packed: dict[str, Any]) -> dict[int, tuple[float, ...]]:
    """The candles of an excerpt by open time, as the page works them out."""
    close_steps, opens, highs, lows = integers(packed["values"]).reshape(4, -1)
    unit = 10.0 ** -packed["decimals"]
    numbers = [first + k for first, count in packed["runs"] for k in range(count)]
    found: dict[int, tuple[float, ...]] = {}
    close = 0
    for number, step, o, h, low in zip(numbers, close_steps, opens, highs, lows, strict=True):
        opening, close = close + int(o), close + int(step)
        prices = (opening, max(opening, close) + int(h), min(opening, close) - int(low), close)
        found[number * packed["step"] * 1000] = tuple(price * unit for price in prices)
    return found


def test_preferences_begin_with_what_is_special_and_spread_the_rest() -> None:
    r = np.zeros(100)
    r[70], r[30] = 3.0, -2.0
    found = preferences(r)
    assert found[:4] == [(0, ("first",)), (99, ("last",)), (70, ("best",)), (30, ("worst",))]
    assert len(found) == MOST_TRADES
    assert len({row for row, _ in found}) == MOST_TRADES
    early = [row for row, _ in found[4:8]]
    assert max(early) - min(early) > 40


def test_preferences_of_one_trade_say_all_of_it() -> None:
    assert preferences(np.array([1.0])) == [(0, ("first", "last", "best", "worst"))]


@pytest.mark.parametrize(("held", "expected"), [(MINUTE, MINUTE), (2 * HOUR, MINUTE), (20 * HOUR, 10 * MINUTE)])
def test_window_of_a_longer_trade_has_longer_candles(held: int, expected: int) -> None:
    timeframe, first, last = window(MINUTE, 2 * HOUR, 2 * HOUR + held, SPAN)
    assert timeframe == expected
    assert 0 <= first < last <= DAY // timeframe


def test_plan_gives_every_analysis_a_few_trades_before_one_gets_many() -> None:
    spans = {BTC: SPAN}
    trades = round_trips([0.1] * 100, every=14)
    wishes = [wanted_trades([(BTC, trades)], MINUTE, spans)] * 2
    shown, masks = plan_excerpts(wishes, spans, most=500)
    assert len(shown[0]) >= len(shown[1]) >= 4
    assert masks.count <= 500
    assert masks.count == int(masks.flags[BTC, MINUTE].sum())
    assert [each.row for each in shown[0]] == sorted(each.row for each in shown[0])


def test_plan_without_room_shows_nothing() -> None:
    spans = {BTC: SPAN}
    wishes = [wanted_trades([(BTC, round_trips([1.0]))], MINUTE, spans)]
    shown, masks = plan_excerpts(wishes, spans, most=0)
    assert (shown, masks.count) == ([[]], 0)


def test_trades_of_an_instrument_without_history_are_not_wanted() -> None:
    assert wanted_trades([(BTC, round_trips([1.0]))], MINUTE, {}) == []


@pytest.mark.parametrize("timeframe", [MINUTE, 5 * MINUTE])
@pytest.mark.parametrize("start", [0, 3 * MINUTE])
def test_excerpt_holds_the_planned_candles_to_six_digits(timeframe: int, start: int) -> None:
    candles = walk(1440, start=start)
    spans = {BTC: Span(timeframe=MINUTE, start=start, end=start + DAY)}
    trades = round_trips([0.5, -1.0], every=300, start=start + 100 * MINUTE)
    shown, masks = plan_excerpts([wanted_trades([(BTC, trades)], timeframe, spans)], spans)
    assert len(shown[0]) == 2
    found = unpacked(excerpt(candles, (BTC, timeframe), masks))
    assert len(found) == masks.count
    series = resample(candles, timeframe)
    rows = {int(time): row for row, time in enumerate(series.open_time)}
    for time, prices in found.items():
        row = rows[time]
        expected = (series.open[row], series.high[row], series.low[row], series.close[row])
        assert prices == pytest.approx(expected, abs=0.5000001e-3)
    for moment in (int(trades.entry_time[0]), int(trades.exit_time[1])):
        assert moment // timeframe * timeframe in found


def test_excerpt_of_a_history_that_has_grown_shows_the_window_of_the_run() -> None:
    span = Span(timeframe=MINUTE, start=300 * MINUTE, end=600 * MINUTE)
    trades = round_trips([1.0], start=400 * MINUTE)
    _, masks = plan_excerpts([wanted_trades([(BTC, trades)], MINUTE, {BTC: span})], {BTC: span})
    packed = excerpt(walk(1440), (BTC, MINUTE), masks)
    assert packed["runs"] == [[364, 56]]


def test_excerpt_of_a_history_that_is_gone_is_empty() -> None:
    span = Span(timeframe=MINUTE, start=2 * DAY, end=3 * DAY)
    masks = Masks({BTC: span})
    packed = excerpt(walk(60), (BTC, MINUTE), masks)
    assert (packed["runs"], packed["decimals"]) == ([], 0)
