"""What expressions mean, and that neither sharing, nor cutting time, nor the future changes them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.core.conditions.evaluate import Events, evaluate_events, evaluate_expression, series_columns
from edgeproof.core.conditions.parse import parse, parse_condition, parse_number
from edgeproof.core.conditions.plan import Output, history_needed, make_plan
from edgeproof.core.kernels.abi import FALSE, TRUE, UNDEFINED
from edgeproof.core.model.candle import NO_FUNDING, Candles
from tests.support.candles import MINUTE, closes, funding, walk

F, U, T = FALSE, UNDEFINED, TRUE
# On the second candle: true, false, and undefined (the value two candles ago is not there yet).
WORDS = {T: "close > 1", F: "close < 1", U: "close[2] > 1"}
AND = [(T, T, T), (T, F, F), (T, U, U), (F, U, F), (U, F, F), (U, U, U), (F, F, F)]
OR = [(T, T, T), (T, F, T), (T, U, T), (F, U, U), (U, T, T), (U, U, U), (F, F, F)]


@pytest.mark.parametrize(("left", "right", "expected"), AND)
def test_and_follows_kleene(left: int, right: int, expected: int) -> None:
    assert evaluate_expression(f"({WORDS[left]}) and ({WORDS[right]})", closes(2, 2))[1] == expected


@pytest.mark.parametrize(("left", "right", "expected"), OR)
def test_or_follows_kleene(left: int, right: int, expected: int) -> None:
    assert evaluate_expression(f"({WORDS[left]}) or ({WORDS[right]})", closes(2, 2))[1] == expected


@pytest.mark.parametrize(("value", "expected"), [(T, F), (F, T), (U, U)])
def test_not_follows_kleene(value: int, expected: int) -> None:
    assert evaluate_expression(f"not ({WORDS[value]})", closes(2, 2))[1] == expected


def test_comparison_with_nan_is_undefined_for_every_operator() -> None:
    for operator in ("<", "<=", ">", ">=", "==", "!="):
        assert evaluate_expression(f"close {operator} close[1]", closes(2, 2)).tolist()[0] == UNDEFINED


def test_division_by_zero_is_not_defined() -> None:
    assert np.isnan(evaluate_expression("close / (close - close)", closes(2))[0])


def test_crosses_above_needs_the_step_over() -> None:
    values = evaluate_expression("crosses_above(close, 3)", closes(2, 3, 4, 5, 3, 3.5))
    assert values.tolist() == [FALSE, FALSE, TRUE, FALSE, FALSE, TRUE]


def test_earlier_value_is_that_of_so_many_candles_ago() -> None:
    values = evaluate_expression("close[2]", closes(1, 2, 3, 4))
    assert np.isnan(values[:2]).all()
    assert values[2:].tolist() == [1.0, 2.0]


def test_at_reads_the_last_closed_candle_of_the_other_timeframe() -> None:
    values = evaluate_expression('at("3m", close)', closes(*range(1, 9)))
    # The 3m candles close after minutes 3 and 6 with closes 3 and 6: nothing later is readable.
    assert np.isnan(values[:2]).all()
    assert values[2:].tolist() == [3.0, 3.0, 3.0, 6.0, 6.0, 6.0]


def test_at_of_a_finer_timeframe_reads_its_last_candle() -> None:
    values = evaluate_expression('at("1m", close)', closes(*range(1, 9)), timeframe=3 * MINUTE)
    assert values.tolist() == [3.0, 6.0]


def test_at_nested_reads_through_both() -> None:
    values = evaluate_expression('at("4m", close + at("2m", close))', closes(*range(1, 9)))
    assert values[3:].tolist() == [8.0, 8.0, 8.0, 8.0, 16.0]


def test_funding_rate_is_the_last_published() -> None:
    values = evaluate_expression("funding_rate", closes(1, 1, 1, 1), funding([2 * MINUTE, 4 * MINUTE], [0.1, 0.2]))
    # Candle 2 closes at minute 2, when the rate of minute 2 is published.
    assert np.isnan(values[0])
    assert values[1:].tolist() == [0.1, 0.1, 0.2]


EXPRESSIONS = [
    "ema(close, 5) - rma(high, 7)",
    "crosses_above(close, ema(9))",
    "crosses_below(close, 100)",
    "crosses_above(101, close[2])",
    'at("5m", close > ema(4)) and close > close[3]',
    'at("15m", ema(3)) - at("2m", close[1])',
    'at("4m", at("1m", close) - at("8m", open))',
    "funding_rate * close",
    "ema(close / (close - close[1]), 3)",
]


@settings(max_examples=40, deadline=None)
@given(
    expression=st.sampled_from(EXPRESSIONS),
    cuts=st.lists(st.integers(0, 400 * MINUTE), max_size=30),
    capacity=st.sampled_from([8, 16, 64, 2048]),
)
def test_evaluation_cut_anywhere_gives_the_same_bits(expression: str, cuts: list[int], capacity: int) -> None:
    candles, rates = walk(400), funding([k * 60 * MINUTE for k in range(-30, 7)], [k * 1e-5 for k in range(37)])
    whole = evaluate_expression(expression, candles, rates)
    pieces = evaluate_expression(expression, candles, rates, cuts=cuts, capacity=capacity)
    assert whole.tobytes() == pieces.tobytes()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_evaluation_of_cut_data_equals_the_whole_up_to_there(expression: str) -> None:
    candles, rates = walk(400), funding([k * 60 * MINUTE for k in range(7)], [k * 1e-5 for k in range(7)])
    whole = evaluate_expression(expression, candles, rates)
    for k in (1, 37, 200, 399):
        assert evaluate_expression(expression, candles[:k], rates).tobytes() == whole[:k].tobytes()


def test_plan_of_shared_expressions_computes_them_once() -> None:
    conditions = [parse_condition(f"ema(20) > {k} * rma(close, 14)") for k in range(50)]
    alone = make_plan([Output(MINUTE, conditions[0])])
    shared = make_plan([Output(MINUTE, condition) for condition in conditions])
    # One call for both averages; a product, a comparison and a report for each.
    assert len(alone.operations) == 4
    assert len(shared.operations) == 1 + 3 * 50


def test_plan_rows_are_used_again() -> None:
    text = " + ".join(f"ema(close - {k}, 5) * ema(open, {k + 2})" for k in range(40))
    plan = make_plan([Output(MINUTE, parse_condition(f"{text} > 0"))])
    assert plan.number_rows < 170


def test_plan_of_many_outputs_reports_what_each_alone_would() -> None:
    candles = walk(3_000)
    texts = ["crosses_above(close, ema(9))", "close > ema(50)", "close < 0", 'at("5m", close < ema(9))']
    outputs = [Output(MINUTE, parse_condition(text), (parse_number("close"), parse_number("ema(9)"))) for text in texts]
    together = _events(outputs, candles)
    for output, events in zip(outputs, together, strict=True):
        (alone,) = _events([output], candles)
        assert alone.index.tolist() == events.index.tolist()
        assert alone.values.tobytes() == events.values.tobytes()
    assert [len(events) for events in together][2] == 0
    assert len(together[1]) > 1_000


def test_output_of_several_conditions_reports_where_any_of_them_is_true() -> None:
    candles = walk(3_000)
    texts = ["crosses_above(close, ema(9))", "close[2_900] > 0", "crosses_below(rsi(5), 30)"]
    first, *others = map(parse_condition, texts)
    values = (parse_number("close"),)
    several = Output(MINUTE, first, values, tuple(others))
    one = Output(MINUTE, parse_condition(" or ".join(texts)), values)
    events, expected = (_events([output], candles)[0] for output in (several, one))
    assert events.index.tolist() == expected.index.tolist()
    assert events.values.tobytes() == expected.values.tobytes()
    assert len(events) > 300


@pytest.mark.parametrize("n_lanes", [2, 4, 7, 8, 9, 16, 21, 42])
def test_averages_side_by_side_have_the_bits_of_each_alone(n_lanes: int) -> None:
    # No multiple of eight candles; among the lanes one that is undefined now and then and one that begins late.
    candles = walk(3_003)
    texts = ["ema(close / (close - close[1]), 3)", "ema(2_500)", *(f"rma(close, {k})" for k in range(2, n_lanes))]
    for chosen in (texts, texts[2:]):
        plan = make_plan([Output(MINUTE, parse_condition("close > 0"), tuple(map(parse_number, chosen)))])
        (events,) = evaluate_events(plan, series_columns(candles, NO_FUNDING, plan.series), capacity=200)
        for text, column in zip(chosen, events.values.T, strict=True):
            assert column.tobytes() == evaluate_expression(text, candles).tobytes()


@pytest.mark.parametrize("capacity", [8, 64, 200, 2_000])
def test_crossing_of_a_level_follows_kleene_whatever_the_block(capacity: int) -> None:
    candles = walk(1_500)
    x = evaluate_expression("sqrt(rsi(3) - 3)", candles)
    assert 10 < np.isnan(x).sum() < 100
    for level in (5.0, 7.0):
        now = np.where(x < level, TRUE, np.where(x >= level, FALSE, UNDEFINED))
        before = np.concatenate([[UNDEFINED], now[:-1]])
        text = f"crosses_below(sqrt(rsi(3) - 3), {level})"
        values = evaluate_expression(text, candles, capacity=capacity)
        assert values.tolist() == np.minimum(now, 2 - before).tolist()
        assert (values == TRUE).sum() > 5


def _events(outputs: list[Output], candles: Candles) -> tuple[Events, ...]:
    plan = make_plan(outputs)
    return evaluate_events(plan, series_columns(candles, NO_FUNDING, plan.series))


@pytest.mark.parametrize(
    ("expression", "candles"),
    [("close", 1), ("ema(20)", 20), ("close[3]", 4), ('at("5m", ema(4))', 20)],
)
def test_history_needed_is_when_the_value_is_first_defined(expression: str, candles: int) -> None:
    assert history_needed(parse(expression), MINUTE) == candles * MINUTE
    values = evaluate_expression(expression, walk(60))
    defined = values != UNDEFINED if values.dtype == np.uint8 else ~np.isnan(values)
    assert int(np.argmax(defined)) + 1 == candles


def test_evaluation_of_no_candles_gives_nothing() -> None:
    assert len(evaluate_expression("ema(20) > 1", walk(10)[:0])) == 0


@pytest.mark.parametrize("level", [99, 99.5, 100])
def test_crosses_below_a_number_is_crosses_below_a_line_at_it(level: float) -> None:
    candles = walk(2_000)
    line = f"({level} + 0 * (open - open))"
    for text in ("crosses_below(close, {})", "crosses_above({}, close)", "crosses_below(close[5], {})"):
        found = evaluate_expression(text.format(level), candles)
        assert found.tolist() == evaluate_expression(text.format(line), candles).tolist()
    assert (evaluate_expression(f"crosses_below(close, {level})", candles) == TRUE).any()
