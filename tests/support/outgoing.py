"""Messages for tests of channels."""

from typing import Any

from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.message import Levels, Message, Severity, Topic
from edgeproof.core.model.time import MINUTE, parse_time
from edgeproof.ports.channels import Outgoing

AT = parse_time("2026-02-03T10:30:00Z")
# The smallest picture there is: 1 x 1.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf50"
    "0f0003860180cf1e8a300000000049454e44ae426082"
)


def message(message_id: str = "signal-7f3a", **changes: Any) -> Message:
    """A signal, with anything changed."""
    usual: dict[str, Any] = {
        "id": message_id,
        "topic": Topic.SIGNAL,
        "severity": Severity.INFO,
        "at": AT,
        "queued_at": AT + 3,
        "title": "LONG BTC/USD:USD · RSI_Oversold_5m_Reversal",
        "fields": (("entry", "45,000"), ("stop", "44,500"), ("target", "46,000")),
        "text": "Won 44 of 100 alike, out of sample.",
        "subject": "signal 7f3a",
        "instrument": parse_instrument("BTC/USD:USD"),
        "signal_id": "7f3a",
        "expires_at": AT + 5 * MINUTE,
        "levels": Levels(
            timeframe=5 * MINUTE, time=AT, direction=1, entry=45_000.0, stop_loss=44_500.0, targets=(46_000.0,)
        ),
        "document": {"signal": "RSI_Oversold_5m_Reversal", "entry": 45_000.0, "confidence": float("nan")},
    }
    return Message(**(usual | changes))


def outgoing(message_id: str = "signal-7f3a", **changes: Any) -> Outgoing:
    """A message on its way; what an Outgoing has by itself may be given too."""
    own = {name: changes.pop(name) for name in list(changes) if name in Outgoing.__dataclass_fields__}
    return Outgoing(message=message(message_id, **changes), **own)
