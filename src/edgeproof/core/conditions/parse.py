"""Text to nodes, with errors that say where and name the nearest known word.

The grammar is a small part of Python's expression grammar, so Python's own parser reads it; what follows admits the
few node types that mean something here and refuses the rest by name.
"""

import ast
import difflib
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from edgeproof.core.indicators import INDICATORS
from edgeproof.core.indicators.arithmetic import (
    all_of,
    any_of,
    combine,
    compare,
    earlier,
    invert,
    negative,
)
from edgeproof.core.indicators.node import CLOSE, CLOSE_TIME, HIGH, LOW, OPEN, VOLUME, Apply, Constant, Kind, Node
from edgeproof.core.indicators.registry import Argument, call
from edgeproof.core.kernels import history
from edgeproof.core.model.errors import ExpressionError, InputError
from edgeproof.core.model.time import parse_duration

_COLUMNS = {"open": OPEN, "high": HIGH, "low": LOW, "close": CLOSE, "volume": VOLUME}
_LONGEST = 4_000
_DEEPEST = 60
_MAX_EARLIER = 1_000_000

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_RELATION = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!="}


def parse_condition(text: str) -> Node:
    """The node of a condition such as "rsi(14) < 30"; an `ExpressionError` says where it is wrong."""
    return _expect_whole(text, Kind.CONDITION, 'write a comparison such as "rsi(14) < 30"')


def parse_number(text: str) -> Node:
    """The node of a number such as "low - 1.5 * atr(14)"; an `ExpressionError` says where it is wrong."""
    return _expect_whole(text, Kind.NUMBER, 'write a price or an amount such as "low - 1.5 * atr(14)"')


def _expect_whole(text: str, kind: Kind, remedy: str) -> Node:
    node = parse(text)
    if node.kind is not kind:
        raise ExpressionError(f"expected a {kind}, found a {node.kind}; {remedy}")
    return node


@lru_cache(maxsize=65536)
def parse(text: str) -> Node:
    """The node of an expression of either kind."""
    if len(text) > _LONGEST:
        raise ExpressionError(f"expected at most {_LONGEST:,} characters, found {len(text):,}; split the expression")
    if not text.strip():
        raise ExpressionError('expected an expression such as "close > sma(50)", found nothing')
    return _Reader(text).read()


class _Reader:
    """One pass over one text: holds what errors need to say where."""

    def __init__(self, text: str) -> None:
        self._text = text
        # Brackets let an expression run over several lines, as TOML's triple quotes invite.
        self._is_wrapped = "\n" in text.strip()
        self._source = f"(\n{text}\n)" if self._is_wrapped else text.strip()
        self._indent = 0 if self._is_wrapped else len(text) - len(text.lstrip())
        self._depth = 0

    def read(self) -> Node:
        try:
            tree = ast.parse(self._source, mode="eval")
        except SyntaxError as error:
            raise self._syntax(error) from None
        except (RecursionError, MemoryError):
            raise ExpressionError("the expression is nested too deeply; split it into several") from None
        return self._node(tree.body)

    def _syntax(self, error: SyntaxError) -> ExpressionError:
        line = error.lineno or 1
        # Python reports offset 0 where the text ends too soon: the place is behind its last character.
        column = error.offset or len(self._source.splitlines()[line - 1]) + 1
        message = f"cannot read this expression: {error.msg}"
        return ExpressionError(message, **self._place(line, column))

    def _place(self, line: int, column: int) -> dict[str, int]:
        if self._is_wrapped:
            return {"line": max(1, line - 1), "column": max(1, column)}
        return {"line": line, "column": max(1, column) + (self._indent if line == 1 else 0)}

    def _error(self, at: ast.AST, message: str) -> ExpressionError:
        line: int = getattr(at, "lineno", 1)
        offset: int = getattr(at, "col_offset", 0)
        row = self._source.splitlines()[line - 1].encode()[:offset]
        return ExpressionError(message, **self._place(line, len(row.decode(errors="replace")) + 1))

    def _node(self, tree: ast.expr) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(tree, f"the expression is nested deeper than {_DEEPEST} levels; split it into several")
        try:
            read = _READERS.get(type(tree))
            if read is None:
                raise self._error(tree, f'"{ast.unparse(tree)}" is not part of the language')
            return read(self, tree)
        finally:
            self._depth -= 1

    def _kind(self, tree: ast.expr, kind: Kind, of: str) -> Node:
        node = self._node(tree)
        if node.kind is not kind:
            raise self._error(tree, f"expected a {kind} {of}, found a {node.kind}: {ast.unparse(tree)}")
        return node

    def constant(self, tree: ast.Constant) -> Node:
        value = tree.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._error(tree, f"expected a number, found {value!r}")
        if not math.isfinite(value):
            raise self._error(tree, f"expected a finite number, found {ast.unparse(tree)}")
        return Constant(float(value))

    def name(self, tree: ast.Name) -> Node:
        if tree.id in _COLUMNS:
            return _COLUMNS[tree.id]
        entry = INDICATORS.get(tree.id)
        if entry is not None and not entry.parameters:
            return call(entry, (), {})
        if entry is not None:
            raise self._error(tree, f"{tree.id} is called with brackets; write {entry.signature}")
        raise self._unknown(tree, tree.id)

    def _unknown(self, tree: ast.expr, name: str) -> ExpressionError:
        known = [*_COLUMNS, *INDICATORS, "at"]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f'; did you mean "{near[0]}"?' if near else "; `edgeproof hypotheses names` lists what there is"
        return self._error(tree, f'unknown name "{name}"{hint}')

    def binary(self, tree: ast.BinOp) -> Node:
        operator = _BINARY.get(type(tree.op))
        if operator is None:
            raise self._error(tree, f'"{ast.unparse(tree)}": expected one of + - * /')
        left = self._kind(tree.left, Kind.NUMBER, f"left of {operator}")
        return combine(operator, left, self._kind(tree.right, Kind.NUMBER, f"right of {operator}"))

    def unary(self, tree: ast.UnaryOp) -> Node:
        match tree.op:
            case ast.Not():
                return invert(self._kind(tree.operand, Kind.CONDITION, "after not"))
            case ast.USub():
                return negative(self._kind(tree.operand, Kind.NUMBER, "after -"))
            case ast.UAdd():
                return self._kind(tree.operand, Kind.NUMBER, "after +")
        raise self._error(tree, f'"{ast.unparse(tree)}": expected not or -')

    def boolean(self, tree: ast.BoolOp) -> Node:
        word = "and" if isinstance(tree.op, ast.And) else "or"
        parts = [self._kind(value, Kind.CONDITION, f'beside "{word}"') for value in tree.values]
        return all_of(*parts) if word == "and" else any_of(*parts)

    def comparison(self, tree: ast.Compare) -> Node:
        operands = [self._kind(value, Kind.NUMBER, "in a comparison") for value in (tree.left, *tree.comparators)]
        parts = []
        for operator, left, right in zip(tree.ops, operands, operands[1:], strict=False):
            if type(operator) not in _RELATION:
                raise self._error(tree, f'"{ast.unparse(tree)}": expected one of < <= > >= == !=')
            parts.append(compare(_RELATION[type(operator)], left, right))
        return all_of(*parts)

    def subscript(self, tree: ast.Subscript) -> Node:
        index = tree.slice
        candles = index.value if isinstance(index, ast.Constant) else None
        if not isinstance(candles, int) or isinstance(candles, bool) or not 0 <= candles <= _MAX_EARLIER:
            expected = "expected a whole number of candles ago, 0 or more, in [ ]"
            raise self._error(index, f"{expected}, found {ast.unparse(index)}; the future cannot be read")
        return earlier(self._node(tree.value), candles)

    def call(self, tree: ast.Call) -> Node:
        if not isinstance(tree.func, ast.Name):
            raise self._error(tree, f'"{ast.unparse(tree.func)}" cannot be called')
        name = tree.func.id
        if name == "at":
            return self._at(tree)
        entry = INDICATORS.get(name)
        if entry is None:
            raise self._unknown(tree.func, name)
        arguments = tuple(self._argument(argument) for argument in tree.args)
        keywords = {word.arg or "**": self._argument(word.value) for word in tree.keywords}
        try:
            return call(entry, arguments, keywords)
        except ExpressionError:
            raise
        except InputError as error:
            raise self._error(tree, str(error)) from None

    def _argument(self, tree: ast.expr) -> Argument:
        if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
            return tree.value
        return self._node(tree)

    def _at(self, tree: ast.Call) -> Node:
        usage = 'write at("30m", close > ema(50))'
        if len(tree.args) != 2 or tree.keywords:
            raise self._error(tree, f"at takes a timeframe in quotes and an expression; {usage}")
        timeframe = self._argument(tree.args[0])
        if not isinstance(timeframe, str):
            raise self._error(tree.args[0], f"expected a timeframe in quotes; {usage}")
        try:
            series = parse_duration(timeframe)
        except InputError as error:
            raise self._error(tree.args[0], str(error)) from None
        return read_at(series, self._node(tree.args[1]))


def read_at(series: int, node: Node) -> Node:
    """The node computed on another timeframe (milliseconds), as of the reader's close."""
    kernel = history.as_of_condition if node.kind is Kind.CONDITION else history.as_of
    return Apply(kernel, (CLOSE_TIME, CLOSE_TIME, node), foreign=series)


_READERS: dict[type[ast.expr], Callable[[_Reader, Any], Node]] = {
    ast.Constant: _Reader.constant,
    ast.Name: _Reader.name,
    ast.BinOp: _Reader.binary,
    ast.UnaryOp: _Reader.unary,
    ast.BoolOp: _Reader.boolean,
    ast.Compare: _Reader.comparison,
    ast.Subscript: _Reader.subscript,
    ast.Call: _Reader.call,
}
