"""What a condition compares: the parts of its text whose values explain why it holds.

'rsi(14) < 30 and at("30m", close > ema(50))'  ->  rsi(14), at('30m', close), at('30m', ema(50))
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

from edgeproof.core.conditions.parse import parse, parse_condition
from edgeproof.core.indicators.node import Constant, Kind, Node


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
