"""How many units an entry gets: units = equity x risk fraction / |entry - stop|, in whole lots, never more.

1. What the risk allows, exactly: a fraction of integers, because a quotient of decimals is itself rounded.
2. The least of it and of the caps (`Cap`); the one that binds is named.
3. Rounded down to whole lots (`size`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on the size of an entry: no more than `units`; less than none means that there is no room left."""

    name: str
    units: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """What was asked, what was given, and why they differ.

    `asked` is the unrounded size by the formula at `risk_fraction`; `units` whole lots, 0 where not one fits; `cap` the
    name of the limit that cut the size, "" where none did; `effective_risk_fraction` what is lost if the stop is hit;
    `is_halved` whether `risk_fraction` is half of what it would have been, because of a correlated position; `weight`
    what drift has multiplied it by.
    """

    asked: Decimal
    units: Decimal
    lot_size: Decimal
    entry: Decimal
    risk_fraction: Decimal
    effective_risk_fraction: Decimal
    cap: str = ""
    is_halved: bool = False
    weight: Decimal = Decimal(1)

    @property
    def notional(self) -> Decimal:
        """units x entry price."""
        return self.units * self.entry

    @property
    def words(self) -> str:
        """The rounding in a line: what was asked, what was given, what is risked, what cut it.

        >>> equity, lot = Decimal(10_000), Decimal("0.01")
        >>> size(equity, Decimal("0.02"), entry=Decimal(45_000), stop=Decimal(44_400), lot_size=lot).words
        'asked 0.333333, given 0.33 in steps of 0.01, risk 1.980 %'
        """
        said = f"asked {self.asked:.6g}, given {self.units} in steps of {self.lot_size}"
        said += f", risk {self.effective_risk_fraction * 100:.3f} %"
        said += ", halved for its correlation" if self.is_halved else ""
        said += f", weight {self.weight.normalize():f}" if self.weight != 1 else ""
        return said + (f", capped by {self.cap}" if self.cap else "")


def size(
    equity: Decimal,
    risk_fraction: Decimal,
    *,
    entry: Decimal,
    stop: Decimal,
    lot_size: Decimal,
    caps: Sequence[Cap] = (),
) -> Sizing:
    """The size of an entry: equity x risk fraction / |entry - stop|, capped, rounded down to whole lots.

    By hand: 10,000 x 2 % = 200 may be lost, 45,000 - 44,500 = 500 a unit: 200 / 500 = 0.4.

    >>> equity, lot = Decimal(10_000), Decimal("0.0001")
    >>> size(equity, Decimal("0.02"), entry=Decimal(45_000), stop=Decimal(44_500), lot_size=lot).units
    Decimal('0.4000')
    """
    distance = abs(entry - stop)
    by_risk = Fraction(equity) * Fraction(risk_fraction) / Fraction(distance)
    binding = min((Cap("", by_risk), *caps), key=lambda cap: cap.units)
    lots = max(0, math.floor(binding.units / Fraction(lot_size)))
    units = lots * lot_size
    return Sizing(
        asked=_shown(by_risk),
        units=units,
        lot_size=lot_size,
        entry=entry,
        risk_fraction=risk_fraction,
        effective_risk_fraction=_shown(Fraction(units) * Fraction(distance) / Fraction(equity)),
        cap=binding.name,
    )


def _shown(exact: Fraction) -> Decimal:
    return Decimal(exact.numerator) / Decimal(exact.denominator)
