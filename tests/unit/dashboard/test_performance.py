"""How hypotheses do, as the dashboard has it."""

import math
from decimal import Decimal
from typing import Any

from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.journal import ParityRun
from edgeproof.services.dashboard.performance import cumulative_r, drift_rows, parity_summary, state_rows
from tests.support.live_trades import live_trade

SCOPES: dict[str, dict[str, Any]] = {
    "BTC/USD:USD + ETH/USD:USD": {
        "state": "qualified",
        "verdict": "qualified: 72 % of 211 trades",
        "run": "r1",
        "record": {"n": 211, "win_rate": 0.72, "mean_win_r": math.nan},
    }
}


def test_drift_lists_those_that_weigh_least_first() -> None:
    weights = {
        "Steady": SignalWeight(stage="steady", trades=9),
        "Half": SignalWeight(weight=Decimal("0.5"), stage="half", trades=30, value=6.0, limit=9.0),
        "New": SignalWeight(stage="untested", note="no verdict: it was never tested"),
    }
    found = drift_rows(weights)
    assert [each["hypothesis"] for each in found] == ["Half", "Steady", "New"]
    assert (found[0]["weight"], found[0]["value"], found[0]["limit"]) == (0.5, 6.0, 9.0)


def test_state_is_what_discovery_found() -> None:
    (row,) = state_rows("A", SCOPES, {}, is_watched=True)
    assert (row["state"], row["instruments"], row["n"]) == ("qualified", ["BTC/USD:USD", "ETH/USD:USD"], 211)
    assert row["mean_win_r"] is None
    assert row["is_watched"]


def test_state_that_live_trades_led_to_speaks_before_what_discovery_found() -> None:
    (row,) = state_rows("A", SCOPES, {"state": "killed", "why": "21 R below"}, is_watched=False)
    assert (row["state"], row["verdict"], row["win_rate"]) == ("killed", "21 R below", 0.72)


def test_hypothesis_without_a_record_is_a_draft() -> None:
    (row,) = state_rows("A", {}, {}, is_watched=True)
    assert (row["state"], row["instruments"]) == ("draft", [])


def test_parity_is_summed_up_in_numbers() -> None:
    trades = {
        "compared": 2,
        "net": "36.5",
        "backtest_net": "40",
        "difference": "-3.5",
        "unexplained_money": "0",
        "causes": {"fees": {"trades": 1, "money": "-3.5"}},
        "differences": [{"id": "a"}],
        "not_taken_trades": [{"id": "b"}],
    }
    document = {"signals": 18, "matched": 17, "trades": trades}
    run = ParityRun(session="s", at=3, start=1, end=2, unexplained=1, document=document)
    found = parity_summary(run)
    assert found is not None
    assert (found["unexplained"], found["matched"]) == (1, 17)
    assert found["trades"] == {
        "compared": 2,
        "net": 36.5,
        "backtest_net": 40.0,
        "difference": -3.5,
        "unexplained_money": 0.0,
        "causes": {"fees": {"trades": 1, "money": -3.5}},
    }


def test_parity_of_sessions_that_traded_nothing_has_no_trades() -> None:
    found = parity_summary(ParityRun(session="s", at=3, start=1, end=2, unexplained=0, document={"trades": None}))
    assert found is not None
    assert found["trades"] is None
    assert parity_summary(None) is None


def test_r_adds_up_and_a_trade_without_risk_makes_none() -> None:
    trades = [live_trade(1, "50"), live_trade(2, "7", risk=Decimal(0)), live_trade(3, "-100")]
    assert [total for _, total in cumulative_r(trades)] == [0.5, 0.5, -0.5]
    assert cumulative_r([]) == []
