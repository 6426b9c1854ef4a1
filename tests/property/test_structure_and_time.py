"""What holds for every name of these families: cuts change no bit, the future changes nothing, warm-up is declared.

The names are those of the registry: a new one without an expression here fails the first test.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.conditions.parse import parse
from edgeproof.core.conditions.plan import history_needed
from edgeproof.core.indicators import INDICATORS
from edgeproof.core.kernels.abi import UNDEFINED
from edgeproof.core.model.candle import Candles, Funding
from tests.support.candles import columns, funding, walk

Values = np.ndarray[Any, Any]

FAMILIES = ("over time", "derivatives", "time", "candles", "structure", "formations", "regimes")
ALSO = ("vwap", "vwap_sd", "vwap_age", "vwap_upper", "vwap_lower", "same_slot_median")
TIMEFRAME = 900_000
HOUR = 4 * TIMEFRAME
CONDITION = "range_position > 0.5"

ARGUMENTS = {
    "within": f"{CONDITION}, 5",
    "every": f"{CONDITION}, 2",
    "count": f"{CONDITION}, 5",
    "rising": "close, 2",
    "falling": "close, 2",
    "bars_since": f"{CONDITION}, 2",
    "value_when": f"{CONDITION}, low, 2",
    "turns_true": CONDITION,
    "first_since": f"{CONDITION}, hour == 3",
    "highest_since": "hour == 3, high",
    "lowest_since": "hour == 3, low",
    "fib_level": "0.618, 3, 3",
    "funding_sum": '"8h"',
    "funding_percentile": '"3d", "24h"',
    "same_slot_median": "volume, 3",
    "vwap": '"8h"',
    "regime": '"ranging"',
    "support_level": "60, 0.5, 1, 2",
    "resistance_touches": "60, 0.5, 1, 2",
} | {name: "rsi(7)" for name in INDICATORS if name.endswith("_divergence")}

NAMES = sorted(name for name, each in INDICATORS.items() if each.family in FAMILIES or name in ALSO)
EXPRESSIONS = [f"{name}({ARGUMENTS.get(name, '')})" for name in NAMES]

CANDLES = walk(1_500, timeframe=TIMEFRAME, start=17 * HOUR)
FUNDING = funding(
    [t * HOUR for t in range(5, 400)], np.random.default_rng(1).normal(0, 1e-4, 395).round(5).tolist()
)  # fmt: skip

# Averages by volume need some: every candle has a trade here.
TRADED = columns(
    CANDLES.open, CANDLES.high, CANDLES.low, CANDLES.close, np.maximum(CANDLES.volume, 0.1),
    timeframe=TIMEFRAME, start=17 * HOUR,
)  # fmt: skip


def evaluate(expression: str, candles: Candles = CANDLES, settled: Funding = FUNDING, **how: object) -> Values:
    values: Values = evaluate_expression(expression, candles, settled, **how)  # type: ignore[arg-type]
    return values


def same(a: Values, b: Values) -> bool:
    return a.tobytes() == b.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_help_and_can_be_called_as_tested(name: str) -> None:
    assert INDICATORS[name].summary.endswith((".", ":"))
    parse(f"{name}({ARGUMENTS.get(name, '')})")


@pytest.mark.parametrize("expression", EXPRESSIONS)
@settings(max_examples=5)
@given(cuts=st.lists(st.integers(0, 1_500), max_size=30), capacity=st.sampled_from([8, 64, 1_504]))
def test_cutting_time_anywhere_changes_no_bit(expression: str, cuts: list[int], capacity: int) -> None:
    moments = [int(CANDLES.open_time[0]) + cut * TIMEFRAME for cut in cuts]
    assert same(evaluate(expression), evaluate(expression, cuts=moments, capacity=capacity))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_candle_by_candle_gives_the_bits_of_one_call(expression: str) -> None:
    candles = CANDLES[:300]
    assert same(evaluate(expression, candles), evaluate(expression, candles, cuts=candles.close_time.tolist()))


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("n", [1, 97, 700])
def test_future_candles_and_settlements_change_nothing(expression: str, n: int) -> None:
    now = CANDLES.close_time[n - 1]
    known = FUNDING.time <= now
    past = evaluate(expression, CANDLES[:n], funding(FUNDING.time[known].tolist(), FUNDING.rate[known].tolist()))
    assert same(evaluate(expression)[:n], past)


def is_defined(values: Values) -> Values:
    return values != UNDEFINED if values.dtype == np.uint8 else ~np.isnan(values)


# Known only once something happened in the market, or undefined on flat candles: no number of candles can promise it.
DEPENDS_ON_EVENTS = ("structure", "formations", "derivatives")
DEPENDS = ("bars_since", "value_when", "first_since", "highest_since", "lowest_since", "range_position", "within",
           "every", "count", "turns_true", "session_high", "session_low", "session_middle")  # fmt: skip
PROMISED = [
    f"{name}({ARGUMENTS.get(name, '')})"
    for name in NAMES
    if INDICATORS[name].family not in DEPENDS_ON_EVENTS and name not in DEPENDS
] + [
    "pivot_high_confirmed(4, 3)",
    "pivot_low_confirmed(4, 3)",
    "channel_upper(20)",
    "within(volume > 1, 7)",
    "every(volume >= 0, 7)",
    "count(volume > 1, 7)",
    "same_slot_median(close, 2)",
    'funding_sum("8h")',
]


@pytest.mark.parametrize("expression", PROMISED)
def test_value_is_defined_once_the_declared_history_is_there(expression: str) -> None:
    needed = history_needed(parse(expression), TIMEFRAME) // TIMEFRAME
    assert needed <= len(TRADED)
    assert is_defined(evaluate(expression, TRADED))[needed - 1 :].all()


@pytest.mark.parametrize(
    "expression",
    ["count(volume > 1, 7)", "pivot_high_confirmed(4, 3)", "channel_upper(20)", "same_slot_median(close, 2)"],
)
def test_value_is_not_defined_one_candle_sooner(expression: str) -> None:
    needed = history_needed(parse(expression), TIMEFRAME) // TIMEFRAME
    assert not is_defined(evaluate(expression))[: needed - 1].any()
