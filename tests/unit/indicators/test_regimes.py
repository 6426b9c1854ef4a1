"""Regimes are what their help says."""

import numpy as np
import pytest

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.kernels.abi import FALSE, TRUE
from edgeproof.core.model.errors import InputError
from tests.support.candles import walk

MEANING = {
    "trending": "adx(14) >= 25",
    "volatile": "percentile_rank(100 * atr(14) / close, 500) >= 90",
    "ranging": "adx(14) < 20 and not percentile_rank(100 * atr(14) / close, 500) >= 90",
    "choppy": "choppiness(14) > 61.8",
}


@pytest.mark.parametrize(("name", "meaning"), MEANING.items())
def test_regime_means_what_its_help_says(name: str, meaning: str) -> None:
    candles = walk(3_000, timeframe=3_600_000)
    found = evaluate_expression(f'regime("{name}")', candles)
    np.testing.assert_array_equal(found, evaluate_expression(meaning, candles))
    assert {FALSE, TRUE} <= set(found.tolist())


def test_regime_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match='trending, ranging, volatile, choppy, found "bullish"'):
        evaluate_expression('regime("bullish")', walk(3))
