"""Prices in whole ticks and quantities in whole lots, exactly: the border between floats and decimals."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from edgeproof.core.model.errors import InputError

_NOISE = Decimal("1e-9")
"""Relative. What a float says beyond its ninth digit is arithmetic, not a price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The step of prices and the step of quantities of an instrument, both positive."""

    tick_size: Decimal
    lot_size: Decimal

    def __post_init__(self) -> None:
        for name, step in (("tick_size", self.tick_size), ("lot_size", self.lot_size)):
            if not (step.is_finite() and step > 0):
                raise InputError(f"expected {name} to be a positive step, found {step}")

    def is_price(self, price: Decimal) -> bool:
        """Whether a price is a positive whole number of ticks."""
        return price > 0 and price % self.tick_size == 0

    def is_quantity(self, quantity: Decimal) -> bool:
        """Whether a quantity is a positive whole number of lots."""
        return quantity > 0 and quantity % self.lot_size == 0


def decimal_of(number: float) -> Decimal:
    """The decimal with the fewest digits that is this float: what somebody wrote, not what the machine made of it.

    >>> decimal_of(0.0001), decimal_of(1000.0), decimal_of(1e-10)
    (Decimal('0.0001'), Decimal('1000.0'), Decimal('1E-10'))
    """
    return Decimal(repr(float(number)))


def steps_of(tick_size: float, lot_size: float) -> Steps:
    """The steps of an instrument as a venue's listing tells them.

    >>> steps_of(0.5, 1e-4)
    Steps(tick_size=Decimal('0.5'), lot_size=Decimal('0.0001'))
    """
    return Steps(tick_size=decimal_of(tick_size), lot_size=decimal_of(lot_size))


def round_up(price: float, tick_size: Decimal) -> Decimal:
    """The lowest whole number of ticks at or above a price; a price within a billionth of a tick's multiple is on it.

    >>> round_up(44_500.2, Decimal("0.5")), round_up(44_500.000000000007, Decimal("0.5"))
    (Decimal('44500.5'), Decimal('44500.0'))
    """
    return _round(price, tick_size, ROUND_CEILING)


def round_down(price: float, tick_size: Decimal) -> Decimal:
    """The highest whole number of ticks at or below a price; a price within a billionth of a tick's multiple is on it.

    >>> round_down(44_500.7, Decimal("0.5")), round_down(44_499.99999999999, Decimal("0.5"))
    (Decimal('44500.5'), Decimal('44500.0'))
    """
    return _round(price, tick_size, ROUND_FLOOR)


@lru_cache(maxsize=4096)
def _round(price: float, tick_size: Decimal, rounding: str) -> Decimal:
    exact = decimal_of(price)
    ticks = exact / tick_size
    nearest = ticks.to_integral_value(ROUND_HALF_EVEN)
    if abs(nearest * tick_size - exact) <= abs(exact) * _NOISE:
        return nearest * tick_size
    return ticks.to_integral_value(rounding) * tick_size
