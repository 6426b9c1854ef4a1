"""Liquidation prices worked out by hand, with the venue's levels for BTC: 1 %/0.5 %, 2 %/1 %, 4 %/2 %."""

from decimal import Decimal

import pytest

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.margin import MarginLevel
from edgeproof.core.positions.liquidation import (
    Exposure,
    isolated_collateral,
    liquidation_distance,
    liquidation_price,
)
from tests.support.orders import d

LEVELS = tuple(
    MarginLevel(notional=d(notional), initial=d(initial), maintenance=d(maintenance))
    for notional, initial, maintenance in [(3_000_000, 0.04, 0.02), (0, 0.01, 0.005), (1_000_000, 0.02, 0.01)]
)


def exposure(direction: int, units: str, entry: str, collateral: str) -> Exposure:
    return Exposure(direction=direction, units=d(units), entry=d(entry), collateral=d(collateral))


@pytest.mark.parametrize(
    ("direction", "units", "entry", "collateral", "price"),
    [
        # 20,000 behind 1 BTC at 50,000: may lose 20,000 less 0.5 % of 50,000 = 19,750.
        pytest.param(1, "1", "50000", "20000", "30250", id="a long on the first level"),
        # The example of the page on risk, all of the account behind it: 10,000 - 0.5 % of 18,000 = 9,910 on 0.4 BTC.
        pytest.param(1, "0.4", "45000", "10000", "20225", id="the long of 2 % risk"),
        # 2,000,000 at entry is on the second level, and stays judged by it: 300,000 - 20,000 = 280,000 on 40 BTC.
        pytest.param(1, "40", "50000", "300000", "43000", id="a long on the second level"),
        # (10,300 + 50,000) / 1.005: loses 10,000, and 300 is left, which is 0.5 % of 60,000.
        pytest.param(-1, "1", "50000", "10300", "60000", id="a short on the first level"),
        # 900,000 at entry. On the first level 18 x price = (163,500 + 900,000) / 1.005 = 1,058,208: beyond it. On the
        # second 1,063,500 / 1.01 = 1,052,970 is within: 58,498.35.
        pytest.param(-1, "18", "50000", "163500", "58498.35", id="a short whose rise takes it to the next level"),
        # First level: 1,006,000 / 1.005 = 1,000,995, beyond it. Second: 996,040, not there yet: where it begins.
        pytest.param(-1, "20", "45000", "106000", "50000", id="a short that the step to the next level ends"),
        # 3,147,342 / 1.005 = 3,131,684 and / 1.01 = 3,116,180 are beyond their levels; / 1.02 = 3,085,629.
        pytest.param(-1, "18", "50000", "2247342", "171423.86", id="a short carried to the last level"),
        pytest.param(-1, "1", "50000", "250", "50000", id="a short at its maintenance margin from the first"),
        pytest.param(-1, "1", "50000", "150", "49900", id="a short below its maintenance margin"),
        pytest.param(1, "1", "50000", "150", "50100", id="a long below its maintenance margin"),
        pytest.param(1, "1", "50000", "60000", "0", id="a long that its collateral carries down to nothing"),
        pytest.param(-1, "1", "50000", "-60000", "0", id="a short that is lost whatever the price"),
    ],
)
def test_liquidation_price_is_where_the_maintenance_margin_is_all_that_is_left(
    direction: int, units: str, entry: str, collateral: str, price: str
) -> None:
    found = liquidation_price(exposure(direction, units, entry, collateral), LEVELS)
    assert found is not None
    assert round(found, 2) == d(price)


def test_liquidation_price_of_an_isolated_position_is_of_what_was_set_aside() -> None:
    aside = isolated_collateral(d(1), d(50_000), d(10))
    assert aside == 5_000
    assert liquidation_price(exposure(1, "1", "50000", str(aside)), LEVELS) == 45_250


@pytest.mark.parametrize("levels", [(), LEVELS[:1]], ids=["none", "not from the beginning"])
def test_liquidation_price_without_the_venues_levels_is_not_guessed(levels: tuple[MarginLevel, ...]) -> None:
    long = exposure(1, "1", "50000", "20000")
    assert liquidation_price(long, levels) is None
    assert liquidation_distance(long, levels, d(50_000)) is None


@pytest.mark.parametrize(
    ("direction", "collateral", "mark", "distance"),
    [(1, "20000", "60500", "0.5"), (-1, "10300", "50000", "-0.2"), (1, "20000", "30250", "0")],
)
def test_liquidation_distance_is_a_fraction_of_the_mark_price(
    direction: int, collateral: str, mark: str, distance: str
) -> None:
    found = liquidation_distance(exposure(direction, "1", "50000", collateral), LEVELS, d(mark))
    assert found == abs(d(distance))


@pytest.mark.parametrize(("notional", "initial", "maintenance"), [(-1, 0.02, 0.01), (0, 0.01, 0.02), (0, 0.02, 0)])
def test_margin_level_that_cannot_be_is_refused(notional: float, initial: float, maintenance: float) -> None:
    with pytest.raises(InputError, match="0 < maintenance <= initial"):
        MarginLevel(notional=d(notional), initial=d(initial), maintenance=d(maintenance))


def test_margin_levels_may_come_in_any_order() -> None:
    short = exposure(-1, "18", "50000", "163500")
    assert liquidation_price(short, LEVELS) == liquidation_price(short, LEVELS[::-1])
    assert isinstance(liquidation_price(short, LEVELS), Decimal)
