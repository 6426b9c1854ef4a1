"""How much room the limits leave to the size of an entry: each a line, used + units x per unit <= limit.

Exact: fractions of integers, since a size that is rounded up by a digit is a limit broken by a digit.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from edgeproof.core.model.entry import EntryMarket, EntryRequest
from edgeproof.core.model.portfolio import Portfolio
from edgeproof.core.model.signal import Check
from edgeproof.core.risk.correlation import beta_of, btc_exposure
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.risk.sizing import Cap


@dataclass(frozen=True, slots=True)
class Room:
    """One limit on the size: what is used of it, what a unit more uses, and how much there may be (None: any).

    `used` and `per_unit` are None where they are not known.
    """

    rule: str
    used: Fraction | None
    per_unit: Fraction | None
    limit: Fraction | None

    def after(self, units: Decimal) -> Fraction | None:
        """What is used once `units` more are there; None where it is not known."""
        if self.used is None or self.per_unit is None:
            return None
        return self.used + self.per_unit * Fraction(units)

    def cap(self) -> Cap | None:
        """The units that fit; None where any number does, or where it is not known."""
        if self.limit is None or self.used is None or not self.per_unit:
            return None
        return Cap(self.rule, (self.limit - self.used) / self.per_unit)

    def check(self, units: Decimal) -> Check:
        """The limit held against `units` more; what is not known holds only where there is no limit."""
        after = self.after(units)
        return Check(
            rule=self.rule,
            value=None if after is None else float(after),
            limit=None if self.limit is None else float(self.limit),
            holds=self.limit is None or (after is not None and after <= self.limit),
        )


def rooms(request: EntryRequest, portfolio: Portfolio, market: EntryMarket, limits: RiskLimits) -> tuple[Room, ...]:
    """Every limit on the size of an entry, in the order in which they decide. Asks for an equity above 0."""
    equity, entry = _exact(portfolio.equity), Fraction(request.entry)
    distance = abs(entry - Fraction(request.stop))
    return (
        Room("notional", Fraction(0), entry, _exact(limits.max_notional)),
        Room("leverage", _over(portfolio.gross_notional, equity), _over(entry, equity), _exact(limits.max_leverage)),
        _margin(entry, portfolio, market, limits),
        Room("open_risk", _over(portfolio.open_risk, equity), _over(distance, equity), _exact(limits.max_open_risk)),
        _btc_beta(request, portfolio, market, limits),
    )


def _margin(entry: Fraction, portfolio: Portfolio, market: EntryMarket, limits: RiskLimits) -> Room:
    share = limits.max_margin_share
    locked = None if market.terms is None else _exact(market.terms.initial_margin_fraction)
    free = _exact(portfolio.available_margin)
    return Room(
        "margin",
        None if free is None else Fraction(0),
        None if locked is None else entry * locked,
        None if share is None else Fraction(share) * (free or 0),
    )


def _btc_beta(request: EntryRequest, portfolio: Portfolio, market: EntryMarket, limits: RiskLimits) -> Room:
    # Seen from the side the entry is on: what is there on the other side of BTC is room.
    own, held = beta_of(request.instrument, market.betas), btc_exposure(portfolio, market.betas)
    limit = _exact(limits.max_btc_beta)
    if not (math.isfinite(own) and math.isfinite(held)):
        return Room("btc_beta", None, None, limit)
    if own == 0:
        return Room("btc_beta", Fraction(0), Fraction(0), limit)
    side = request.direction if own > 0 else -request.direction
    per_unit = _over(abs(Fraction(own)) * Fraction(request.entry), _exact(portfolio.equity))
    return Room("btc_beta", side * Fraction(held), per_unit, limit)


def caps(all_rooms: tuple[Room, ...]) -> Iterator[Cap]:
    """The caps of the rooms that are not boundless."""
    yield from (cap for room in all_rooms if (cap := room.cap()) is not None)


def _exact(amount: Decimal | None) -> Fraction | None:
    return None if amount is None else Fraction(amount)


def _over(amount: Decimal | Fraction | None, equity: Fraction | None) -> Fraction | None:
    return None if amount is None or equity is None else Fraction(amount) / equity
