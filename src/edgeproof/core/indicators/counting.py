"""Conditions over time: runs, counts, the last time something was true and the value then."""

from edgeproof.core.indicators.arithmetic import all_of, compare, earlier, invert
from edgeproof.core.indicators.node import Node, apply
from edgeproof.core.indicators.registry import Condition, Period, Source, indicator
from edgeproof.core.kernels import counting


@indicator(family="over time")
def within(condition: Condition, n: Period) -> Node:
    """True if the condition is true on at least one of the last n candles, the current one included.

    Kleene: true if any is true; else undefined if any is undefined or fewer than n candles exist; else false.
    """
    return apply(counting.within, condition, params=(n,))


@indicator(family="over time")
def every(condition: Condition, n: Period) -> Node:
    """True if the condition is true on each of the last n candles, the current one included.

    Kleene: false if any is false; else undefined if any is undefined or fewer than n candles exist; else true.
    """
    return apply(counting.every, condition, params=(n,))


@indicator(family="over time")
def count(condition: Condition, n: Period) -> Node:
    """On how many of the last n candles the condition is true, the current one included.

    NaN while it is undefined on one of them or fewer than n candles exist.
    """
    return apply(counting.count, condition, params=(n,))


@indicator(family="over time")
def rising(x: Source, n: Period = 1) -> Node:
    """True if x rose on each of the last n candles: n strict steps in a row."""
    return every(compare(">", x, earlier(x, 1)), n)


@indicator(family="over time")
def falling(x: Source, n: Period = 1) -> Node:
    """True if x fell on each of the last n candles: n strict steps in a row."""
    return every(compare("<", x, earlier(x, 1)), n)


@indicator(family="over time")
def bars_since(condition: Condition, which: Period = 1) -> Node:
    """Candles since the condition was last true: 0 on that candle; NaN before the first.

    `which=2` counts from the last time but one, and so on. Undefined counts as not true.
    """
    return apply(counting.bars_since, condition, params=(which,))


@indicator(family="over time")
def value_when(condition: Condition, x: Source, which: Period = 1) -> Node:
    """The value of x on the candle where the condition was last true; NaN before the first.

    `which=2` takes the last time but one, and so on. Undefined counts as not true.
    """
    return apply(counting.value_when, condition, x, params=(which,))


@indicator(family="over time")
def turns_true(condition: Condition) -> Node:
    """True on the candle where the condition becomes true: true now, false one candle earlier."""
    return all_of(condition, invert(earlier(condition, 1)))


@indicator(family="over time")
def first_since(condition: Condition, event: Condition) -> Node:
    """True on the first candle where the condition is true since the event last was, the event's candle included.

    Undefined before the first event.
    """
    return apply(counting.first_since, condition, event)


@indicator(family="over time")
def highest_since(event: Condition, x: Source) -> Node:
    """The highest x since the event was last true, that candle included; NaN before the first."""
    return apply(counting.extremes_since, event, x, output=0)


@indicator(family="over time")
def lowest_since(event: Condition, x: Source) -> Node:
    """The lowest x since the event was last true, that candle included; NaN before the first."""
    return apply(counting.extremes_since, event, x, output=1)
