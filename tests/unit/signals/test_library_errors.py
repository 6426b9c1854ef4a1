"""What is wrong in a hypothesis file is said with file, line and column, all of it at once."""

import pytest

from edgeproof.core.model.errors import HypothesisErrors
from edgeproof.core.signals.hypothesis import Direction, Regime, Target, variants
from edgeproof.core.signals.library import read_hypotheses, read_library

GOOD = """\
[[hypothesis]]
name = "A"
timeframe = "5m"
direction = "long"
family = "trend"
reason = "because"
entry = ["close > ema(20)", "rsi(14) < 30"]
stop = "close - atr(14)"
target = "2R"
"""


def _errors(text: str, file: str = "mine.toml") -> list[str]:
    with pytest.raises(HypothesisErrors) as caught:
        read_hypotheses(text, file)
    return [str(error) for error in caught.value.errors]


def _change(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        (_change("reason =", "raeson ="), 6, 1, 'unknown key "raeson"; did you mean "reason"?'),
        (_change("rsi(14) < 30", "rsj(14) < 30"), 7, 30, 'unknown name "rsj"; did you mean "rsi"?'),
        (_change("rsi(14) < 30", "rsi(14, 2, 3) < 30"), 7, 30, "rsi takes at most 2 arguments, found 3"),
        (_change("ema(20)", "ema()[1.5]"), 7, 25, "expected a whole number of candles ago"),
        (_change("ema(20)", "within(close, 3)"), 7, 19, "expected a condition for condition of within"),
        (_change("rsi(14) < 30", "rsi(14)"), 7, 30, "expected a condition, found a number"),
        (_change("close - atr(14)", "close < atr(14)"), 8, 9, "expected a number, found a condition"),
        (_change("close - atr(14)", "close -"), 8, 16, "cannot read this expression"),
        (_change("ema(20)", "bb_middle(20, 2, 9, 9)"), 7, 19, "bb_middle takes at most"),
        (_change('"trend"', '"trnd"'), 5, 11, 'did you mean "trend"?'),
        (_change('"long"', '"up"'), 4, 14, 'expected direction to be one of long, short, found "up"'),
        (_change('"5m"', '"5 minutes"'), 3, 14, 'expected a duration such as "5m"'),
        (_change('"5m"', "5"), 3, 1, "expected text in quotes for timeframe, found 5"),
        (_change('"because"', '""'), 6, 1, "expected text for reason, found nothing"),
        (_change('name = "A"', 'name = "A b"'), 2, 1, "expected a name of letters, digits"),
        (_change('reason = "because"\n', ""), 2, 1, 'expected a key "reason", found none'),
        (_change('target = "2R"', 'target = "0R"'), 9, 11, "expected a multiple of R above 0"),
        (_change('target = "2R"', 'target = "2 x R"'), 9, 13, "cannot read this expression"),
        (_change('target = "2R"\n', ""), 1, 1, "expected either target ="),
        (GOOD + 'targets = [{ at = "1R", fraction = 1.0 }]\n', 9, 1, "expected either target ="),
        (
            _change('target = "2R"', 'targets = [{ at = "1R", fraction = 0.5 }, { at = "2R", fraction = 0.4 }]'),
            *(9, 1, "expected the fractions of the targets to sum to 1, found 0.9"),
        ),
        (_change('target = "2R"', 'targets = [{ at = "1R" }]'), 9, 1, "expected { at ="),
        (_change('target = "2R"', 'targets = [{ at = "1R", fraction = 2 }]'), 9, 1, "expected a fraction above 0"),
        (_change('target = "2R"', "targets = []"), 9, 1, "expected at least one target"),
        (_change("ema(20)", "ema({period})"), 7, 23, '"{period}" has no values; add vary'),
        (GOOD + "vary = { period = [7, 14] }\n", 10, 1, '"period" stands in no expression'),
        (_change("ema(20)", "ema({p})") + "vary = { p = [7, 7] }\n", 10, 1, "expected each value of p in vary once"),
        (_change("ema(20)", "ema({p})") + "vary = { p = [0, 7] }\n", 7, 19, "expected a whole number >= 1"),
        (_change("ema(20)", "ema({p})") + 'vary = { p = ["x"] }\n', 10, 1, "expected a list of numbers for p in vary"),
        (GOOD + 'regimes = ["ranging", "quiet"]\n', 10, 24, "expected regimes to be one of"),
        (GOOD + "slippage_bps = -1\n", 10, 1, "expected 0 to 1,000 basis points"),
        (GOOD + "break_even = 1\n", 10, 1, "expected true or false for break_even"),
        (GOOD + 'exit = "close > open"\n', 10, 1, "expected a list of texts for exit"),
        (GOOD + 'also = ["15x"]\n', 10, 10, "expected a duration"),
        (
            _change('entry = ["close > ema(20)", "rsi(14) < 30"]', "entry = []"),
            7,
            1,
            "expected a list of one or more texts",
        ),
        (_change('name = "A"', "name = A"), 2, 8, "this is not TOML"),
        ("x = 1\n" + GOOD, 1, 1, 'expected only [[hypothesis]] tables, found "x"'),
        ("[hypothesis]\n", 1, 1, "(two brackets)"),
        (GOOD + GOOD, 11, 1, 'expected each name once, found "A" also in mine.toml, line 2'),
    ],
)
def test_wrong_file_is_refused_with_line_and_column(text: str, line: int, column: int, words: str) -> None:
    errors = _errors(text)
    assert len(errors) == 1, errors
    assert errors[0].startswith(f"mine.toml, line {line}, column {column}: ")
    assert words in errors[0]


def test_good_file_is_read_in_full() -> None:
    text = GOOD + 'exit = ["rsi(14) > 70"]\nmax_hold = "2h"\nregimes = ["ranging"]\nalso = ["15m"]\n'
    (hypothesis,) = read_hypotheses(text, "mine.toml")
    assert hypothesis.direction is Direction.LONG
    assert hypothesis.targets == (Target("2R", 1.0),)
    assert (hypothesis.max_hold, hypothesis.expires_after, hypothesis.also) == (7_200_000, 300_000, (900_000,))
    assert hypothesis.regimes == (Regime.RANGING,)


def test_all_errors_of_a_file_come_at_once_in_the_order_of_its_lines() -> None:
    text = _change("rsi(14)", "rsj(14)").replace('"trend"', '"trnd"').replace("close - atr(14)", "close -")
    assert [error.split(":")[0] for error in _errors(text)] == [
        "mine.toml, line 5, column 11",
        "mine.toml, line 7, column 30",
        "mine.toml, line 8, column 16",
    ]


def test_errors_of_several_files_come_together() -> None:
    with pytest.raises(HypothesisErrors) as caught:
        read_library([("one.toml", GOOD), ("two.toml", GOOD), ("three.toml", "x =")])
    assert [(error.file, error.line) for error in caught.value.errors] == [("two.toml", 2), ("three.toml", 1)]
    assert "also in one.toml, line 2" in caught.value.errors[0].message


def test_error_in_a_text_over_several_lines_points_at_its_line() -> None:
    text = _change('stop = "close - atr(14)"', "stop = '''\nclose\n  - atrr(14)'''")
    (error,) = _errors(text)
    assert error.startswith("mine.toml, line 10, column 5: ")


def test_text_that_stands_inside_another_is_found_in_its_own_quotes() -> None:
    (error,) = _errors(_change('"close > ema(20)"', '"xxx(14) < 30", "xx(14) < 3"').replace("xxx", "rsi"))
    assert error.startswith('mine.toml, line 7, column 27: A: unknown name "xx"')


def test_vary_stands_for_its_variants_with_an_error_an_expression_not_a_variant() -> None:
    text = _change("ema(20)", "emma({p})") + "vary = { p = [7, 14, 21] }\n"
    assert len(_errors(text)) == 1
    (hypothesis,) = read_hypotheses(text.replace("emma", "ema"), "mine.toml")
    assert [each.entry[0] for each in variants(hypothesis)] == ["close > ema(7)", "close > ema(14)", "close > ema(21)"]


def test_empty_file_has_no_hypotheses() -> None:
    assert read_hypotheses("", "mine.toml") == ()
