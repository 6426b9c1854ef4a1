"""What trading costs: fees by liquidity, slippage by the timeframe of the signal."""

import math
from dataclasses import dataclass

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import MINUTE

BASIS_POINT = 1e-4

SLIPPAGE_BPS = ((2 * MINUTE, 1.0), (5 * MINUTE, 1.5), (15 * MINUTE, 2.5))
"""Slippage of market fills for signals of a timeframe up to the first number; longer ones pay SLIPPAGE_BPS_LONG."""
SLIPPAGE_BPS_LONG = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Fees as fractions of notional, slippage as a fraction of price (on market fills only).

    >>> Costs(slippage=1.5 * BASIS_POINT)
    Costs(taker=0.0005, maker=0.0002, slippage=0.00015000000000000001)
    """

    taker: float = 0.0005
    maker: float = 0.0002
    slippage: float = 0.0

    def __post_init__(self) -> None:
        for name, least in (("taker", -1.0), ("maker", -1.0), ("slippage", 0.0)):
            value = getattr(self, name)
            if not (math.isfinite(value) and least <= value < 1.0):
                raise InputError(
                    f"expected {name} as a fraction from {least:g} up to 1 (0.0005 is 0.05 %), found {value!r}"
                )


def slippage_bps(timeframe: int) -> float:
    """Basis points of price a market fill loses on a signal of this timeframe (milliseconds).

    >>> [slippage_bps(minutes * MINUTE) for minutes in (1, 2, 5, 15, 30, 240)]
    [1.0, 1.0, 1.5, 2.5, 4.0, 4.0]
    """
    return next((bps for longest, bps in SLIPPAGE_BPS if timeframe <= longest), SLIPPAGE_BPS_LONG)


def costs_for(timeframe: int, *, bps: float | None = None, taker: float = 0.0005, maker: float = 0.0002) -> Costs:
    """The costs of a signal of this timeframe; `bps` overrides the slippage of the table.

    >>> costs_for(5 * MINUTE, bps=2.0).slippage
    0.0002
    """
    return Costs(taker=taker, maker=maker, slippage=BASIS_POINT * (slippage_bps(timeframe) if bps is None else bps))
