"""Messages as a session would compose them, for tests of channels."""

from dataclasses import replace
from typing import Any

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.ports.channels import Outgoing

BTC = Instrument("BTC", "USD", "USD")
SIGNAL_ID = "c708679e8078c384"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)

SIGNAL = Message(
    id=f"signal:{SIGNAL_ID}",
    topic=Topic.SIGNAL,
    severity=Severity.INFO,
    at=1_770_114_600_000,
    queued_at=1_770_114_600_010,
    title="LONG BTC/USD:USD 5m · RSI_Oversold_<5m>_*Reversal*",
    fields=(
        ("Entry", "60,043.7"),
        ("Stop", "59,800.0 (-0.41 %)"),
        ("Target", "60,531.1 (+0.81 %)"),
        ("Reward:risk", "2.0:1"),
        ("Size", "0.4 BTC"),
        ("Risk", "97.48 USD"),
        ("Record", "qualified: won 44% of 96, 36% at least, +0.08 R each"),
        ("Expires", "10:35 UTC, 5m after its close"),
        ("Id", SIGNAL_ID),
    ),
    subject=f"signal:{SIGNAL_ID}",
    instrument=BTC,
    signal_id=SIGNAL_ID,
    expires_at=1_770_114_900_000,
    actions=("take", "skip"),
)

OPENED = replace(
    SIGNAL,
    id="order:1",
    topic=Topic.TRADE,
    title="Opened long BTC/USD:USD 5m",
    fields=(("Size", "0.4 BTC"), ("Price", "60,044.1")),
    is_update=True,
    actions=("close",),
)


def words(title: str, **changes: Any) -> Outgoing:
    """A message of some words."""
    return Outgoing(
        message=replace(SIGNAL, topic=Topic.HEALTH, title=title, fields=(), signal_id=None, actions=(), **changes)
    )
