"""Sizes a trader can check with a pencil: units = equity x risk fraction / |entry - stop|, in whole lots."""

from decimal import Decimal
from fractions import Fraction

import pytest

from edgeproof.core.risk.sizing import Cap, Sizing, size

# equity, risk, entry, stop, step: units
SCENARIOS = {
    "the example: 200 at risk, 500 a unit": (("10000", "0.02", "45000", "44500", "0.0001"), "0.4"),
    "short, the mirror image": (("10000", "0.02", "45000", "45500", "0.0001"), "0.4"),
    "twice the distance, half the size": (("10000", "0.02", "45000", "44000", "0.0001"), "0.2"),
    "1 % instead of 2": (("10000", "0.01", "45000", "44500", "0.0001"), "0.2"),
    "a third is rounded down": (("10000", "0.02", "45000", "44400", "0.0001"), "0.3333"),
    "a coarse step costs a third of the size": (("10000", "0.02", "45000", "44500", "0.3"), "0.3"),
    "a hair under the next lot stays under it": (("9999.99", "0.02", "45000", "44500", "0.1"), "0.3"),
    "whole coins": (("10000", "0.02", "0.25", "0.24", "1"), "20000"),
    "lots of a thousand": (("10000", "0.02", "0.00001", "0.0000097", "1000"), "666666000"),
    "not one lot fits": (("100", "0.02", "45000", "44500", "0.01"), "0"),
}


@pytest.mark.parametrize("caption", SCENARIOS)
def test_size_of_a_scenario_is_the_one_in_the_table(caption: str) -> None:
    (equity, risk, entry, stop, step), units = SCENARIOS[caption]
    given = _size(equity, risk, entry, stop, step)
    assert given.units == Decimal(units)
    assert given.cap == ""


def _size(equity: str, risk: str, entry: str, stop: str, step: str, *caps: Cap) -> Sizing:
    return size(
        Decimal(equity), Decimal(risk), entry=Decimal(entry), stop=Decimal(stop), lot_size=Decimal(step), caps=caps
    )


def test_size_of_the_example_risks_exactly_two_percent() -> None:
    given = _size("10000", "0.02", "45000", "44500", "0.0001")
    assert (given.asked, given.units, given.effective_risk_fraction) == (
        Decimal("0.4"),
        Decimal("0.4"),
        Decimal("0.02"),
    )
    assert given.notional == 18_000


def test_size_rounded_down_shows_asked_given_and_effective_risk() -> None:
    given = _size("10000", "0.02", "45000", "44400", "0.01")
    assert round(given.asked, 6) == Decimal("0.333333")
    assert given.units == Decimal("0.33")
    assert given.effective_risk_fraction == Decimal("0.0198")


def test_size_with_caps_takes_the_least_and_names_it() -> None:
    caps = (Cap("leverage", Fraction(3, 10)), Cap("margin", Fraction(1, 4)))
    given = _size("10000", "0.02", "45000", "44500", "0.1", *caps)
    assert (given.units, given.cap) == (Decimal("0.2"), "margin")
    assert given.words.endswith("capped by margin")


def test_size_with_caps_that_leave_room_names_none() -> None:
    given = _size("10000", "0.02", "45000", "44500", "0.1", Cap("leverage", Fraction(1)))
    assert (given.units, given.cap) == (Decimal("0.4"), "")


def test_size_with_no_room_left_is_nothing() -> None:
    given = _size("10000", "0.02", "45000", "44500", "0.1", Cap("open_risk", Fraction(-1)))
    assert (given.units, given.cap) == (Decimal(0), "open_risk")
