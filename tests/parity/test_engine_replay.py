"""The decider's trades over history are those of the compiled backtest, trade for trade, to the ninth digit."""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from edgeproof.adapters.simulated.market import generate_market
from edgeproof.adapters.storage.library import load_library
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.round_trip import ExitReason, RoundTrips
from edgeproof.core.model.signal import signal_id
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.core.signals.hypothesis import Hypothesis, variants
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.backtest import Market, backtest, fires
from edgeproof.research.engine_replay import EngineReplay, unlimited
from tests.parity.test_replay import EVERY_EXIT

LIBRARY = tuple(variant for each in load_library(Path("nowhere"), ()) for variant in variants(each))
SPECIAL = tuple(variant for each in read_hypotheses(EVERY_EXIT, "test.toml") for variant in variants(each))
SOME = (*SPECIAL, *LIBRARY[::6])


@cache
def market() -> Market:
    made = generate_market(1, days=9, seed=8)
    (instrument, (candles, funding)), *_ = made.items()
    return Market(instrument=instrument, candles=fill_gaps(candles), funding=funding)


def reason_of(leg: str) -> set[str]:
    return {
        "stop": {"stop"},
        "exit": {"time_stop", "exit_condition"},
        "emergency": set(),
    }.get(leg, {"target"})


def replay(hypothesis: Hypothesis, *, tells_all: bool = False) -> EngineReplay:
    state = unlimited([market().instrument], [hypothesis])
    replayed = EngineReplay(markets=[market()], hypotheses=[hypothesis], state=state, tells_all=tells_all)
    replayed.run([fires(market(), [hypothesis])])
    return replayed


@cache
def compared(hypothesis: Hypothesis) -> RoundTrips:
    """The trades of the backtest, after every one of them was found to be the decider's."""
    (result,) = backtest(market(), [hypothesis])
    assert result.walk is not None
    expected = result.walk.round_trips.closed()
    replayed = replay(hypothesis)
    names = [signal_id(hypothesis.name, market().instrument, int(time)) for time in expected.signal_time]
    assert [each.signal_id for each in replayed.ended] == names
    for row, trade in enumerate(replayed.ended):
        assert float(trade.entry_price) == pytest.approx(float(expected.entry_price[row]), rel=1e-9)
        assert float(trade.exit_price) == pytest.approx(float(expected.exit_price[row]), rel=1e-9)
        assert float(trade.fees) == pytest.approx(float(expected.fees[row]), rel=1e-9)
        assert float(trade.funding) == pytest.approx(float(expected.funding[row]), rel=1e-9, abs=1e-9)
        assert float(trade.net_pnl) == pytest.approx(float(expected.pnl[row]), rel=1e-7, abs=1e-6)
        assert ExitReason(int(expected.exit_reason[row])).word in reason_of(trade.reason)
    fates = result.fates
    found = Counter(each.fate for each in replayed.fates)
    assert (replayed.void, found[TradeFate.OVERLAPPED], found[TradeFate.INVALIDATED]) == (
        fates.void,
        fates.overlapped,
        fates.invalidated,
    )
    assert found[TradeFate.TAKEN] == fates.traded
    return expected


@pytest.mark.parametrize("hypothesis", SOME, ids=[each.name for each in SOME])
def test_the_decider_trades_what_the_backtest_trades(hypothesis: Hypothesis) -> None:
    compared(hypothesis)


@pytest.mark.parametrize("hypothesis", SPECIAL, ids=[each.name for each in SPECIAL])
def test_candles_that_can_change_nothing_need_not_be_told(hypothesis: Hypothesis) -> None:
    some, every = replay(hypothesis), replay(hypothesis, tells_all=True)
    assert some.ended == every.ended
    assert some.fates == every.fates
    assert len(some.ended) > 0


def test_the_market_of_these_tests_is_one_in_which_everything_happens() -> None:
    found = [compared(each) for each in SPECIAL]
    reasons = {ExitReason(int(code)).word for trades in found for code in np.unique(trades.exit_reason)}
    assert reasons >= {"stop", "target", "time_stop", "exit_condition"}
    assert sum(map(len, found)) > 100


def test_candles_of_several_timeframes_are_refused() -> None:
    coarse = replace(market(), candles=replace(market().candles, timeframe=5 * MINUTE))
    with pytest.raises(InputError, match="one timeframe"):
        EngineReplay(markets=[market(), coarse], hypotheses=[], state=unlimited([market().instrument], []))
