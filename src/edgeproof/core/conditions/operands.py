"""What a condition compares: the parts of its text whose values explain why it holds.

'rsi(14) < 30 and at("30m", close > ema(50))'  ->  rsi(14), at('30m', close), at('30m', ema(50))
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

from edgeproof.core.conditions.parse import parse, parse_condition
from edgeproof.core.indicators.node import Constant, Kind, Node
from edgeproof.core.indicators.registry import INDICATORS


@lru_cache(maxsize=65536)
def operands(condition: str) -> tuple[tuple[str, Node], ...]:
    """The numbers a condition compares or is about, each with its text, in the order in which they stand.

    >>> [text for text, _ in operands("rsi(14) < 30 and close > sma(50)")]
    ['rsi(14)', 'close', 'sma(50)']

    Raises
    ------
    ExpressionError
        The text is no condition.
    """
    parse_condition(condition)
    tree = ast.parse(f"(\n{condition}\n)", mode="eval").body
    return tuple({text: parse(text) for text in _numbers(tree, "")}.items())


@lru_cache(maxsize=65536)
def comparisons(condition: str) -> tuple[tuple[str, ...], ...]:
    """The numbers a condition holds against one another, comparison by comparison; those written out are among them.

    >>> comparisons('at("1h", rsi(14) < 60) and crosses_above(close, sma(50)) and rising(ema(20), 3)')
    (("at('1h', rsi(14))", '60'), ('close', 'sma(50)'))

    Raises
    ------
    ExpressionError
        The text is no condition.
    """
    parse_condition(condition)
    return tuple(_comparisons(ast.parse(f"(\n{condition}\n)", mode="eval").body, ""))


def _comparisons(tree: ast.expr, timeframe: str) -> Iterator[tuple[str, ...]]:
    parts = list(_parts(tree, timeframe))
    compared = parts[: _how_many_compared(tree)]
    if len(compared) > 1:
        yield tuple(text for part, own in compared for text in (*_read_at(part, own), *_written_out(part)))
    for part, own in parts:
        if not isinstance(part, ast.Constant) and parse(ast.unparse(part)).kind is Kind.CONDITION:
            yield from _comparisons(part, own)


def _how_many_compared(tree: ast.expr) -> int:
    """How many of its parts something compares: all of a comparison, the series a name such as crosses_above takes."""
    match tree:
        case ast.Compare():
            return 1 + len(tree.comparators)
        case ast.Call(func=ast.Name(id=name)) if name in INDICATORS:
            return sum(each.takes == "series" for each in INDICATORS[name].parameters)
        case _:
            return 0


def _written_out(tree: ast.expr) -> Iterator[str]:
    text = ast.unparse(tree)
    if isinstance(parse(text), Constant):
        yield text


def _numbers(tree: ast.expr, timeframe: str) -> Iterator[str]:
    for part, own in _parts(tree, timeframe):
        if isinstance(part, ast.Constant):
            continue
        if parse(ast.unparse(part)).kind is Kind.CONDITION:
            yield from _numbers(part, own)
        else:
            yield from _read_at(part, own)


def _parts(tree: ast.expr, timeframe: str) -> Iterator[tuple[ast.expr, str]]:
    """What a condition is made of, each part with the timeframe it is read at ("" for the condition's own)."""
    match tree:
        case ast.Compare():
            parts = [tree.left, *tree.comparators]
        case ast.BoolOp():
            parts = tree.values
        case ast.UnaryOp():
            parts = [tree.operand]
        case ast.Subscript():
            parts = [tree.value]  # it was decided some candles ago; its parts are told as they are now
        case ast.Call(func=ast.Name(id="at"), args=[ast.Constant(value=str() as own), inner]):
            parts, timeframe = [inner], own
        case ast.Call():
            parts = tree.args
        case _:
            parts = []
    yield from ((part, timeframe) for part in parts)


def _read_at(tree: ast.expr, timeframe: str) -> Iterator[str]:
    text = ast.unparse(tree)
    if not isinstance(parse(text), Constant):
        yield f"at({timeframe!r}, {text})" if timeframe else text
