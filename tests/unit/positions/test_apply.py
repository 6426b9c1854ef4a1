"""From fills to a position, as a trader would book it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from edgeproof.core.model.errors import PositionError
from edgeproof.core.model.order import OrderIntent
from edgeproof.core.model.position import Position
from edgeproof.core.positions.apply import apply_fill, take_closed
from tests.support.orders import ETH, LONG, SHORT, bracket, d, fill, flat

PLAN = bracket()
OTHER = bracket(replace(LONG, hypothesis="Breakout"), "0.4")
AGAINST = bracket(replace(SHORT, hypothesis="Fade"))


def booked(*fills: tuple[OrderIntent, str, str, str]) -> Position:
    """The position after fills, each with intent, quantity, price and fee."""
    position = flat()
    for number, (intent, quantity, price, fee) in enumerate(fills):
        position = apply_fill(position, intent, fill(intent, quantity, price, name=f"f{number}", fee=fee))
    return position


# Long 1 BTC at 45,000; half is sold at 46,000; the rest is worth 45,500 each.
PARTLY_CLOSED = booked((PLAN.entry, "1", "45000", "22.5"), (PLAN.targets[0], "0.5", "46000", "4.6"))


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("quantity", "0.5"),
        ("signed_quantity", "0.5"),
        ("average_entry", "45000"),
        ("realized_pnl", "500"),
        ("fees", "27.1"),
        ("funding", "0"),
    ],
)
def test_position_closed_by_half_has_half_its_profit_realized(what: str, value: str) -> None:
    assert getattr(PARTLY_CLOSED, what) == d(value)


def test_position_closed_by_half_is_worth_its_realized_and_its_open_profit() -> None:
    mark = d(45_500)
    assert (PARTLY_CLOSED.unrealized_pnl(mark), PARTLY_CLOSED.net_pnl(mark)) == (d(250), d("722.9"))


def test_position_entered_at_two_prices_has_their_weighted_mean() -> None:
    position = booked((PLAN.entry, "0.4", "45000", "9"), (PLAN.entry, "0.6", "45010", "13.5"))
    assert (position.average_entry, position.quantity, position.fees) == (d(45_006), d(1), d("22.5"))


def test_short_position_earns_when_the_price_falls() -> None:
    plan = bracket(SHORT)
    position = booked((plan.entry, "1", "45000", "0"), (plan.targets[0], "0.5", "44000", "0"))
    assert (position.direction, position.signed_quantity, position.realized_pnl) == (-1, d("-0.5"), d(500))
    assert position.unrealized_pnl(d(45_200)) == d(-100)


def test_two_signals_share_one_position_each_with_its_part() -> None:
    position = booked((PLAN.entry, "1", "45000", "0"), (OTHER.entry, "0.4", "45700", "0"))
    assert [(part.signal_id, part.quantity) for part in position.attributions] == [
        (PLAN.entry.signal_id, d(1)),
        (OTHER.entry.signal_id, d("0.4")),
    ]
    assert (position.quantity, position.average_entry) == (d("1.4"), d(45_200))


def test_stop_of_one_signal_leaves_the_part_of_the_other() -> None:
    position = booked(
        (PLAN.entry, "1", "45000", "0"), (OTHER.entry, "0.4", "45700", "0"), (PLAN.stop, "1", "44490", "22")
    )
    position, closed = take_closed(position)
    assert [(part.signal_id, part.realized_pnl, part.fees) for part in closed] == [
        (PLAN.entry.signal_id, d(-510), d(22))
    ]
    assert (position.quantity, position.average_entry) == (d("0.4"), d(45_700))
    assert position.attribution(PLAN.entry.signal_id) is None


def test_position_closed_in_thirds_has_an_exact_profit() -> None:
    position = booked(
        (PLAN.entry, "0.3", "45000", "0"), (PLAN.entry, "0.6", "45001", "0"), (PLAN.stop, "0.9", "44500", "0")
    )
    assert position.realized_pnl == d(0.9) * 44_500 - d(0.3) * 45_000 - d(0.6) * 45_001
    assert (position.direction, position.average_entry) == (0, None)


# Planned: 1 BTC from 45,000 with the stop at 44,500, R = 500. The second number is what was lost, in R.
@pytest.mark.parametrize(
    ("exits", "in_r"),
    [
        pytest.param([("1", "44500")], "-1", id="stopped at the stop"),
        pytest.param([("1", "44100")], "-1.8", id="opened below the stop: the gap is lost too"),
        pytest.param([("0.4", "44100"), ("0.6", "44050")], "-1.86", id="and in two parts, the second lower"),
    ],
)
def test_trade_stopped_over_a_gap_loses_the_gap(exits: list[tuple[str, str]], in_r: str) -> None:
    position = booked((PLAN.entry, "1", "45000", "0"), *((PLAN.stop, *each, "0") for each in exits))
    assert position.realized_pnl / 500 == d(in_r)


def test_late_fill_of_an_entry_opens_its_part_again() -> None:
    position = booked(
        (PLAN.entry, "0.5", "45000", "0"), (PLAN.stop, "0.5", "44500", "0"), (PLAN.entry, "0.1", "44480", "0")
    )
    assert position.quantity == d("0.1")
    assert position.net_pnl(d(44_480)) == d(-250)


@pytest.mark.parametrize(
    "intent", [PLAN.stop, OTHER.stop], ids=["more than is open of its signal", "nothing is open of its signal"]
)
def test_fill_that_closes_beyond_zero_is_refused_with_the_numbers(intent: OrderIntent) -> None:
    position = booked((PLAN.entry, "0.5", "45000", "0"))
    with pytest.raises(PositionError, match=r"closes 0\.6, and 0"):
        apply_fill(position, intent, fill(intent, "0.6", "44500"))


def test_fill_against_an_open_position_is_refused() -> None:
    position = booked((PLAN.entry, "0.5", "45000", "0"))
    with pytest.raises(PositionError, match="is against the open position of BTC/USD:USD"):
        apply_fill(position, AGAINST.entry, fill(AGAINST.entry, "0.2"))


def test_position_that_is_flat_can_be_opened_the_other_way() -> None:
    closed = booked((PLAN.entry, "0.5", "45000", "0"), (PLAN.stop, "0.5", "44500", "0"))
    position = apply_fill(closed, AGAINST.entry, fill(AGAINST.entry, "0.2"))
    assert (position.direction, position.signed_quantity) == (-1, d("-0.2"))


def test_exit_order_that_trades_the_wrong_way_is_refused() -> None:
    position = booked((PLAN.entry, "0.5", "45000", "0"))
    wrong = replace(PLAN.stop, side=PLAN.entry.side)
    with pytest.raises(PositionError, match="closes"):
        apply_fill(position, wrong, fill(wrong, "0.1"))


def test_fill_of_another_order_or_instrument_is_refused() -> None:
    with pytest.raises(PositionError, match="is none of"):
        apply_fill(flat(), PLAN.stop, fill(PLAN.entry, "0.1"))
    with pytest.raises(PositionError, match="is none of"):
        apply_fill(Position(instrument=ETH), PLAN.entry, fill(PLAN.entry, "0.1"))


@pytest.mark.parametrize("wrong", [{"direction": 0}, {"exited": Decimal(2)}, {"exited": Decimal(-1)}])
def test_attribution_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    part = PARTLY_CLOSED.attributions[0]
    with pytest.raises(PositionError, match="no more exited than entered"):
        replace(part, **wrong)  # type: ignore[arg-type]


def test_attribution_of_nothing_is_refused() -> None:
    with pytest.raises(PositionError):
        replace(PARTLY_CLOSED.attributions[0], entered=Decimal(0), exited=Decimal(0))
