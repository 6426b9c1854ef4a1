from dataclasses import replace

import numpy as np
import pytest

from edgeproof.core.candles.digest import history_digest
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import NO_FUNDING, Candles
from tests.support import candles as make

WALK = make.walk(50)
FUNDING = make.funding([0, 3_600_000], [1e-5, 2e-5])


def without(candles: Candles, row: int) -> Candles:
    kept = np.delete(np.arange(len(candles)), row)
    names = ("open_time", "open", "high", "low", "close", "volume", "filled")
    return Candles(timeframe=candles.timeframe, **{name: getattr(candles, name)[kept] for name in names})


def test_digest_same_bits_same_name() -> None:
    assert history_digest(WALK, FUNDING) == history_digest(WALK[:], FUNDING)
    assert len(history_digest(WALK, NO_FUNDING)) == 16


def test_digest_after_gaps_are_filled_is_that_before() -> None:
    holed = without(WALK, 20)

    assert history_digest(fill_gaps(holed), FUNDING) == history_digest(holed, FUNDING)
    assert history_digest(holed, FUNDING) != history_digest(WALK, FUNDING)


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume"])
def test_digest_one_bit_changed_is_another(column: str) -> None:
    values = getattr(WALK, column).copy()
    values[7] = np.nextafter(values[7], np.inf)

    assert history_digest(replace(WALK, **{column: values}), FUNDING) != history_digest(WALK, FUNDING)


def test_digest_other_funding_is_another() -> None:
    assert history_digest(WALK, NO_FUNDING) != history_digest(WALK, FUNDING)
    assert history_digest(WALK, make.funding([0, 3_600_000], [1e-5, 3e-5])) != history_digest(WALK, FUNDING)
