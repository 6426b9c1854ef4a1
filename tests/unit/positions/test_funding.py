"""Funding, settlement by settlement."""

from dataclasses import replace

import pytest

from edgeproof.core.model.position import Position
from edgeproof.core.positions.apply import apply_fill
from edgeproof.core.positions.funding import accrue
from tests.support.orders import LONG, SHORT, T, bracket, d, fill, flat

HOUR = 3_600_000
NEXT = T - T % HOUR + HOUR


def held(*, short: bool = False) -> Position:
    plan = bracket(SHORT if short else LONG)
    return apply_fill(flat(), plan.entry, fill(plan.entry, "0.4"))


@pytest.mark.parametrize(
    ("short", "rate", "paid"),
    [(False, 1e-4, "1.8"), (False, -1e-4, "-1.8"), (True, 1e-4, "-1.8"), (True, -1e-4, "1.8"), (False, 0.0, "0")],
)
def test_funding_is_paid_by_longs_and_received_by_shorts_at_a_positive_rate(
    short: bool, rate: float, paid: str
) -> None:
    assert accrue(held(short=short), NEXT, rate, 45_000.0).funding == d(paid)


def test_funding_of_a_position_opened_at_the_settlement_is_not_paid() -> None:
    plan = bracket()
    position = apply_fill(flat(), plan.entry, replace(fill(plan.entry, "0.4"), time=NEXT))
    assert accrue(position, NEXT, 1e-4, 45_000.0).funding == 0
    assert accrue(position, NEXT + HOUR, 1e-4, 45_000.0).funding == d("1.8")


def test_funding_told_twice_or_late_is_paid_once() -> None:
    paid = accrue(held(), NEXT, 1e-4, 45_000.0)
    assert accrue(paid, NEXT + 137, 2e-4, 45_000.0) is paid
    assert accrue(paid, NEXT - HOUR, 2e-4, 45_000.0) is paid


def test_funding_of_several_signals_is_each_ones_share() -> None:
    first, second = bracket(), bracket(replace(LONG, hypothesis="Breakout"))
    position = apply_fill(flat(), first.entry, fill(first.entry, "0.4"))
    position = apply_fill(position, second.entry, fill(second.entry, "0.1"))
    paid = accrue(position, NEXT, 1e-4, 45_000.0)
    assert [part.funding for part in paid.attributions] == [d("1.8"), d("0.45")]
    assert paid.funding == d("2.25")


def test_funding_at_a_rate_nobody_knows_is_not_taken_as_zero() -> None:
    unknown = accrue(held(), NEXT, None, 45_000.0)
    assert [part.is_funding_complete for part in unknown.attributions] == [False]
    assert unknown.funding == 0


@pytest.mark.parametrize(("rate", "price"), [(float("nan"), 45_000.0), (0.0001, float("nan")), (0.0001, 0.0)])
def test_funding_of_no_number_is_not_known(rate: float, price: float) -> None:
    (part,) = accrue(held(), T + HOUR, rate, price).attributions
    assert (part.funding, part.is_funding_complete) == (d(0), False)


def test_funding_of_a_closed_part_ends_with_it() -> None:
    plan = bracket()
    closed = apply_fill(held(), plan.stop, fill(plan.stop, "0.4", "44500"))
    after = accrue(closed, NEXT, None, 45_000.0)
    assert after.attributions == closed.attributions
    assert after.funded_until == NEXT
