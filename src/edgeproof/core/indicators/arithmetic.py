"""Operators and relations of the language: arithmetic, crossings, earlier values."""

from edgeproof.core.indicators.node import Constant, Kind, Node, apply
from edgeproof.core.indicators.registry import Condition, Source, indicator
from edgeproof.core.kernels import elementwise, history

ARITHMETIC = {
    "+": elementwise.add,
    "-": elementwise.subtract,
    "*": elementwise.multiply,
    "/": elementwise.divide,
}
COMPARISONS = {
    ">": elementwise.greater,
    ">=": elementwise.greater_equal,
    "<": elementwise.less,
    "<=": elementwise.less_equal,
    "==": elementwise.equal,
    "!=": elementwise.not_equal,
}
_FOLDED = {"+": float.__add__, "-": float.__sub__, "*": float.__mul__}


def combine(operator: str, left: Node, right: Node) -> Node:
    """left operator right, as a number."""
    if isinstance(left, Constant) and isinstance(right, Constant):
        if operator in _FOLDED:
            return Constant(_FOLDED[operator](left.value, right.value))
        return Constant(left.value / right.value if right.value != 0.0 else float("nan"))
    return apply(ARITHMETIC[operator], left, right)


def compare(operator: str, left: Node, right: Node) -> Node:
    """left operator right, as a condition; undefined where either is NaN."""
    return apply(COMPARISONS[operator], left, right)


def negative(x: Node) -> Node:
    """-x."""
    return Constant(-x.value) if isinstance(x, Constant) else apply(elementwise.negate, x)


def all_of(*conditions: Node) -> Node:
    """Kleene's and over conditions (at least one)."""
    first, *rest = conditions
    for condition in rest:
        first = apply(elementwise.both, first, condition)
    return first


def any_of(*conditions: Node) -> Node:
    """Kleene's or over conditions (at least one)."""
    first, *rest = conditions
    for condition in rest:
        first = apply(elementwise.either, first, condition)
    return first


def invert(condition: Node) -> Node:
    """Kleene's not."""
    return apply(elementwise.invert, condition)


def earlier(x: Node, candles: int) -> Node:
    """x[candles]: the value so many candles ago."""
    if candles == 0 or isinstance(x, Constant):
        return x
    kernel = history.lag_condition if x.kind is Kind.CONDITION else history.lag
    return apply(kernel, x, params=(candles,))


@indicator(family="relations")
def crosses_above(a: Source, b: Source) -> Node:
    """True where a > b and one candle earlier a <= b."""
    if isinstance(a, Constant):
        return apply(history.falls_below, b, params=(a.value,))
    return apply(history.crosses_above, a, b)


@indicator(family="relations")
def crosses_below(a: Source, b: Source) -> Node:
    """True where a < b and one candle earlier a >= b."""
    return crosses_above(b, a)


@indicator(family="arithmetic")
def abs_(x: Source) -> Node:
    """The absolute value."""
    return apply(elementwise.absolute, x)


@indicator(family="arithmetic")
def sqrt(x: Source) -> Node:
    """The square root; undefined below 0."""
    return apply(elementwise.square_root, x)


@indicator(family="arithmetic")
def log(x: Source) -> Node:
    """The natural logarithm; undefined at 0 and below."""
    return apply(elementwise.logarithm, x)


@indicator(family="arithmetic")
def min_(a: Source, b: Source) -> Node:
    """The smaller of two numbers."""
    return apply(elementwise.minimum, a, b)


@indicator(family="arithmetic")
def max_(a: Source, b: Source) -> Node:
    """The larger of two numbers."""
    return apply(elementwise.maximum, a, b)


@indicator(family="arithmetic")
def choose(condition: Condition, a: Source, b: Source) -> Node:
    """a where the condition is true, b where it is false, undefined where it is undefined."""
    return apply(elementwise.choose, condition, a, b)
