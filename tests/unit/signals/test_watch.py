"""A watch is told what it cannot take: candles that do not follow, corrections from too long ago."""

from dataclasses import replace

import pytest

from edgeproof.core.model.errors import EdgeproofError, HoleError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.core.signals.watch import SignalWatch
from tests.support.parity import hypotheses, world

SEEN = world()
LIVE = [each for batch in SEEN.facts() for each in batch if isinstance(each, ClosedCandle)]


def begun() -> SignalWatch:
    watch = SignalWatch(hypotheses(), SEEN.instruments)
    history = SEEN.candles[SEEN.first].between(None, SEEN.begin)
    watch.begin(SEEN.first, history, SEEN.funding[SEEN.first], after=SEEN.begin)
    return watch


def test_a_candle_that_does_not_follow_is_a_hole() -> None:
    watch = begun()
    watch.take([LIVE[0]])
    with pytest.raises(HoleError, match="expected the candle of BTC/USD:USD that opens at"):
        watch.take([LIVE[2]])
    assert watch.closed_until(SEEN.first) == LIVE[0].close_time


def test_an_instrument_twice_in_one_close_is_refused() -> None:
    with pytest.raises(EdgeproofError, match="each instrument once"):
        begun()._closes.take([0, 0], [])


def test_a_correction_from_before_what_is_kept_has_to_be_begun_again() -> None:
    watch = begun()
    for each in LIVE[:60]:
        watch.take([each])
    assert watch.correct(replace(LIVE[2], is_correction=True)) is None
    assert watch.correct(replace(LIVE[55], is_correction=True)) is not None


def test_a_correction_reaches_back_ten_candles_at_least_wherever_it_comes() -> None:
    watch = begun()
    for place, each in enumerate(LIVE[:60]):
        watch.take([each])
        if place >= 10:
            assert watch.correct(replace(LIVE[place - 9], is_correction=True)) is not None


def test_a_settlement_from_long_ago_has_to_be_begun_again() -> None:
    watch = begun()
    for each in LIVE[:60]:
        watch.take([each])
    assert watch.settle(SEEN.first, SEEN.begin - 5 * HOUR, 1e-5) is None
    assert watch.settle(SEEN.first, LIVE[59].close_time + HOUR, 1e-5) == ()


def test_more_settlements_than_there_can_be_between_two_closes_are_a_hole() -> None:
    watch = begun()
    for k in range(9):
        watch.settle(SEEN.first, SEEN.begin + 1 + k, 1e-5)
    with pytest.raises(HoleError, match="at most 8 settlements"):
        watch.take([LIVE[0]])


def test_a_look_at_a_candle_that_does_not_follow_sees_nothing() -> None:
    assert begun().look(LIVE[5]) == ()


def test_without_history_the_first_candle_begins() -> None:
    watch = SignalWatch(hypotheses(), SEEN.instruments)
    watch.take([LIVE[7]])
    assert watch.closed_until(SEEN.first) == LIVE[7].close_time
    assert watch.regime(SEEN.first) == ""
    assert LIVE[7].close_time % MINUTE == 0
