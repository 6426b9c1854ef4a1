"""A signal and its fate as JSON: the line that other systems consume, on stdout and in `HOME/signals.jsonl`."""

import json
import math
from collections.abc import Mapping
from typing import Any

from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.signal import Check, Decision
from edgeproof.core.model.time import format_duration, format_time
from edgeproof.core.model.trading_event import FateDecided

PROVEN = frozenset({"qualified", "paper", "live"})
"""States of hypotheses that were shown to have an edge."""

KILLED = "killed"
WARNINGS = {
    "rejected": "rejected: its record speaks against it",
    KILLED: "killed: it was taken out of use",
    "probation": "on probation: its live trades had killed it",
    "draft": "draft: it was never tested as it stands",
}
_UNPROVEN = "unproven: no edge has been shown"


def signal_line(decision: Decision, traded: FateDecided | None = None) -> str:
    """One line of JSON without its end."""
    return json.dumps(signal_document(decision, traded), allow_nan=False)


def signal_document(decision: Decision, traded: FateDecided | None = None) -> dict[str, Any]:
    """A signal with its evidence. What does not exist is null; `warning` is null for a qualified hypothesis only.

    `traded` is what trading made of it: `size` is what was ordered, null where nothing was, and `trade` says why. Both
    are null in a session that only watches. What trading has killed is told as killed, whatever its state was before.
    """
    signal, is_qualified = decision.signal, decision.state in PROVEN
    document = {
        "timestamp": format_time(signal.time),
        "signal": signal.hypothesis,
        "instrument": signal.instrument.chart_symbol,
        "direction": direction_word(signal.direction),
        "entry": signal.reference_price,
        "stop_loss": signal.stop_loss,
        "take_profit": signal.targets[-1] if signal.targets else None,
        "risk_reward": risk_reward_text(signal.risk_reward),
        "id": signal.id,
        "symbol": signal.instrument.unified,
        "venue_symbol": signal.instrument.venue_symbol,
        "timeframe": format_duration(signal.timeframe),
        "targets": signal.targets,
        "expires_at": format_time(signal.expires_at),
        "confidence": decision.confidence,
        "size": None if traded is None or traded.quantity is None else float(traded.quantity),
        "trade": None if traded is None else trade_document(traded),
        "evidence": decision.evidence,
        "latency_ms": decision.latency_ms,
        "state": decision.state,
        "qualified": is_qualified,
        "warning": warning(KILLED if is_killed(traded) else decision.state),
    }
    return {key: plain(value) for key, value in document.items()}


def decision_document(decision: Decision) -> dict[str, Any]:
    """A signal and its fate: everything that was looked at."""
    return {
        "id": decision.signal.id,
        "fate": decision.fate.value,
        "rule": decision.rule or None,
        "value": plain(decision.value),
        "limit": plain(decision.limit),
        "decided_at": format_time(decision.decided_at),
        "checks": [check_document(each) for each in decision.checks],
        "signal": signal_document(decision),
    }


def trade_document(traded: FateDecided) -> dict[str, Any]:
    """What trading made of a signal, by which rule, and how its size came about."""
    return {
        "fate": traded.fate.value,
        "rule": traded.rule or None,
        "value": plain(traded.value),
        "limit": plain(traded.limit),
        "sizing": traded.sizing or None,
        "weight": None if traded.weight is None else weight_document(traded.weight),
        "decided_at": format_time(traded.time),
    }


def weight_document(weighed: SignalWeight) -> dict[str, Any]:
    """The weight of a hypothesis, and how it does against its test: the statistic and where it kills."""
    return {
        "weight": float(weighed.weight),
        "stage": weighed.stage,
        "value": plain(weighed.value),
        "limit": plain(weighed.limit),
        "trades": weighed.trades,
        "note": weighed.note or None,
    }


def is_killed(traded: FateDecided | None) -> bool:
    """Whether trading has denied a signal because its hypothesis was killed by its live trades."""
    return traded is not None and traded.weight is not None and not traded.weight.weight


def warning(state: str) -> str | None:
    """What must be said beside a signal of a hypothesis in a state; None when it is proven."""
    return None if state in PROVEN else WARNINGS.get(state, _UNPROVEN)


def direction_word(direction: int) -> str:
    """The direction as people say it."""
    return "long" if direction > 0 else "short"


def risk_reward_text(ratio: float) -> str | None:
    """The reward for a risk of one, None where there is none.

    >>> risk_reward_text(2.0), risk_reward_text(1.666), risk_reward_text(float("nan"))
    ('2.0:1', '1.7:1', None)
    """
    return f"{ratio:.1f}:1" if math.isfinite(ratio) else None


def check_document(check: Check) -> dict[str, Any]:
    """A rule with what was found and what it allows."""
    return {
        "rule": check.rule,
        "value": plain(check.value),
        "limit": plain(check.limit),
        "holds": check.holds,
    }


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    """The value with NaN and infinities as null, and tuples as lists."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):  # most are; an abstract type is the last to ask for
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value
