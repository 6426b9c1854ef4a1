"""Candle patterns: examples a trader can read, and the definitions written out over random candles."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.kernels.abi import FALSE, TRUE, UNDEFINED
from edgeproof.core.model.candle import Candles
from tests.support.candles import rows, walk

Row = tuple[float, float, float, float]


@dataclass(frozen=True)
class Candle:
    open: float
    high: float
    low: float
    close: float

    @property
    def body(self) -> float:
        return abs(self.close - self.open)

    @property
    def range(self) -> float:
        return self.high - self.low

    @property
    def top(self) -> float:
        return max(self.open, self.close)

    @property
    def bottom(self) -> float:
        return min(self.open, self.close)

    @property
    def middle(self) -> float:
        return (self.open + self.close) / 2

    @property
    def rises(self) -> bool:
        return self.close > self.open

    @property
    def falls(self) -> bool:
        return self.close < self.open

    @property
    def is_long(self) -> bool:
        return self.body >= 0.5 * self.range


Shape = Callable[..., bool]

# name: (candles it looks at, the definition over them, oldest first; c is the current one)
DEFINITIONS: dict[str, tuple[int, Shape]] = {
    "bullish_candle": (1, lambda c: c.rises),
    "bearish_candle": (1, lambda c: c.falls),
    "bullish_engulfing": (
        2,
        lambda a, c: a.falls and c.rises and c.open <= a.close and c.close >= a.open and c.body > a.body,
    ),
    "bearish_engulfing": (
        2,
        lambda a, c: a.rises and c.falls and c.open >= a.close and c.close <= a.open and c.body > a.body,
    ),
    "hammer": (1, lambda c: c.body > 0 and c.bottom - c.low >= 2 * c.body and c.high - c.top <= 0.1 * c.range),
    "shooting_star": (1, lambda c: c.body > 0 and c.high - c.top >= 2 * c.body and c.bottom - c.low <= 0.1 * c.range),
    "doji": (1, lambda c: c.range > 0 and c.body <= 0.1 * c.range),
    "bullish_marubozu": (1, lambda c: c.rises and c.body >= 0.9 * c.range),
    "bearish_marubozu": (1, lambda c: c.falls and c.body >= 0.9 * c.range),
    "morning_star": (
        3,
        lambda a, b, c: a.falls and a.is_long and b.body <= a.body * (1 / 3) and c.rises and c.close > a.middle,
    ),
    "evening_star": (
        3,
        lambda a, b, c: a.rises and a.is_long and b.body <= a.body * (1 / 3) and c.falls and c.close < a.middle,
    ),
    "three_white_soldiers": (
        3,
        lambda a, b, c: (
            all(x.rises and x.is_long for x in (a, b, c))
            and a.close < b.close < c.close
            and a.open <= b.open <= a.close
            and b.open <= c.open <= b.close
        ),
    ),
    "three_black_crows": (
        3,
        lambda a, b, c: (
            all(x.falls and x.is_long for x in (a, b, c))
            and a.close > b.close > c.close
            and a.close <= b.open <= a.open
            and b.close <= c.open <= b.open
        ),
    ),
    "inside_bar": (2, lambda a, c: c.high < a.high and c.low > a.low),
    "outside_bar": (2, lambda a, c: c.high > a.high and c.low < a.low),
    "piercing": (2, lambda a, c: a.falls and a.is_long and c.open <= a.close and a.middle < c.close < a.open),
    "dark_cloud": (2, lambda a, c: a.rises and a.is_long and c.open >= a.close and a.open < c.close < a.middle),
    "bullish_harami": (
        2,
        lambda a, c: (
            a.falls and a.is_long and c.rises and c.top <= a.top and c.bottom >= a.bottom and c.body <= a.body / 2
        ),
    ),
    "bearish_harami": (
        2,
        lambda a, c: (
            a.rises and a.is_long and c.falls and c.top <= a.top and c.bottom >= a.bottom and c.body <= a.body / 2
        ),
    ),
    "tweezer_bottom": (
        2,
        lambda a, c: a.falls and c.rises and abs(c.low - a.low) <= 0.05 * max(a.range, c.range),
    ),
    "tweezer_top": (
        2,
        lambda a, c: a.rises and c.falls and abs(c.high - a.high) <= 0.05 * max(a.range, c.range),
    ),
    "nr7": (7, lambda *each: each[-1].range < min(x.range for x in each[:-1])),
}
BULLISH = (
    "bullish_engulfing", "hammer", "piercing", "morning_star", "three_white_soldiers", "bullish_harami",
)  # fmt: skip
BEARISH = (
    "bearish_engulfing", "shooting_star", "dark_cloud", "evening_star", "three_black_crows", "bearish_harami",
)  # fmt: skip

# Oldest first, (open, high, low, close); the pattern is complete on the last candle.
EXAMPLES: dict[str, tuple[Row, ...]] = {
    "bullish_engulfing": ((10, 10.2, 8.9, 9), (9, 10.6, 8.8, 10.5)),
    "bearish_engulfing": ((9, 10.1, 8.8, 10), (10, 10.2, 8.4, 8.5)),
    "hammer": ((10, 10.25, 8, 10.2),),
    "shooting_star": ((10, 12, 9.75, 9.8),),
    "doji": ((10, 11, 9, 10.1),),
    "bullish_marubozu": ((10, 12.05, 9.95, 12),),
    "bearish_marubozu": ((12, 12.05, 9.95, 10),),
    "morning_star": ((12, 12.1, 9.9, 10), (10, 10.3, 9.7, 9.9), (9.9, 11.6, 9.8, 11.5)),
    "evening_star": ((10, 12.1, 9.9, 12), (12, 12.3, 11.8, 12.1), (12.1, 12.2, 10.4, 10.5)),
    "three_white_soldiers": ((10, 11.1, 9.9, 11), (10.5, 12.1, 10.4, 12), (11.5, 13.1, 11.4, 13)),
    "three_black_crows": ((13, 13.1, 11.9, 12), (12.5, 12.6, 10.9, 11), (11.5, 11.6, 9.9, 10)),
    "inside_bar": ((10, 12, 8, 11), (10.5, 11, 9, 10)),
    "outside_bar": ((10.5, 11, 9, 10), (10, 12, 8, 11)),
    "piercing": ((12, 12.1, 9.9, 10), (10, 11.6, 9.8, 11.5)),
    "dark_cloud": ((10, 12.1, 9.9, 12), (12, 12.2, 10.4, 10.5)),
    "bullish_harami": ((12, 12.1, 9.9, 10), (10.2, 10.8, 10.1, 10.7)),
    "bearish_harami": ((10, 12.1, 9.9, 12), (11.7, 11.8, 11.2, 11.3)),
    "tweezer_bottom": ((12, 12.1, 10, 10.5), (10.5, 12, 10.05, 11.8)),
    "tweezer_top": ((10.5, 12, 10.4, 11.8), (11.8, 12.05, 10.2, 10.5)),
    "nr7": (*((10.0, 11.0, 9.0, 10.0),) * 6, (10.0, 10.5, 9.0, 10.0)),
}


def as_rows(candles: Candles) -> list[Candle]:
    table = zip(candles.open, candles.high, candles.low, candles.close, strict=True)
    return [Candle(*(float(x) for x in row)) for row in table]


def by_definition(name: str, candles: Candles) -> list[int]:
    size, shape = DEFINITIONS[name]
    each = as_rows(candles)
    return [
        UNDEFINED if i + 1 < size else (TRUE if shape(*each[i + 1 - size : i + 1]) else FALSE) for i in range(len(each))
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_pattern_is_seen_where_it_is_drawn(name: str) -> None:
    assert evaluate_expression(name if name == "nr7" else f"{name}()", rows(*EXAMPLES[name]))[-1] == TRUE


@pytest.mark.parametrize(
    ("name", "candles"),
    [
        ("bullish_engulfing", ((10, 10.2, 8.9, 9), (9, 10.1, 8.8, 10))),
        ("bearish_engulfing", ((9, 10.1, 8.8, 10), (10, 10.2, 8.9, 9))),
    ],
)
def test_body_of_the_same_size_does_not_engulf(name: str, candles: tuple[Row, ...]) -> None:
    assert evaluate_expression(name, rows(*candles))[-1] == FALSE


@pytest.mark.parametrize("name", DEFINITIONS)
def test_pattern_is_as_defined_on_every_candle(name: str) -> None:
    candles = walk(20_000, timeframe=300_000)
    size, _ = DEFINITIONS[name]
    expected = by_definition(name, candles)
    found = evaluate_expression(f"{name}()", candles)
    # Before its first whole pattern a false part may already say no; it never says yes.
    assert TRUE not in found[: size - 1]
    np.testing.assert_array_equal(found[size - 1 :], expected[size - 1 :])
    assert expected.count(TRUE) >= 50


@pytest.mark.parametrize(("name", "parts"), [("bullish_pattern", BULLISH), ("bearish_pattern", BEARISH)])
def test_any_pattern_is_one_of_its_parts(name: str, parts: tuple[str, ...]) -> None:
    candles = walk(2_000)
    expected = np.max([by_definition(part, candles)[2:] for part in parts], axis=0)
    np.testing.assert_array_equal(evaluate_expression(f"{name}()", candles)[2:], expected)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("body", lambda c: c.body),
        ("candle_range", lambda c: c.range),
        ("upper_wick", lambda c: c.high - c.top),
        ("lower_wick", lambda c: c.bottom - c.low),
        ("range_position", lambda c: (c.close - c.low) / c.range if c.range > 0 else math.nan),
    ],
)
def test_part_of_a_candle_is_as_defined(name: str, part: Callable[[Candle], float]) -> None:
    candles = walk(500)
    np.testing.assert_array_equal(evaluate_expression(name, candles), [part(each) for each in as_rows(candles)])


@pytest.mark.parametrize("n", [1, 4])
def test_narrowest_range_is_strictly_below_those_before(n: int) -> None:
    candles = walk(500)
    ranges = [each.range for each in as_rows(candles)]
    expected = [i + 1 >= n and all(ranges[i] < x for x in ranges[i + 1 - n : i]) for i in range(500)]
    np.testing.assert_array_equal(evaluate_expression(f"narrowest_range({n})", candles) == TRUE, expected)
