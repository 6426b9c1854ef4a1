"""At which price the venue would liquidate a linear perpetual, and how far that is.

A position is liquidated when what stands behind it, its own profit or loss included, is no more than its maintenance
margin: collateral + direction x units x (price - entry) <= maintenance margin.

- **Cross margin:** collateral is the account's margin equity without this position's own profit or loss, less the
  maintenance margin of all other positions. All else is taken to stay as it is.
- **Isolated margin:** collateral is what was set aside for this position (`isolated_collateral`).

The venue's margin levels begin at a notional in its currency and carry a rate each. Two things its documents leave
open are taken from the pessimistic side. The rate of a level holds for the whole position, not only for the part above
its threshold. And margin is asked on the larger notional on the way to a liquidation: that at entry of a long, whose
notional falls with the price, that at the price itself of a short. Fees of a liquidation are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.margin import MarginLevel

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A linear position as far as its liquidation is concerned; `collateral` is said in the head of this module."""

    direction: int
    units: Decimal
    entry: Decimal
    collateral: Decimal


def isolated_collateral(units: Decimal, entry: Decimal, leverage: Decimal) -> Decimal:
    """What is set aside for an isolated position: notional at entry / leverage.

    >>> isolated_collateral(Decimal("0.4"), Decimal(45_000), Decimal(10))
    Decimal('1800.0')
    """
    return units * entry / leverage


def liquidation_price(exposure: Exposure, levels: Sequence[MarginLevel]) -> Decimal | None:
    """The price at which the position is liquidated; 0 for a long that its collateral carries all the way down.

    None where it cannot be said: without levels, or with levels that do not begin at a notional of 0.

    Long, notional at entry N with the rate m of its level: price = entry - (collateral - m x N) / units.
    Short, in the first level where it holds: price = (collateral + N) / (units x (1 + m)).

    >>> levels = (MarginLevel(notional=Decimal(0), initial=Decimal("0.02"), maintenance=Decimal("0.01")),)
    >>> def at(direction, money):
    ...     held = Exposure(direction=direction, units=Decimal(2), entry=Decimal(45_000), collateral=Decimal(money))
    ...     return liquidation_price(held, levels)
    >>> at(1, 9_000)  # 45,000 - (9,000 - 1 % of 90,000) / 2
    Decimal('40950.00')
    >>> at(-1, 10_900)  # (10,900 + 90,000) / (2 x 1.01) = 100,900 / 2.02: loses 9,901; 1 % of 99,901 is left
    Decimal('49950.49504950495049504950495')
    >>> at(1, 100_000)
    Decimal('0')
    """
    ladder = sorted(levels, key=lambda level: level.notional)
    if not ladder or ladder[0].notional != 0:
        return None
    at_entry = exposure.units * exposure.entry
    spare = exposure.collateral - _level_at(ladder, at_entry).maintenance * at_entry
    if exposure.direction > 0:
        return max(exposure.entry - spare / exposure.units, _ZERO)
    if spare <= 0:
        return max(exposure.entry + spare / exposure.units, _ZERO)
    return _short_price(exposure, ladder, at_entry)


def liquidation_distance(exposure: Exposure, levels: Sequence[MarginLevel], mark: Decimal) -> Decimal | None:
    """How far the price may go against the position, as a fraction of the mark price; 0 or less: it is due.

    None where the liquidation price cannot be said.

    >>> levels = (MarginLevel(notional=Decimal(0), initial=Decimal("0.02"), maintenance=Decimal("0.01")),)
    >>> long = Exposure(direction=1, units=Decimal(2), entry=Decimal(45_000), collateral=Decimal(9_000))
    >>> liquidation_distance(long, levels, Decimal(45_500))  # (45,500 - 40,950) / 45,500
    Decimal('0.10')
    """
    price = liquidation_price(exposure, levels)
    return None if price is None else exposure.direction * (mark - price) / mark


def _level_at(ladder: Sequence[MarginLevel], notional: Decimal) -> MarginLevel:
    return [level for level in ladder if level.notional <= notional][-1]


def _short_price(exposure: Exposure, ladder: Sequence[MarginLevel], at_entry: Decimal) -> Decimal:
    # As the price rises, so does the notional, and with it perhaps the level. The first level in which the price is
    # reached tells it; it is the level's beginning where the step of the rate alone is too much.
    level = _level_at(ladder, at_entry)
    price = _short_price_at(exposure, level, at_entry)
    for higher in ladder[ladder.index(level) + 1 :]:
        begins_at = higher.notional / exposure.units
        if price < begins_at:
            break
        price = max(_short_price_at(exposure, higher, at_entry), begins_at)
    return price


def _short_price_at(exposure: Exposure, level: MarginLevel, at_entry: Decimal) -> Decimal:
    return (exposure.collateral + at_entry) / (exposure.units * (1 + level.maintenance))
