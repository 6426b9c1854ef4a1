"""The numbers behind a condition."""

import pytest

from edgeproof.core.conditions.operands import operands
from edgeproof.core.model.errors import ExpressionError

CASES = {
    "rsi(14) < 30": ["rsi(14)"],
    "close > sma(50) and not close > 2 * open": ["close", "sma(50)", "2 * open"],
    "20 < rsi(14) < 30": ["rsi(14)"],
    'at("30m", close > ema(50))': ["at('30m', close)", "at('30m', ema(50))"],
    'at("1h", rsi(14)) > 50': ["at('1h', rsi(14))"],
    "crosses_above(close, ema(20))": ["close", "ema(20)"],
    "within(crosses_below(rsi(14), 30), 3)": ["rsi(14)"],
    "(close > open)[2]": ["close", "open"],
    "rising(close, 3)": ["close"],
    'regime("trending")': [],
    'at("1h", regime("trending"))': [],
    "close > close": ["close"],
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_operands_are_what_a_condition_compares(text: str, expected: list[str]) -> None:
    assert [each for each, _ in operands(text)] == expected


def test_operands_of_a_number_are_refused() -> None:
    with pytest.raises(ExpressionError, match="expected a condition"):
        operands("rsi(14)")
