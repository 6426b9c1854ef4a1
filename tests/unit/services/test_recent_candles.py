"""The last candles in memory, beside those that all of history makes."""

from collections.abc import Sequence

import numpy as np
import pytest

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken
from edgeproof.core.model.time import MINUTE
from edgeproof.services.notifying.recent import RecentCandles
from edgeproof.services.prepare import candles_of
from tests.support.candles import walk

BTC, ETH = Instrument("BTC", "USD", "USD"), Instrument("ETH", "USD", "USD")
START = 1_770_076_800_000
HISTORY = walk(1_000, start=START)


def facts(candles: Candles) -> list[ClosedCandle]:
    names = ("open_time", *COLUMNS, "filled")
    columns = zip(*(getattr(candles, each).tolist() for each in names), strict=True)
    return [ClosedCandle(instrument=BTC, timeframe=MINUTE, **dict(zip(names, each, strict=True))) for each in columns]


def corrected(open_time: int) -> ClosedCandle:
    return ClosedCandle(
        instrument=BTC, timeframe=MINUTE, open_time=open_time, open=1.0, high=9.0, low=0.5, close=2.0, volume=7.0,
        is_correction=True,
    )  # fmt: skip


def taken(candles: Sequence[ClosedCandle]) -> list[CandleTaken]:
    return [CandleTaken(session="s", at=each.close_time, candle=each) for each in candles]


def assert_same(found: Candles, expected: Candles) -> None:
    assert found.timeframe == expected.timeframe
    for name in ("open_time", *COLUMNS, "filled"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


@pytest.mark.parametrize("timeframe", [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE])
@pytest.mark.parametrize("begun_with", [0, 1, 400, 1_000])
def test_last_however_they_came_are_those_of_history(timeframe: int, begun_with: int) -> None:
    recent = RecentCandles(keep=240)
    recent.begin(BTC, HISTORY[:begun_with])
    for each in taken(facts(HISTORY[begun_with:])):
        recent.taken([each])

    kept = resample(HISTORY, timeframe)
    count = min(240 * MINUTE // timeframe - 1, 60)
    assert_same(recent.last(BTC, timeframe, count), kept[len(kept) - count :])


def test_last_at_every_minute_are_those_of_history() -> None:
    recent = RecentCandles(keep=50)
    for number, each in enumerate(taken(facts(HISTORY[:300])), 1):
        recent.taken([each])
        kept = resample(HISTORY[max(0, number - 50) : number], 5 * MINUTE)
        assert_same(recent.last(BTC, 5 * MINUTE, 20), kept[-20:])


def test_last_until_a_time_knows_nothing_later() -> None:
    recent = RecentCandles(keep=500)
    recent.begin(BTC, HISTORY)
    until = START + 900 * MINUTE

    found = recent.last(BTC, 15 * MINUTE, 10, until=until + 14 * MINUTE)

    assert int(found.close_time[-1]) == until
    assert_same(found, resample(HISTORY[:900], 15 * MINUTE)[-10:])


def test_correction_takes_the_place_of_its_candle() -> None:
    recent = RecentCandles(keep=240)
    recent.begin(BTC, HISTORY)
    right = corrected(START + 990 * MINUTE)

    recent.taken(taken([right]))

    expected = candles_of([*facts(HISTORY), right])
    assert_same(recent.last(BTC, 5 * MINUTE, 30), resample(expected, 5 * MINUTE)[-30:])


def test_correction_of_what_is_not_kept_any_more_changes_nothing() -> None:
    recent = RecentCandles(keep=60)
    recent.begin(BTC, HISTORY)
    before = recent.last(BTC, MINUTE, 60)

    recent.taken(taken([corrected(START)]))

    assert_same(recent.last(BTC, MINUTE, 60), before)


def test_hole_is_filled_flat() -> None:
    recent = RecentCandles(keep=240)
    recent.begin(BTC, HISTORY[:100])
    recent.taken(taken(facts(HISTORY[130:200])))

    expected = fill_gaps(candles_of(facts(HISTORY[:100]) + facts(HISTORY[130:200])))
    assert_same(recent.last(BTC, 5 * MINUTE, 30), resample(expected, 5 * MINUTE)[-30:])


def test_hole_longer_than_what_is_kept_begins_anew() -> None:
    recent = RecentCandles(keep=60)
    recent.begin(BTC, HISTORY[:100])
    recent.taken(taken(facts(HISTORY[900:910])))

    assert_same(recent.last(BTC, MINUTE, 60), HISTORY[900:910])


def test_instruments_are_kept_apart() -> None:
    recent = RecentCandles(keep=60)
    recent.taken(taken(facts(HISTORY[:10])))

    assert len(recent.last(BTC, MINUTE, 60)) == 10
    assert len(recent.last(ETH, MINUTE, 60)) == 0


def test_what_was_given_out_does_not_change_any_more() -> None:
    recent = RecentCandles(keep=60)
    recent.begin(BTC, HISTORY[:60])
    found = recent.last(BTC, MINUTE, 60)

    recent.taken(taken(facts(HISTORY[60:400])))

    assert_same(found, HISTORY[:60])


def test_begin_with_longer_candles_is_refused() -> None:
    with pytest.raises(DataError, match="expected candles of 60000 ms"):
        RecentCandles(keep=60).begin(BTC, resample(HISTORY, 5 * MINUTE))
