"""What signals, their fates and trades came to, in a few words: for terminals, and for the journal on a page."""

from decimal import Decimal

from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.trading_event import FateDecided, TradeEnded, TradeFate
from edgeproof.services.figures import denial_text, quantity_text, rule_text, value_text
from edgeproof.services.signal_document import PROVEN

LATE_REASONS = {
    "start": "it closed while the session began",
    "restart_gap": "no session was running",
    "feed_gap": "the feed had a hole that was filled later",
    "late_candle": "its candle was corrected",
}
"""Why a close was not evaluated in time."""

_WAYS_OUT = {"exit": "rule", "emergency": "at once"}
_STOPS = {StopKind.INITIAL: "stop", StopKind.BREAK_EVEN: "break-even", StopKind.TRAILING: "trailing"}


def traded_text(traded: FateDecided) -> str:
    """What trading made of a signal, in a few words.

    >>> traded_text(FateDecided(time=0, signal_id="s", fate=TradeFate.TAKEN, quantity=Decimal("0.40")))
    'size 0.4'
    >>> traded_text(FateDecided(time=0, signal_id="s", fate=TradeFate.DENIED, rule="open_positions", value=3, limit=2))
    'not traded: open_positions 3 > 2'
    >>> traded_text(FateDecided(time=0, signal_id="s", fate=TradeFate.DENIED, rule="drift", value=5.25, limit=4.0))
    'not traded: killed, drift 5.25 > 4'
    """
    if traded.fate is TradeFate.TAKEN:
        return f"size {quantity_text(traded.quantity or Decimal(0))}{weight_text(traded.weight)}"
    return f"not traded: {denial_text(traded)}"


def weight_text(weighed: SignalWeight | None) -> str:
    """The weight of a signal and its stage, where they are not what is usual.

    >>> weight_text(SignalWeight(weight=Decimal("0.50"), stage="half")), weight_text(SignalWeight(stage="steady"))
    (', weight 0.5 (half)', '')
    """
    if weighed is None or weighed.stage in {"", "steady", "untested"}:
        return ""
    return f", weight {weighed.weight.normalize():f} ({weighed.stage})"


def confidence_text(decision: Decision) -> str:
    """The chance of a win that its record supports at least, or that it is not proven."""
    if decision.state not in PROVEN:
        return decision.state.upper() if decision.state in {"rejected", "killed", "probation"} else "UNPROVEN"
    return "win ?" if decision.confidence is None else f"win {decision.confidence:.0%}+"


def reason_text(decision: Decision) -> str:
    """The rule that decided, with what it found and what it allows; "" for a signal that was told."""
    if decision.fate is Fate.TOLD:
        return ""
    if decision.fate is Fate.VOID:
        return f"its {value_text(decision.value)} is on the wrong side"
    return rule_text(decision)


def way_out(trade: TradeEnded) -> str:
    """What ended a trade: a stop or a target, and which; a rule of its hypothesis; or a person or breaker, at once."""
    if trade.reason == "stop":
        return _STOPS[trade.stop_kind]
    return _WAYS_OUT.get(trade.reason, trade.reason.replace("-", " "))
