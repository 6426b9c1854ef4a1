"""Pivots, levels, retracements and channels against loops written out from their definitions."""

import math

import numpy as np
import pytest

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.kernels.abi import FALSE, TRUE, UNDEFINED
from edgeproof.core.model.candle import Candles, FloatArray
from edgeproof.core.model.errors import InputError
from tests.support.candles import closes, columns, rows, walk

N = 1_500


def stepped_walk(n: int = N, seed: int = 11, step: float = 0.1) -> Candles:
    """A walk in coarse steps, so that equal highs and lows are common."""
    candles = walk(n, seed=seed, volatility=2e-3)
    table = (candles.open, candles.high, candles.low, candles.close)
    open_, high, low, close = (np.round(column / step) * step for column in table)
    return columns(open_, high, low, close, candles.volume)


def pivots(x: FloatArray, left: int, right: int) -> list[int]:
    """Places of the pivot highs of x."""
    return [
        p
        for p in range(left, len(x) - right)
        if all(x[p - k] < x[p] for k in range(1, left + 1)) and all(x[p + k] <= x[p] for k in range(1, right + 1))
    ]


def tops(candles: Candles, left: int, right: int) -> list[int]:
    return pivots(candles.high, left, right)


def bottoms(candles: Candles, left: int, right: int) -> list[int]:
    return pivots(-candles.low, left, right)


@pytest.mark.parametrize(("left", "right"), [(1, 1), (5, 5), (10, 5), (2, 7)])
def test_pivots_become_known_so_many_candles_after_the_extreme(left: int, right: int) -> None:
    candles = stepped_walk()
    for name, places in (("high", tops(candles, left, right)), ("low", bottoms(candles, left, right))):
        found = evaluate_expression(f"pivot_{name}_confirmed({left}, {right})", candles)
        expected = np.full(N, FALSE, np.uint8)
        expected[: left + right] = UNDEFINED
        expected[[p + right for p in places]] = TRUE
        np.testing.assert_array_equal(found, expected)
        assert len(places) > 20


@pytest.mark.parametrize("which", [1, 2, 3])
def test_pivot_price_and_age_are_those_of_the_last_known(which: int) -> None:
    candles = stepped_walk()
    for name, x, places in (
        ("high", candles.high, tops(candles, 4, 3)),
        ("low", candles.low, bottoms(candles, 4, 3)),
    ):
        known = [[p for p in places if p + 3 <= i] for i in range(N)]
        prices = [x[ps[-which]] if len(ps) >= which else math.nan for ps in known]
        ages = [i - ps[-which] if len(ps) >= which else math.nan for i, ps in enumerate(known)]
        np.testing.assert_array_equal(evaluate_expression(f"pivot_{name}(4, 3, {which})", candles), prices)
        np.testing.assert_array_equal(evaluate_expression(f"pivot_{name}_age(4, 3, {which})", candles), ages)


def test_of_equal_tops_the_first_is_the_pivot() -> None:
    found = evaluate_expression("pivot_high_confirmed(1, 2)", closes(1, 3, 3, 3, 1, 1))
    assert found.tolist() == [UNDEFINED, UNDEFINED, UNDEFINED, TRUE, FALSE, FALSE]


def test_flat_market_has_no_pivots() -> None:
    assert TRUE not in evaluate_expression("pivot_low_confirmed(2, 2)", closes(*[5.0] * 30))


def test_swing_is_a_pivot_with_as_many_candles_on_each_side() -> None:
    candles = stepped_walk()
    for name in ("high", "low"):
        swing, pivot = (evaluate_expression(call, candles) for call in (f"swing_{name}(4)", f"pivot_{name}(4, 4)"))
        np.testing.assert_array_equal(swing, pivot)


def test_break_of_structure_is_the_first_close_beyond_the_last_pivot() -> None:
    candles = stepped_walk()
    cases = (
        ("up", candles.close, candles.high, tops(candles, 5, 5)),
        ("down", -candles.close, -candles.low, bottoms(candles, 5, 5)),
    )
    for name, close, x, places in cases:
        expected = np.full(N, False)
        for p, q in zip(places, [*places[1:], N], strict=True):
            beyond = [i for i in range(p + 5, min(q + 5, N)) if close[i] > x[p]]
            expected[beyond[:1]] = True
        np.testing.assert_array_equal(evaluate_expression(f"break_of_structure_{name}()", candles) == TRUE, expected)
        assert expected.sum() > 10


def test_higher_lows_and_lower_highs_compare_the_last_two_pivots() -> None:
    candles = stepped_walk()
    low, low_2 = (evaluate_expression(f"pivot_low(5, 5, {which})", candles) for which in (1, 2))
    high, high_2 = (evaluate_expression(f"pivot_high(5, 5, {which})", candles) for which in (1, 2))
    np.testing.assert_array_equal(evaluate_expression("higher_lows()", candles) == TRUE, low > low_2)
    np.testing.assert_array_equal(evaluate_expression("lower_highs()", candles) == TRUE, high < high_2)


@pytest.mark.parametrize("ratio", [0.382, 0.5, 0.618])
def test_retracement_is_measured_from_the_end_of_the_last_swing(ratio: float) -> None:
    candles = stepped_walk()
    highs, lows = tops(candles, 5, 5), bottoms(candles, 5, 5)
    expected = []
    for i in range(N):
        high, low = [p for p in highs if p + 5 <= i], [p for p in lows if p + 5 <= i]
        if not high or not low:
            expected.append(math.nan)
            continue
        top, bottom = candles.high[high[-1]], candles.low[low[-1]]
        expected.append(top - ratio * (top - bottom) if high[-1] > low[-1] else bottom + ratio * (top - bottom))
    np.testing.assert_allclose(evaluate_expression(f"fib_level({ratio})", candles), expected, rtol=1e-12)


def test_half_of_a_swing_up_by_hand() -> None:
    path = closes(5, 4, 3, 2, 3, 5, 8, 10, 9, 8)
    # Low 2, then high 10, both with two candles on each side: half of the way back is 6.
    assert evaluate_expression("fib_level(0.5, 2, 2)", path)[-1] == 6.0


def grouped(prices: list[float], tolerance: float) -> list[list[float]]:
    groups: list[list[float]] = []
    for price in sorted(prices):
        if groups and price - groups[-1][0] <= tolerance:
            groups[-1].append(price)
        else:
            groups.append([price])
    return groups


def levels(
    candles: Candles, atr: FloatArray, lookback: int, tolerance: float, touches: int, pivot: int
) -> list[tuple[float, ...]]:
    known = [(p + pivot, candles.high[p]) for p in tops(candles, pivot, pivot)]
    known += [(p + pivot, candles.low[p]) for p in bottoms(candles, pivot, pivot)]
    result: list[tuple[float, ...]] = []
    for i, close in enumerate(candles.close):
        confirmed = [j for j, _ in known if j <= i and not math.isnan(atr[j])]
        width = tolerance * atr[max(confirmed)] if confirmed else 0.0
        groups = grouped([price for j, price in known if i - lookback < j <= i], width)
        made = [(sum(group) / len(group), len(group)) for group in groups if len(group) >= touches]
        below = max((level for level in made if level[0] <= close), default=(math.nan, 0))
        above = min((level for level in made if level[0] >= close), default=(math.nan, 0))
        result.append((*below, *above))
    return result


@pytest.mark.parametrize(
    ("lookback", "tolerance", "touches", "pivot"), [(200, 0.5, 2, 3), (60, 1.0, 3, 2), (300, 0.0, 1, 1), (8, 0.3, 1, 3)]
)
def test_levels_are_those_of_grouped_pivots(lookback: int, tolerance: float, touches: int, pivot: int) -> None:
    candles = stepped_walk(900)
    atr = evaluate_expression("atr(14)", candles)
    expected = np.array(levels(candles, atr, lookback, tolerance, touches, pivot))
    arguments = f"{lookback}, {tolerance}, {touches}, {pivot}"
    for column, name in enumerate(("support_level", "support_touches", "resistance_level", "resistance_touches")):
        found = evaluate_expression(f"{name}({arguments})", candles)
        np.testing.assert_allclose(found, expected[:, column], rtol=1e-9, err_msg=name)
    assert np.isfinite(expected[:, 0]).sum() > 100


def test_support_tested_three_times_counts_its_touches() -> None:
    bounce = (12, 11, 10, 11, 12)
    path = closes(*[12.0] * 14, *bounce, *bounce, *bounce, 11.9, 11.8)
    assert evaluate_expression("support_level(100, 0.5, 3, 2)", path)[-1] == 10.0
    assert evaluate_expression("support_touches(100, 0.5, 3, 2)", path)[-1] == 3.0
    assert np.isnan(evaluate_expression("support_level(100, 0.5, 4, 2)", path)[-1])


@pytest.mark.parametrize("period", [2, 3, 50])
def test_channel_is_the_fitted_line_and_the_parallels_that_enclose_the_candles(period: int) -> None:
    candles = stepped_walk(400)
    expected = np.full((400, 4), math.nan)
    x = np.arange(period)
    for i in range(period - 1, 400):
        window = slice(i + 1 - period, i + 1)
        slope, start = np.polyfit(x, candles.close[window], 1)  # keeps a slope of zero, which convert() trims off
        line = start + slope * x
        above, below = (candles.high[window] - line).max(), (line - candles.low[window]).max()
        expected[i] = line[-1], line[-1] + above, line[-1] - below, slope
    for column, name in enumerate(("middle", "upper", "lower", "slope")):
        found = evaluate_expression(f"channel_{name}({period})", candles)
        np.testing.assert_allclose(found, expected[:, column], rtol=1e-9, atol=1e-12, err_msg=name)


def test_equal_lows_are_one_level_without_any_tolerance() -> None:
    candles = closes(*[20.0] * 20, 15, 10, 15, 20, 15, 10, 15, 20, 15, 10.01, 15, 17)
    assert evaluate_expression("support_touches(100, 0, 2, 2)", candles)[-1] == 2.0
    assert evaluate_expression("support_level(100, 0, 2, 2)", candles)[-1] == 10.0


def test_a_tolerance_below_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="tolerance of 0 or more ATR for levels, found -1"):
        evaluate_expression("support_level(100, -1)", rows((1, 1, 1, 1)))


def test_channel_encloses_the_current_candle() -> None:
    candles = walk(300)
    assert (evaluate_expression("channel_upper(20)", candles)[19:] >= candles.high[19:]).all()
    assert (evaluate_expression("channel_lower(20)", candles)[19:] <= candles.low[19:]).all()


@pytest.mark.parametrize("expression", ["support_level(30000)", "channel_upper(3000)"])
def test_a_window_too_long_to_look_through_is_refused(expression: str) -> None:
    with pytest.raises(InputError, match=r"at most \d+,000 candles"):
        evaluate_expression(expression, rows((1, 1, 1, 1)))
