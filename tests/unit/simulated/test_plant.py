"""Planted edges: where the pattern is, and only there, the next hour drifts; the rest of the market is as it was."""

from typing import Any

import numpy as np
import pytest

from edgeproof.adapters.simulated.market import generate_market, generated_source
from edgeproof.adapters.simulated.plant import Plant
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.core.signals.hypothesis import Direction

BTC = parse_instrument("BTC/USD:USD")
PATTERN = "close < sma(12) - 2 * atr(14) and volume > 2 * sma(volume, 20)"
MIRRORED = "close > sma(12) + 2 * atr(14) and volume > 2 * sma(volume, 20)"
BOTH = (Plant(), Plant(direction=Direction.SHORT))


@pytest.fixture(scope="module")
def markets() -> tuple[Candles, Candles]:
    """The same market without and with the plant."""
    plain = generate_market([BTC], days=20, seed=4)[BTC][0]
    return plain, generate_market([BTC], days=20, seed=4, plants=(Plant(),))[BTC][0]


@pytest.fixture(scope="module")
def drifts(markets: tuple[Candles, Candles]) -> tuple[Candles, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The market with both plants, and how much each of its minutes was moved."""
    planted = fill_gaps(generate_market([BTC], days=20, seed=4, plants=BOTH)[BTC][0])
    return planted, np.diff(np.log(planted.close / fill_gaps(markets[0]).close), prepend=0.0)


def pattern_minutes(candles: Candles, pattern: str = PATTERN) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Minutes from the first candle at which a 5m candle closed with the pattern."""
    holds = np.flatnonzero(evaluate_expression(pattern, candles, timeframe=5 * MINUTE) == 2)
    first = -int(candles.open_time[0]) // MINUTE % 5
    return first + (holds + 1) * 5


def test_the_same_minutes_and_volumes_with_other_prices(markets: tuple[Candles, Candles]) -> None:
    plain, planted = markets
    np.testing.assert_array_equal(planted.open_time, plain.open_time)
    np.testing.assert_array_equal(planted.volume, plain.volume)
    assert not np.array_equal(planted.close, plain.close)


def test_highs_and_lows_still_enclose_open_and_close(markets: tuple[Candles, Candles]) -> None:
    planted = markets[1]
    assert (planted.high >= np.maximum(planted.open, planted.close)).all()
    assert (planted.low <= np.minimum(planted.open, planted.close)).all()


def test_until_the_first_pattern_nothing_is_moved_and_then_an_hour_is(markets: tuple[Candles, Candles]) -> None:
    plain, planted = (fill_gaps(each) for each in markets)
    first = int(pattern_minutes(planted)[0])
    assert first == int(pattern_minutes(plain)[0])
    np.testing.assert_array_equal(planted.close[:first], plain.close[:first])
    gained = np.log(planted.close / plain.close)
    assert (np.diff(gained[first - 1 : first + 60]) > 0).all()
    after = gained[first + 59 : first + 65]
    assert np.ptp(after) < 1e-4 < after[0]


def test_drift_starts_at_patterns_and_nowhere_else(markets: tuple[Candles, Candles]) -> None:
    plain, planted = (fill_gaps(each) for each in markets)
    steps = np.diff(np.log(planted.close / plain.close), prepend=0.0)
    drifting = np.convolve(steps, np.ones(60), "full")[59 : 59 + len(steps)] > 1e-4  # over the hour from here
    starts = pattern_minutes(planted)
    starts = starts[starts < len(steps) - 60]
    assert drifting[starts].all()
    covered = np.zeros(len(steps) + 61, bool)
    for start in starts:
        covered[start : start + 60] = True
    # A tick of rounding moves up to 2e-5 up or down anywhere; drift is larger.
    assert not (steps[~covered[: len(steps)]] > 3e-5).any()


def test_a_short_plant_carries_the_hour_after_a_rally_down() -> None:
    plain, planted = (
        fill_gaps(generate_market([BTC], days=20, seed=4, plants=plants)[BTC][0]) for plants in ((), BOTH[1:])
    )
    first = int(pattern_minutes(planted, MIRRORED)[0])
    np.testing.assert_array_equal(planted.close[:first], plain.close[:first])
    assert (np.diff(np.log(planted.close / plain.close)[first - 1 : first + 60]) < 0).all()
    assert (planted.high >= np.maximum(planted.open, planted.close)).all()
    assert (planted.low <= np.minimum(planted.open, planted.close)).all()


def test_two_plants_take_turns_so_that_each_hour_has_one_cause(
    drifts: tuple[Candles, np.ndarray[tuple[int], np.dtype[np.float64]]],
) -> None:
    planted, steps = drifts
    starts = {int(at): 1 for at in pattern_minutes(planted)} | {
        int(at): -1 for at in pattern_minutes(planted, MIRRORED)
    }
    cause, free = np.zeros(len(steps)), 0
    for at, sign in sorted(starts.items()):
        if at >= free:
            free = at + 60
            cause[at:free] = sign
    assert {1, -1} <= set(cause)
    # A minute without a trade shows no step, and the minute after it shows both.
    traded = ~(planted.filled | np.roll(planted.filled, 1))
    assert (steps[traded & (cause == 1)] > 0).all()
    assert (steps[traded & (cause == -1)] < 0).all()
    # A tick of rounding moves up to 2e-5 up or down anywhere; drift is larger.
    assert (np.abs(steps[traded & (cause == 0)]) < 3e-5).all()


def test_the_source_says_what_was_planted() -> None:
    assert generated_source(7) == "generated, seed 7"
    assert generated_source(7, BOTH) == (
        "generated, seed 7, planted: +2.5 ATR within 60m of a 5m close 2 ATR below its hour on 2x volume, "
        "planted: -2.5 ATR within 60m of a 5m close 2 ATR above its hour on 2x volume"
    )


@pytest.mark.parametrize("words", [{"stretch": 0.0}, {"burst": -1.0}, {"drift": 0.0}])
def test_a_plant_of_nothing_is_refused(words: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="positive stretch, burst and drift"):
        Plant(**words)
