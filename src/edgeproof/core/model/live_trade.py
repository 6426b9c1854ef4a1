"""A trade that is over, with what was known of its signal: what live performance is made of."""

from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.signal import Signal
from edgeproof.core.model.trading_event import TradeEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTrade:
    """A trade that is over. `state` is that of its hypothesis when the signal was told, `regime` "" where none held.

    `slippage_cost` is what its fills lost against the price when they were decided (stops: against their trigger), in
    the settlement currency, `assumed_cost` what a backtest assumes for the same fills; positive where worse.
    """

    signal: Signal
    trade: TradeEnded
    state: str
    regime: str
    slippage_cost: Decimal
    assumed_cost: Decimal

    @property
    def r(self) -> float:
        """What it made over what it risked, as planned."""
        return self.trade.r_multiple
