"""A signal as JSON: the shape that other systems consume."""

import json
import math
from dataclasses import replace
from decimal import Decimal

from edgeproof.cli.scan_lines import signal_text
from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.trading_event import FateDecided, TradeFate
from edgeproof.services.signal_document import decision_document, signal_document, signal_line
from tests.support.sessions import decisions, signal, told

_KEYS = [
    *("timestamp", "signal", "instrument", "direction", "entry", "stop_loss", "take_profit", "risk_reward"),
    *("id", "symbol", "venue_symbol", "timeframe", "targets", "expires_at", "confidence", "size", "trade", "evidence"),
    *("latency_ms", "state", "qualified", "warning"),
]


def test_signal_document_has_the_documented_keys_in_order() -> None:
    assert list(signal_document(told(signal()))) == _KEYS


def test_signal_document_says_times_names_and_prices_as_other_systems_read_them() -> None:
    found = signal_document(told(signal(targets=2)))
    assert found["timestamp"] == "2026-02-03T10:30:00.000Z"
    assert found["expires_at"] == "2026-02-03T10:35:00.000Z"
    assert (found["instrument"], found["symbol"], found["venue_symbol"]) == ("BTCUSDT.P", "BTC/USD:USD", "PF_XBTUSD")
    assert (found["direction"], found["timeframe"], found["risk_reward"]) == ("long", "5m", "1.5:1")
    assert found["take_profit"] == found["targets"][-1] > found["entry"] > found["stop_loss"]
    assert (found["size"], found["confidence"], found["latency_ms"]) == (None, 0.394, 3.1)


def test_signal_of_an_unqualified_hypothesis_is_marked() -> None:
    states = {
        state: signal_document(told(signal(), state=state))
        for state in ("qualified", "tested", "rejected", "draft", "killed")
    }
    assert [each["qualified"] for each in states.values()] == [True, False, False, False, False]
    assert states["qualified"]["warning"] is None
    assert states["tested"]["warning"] == "unproven: no edge has been shown"
    assert states["rejected"]["warning"].startswith("rejected: ")


def test_signal_that_was_traded_says_its_weight_and_how_its_hypothesis_does() -> None:
    weight = SignalWeight(weight=Decimal("0.5"), stage="half", value=31.98, limit=35.01, trades=64)
    taken = FateDecided(time=0, signal_id="s", fate=TradeFate.TAKEN, quantity=Decimal("0.2"))
    assert signal_document(told(signal()), taken)["trade"]["weight"] is None
    assert signal_document(told(signal()), replace(taken, weight=weight))["trade"]["weight"] == {
        "weight": 0.5, "stage": "half", "value": 31.98, "limit": 35.01, "trades": 64, "note": None,
    }  # fmt: skip


def test_signal_of_a_hypothesis_that_its_trades_have_just_killed_says_so() -> None:
    weight = SignalWeight(weight=Decimal(0), stage="kill", value=5.25, limit=4.0, trades=9, note="killed: revive it")
    denied = FateDecided(time=0, signal_id="s", fate=TradeFate.DENIED, rule="drift", value=5.25, limit=4.0)
    found = signal_document(told(signal()), replace(denied, weight=weight))
    assert (found["state"], found["warning"]) == ("qualified", "killed: it was taken out of use")
    assert (found["trade"]["rule"], found["trade"]["weight"]["note"]) == ("drift", "killed: revive it")
    assert signal_text(told(signal()), replace(denied, weight=weight)).endswith("not traded: killed, drift 5.25 > 4")


def test_signal_without_targets_or_risk_is_written_with_nulls() -> None:
    bare = replace(signal(), targets=(), fractions=(), stop_loss=math.nan)
    found = json.loads(signal_line(told(bare)))
    assert (found["take_profit"], found["targets"], found["stop_loss"], found["risk_reward"]) == (None, [], None, None)


def test_signal_line_is_one_line() -> None:
    line = signal_line(told(signal()))
    assert "\n" not in line
    assert json.loads(line)["evidence"]["regime"] == "ranging"


def test_decision_document_says_fate_rule_value_limit_and_every_check() -> None:
    found = decision_document(decisions()[2])
    assert (found["fate"], found["rule"], found["value"], found["limit"]) == ("vetoed", "spread_bps", 12.34, 8.0)
    assert found["checks"][-1] == {"rule": "spread_bps", "value": 12.34, "limit": 8.0, "holds": False}
    assert found["id"] == found["signal"]["id"]
    assert decision_document(told(signal()))["rule"] is None
