"""The language: what it reads, and how it refuses the rest."""

import pytest

from edgeproof.core.conditions.parse import parse, parse_condition, parse_number
from edgeproof.core.model.errors import ExpressionError

REFUSED = [
    ("clos > 3", 1, 1, 'did you mean "close"?'),
    ("close > emma(20)", 1, 9, 'did you mean "ema"?'),
    ("  clos > 3", 1, 3, 'unknown name "clos"'),
    ("close >\n  smaa(50)", 2, 3, 'unknown name "smaa"'),
    ("ema(0) > 1", 1, 1, "whole number >= 1"),
    ("ema(2.5) > 1", 1, 1, "whole number >= 1"),
    ("ema(close, 20, 3) > 1", 1, 1, "at most 2 arguments, found 3"),
    ("ema(period=5, perod=3) > 1", 1, 1, '"perod" that is not known'),
    ("ema(close, close) > 1", 1, 1, "whole number"),
    ("crosses_above(close) ", 1, 1, "needs b"),
    ("close[-1] > 1", 1, 7, "the future cannot be read"),
    ("close[1.5] > 1", 1, 7, "whole number of candles ago"),
    ("close[high] > 1", 1, 7, "whole number of candles ago"),
    ("close > 1 and 3", 1, 15, "expected a condition"),
    ("not close", 1, 5, "expected a condition after not"),
    ("(close > 1) + 1 > 2", 1, 2, "expected a number left of +"),
    ("close % 2 > 1", 1, 1, "expected one of + - * /"),
    ("close ** 2 > 1", 1, 1, "expected one of + - * /"),
    ("close in high", 1, 1, "expected one of < <="),
    ("at(30, close > 1)", 1, 4, "timeframe in quotes"),
    ('at("half an hour", close > 1)', 1, 4, "expected a duration"),
    ('at("30m")', 1, 1, "a timeframe in quotes and an expression"),
    ("ema", 1, 1, "write ema("),
    ("close.real > 1", 1, 1, "not part of the language"),
    ("[close] > 1", 1, 1, "not part of the language"),
    ("(lambda: 1)() > 1", 1, 1, "cannot be called"),
    ("__import__('os')", 1, 1, "unknown name"),
    ("1e999 > close", 1, 1, "finite number"),
    ("True", 1, 1, "expected a number"),
    ("close >", 1, 8, "cannot read this expression"),
    ("(close > 1", 1, 1, "never closed"),
    ("close > 1)", 1, 10, "unmatched"),
    ("", 1, 1, "found nothing"),
    ("close > " + "-" * 70 + "1", 1, 68, "nested deeper"),
    ("close > " + "1 + " * 2000 + "1", 1, 1, "at most 4,000 characters"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), REFUSED, ids=[text[:30] for text, *_ in REFUSED])
def test_parse_of_a_wrong_text_says_where_and_what_to_do(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_parse_number_of_a_condition_is_refused() -> None:
    with pytest.raises(ExpressionError, match="expected a number, found a condition"):
        parse_number("close > 1")


def test_parse_condition_of_a_number_is_refused() -> None:
    with pytest.raises(ExpressionError, match="expected a condition, found a number"):
        parse_condition("close")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ema(20)", "ema(close, 20)"),
        ("ema(20)", "ema(period=20)"),
        ("ema(20)", "ema(source=close, period=20)"),
        ("1 < close < 3", "1 < close and close < 3"),
        ("close[0]", "close"),
        ("2 * 3 + 1", "7"),
        ("-(2)", "-2"),
        ("crosses_below(close, 3)", "crosses_above(3, close)"),
        ("close >\n  open", "close > open"),
    ],
)
def test_parse_of_two_spellings_gives_equal_nodes(left: str, right: str) -> None:
    assert parse(left) == parse(right)
    assert hash(parse(left)) == hash(parse(right))


def test_parse_follows_the_usual_precedence() -> None:
    assert parse("close > 1 or close < 2 and not open > 3") == parse(
        "(close > 1) or ((close < 2) and (not (open > 3)))"
    )
    assert parse("close - 2 * open / 4") == parse("close - ((2 * open) / 4)")
