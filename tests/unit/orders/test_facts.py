"""Orders, fills and steps as facts: what cannot be is not made."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.execution import Filled
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.order import (
    OrderName,
    OrderState,
    OrderType,
    Side,
    new_order,
    next_attempt,
    parse_order_id,
)
from edgeproof.core.model.steps import Steps, round_down, round_up, steps_of
from tests.support.orders import LONG, T, bracket, d, fill

ENTRY, STOP, TARGET = bracket().entry, bracket().stop, bracket().targets[0]


def test_id_of_an_order_is_a_function_of_signal_leg_and_attempt() -> None:
    assert STOP.id == f"{LONG.id}-stop"
    assert replace(STOP, quantity=d("0.1"), trigger_price=d("44900")).id == STOP.id
    assert replace(STOP, attempt=2).id == f"{LONG.id}-stop-again-2"
    assert len({replace(STOP, signal_time=T + 1).id, replace(STOP, hypothesis="B").id, STOP.id}) == 3


def test_id_of_an_order_tells_its_signal_its_leg_and_its_attempt() -> None:
    assert parse_order_id(TARGET.id) == OrderName(LONG.id, "target-1", 1)
    assert parse_order_id(replace(TARGET, attempt=3).id) == OrderName(LONG.id, "target-1", 3)
    assert parse_order_id(f"{LONG.id}-target-0") is None


def test_next_attempt_is_one_more_than_the_last_of_its_leg() -> None:
    assert next_attempt("stop", [new_order(replace(STOP, attempt=2)), new_order(STOP), new_order(TARGET)]) == 3
    assert next_attempt("target-2", [new_order(STOP), new_order(TARGET)]) == 1


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"leg": "hope"}, "a leg such as"),
        ({"attempt": 0}, "a leg such as"),
        ({"quantity": Decimal(0)}, "a positive quantity"),
        ({"quantity": Decimal("NaN")}, "a positive quantity"),
        ({"trigger_price": None}, "a price just where it is used"),
        ({"limit_price": Decimal(1)}, "a price just where it is used"),
        ({"trigger_price": Decimal(0)}, "positive prices"),
        ({"trigger_price": Decimal("Infinity")}, "positive prices"),
        ({"is_reduce_only": False}, "every order but the entry to be reduce-only"),
        ({"is_post_only": True}, "only limit orders to be post-only"),
    ],
)
def test_intent_that_breaks_a_promise_is_refused_with_it(change: dict[str, Any], promise: str) -> None:
    with pytest.raises(InputError, match=promise):
        replace(STOP, **change)


def test_entry_that_is_reduce_only_is_refused() -> None:
    with pytest.raises(InputError, match="reduce-only"):
        replace(ENTRY, is_reduce_only=True)


def test_target_may_be_post_only() -> None:
    assert replace(TARGET, is_post_only=True).type is OrderType.LIMIT


@pytest.mark.parametrize(
    "change", [{"price": Decimal(0)}, {"quantity": Decimal(-1)}, {"price": Decimal("NaN")}, {"fee": Decimal("NaN")}]
)
def test_fill_without_a_positive_price_and_quantity_and_a_fee_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="of fill f1"):
        replace(fill(ENTRY, "1"), **change)


def test_fill_with_a_maker_rebate_has_a_negative_fee() -> None:
    rebate = Fill(id="f", order_id="o", time=T, price=d(45_000), quantity=d("0.4"), fee=d("-0.9"), is_maker=True)
    assert (rebate.fee, rebate.notional) == (d("-0.9"), d(18_000))


def test_fill_told_is_of_its_order_and_of_its_time() -> None:
    told = Filled(fill=fill(ENTRY, "1"))
    assert (told.order_id, told.time) == (ENTRY.id, T)


def test_side_signs_what_a_fill_does_to_the_position() -> None:
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)


def test_states_that_are_final_are_four() -> None:
    assert {state.value for state in OrderState if state.is_final} == {"filled", "cancelled", "rejected", "expired"}


@pytest.mark.parametrize("wrong", [Decimal(0), Decimal(-1), Decimal("NaN")])
def test_step_that_is_not_positive_is_refused_by_name(wrong: Decimal) -> None:
    with pytest.raises(InputError, match="expected tick_size"):
        Steps(tick_size=wrong, lot_size=Decimal(1))
    with pytest.raises(InputError, match="expected lot_size"):
        Steps(tick_size=Decimal(1), lot_size=wrong)


# The steps of the venue: BTC, DOGE, and PEPE with lots of a thousand.
@pytest.mark.parametrize(
    ("tick", "lot", "price", "quantity", "is_price", "is_quantity"),
    [
        (1.0, 0.0001, "45000", "0.4001", True, True),
        (1.0, 0.0001, "45000.5", "0.40001", False, False),
        (0.00001, 1.0, "0.12345", "7", True, True),
        (1e-10, 1000.0, "0.0000071234", "12000", True, True),
        (1e-10, 1000.0, "0.00000712345", "12500", False, False),
        (1.0, 1.0, "0", "0", False, False),
    ],
)
def test_steps_know_whole_ticks_and_lots(
    tick: float, lot: float, price: str, quantity: str, is_price: bool, is_quantity: bool
) -> None:
    steps = steps_of(tick, lot)
    assert (steps.is_price(d(price)), steps.is_quantity(d(quantity))) == (is_price, is_quantity)


@pytest.mark.parametrize(
    ("price", "tick", "down", "up"),
    [
        (7.12345e-06, "1e-10", "0.0000071234", "0.0000071235"),
        (0.1 + 0.2, "0.1", "0.3", "0.3"),  # 0.30000000000000004 is noise, not three ticks and a bit
        (44_500.01, "1", "44500", "44501"),
        (44_500.0, "0.5", "44500", "44500"),
    ],
)
def test_price_is_rounded_to_whole_ticks_below_and_above(price: float, tick: str, down: str, up: str) -> None:
    assert (round_down(price, Decimal(tick)), round_up(price, Decimal(tick))) == (d(down), d(up))
