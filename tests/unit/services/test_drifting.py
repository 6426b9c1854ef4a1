"""Drift over the trades of a journal: who is weighed and how, what turns, and that a restart changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from edgeproof.adapters.storage.journal.memory import MemoryJournal
from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.journal import Noticed, SessionBegan, SignalTraded, TradeClosed
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import HOUR
from edgeproof.core.model.trading_event import FateDecided, TradeEnded, TradeFate
from edgeproof.core.performance.drift import DriftTest
from edgeproof.core.performance.sample import Untestable
from edgeproof.services.drifting import PROBATION_TRADES, BacktestSample, Drifting, Turn, Weighing, drifting_of
from tests.support.risk import BTC, ETH
from tests.support.trading import signal_of

NAME, SAID = "Rises", "the text"
T = 1_770_000_000_000
TEST = DriftTest(
    n=100, mean=0.2, deviation=1.0, reference=0.05, block_length=1.0, alert=2.0, half=3.0, kill=4.0, gain=2.0
)
OUTCOMES = np.array([1.2, -0.8] * 50)


def weighing(keep: list[Turn] | None = None, *, test: DriftTest | Untestable = TEST, **fields: Any) -> Weighing:
    def calibrate(_: FloatArray) -> DriftTest | Untestable:
        return test

    def remember(turn: Turn) -> bool:
        if keep is not None:
            keep.append(turn)
        return keep is not None

    tested = replace(BacktestSample(outcomes=OUTCOMES, instruments=frozenset({BTC})), **fields)
    return Weighing(tested={NAME: tested}, definitions={NAME: SAID}, calibrate=calibrate, keep=remember)


def signal(number: int) -> Signal:
    return signal_of(NAME, BTC, (100.0, 99.0, 102.0), time=T + number * HOUR)


def trade(number: int, r: float, at: int | None = None) -> TradeEnded:
    of = signal(number)
    return TradeEnded(
        time=of.time + HOUR if at is None else at,
        signal_id=of.id,
        instrument=of.instrument,
        direction=1,
        opened_at=of.time,
        quantity=Decimal(1),
        entry_price=Decimal(100),
        exit_price=Decimal(100),
        fees=Decimal(0),
        funding=Decimal(0),
        net_pnl=Decimal(str(r)),
        risk=Decimal(1),
        is_funding_complete=True,
        reason="exit",
    )


def told(drifting: Drifting, *r: float) -> list[str]:
    records = [record for number, each in enumerate(r) for record in drifting.ended(NAME, trade(number, each))]
    return [record.detail for record in records if isinstance(record, Noticed)]


def journal_of(r: Sequence[float], *, said: str = SAID) -> MemoryJournal:
    journal = MemoryJournal()
    journal.append(
        [
            SessionBegan(
                session="s", at=T, command="paper", venue="kraken", version="1", pid=1, host="h", timeframe=60_000,
                hypotheses={NAME: said}, settings={}, history=(),
            )
        ]
    )  # fmt: skip
    for number, each in enumerate(r):
        of = signal(number)
        decided = FateDecided(time=of.time, signal_id=of.id, fate=TradeFate.TAKEN)
        journal.append([SignalTraded(session="s", at=of.time, signal=of, decided=decided)])
        journal.append([TradeClosed(session="s", at=of.time, hypothesis=NAME, trade=trade(number, each))])
    return journal


def test_one_that_has_not_traded_has_its_usual_weight() -> None:
    weight = Drifting("s", weighing()).weight(NAME)
    assert (float(weight.weight), weight.stage, weight.trades) == (1.0, "steady", 0)


@pytest.mark.parametrize(
    ("of", "note"),
    [
        ({"outcomes": None}, "no verdict: it was never tested"),
        ({"outcomes": None, "why": "the run r1 of its record is not kept any more"}, "no verdict: the run r1 of its"),
        ({"outcomes": np.array([1.0])}, "no verdict: needs at least 30 tested round trips, has 1"),
        ({"outcomes": np.array([-1.0, 0.5] * 20)}, "no verdict: 40 tested round trips made -0.250 R each"),
        ({"outcomes": np.array([1.0, np.nan] * 20)}, "no verdict: 20 of 40 tested round trips have no R"),
        ({"outcomes": np.array([1.0, 1.1] * 20)}, "no verdict: none of 40 tested round trips fell short"),
        ({"outcomes": OUTCOMES}, "no verdict: so"),
    ],
)
def test_without_a_tested_edge_there_is_no_verdict(of: dict[str, Any], note: str) -> None:
    drifting = Drifting("s", weighing(test=Untestable("so"), **of))
    assert not told(drifting, *[-1.0] * 40)
    weight = drifting.weight(NAME)
    assert (float(weight.weight), weight.stage, weight.value) == (1.0, "untested", None)
    assert weight.note.startswith(note)


def test_probation_is_a_stage_of_its_own_until_a_worse_one_is_reached() -> None:
    drifting = Drifting("s", weighing(state="probation"))
    assert drifting.weight(NAME).stage == "probation"
    told(drifting, 0.2)
    assert (drifting.weight(NAME).stage, drifting.weight(NAME).note) == ("probation", "on probation: 1 of 50 trades")
    told(drifting, *[-1.0] * 3)
    assert drifting.weight(NAME).stage == "half"
    untested = Drifting("s", weighing(state="probation", outcomes=None)).weight(NAME)
    assert (untested.stage, untested.note) == ("probation", "on probation, and no verdict: it was never tested")


def test_weights_are_of_all_that_are_watched_whether_they_have_traded_or_not() -> None:
    assert Drifting("s", weighing()).weights().keys() == {NAME}


def test_a_hypothesis_nobody_knows_is_untested() -> None:
    weight = Drifting("s", Weighing()).weight("Another")
    assert (float(weight.weight), weight.stage, weight.note) == (1.0, "untested", "no verdict: it was never tested")


def test_stages_are_told_with_their_numbers() -> None:
    drifting = Drifting("s", weighing())
    assert told(drifting, -1.0, -1.0, -1.0) == [
        "Rises: alert, weight 1: 2 live trades made -1.00 R each, 100 tested ones +0.20 R; the statistic is 2.3 "
        "(alert 2.0, half 3.0, kill 4.0)",
        "Rises: half, weight 0.5: 3 live trades made -1.00 R each, 100 tested ones +0.20 R; the statistic is 3.5 "
        "(alert 2.0, half 3.0, kill 4.0)",
    ]
    weight = drifting.weight(NAME)
    assert (weight.weight, weight.stage, weight.trades, weight.limit) == (Decimal("0.5"), "half", 3, 4.0)


def test_a_kill_is_remembered_once_and_tried_again_where_that_failed() -> None:
    refusing = Drifting("s", weighing(None))
    told(refusing, *[-1.0] * 6)
    assert refusing.weight(NAME).weight == 0
    refusing.keep()
    assert len(refusing._turns) == 1  # noqa: SLF001
    kept: list[Turn] = []
    drifting = Drifting("s", weighing(kept))
    told(drifting, *[-1.0] * 6)
    drifting.keep()
    drifting.keep()
    assert [(each.hypothesis, each.state, each.at) for each in kept] == [(NAME, "killed", trade(3, 0).time)]


def test_one_that_was_killed_before_weighs_nothing_whatever_the_journal_says() -> None:
    weight = Drifting("s", weighing(state="killed")).weight(NAME)
    assert (float(weight.weight), weight.stage) == (0.0, "kill")
    untested = Drifting("s", weighing(state="killed", outcomes=None)).weight(NAME)
    assert untested.weight == 0


def test_a_restart_finds_what_the_session_before_had() -> None:
    r = [-1.0, 0.5, -1.0, -1.0, 2.0]
    live = Drifting("s", weighing())
    told(live, *r)
    again = drifting_of("t", weighing(), journal_of(r))
    assert again.state(NAME) == live.state(NAME)
    assert again.weight(NAME) == live.weight(NAME)


def test_trades_of_another_text_or_instrument_or_from_before_the_revival_do_not_count() -> None:
    losses = [-1.0] * 6
    assert drifting_of("t", weighing(), journal_of(losses)).weight(NAME).weight == 0
    assert drifting_of("t", weighing(), journal_of(losses, said="before")).weight(NAME).weight == 1
    assert drifting_of("t", weighing(instruments=frozenset({ETH})), journal_of(losses)).weight(NAME).weight == 1
    since = trade(4, 0).time
    assert drifting_of("t", weighing(since=since), journal_of(losses)).weight(NAME).trades == 1


def test_of_a_trade_that_was_opened_again_the_last_end_counts() -> None:
    drifting = Drifting("s", weighing())
    drifting.ended(NAME, trade(0, -1.0))
    drifting.ended(NAME, trade(1, -1.0))
    drifting.ended(NAME, trade(0, 0.2, at=T + 9 * HOUR))
    _, drift = drifting.state(NAME)
    assert (drift.trades, round(drift.total_r, 9)) == (2, -0.8)


def test_probation_is_passed_by_enough_trades_near_the_tested_edge() -> None:
    kept: list[Turn] = []
    drifting = Drifting("s", weighing(kept, state="probation"))
    assert drifting.weight(NAME).note == "on probation: 0 of 50 trades"
    words = told(drifting, *[0.7, -0.3] * (PROBATION_TRADES // 2))
    assert words[-1] == "Rises: passed its probation: 50 trades made +0.20 R each"
    drifting.keep()
    assert [each.state for each in kept] == [""]
    assert drifting.weight(NAME).note == ""


def test_probation_can_end_in_another_kill() -> None:
    kept: list[Turn] = []
    drifting = Drifting("s", weighing(kept, state="probation"))
    told(drifting, *[-1.0] * 6)
    drifting.keep()
    assert [each.state for each in kept] == ["killed"]
    assert drifting.weight(NAME).weight == 0
