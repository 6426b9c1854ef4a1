"""A signal as a row of a list."""

from collections.abc import Mapping
from typing import Any

from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import format_duration, format_time
from edgeproof.core.model.trading_event import FateDecided
from edgeproof.services.signal_document import (
    KILLED,
    PROVEN,
    direction_word,
    is_killed,
    plain,
    risk_reward_text,
    warning,
)


def signal_row(decision: Decision, traded: FateDecided | None = None) -> dict[str, Any]:
    """What a list of signals shows of one; all of it is what `edgeproof why` prints."""
    signal = decision.signal
    row = {
        "id": signal.id,
        "at": format_time(signal.time),
        "symbol": signal.instrument.unified,
        "instrument": signal.instrument.chart_symbol,
        "venue_symbol": signal.instrument.venue_symbol,
        "timeframe": format_duration(signal.timeframe),
        "direction": direction_word(signal.direction),
        "hypothesis": signal.hypothesis,
        "state": decision.state,
        "qualified": decision.state in PROVEN,
        "warning": warning(KILLED if is_killed(traded) else decision.state),
        "fate": decision.fate.value,
        "rule": decision.rule or None,
        "entry": signal.reference_price,
        "stop_loss": signal.stop_loss,
        "targets": signal.targets,
        "risk_reward": risk_reward_text(signal.risk_reward),
        "confidence": decision.confidence,
        "expires_at": format_time(signal.expires_at),
        "decided_at": format_time(decision.decided_at),
        "latency_ms": decision.latency_ms,
        "regime": decision.evidence.get("regime"),
        "trade": None if traded is None else traded_row(traded),
    }
    return {key: plain(value) for key, value in row.items()}


def with_trade(row: Mapping[str, Any], traded: FateDecided) -> dict[str, Any]:
    """The row of a signal with what trading made of it."""
    warned = warning(KILLED) if is_killed(traded) else row["warning"]
    return {**row, "warning": warned, "trade": traded_row(traded)}


def traded_row(traded: FateDecided) -> dict[str, Any]:
    """What trading made of a signal, in short."""
    return {
        "fate": traded.fate.value,
        "rule": traded.rule or None,
        "quantity": None if traded.quantity is None else float(traded.quantity),
        "weight": None if traded.weight is None else float(traded.weight.weight),
    }
