"""Funding: what a position pays or receives at each settlement of a perpetual."""

import math
from dataclasses import replace
from decimal import Decimal

from edgeproof.core.model.position import Attribution, Position
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.time import MINUTE

_PLACES = Decimal("1e-16")
"""A payment is rounded to this: far below what any venue books, and sums of millions of them stay exact."""


def settlement_time(published_at: int) -> int:
    """The whole minute a settlement falls in: its stamps jitter by milliseconds.

    >>> settlement_time(1_746_057_600_137)
    1746057600000
    """
    return published_at - published_at % MINUTE


def accrue(position: Position, published_at: int, rate: float | None, price: float) -> Position:
    """The position after a settlement: a long pays rate x price x units, a short receives it.

    `rate` is relative, a fraction a period; `price` the open of the base candle that contains the settlement. A part
    opened at or after the settlement pays nothing of it. A rate that is not known (None, or no number), or a price that
    is none, is never taken as zero: the funding of the parts it concerns is incomplete from then on. A settlement that
    was accrued before changes nothing.

    >>> from edgeproof.core.model.instrument import parse_instrument
    >>> part = Attribution(signal_id="s", direction=1, opened_at=0, entered=Decimal("0.4"), entry_value=Decimal(18_000))
    >>> held = Position(instrument=parse_instrument("PF_XBTUSD"), attributions=(part,))
    >>> accrue(held, 3_600_000, 0.0001, 45_000.0).funding  # 0.0001 x 45,000 x 0.4
    Decimal('1.8000000000000000')
    """
    time = settlement_time(published_at)
    if position.funded_until is not None and time <= position.funded_until:
        return position
    is_known = rate is not None and math.isfinite(rate) and 0 < price < math.inf
    charge = decimal_of(rate) * decimal_of(price) if rate is not None and is_known else None
    parts = tuple(_charged(part, charge) if part.opened_at < time else part for part in position.attributions)
    return replace(position, attributions=parts, funded_until=time)


def _charged(part: Attribution, charge: Decimal | None) -> Attribution:
    if not part.quantity:
        return part
    if charge is None:
        return replace(part, is_funding_complete=False)
    payment = (part.direction * charge * part.quantity).quantize(_PLACES)
    return replace(part, funding=part.funding + payment)
