"""Live trades made up for statistics: an hour apart, each with what it risked and what it made."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.time import HOUR, MINUTE
from tests.support.sessions import BITCOIN, signal
from tests.support.trading import closed

BEGAN = 1_770_076_800_000
"""2026-02-03T00:00Z."""


def live_trade(
    number: int,
    net: str,
    *,
    hypothesis: str = "A",
    instrument: Instrument = BITCOIN,
    regime: str = "ranging",
    slippage: str = "2",
    assumed: str = "3",
    **fields: Any,
) -> LiveTrade:
    """The trade of hour `number`: 2 of fees and 1 of funding paid, 100 risked, 10,000 bought and 10,000 sold."""
    at = BEGAN + number * HOUR
    fired = replace(signal(), hypothesis=hypothesis, instrument=instrument, time=at)
    made: dict[str, Any] = {
        "time": at + 30 * MINUTE,
        "opened_at": at + MINUTE,
        "instrument": instrument,
        "net_pnl": Decimal(net),
        "fees": Decimal(2),
        "funding": Decimal(1),
        "risk": Decimal(100),
        "quantity": Decimal(100),
        "entry_price": Decimal(100),
        "exit_price": Decimal(100),
    }
    return LiveTrade(
        signal=fired,
        trade=closed(fired, **(made | fields)).trade,
        state="qualified",
        regime=regime,
        slippage_cost=Decimal(slippage),
        assumed_cost=Decimal(assumed),
    )


def live_trades_of(results: Sequence[str], **fields: Any) -> list[LiveTrade]:
    """A trade an hour, each with its net P&L."""
    return [live_trade(number, net, **fields) for number, net in enumerate(results)]
