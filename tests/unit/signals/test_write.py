"""A hypothesis written as TOML reads back as it was."""

from dataclasses import replace

import pytest

from edgeproof.adapters.storage.library import load_library
from edgeproof.core.signals.hypothesis import Regime, Target
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.write import hypotheses_toml, hypothesis_toml

MINIMAL = """[[hypothesis]]
name = "A"
timeframe = "5m"
direction = "long"
family = "trend"
reason = "because"
entry = ["close > open"]
stop = "low"
target = "2R"
"""


def test_the_whole_library_reads_back_as_it_was() -> None:
    library = load_library()
    assert read_hypotheses(hypotheses_toml(library), "written.toml") == library


def test_what_has_its_default_is_left_out() -> None:
    assert hypothesis_toml(read_hypotheses(MINIMAL, "a.toml")[0]) == MINIMAL


def test_every_option_reads_back() -> None:
    everything = replace(
        read_hypotheses(MINIMAL, "a.toml")[0],
        confirm=('at("1h", close > ema(50))',),
        targets=(Target("1R", 0.25), Target("bb_middle(20, {width})", 0.75)),
        exit=("rsi(14) > 70", "hour == 3"),
        max_hold=7_200_000,
        trail="3 * atr(14)",
        break_even=True,
        expires_after=60_000,
        regimes=(Regime.RANGING, Regime.CHOPPY),
        slippage_bps=1.5,
        vary=(("width", (1.5, 2)),),
        also=(900_000, 3_600_000),
    )
    assert read_hypotheses(hypothesis_toml(everything), "a.toml") == (everything,)


@pytest.mark.parametrize(
    "reason", ['he said "no"', "it's", 'it\'s "both"', "back\\slash", "two\nlines\ttab", "ümläut ∑", "del \x7f", "\x01"]
)
def test_a_reason_may_hold_any_character(reason: str) -> None:
    hypothesis = replace(read_hypotheses(MINIMAL, "a.toml")[0], reason=reason)
    assert read_hypotheses(hypothesis_toml(hypothesis), "a.toml") == (hypothesis,)
