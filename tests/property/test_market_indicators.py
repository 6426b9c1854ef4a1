"""What holds for every indicator of trend, momentum, volatility, volume and windows, however time is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.conditions.parse import parse
from edgeproof.core.conditions.plan import history_needed
from edgeproof.core.indicators import INDICATORS, averages, direction, momentum, volatility, volume, windows
from tests.support.candles import walk

_MODULES = {module.__name__ for module in (averages, direction, momentum, volatility, volume, windows)}
_ARGUMENTS = {
    "highest": "high, 20",
    "highest_before": "high, 20",
    "lowest": "low, 20",
    "lowest_before": "low, 20",
    "percentile_rank": "close, 50",
    "sum_of": "volume, 30",
}
EXPRESSIONS = sorted(
    f"{name}({_ARGUMENTS.get(name, '')})" for name, entry in INDICATORS.items() if entry.build.__module__ in _MODULES
)
# The same kernels over a series that is undefined here and there.
_HOLES = "log(rsi(7) - 50)"
WITH_HOLES = [
    f"{name}({_HOLES}, 5)"
    for name in (
        "sma",
        "ema",
        "wma",
        "linreg",
        "stdev",
        "highest",
        "lowest",
        "sum_of",
        "percentile_rank",
        "rsi",
        "kama",
    )
]
CANDLES = walk(700)


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *WITH_HOLES])
@settings(max_examples=8)
@given(data=st.data())
def test_indicator_gives_the_same_bits_under_any_chunking(expression: str, data: st.DataObject) -> None:
    whole = evaluate_expression(expression, CANDLES)
    first = data.draw(st.integers(0, len(CANDLES) - 1))
    one_by_one = range(first, min(len(CANDLES), first + 60))
    anywhere = data.draw(st.lists(st.integers(0, len(CANDLES) - 1), max_size=12))
    cuts = [float(CANDLES.close_time[i]) for i in (*one_by_one, *anywhere)]
    capacity = data.draw(st.sampled_from([8, 40, 256, 1024]))
    found = evaluate_expression(expression, CANDLES, cuts=cuts, capacity=capacity)
    assert found.tobytes() == whole.tobytes()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_indicator_is_defined_from_the_end_of_its_declared_warm_up(expression: str) -> None:
    found = evaluate_expression(expression, CANDLES)
    first = history_needed(parse(expression), CANDLES.timeframe) // CANDLES.timeframe - 1
    assert 0 <= first < len(CANDLES) - 100
    assert np.isnan(found[:first]).all()
    assert not np.isnan(found[first])


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_indicator_never_changes_with_what_comes_later(expression: str) -> None:
    whole = evaluate_expression(expression, CANDLES)
    for end in (1, 30, 31, 257, 699):
        assert evaluate_expression(expression, CANDLES[:end]).tobytes() == whole[:end].tobytes()


def test_indicators_of_no_candles_are_empty() -> None:
    for expression in EXPRESSIONS:
        assert len(evaluate_expression(expression, CANDLES[:0])) == 0
