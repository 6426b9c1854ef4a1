"""Regular grids and longer candles, by hand."""

import numpy as np
import pytest

from edgeproof.core.candles.fill import fill_gaps, fill_until
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from tests.support.candles import rows, walk
from tests.support.naive_candles import rows_of


def at(candles: Candles, *minutes: int) -> Candles:
    """The same candles at other minutes."""
    return Candles(
        timeframe=MINUTE,
        open_time=np.array(minutes, np.int64) * MINUTE,
        open=candles.open,
        high=candles.high,
        low=candles.low,
        close=candles.close,
        volume=candles.volume,
        filled=candles.filled,
    )


def test_a_missing_minute_becomes_a_flat_candle_at_the_last_close() -> None:
    filled = fill_gaps(at(rows((1, 3, 1, 2, 9), (5, 6, 4, 5, 8)), 10, 13))
    assert rows_of(filled) == [
        (10 * MINUTE, 1, 3, 1, 2, 9, False),
        (11 * MINUTE, 2, 2, 2, 2, 0, True),
        (12 * MINUTE, 2, 2, 2, 2, 0, True),
        (13 * MINUTE, 5, 6, 4, 5, 8, False),
    ]


def test_candles_without_holes_come_back_as_they_are() -> None:
    candles = walk(100)
    assert fill_gaps(candles) is candles


@pytest.mark.parametrize("n", [0, 1])
def test_no_candle_or_one_needs_no_filling(n: int) -> None:
    assert len(fill_gaps(walk(1)[:n])) == n


def test_an_absurd_grid_is_refused_with_its_longest_gap() -> None:
    candles = at(rows((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1)), 0, 5, 60_000_000)
    with pytest.raises(DataError, match=r"longest gap is from 1970-01-01T00:06:00.000Z to 2084-"):
        fill_gaps(candles)


@pytest.mark.parametrize("minutes", [(0, 2, 1), (0, 1, 1)])
def test_candles_out_of_order_cannot_be_filled(minutes: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="out of order or off the grid"):
        fill_gaps(at(rows((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1)), *minutes))


def test_five_minutes_become_one_candle_aligned_to_the_epoch() -> None:
    candles = rows(*((n, n + 2, n - 0.5, n + 1, 10) for n in range(1, 13)), start=3 * MINUTE)
    assert rows_of(resample(candles, 5 * MINUTE)) == [
        (5 * MINUTE, 3.0, 9.0, 2.5, 8.0, 50.0, False),
        (10 * MINUTE, 8.0, 14.0, 7.5, 13.0, 50.0, False),
    ]


def test_the_base_timeframe_is_what_is_there() -> None:
    candles = walk(10)
    assert resample(candles, MINUTE) is candles


@pytest.mark.parametrize("n", [0, 1, 4])
def test_too_few_candles_make_none(n: int) -> None:
    assert len(resample(walk(5)[:n], 5 * MINUTE)) == 0


def test_a_start_beyond_the_only_boundary_makes_none() -> None:
    assert len(resample(walk(4, start=MINUTE), HOUR)) == 0


@pytest.mark.parametrize(("base", "asked"), [(MINUTE, 90_000), (5 * MINUTE, MINUTE), (2 * MINUTE, 5 * MINUTE)])
def test_what_is_no_multiple_of_the_base_is_refused(base: int, asked: int) -> None:
    with pytest.raises(DataError, match="expected a timeframe that is a multiple of the base timeframe"):
        resample(walk(10, timeframe=base), asked)


def test_holes_are_refused() -> None:
    with pytest.raises(DataError, match="fill_gaps"):
        resample(at(rows((1, 1, 1, 1), (1, 1, 1, 1)), 0, 2), 5 * MINUTE)


def test_candles_off_the_epochs_grid_are_refused() -> None:
    with pytest.raises(DataError, match="aligned to the epoch"):
        resample(walk(10, start=30_000), 5 * MINUTE)


def test_a_year_of_minutes_becomes_days() -> None:
    days = resample(walk(366 * 1440 - 1), DAY)
    assert len(days) == 365
    assert (days.high >= days.low).all()


def test_history_is_filled_until_the_moment_somebody_goes_on_from_it() -> None:
    filled = fill_until(at(rows((1, 2, 1, 2), (2, 3, 2, 3)), 0, 2), 5 * MINUTE)

    assert filled.open_time.tolist() == [0, MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE]
    assert filled.close.tolist() == [2, 2, 3, 3, 3]
    assert filled.volume.tolist() == [1, 0, 1, 0, 0]
    assert filled.filled.tolist() == [False, True, False, True, True]


@pytest.mark.parametrize("end", [0, 2 * MINUTE, 3 * MINUTE])
def test_history_that_reaches_its_end_is_filled_no_further(end: int) -> None:
    assert len(fill_until(walk(3), end)) == 3
    assert len(fill_until(walk(3)[:0], end)) == 0
