"""What the simulation knows of a market: the grid, the settlements, and how far funding history reaches."""

import numpy as np
import pytest

from edgeproof.core.model.candle import NO_FUNDING, Candles
from edgeproof.core.model.errors import DataError
from edgeproof.core.simulation.history import known_stretches, price_history
from tests.support.candles import MINUTE, closes, funding, walk

HOUR = 60 * MINUTE


def test_candles_with_a_gap_are_refused_with_the_place_and_the_remedy() -> None:
    whole = closes(*[100.0] * 5)
    times = whole.open_time.copy()
    times[3:] += MINUTE
    broken = Candles(**{name: getattr(whole, name) for name in whole.__slots__} | {"open_time": times})

    with pytest.raises(DataError, match="120000 ms after 1970-01-01T00:02:00.000Z; fill the gaps"):
        price_history(broken, NO_FUNDING)


def test_settlement_is_charged_at_the_open_of_the_candle_that_contains_it() -> None:
    candles = closes(100.0, 200.0, 300.0, timeframe=5 * MINUTE)
    settled = funding([-MINUTE, 0, 6 * MINUTE, 10 * MINUTE, 15 * MINUTE], [1.0, 0.1, 0.1, 0.1, 1.0])

    history = price_history(candles, settled).kernel

    assert history.settlement_candle.tolist() == [0, 2, 2]
    assert history.settlement_charge == pytest.approx([10.0, 20.0, 30.0])


@pytest.mark.parametrize(
    ("after", "until", "covered"),
    [
        (0, 8, True),  # begins one interval before the first settlement: none can be missing
        (-1, 8, False),
        (8, 39, True),  # ends before the settlement after the last
        (8, 40, False),
    ],
)
def test_funding_covers_a_trade_up_to_one_interval_around_its_history(after: int, until: int, covered: bool) -> None:
    settled = funding([hour * HOUR for hour in (8, 16, 24, 32)], [0.0] * 4)
    history = price_history(closes(100.0), settled)

    found = history.covers_funding(np.array([after * HOUR]), np.array([until * HOUR]))

    assert found.tolist() == [covered]


def test_funding_with_a_hole_covers_only_what_lies_beside_it() -> None:
    hours = [*range(1, 21), *range(25, 40)]
    history = price_history(closes(100.0), funding([hour * HOUR for hour in hours], [0.0] * len(hours)))
    after, until = np.array([10, 18, 21, 24]) * HOUR, np.array([20, 22, 23, 30]) * HOUR

    assert history.covers_funding(after, until).tolist() == [True, False, False, True]


def test_funding_whose_interval_changes_has_no_hole() -> None:
    hours = np.concatenate([np.arange(0, 160, 8), np.arange(160, 200), np.arange(200, 400, 8)])

    begins, ends = known_stretches(hours * HOUR)

    assert begins.tolist() == [-8 * HOUR]
    assert ends.tolist() == [(392 + 8) * HOUR]


def test_no_funding_covers_nothing() -> None:
    history = price_history(walk(50), NO_FUNDING)

    assert history.covers_funding(np.array([0]), np.array([0])).tolist() == [False]
