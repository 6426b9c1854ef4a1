"""From a signal to its orders, and what changes with every fill, as a trader would say it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.execution import AmendSent, Cancelled, CancelRefused, CancelSent, Triggered, Unanswered
from edgeproof.core.model.order import EMERGENCY, EXIT, Order, OrderState, new_order
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import steps_of
from edgeproof.core.orders.planning import (
    Unplannable,
    expire_entry,
    follow,
    invalidated_by,
    leave,
    leave_all,
    plan_bracket,
    split_quantity,
)
from tests.support.orders import (
    ETH,
    LONG,
    SHORT,
    STEPS,
    T,
    bracket,
    cancelled,
    d,
    filled,
    rejected,
    told,
    trade,
    working,
)

PLAN = bracket()
ENTRY = working(PLAN.entry, filled(PLAN.entry, "1"))
STOP, FIRST, SECOND = working(PLAN.stop), working(PLAN.targets[0]), working(PLAN.targets[1])
HALF_ENTRY = working(PLAN.entry, filled(PLAN.entry, "0.5"))


def asked_to_cancel(order: Order) -> Order:
    return replace(order, state=OrderState.CANCELLING)


# --- the plan --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signal", "entry", "stop", "targets"),
    [
        (LONG, "buy 1 market", "sell 1 stop 44500", ["sell 0.5 limit 46000", "sell 0.5 limit 47000"]),
        (SHORT, "sell 1 market", "buy 1 stop 45500", ["buy 0.5 limit 44000", "buy 0.5 limit 43000"]),
    ],
)
def test_bracket_of_a_signal_is_entry_stop_and_targets(
    signal: Signal, entry: str, stop: str, targets: list[str]
) -> None:
    planned = bracket(signal)
    assert f"{planned.entry.side} {planned.entry.quantity} {planned.entry.type}" == entry
    assert f"{planned.stop.side} {planned.stop.quantity} {planned.stop.type} {planned.stop.trigger_price:.0f}" == stop
    assert [f"{each.side} {each.quantity} {each.type} {each.limit_price:.0f}" for each in planned.targets] == targets
    assert [each.is_reduce_only for each in (planned.entry, planned.stop, *planned.targets)] == [False, *[True] * 3]
    assert (planned.entry.expires_at, planned.stop.expires_at) == (signal.expires_at, None)


# A stop loses at most what was planned; a target earns at least what was promised.
@pytest.mark.parametrize(
    ("signal", "stop", "target"),
    [
        (replace(LONG, stop_loss=44_500.2, targets=(46_000.2, 47_000.0)), 44_501, 46_001),
        (replace(SHORT, stop_loss=45_500.8, targets=(43_999.8, 43_000.0)), 45_500, 43_999),
        (replace(LONG, stop_loss=44_500.000000000007, targets=(45_999.99999999999, 47_000.0)), 44_500, 46_000),
    ],
)
def test_bracket_off_the_ticks_has_its_stop_nearer_and_its_target_farther(
    signal: Signal, stop: int, target: int
) -> None:
    planned = bracket(signal)
    assert (planned.stop.trigger_price, planned.targets[0].limit_price) == (d(stop), d(target))


@pytest.mark.parametrize(
    ("change", "quantity", "rule"),
    [
        ({}, "0", "lot_size"),
        ({}, "0.25", "lot_size"),
        ({"stop_loss": 44_999.5}, "1", "stop_at_entry"),
        ({"direction": -1, "stop_loss": 46_000.0, "targets": (44_000.0, -0.5)}, "1", "price_not_positive"),
    ],
)
def test_signal_that_cannot_become_orders_says_by_which_rule(change: dict[str, Any], quantity: str, rule: str) -> None:
    planned = plan_bracket(replace(LONG, **change), d(quantity), STEPS)
    assert isinstance(planned, Unplannable)
    assert planned.rule == rule


def test_bracket_of_one_lot_has_one_target() -> None:
    planned = bracket(LONG, "0.1")
    assert [(each.leg, each.quantity) for each in planned.targets] == [("target-1", d("0.1"))]


@pytest.mark.parametrize(
    ("total", "fractions", "lot", "shares"),
    [
        ("0.4", (0.5, 0.3, 0.2), "0.1", ["0.2", "0.1", "0.1"]),
        ("1", (1 / 3, 1 / 3, 1 / 3), "0.1", ["0.4", "0.3", "0.3"]),
        ("0.1", (0.2, 0.5, 0.3), "0.1", ["0", "0.1", "0"]),
        ("12000", (0.5, 0.5), "1000", ["6000", "6000"]),
        ("0", (0.5, 0.5), "1", ["0", "0"]),
        ("0.4001", (0.5, 0.5), "0.0001", ["0.2001", "0.2000"]),
    ],
)
def test_quantity_is_shared_in_whole_lots_by_the_largest_remainder(
    total: str, fractions: tuple[float, ...], lot: str, shares: list[str]
) -> None:
    assert split_quantity(d(total), fractions, d(lot)) == tuple(map(d, shares))


@pytest.mark.parametrize(
    ("total", "fractions"), [("0.25", (1.0,)), ("-1", (1.0,)), ("1", ()), ("1", (1.0, 0.0)), ("1", (1.5, -0.5))]
)
def test_quantity_that_cannot_be_shared_is_refused(total: str, fractions: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="expected whole lots"):
        split_quantity(d(total), fractions, d("0.1"))


@pytest.mark.parametrize(
    ("signal", "price", "by"),
    [
        (LONG, 44_500.0, "stop"),
        (LONG, 44_501.0, None),
        (LONG, 46_999.0, None),
        (LONG, 47_000.0, "target"),
        (SHORT, 45_600.0, "stop"),
        (SHORT, 42_000.0, "target"),
        (SHORT, 45_000.0, None),
        (replace(LONG, targets=(), fractions=()), 99_000.0, None),
    ],
)
def test_entry_at_a_price_beyond_stop_or_last_target_is_invalidated(
    signal: Signal, price: float, by: str | None
) -> None:
    assert invalidated_by(signal, price) == by


# --- what follows from the fills -------------------------------------------------------------------------------------


def taken(order: Order, quantity: str, name: str = "t") -> Order:
    return working(order.intent, filled(order.intent, quantity, name=name))


SCENES: dict[str, tuple[list[Order], str, list[str]]] = {
    "nothing filled yet: nothing to guard": ([working(PLAN.entry)], "0", []),
    "entered: the stop first, then the targets": (
        [ENTRY],
        "1",
        ["stop: sell 1 at 44500", "target-1: sell 0.5 at 46000", "target-2: sell 0.5 at 47000"],
    ),
    "half entered: they are for the half": (
        [HALF_ENTRY],
        "0.5",
        ["stop: sell 0.5 at 44500", "target-1: sell 0.3 at 46000", "target-2: sell 0.2 at 47000"],
    ),
    "the other half came: they grow with it": (
        [
            ENTRY,
            working(replace(PLAN.stop, quantity=d("0.5"))),
            working(replace(PLAN.targets[0], quantity=d("0.3"))),
            working(replace(PLAN.targets[1], quantity=d("0.2"))),
        ],
        "1",
        ["amend stop: 1 at 44500", "amend target-1: 0.5 at 46000", "amend target-2: 0.5 at 47000"],
    ),
    "all as it should be: nothing": ([ENTRY, STOP, FIRST, SECOND], "1", []),
    "the first target filled: the stop shrinks": (
        [ENTRY, STOP, taken(FIRST, "0.5"), SECOND],
        "0.5",
        ["amend stop: 0.5 at 44500"],
    ),
    "a part of the first target filled: the stop shrinks by it": (
        [ENTRY, STOP, taken(FIRST, "0.2"), SECOND],
        "0.8",
        ["amend stop: 0.8 at 44500"],
    ),
    "a part of the stop filled: the last target gives way": (
        [ENTRY, taken(STOP, "0.3"), FIRST, SECOND],
        "0.7",
        ["amend target-2: 0.2 at 47000"],
    ),
    "most of the stop filled: the last target goes": (
        [ENTRY, taken(STOP, "0.6"), FIRST, SECOND],
        "0.4",
        ["amend target-1: 0.4 at 46000", "cancel target-2"],
    ),
    "all closed by the stop: the targets go": (
        [ENTRY, taken(STOP, "1"), FIRST, SECOND],
        "0",
        ["cancel target-1", "cancel target-2"],
    ),  # noqa: E501
    "all closed, and the rest of the entry still waits: it goes too": (
        [HALF_ENTRY, taken(STOP, "0.5"), asked_to_cancel(FIRST)],
        "0",
        ["cancel entry", "cancel stop"],
    ),
    "the venue cancelled the stop: a new one under a new id": (
        [ENTRY, working(PLAN.stop, cancelled(PLAN.stop)), FIRST, SECOND],
        "1",
        ["stop-again-2: sell 1 at 44500"],
    ),
    "the venue rejects the stop: out at market": (
        [ENTRY, working(PLAN.stop, rejected(PLAN.stop)), FIRST, SECOND],
        "1",
        ["emergency: sell 1"],
    ),
    "the venue rejects a target: the stop guards its share": (
        [ENTRY, STOP, working(PLAN.targets[0], rejected(PLAN.targets[0])), SECOND],
        "1",
        [],
    ),
    "nobody knows of the stop: it is not sent twice": (
        [ENTRY, working(PLAN.stop, Unanswered(order_id=PLAN.stop.id, time=T)), FIRST, SECOND],
        "1",
        [],
    ),
    "the stop is not accepted yet: it is amended later": (
        [ENTRY, new_order(replace(PLAN.stop, quantity=d("0.5"))), FIRST, SECOND],
        "1",
        [],
    ),
    "the stop is triggered: too late to amend it": (
        [ENTRY, working(PLAN.stop, Triggered(order_id=PLAN.stop.id, time=T)), taken(FIRST, "0.5"), SECOND],
        "0.5",
        [],
    ),
    "the amendment is under way: not asked for twice": (
        [
            ENTRY,
            working(PLAN.stop, AmendSent(order_id=PLAN.stop.id, time=T, quantity=d("0.5"))),
            taken(FIRST, "0.5"),
            SECOND,
        ],
        "0.5",
        [],
    ),
    "a target is being cancelled: it is left to it": (
        [ENTRY, STOP, asked_to_cancel(FIRST), SECOND],
        "1",
        [],
    ),
    "a late fill of a cancelled entry: guarded like any other": (
        [working(PLAN.entry, cancelled(PLAN.entry), filled(PLAN.entry, "0.2"))],
        "0.2",
        ["stop: sell 0.2 at 44500", "target-1: sell 0.1 at 46000", "target-2: sell 0.1 at 47000"],
    ),
    "a late fill while the stop is taken back: a new stop at once": (
        [
            working(PLAN.entry, filled(PLAN.entry, "0.2")),
            working(PLAN.stop, CancelSent(order_id=PLAN.stop.id, time=T)),
            *[working(each, CancelSent(order_id=each.id, time=T)) for each in PLAN.targets],
        ],
        "0.2",
        ["stop-again-2: sell 0.2 at 44500"],
    ),
    "a target whose fate is unknown is not taken back again": (
        [
            working(PLAN.entry, filled(PLAN.entry, "1")),
            working(PLAN.stop, filled(PLAN.stop, "0.5")),
            working(PLAN.targets[0]),
            working(
                PLAN.targets[1],
                CancelSent(order_id=PLAN.targets[1].id, time=T),
                CancelRefused(order_id=PLAN.targets[1].id, time=T, reason="unknown_order"),
            ),
        ],
        "0.5",
        [],
    ),
    "a lot left: it is the first target's": (
        [working(PLAN.entry, filled(PLAN.entry, "0.1"))],
        "0.1",
        ["stop: sell 0.1 at 44500", "target-1: sell 0.1 at 46000"],
    ),
}


@pytest.mark.parametrize(("orders", "open_quantity", "expected"), SCENES.values(), ids=SCENES)
def test_orders_of_a_trade_follow_what_is_open(orders: list[Order], open_quantity: str, expected: list[str]) -> None:
    assert told(follow(trade(orders, open_quantity), STEPS)) == expected


def test_orders_of_a_short_trade_buy_back() -> None:
    entry = bracket(SHORT).entry
    followed = follow(trade([working(entry, filled(entry, "1"))], "1", signal=SHORT), STEPS)
    assert told(followed) == ["stop: buy 1 at 45500", "target-1: buy 0.5 at 44000", "target-2: buy 0.5 at 43000"]


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        (44_800.0, ["amend stop: 1 at 44800"]),
        (44_800.3, ["amend stop: 1 at 44801"]),
        (44_500.0, []),
        (44_300.0, []),  # farther than it guards already: it stays
    ],
)
def test_stop_that_is_told_to_move_moves_nearer_only(stop: float, expected: list[str]) -> None:
    assert told(follow(trade([ENTRY, STOP, FIRST, SECOND], "1", stop=stop), STEPS)) == expected


def test_stop_of_a_short_moves_down_only() -> None:
    planned = bracket(SHORT)
    orders = [working(planned.entry, filled(planned.entry, "1")), working(planned.stop), *map(working, planned.targets)]
    lower = follow(trade(orders, "1", signal=SHORT, stop=45_200.0), STEPS)
    higher = follow(trade(orders, "1", signal=SHORT, stop=45_900.0), STEPS)
    assert (told(lower), told(higher)) == (["amend stop: 1 at 45200"], [])


def test_stop_whose_move_is_under_way_is_moved_on_from_there() -> None:
    moving = working(PLAN.stop, AmendSent(order_id=PLAN.stop.id, time=T, quantity=d(1), trigger_price=d(44_800)))
    orders = [ENTRY, moving, FIRST, SECOND]
    assert told(follow(trade(orders, "1", stop=44_800.0), STEPS)) == []
    assert told(follow(trade(orders, "1", stop=44_900.0), STEPS)) == ["amend stop: 1 at 44900"]


def test_target_that_took_more_than_its_share_leaves_less_to_the_others() -> None:
    # One lot more in all can mean one lot less for a share: a known oddity of the largest remainder.
    fractions = (3 / 7, 3 / 7, 1 / 7)
    assert split_quantity(Decimal(10), fractions, Decimal(1)) == (d(4), d(4), d(2))
    assert split_quantity(Decimal(11), fractions, Decimal(1)) == (d(5), d(5), d(1))
    signal = replace(LONG, targets=(46_000.0, 46_500.0, 47_000.0), fractions=fractions)
    steps = steps_of(1.0, 1.0)
    ten = plan_bracket(signal, Decimal(10), steps)
    assert not isinstance(ten, Unplannable)
    entry = replace(ten.entry, quantity=Decimal(11))
    orders = [
        working(entry, filled(entry, "11")),
        working(replace(ten.stop, quantity=Decimal(9))),
        *map(working, ten.targets[:2]),
        taken(working(ten.targets[2]), "2"),
    ]
    assert told(follow(trade(orders, "9", signal=signal), steps)) == ["amend target-1: 5 at 46000"]


# --- getting out -----------------------------------------------------------------------------------------------------


def test_entry_not_filled_in_time_is_cancelled_once() -> None:
    waiting = working(PLAN.entry)
    assert expire_entry(waiting, LONG.expires_at - 1) is None
    assert told([cancel for cancel in [expire_entry(waiting, LONG.expires_at)] if cancel]) == ["cancel entry"]
    assert expire_entry(asked_to_cancel(waiting), LONG.expires_at) is None
    assert expire_entry(ENTRY, LONG.expires_at) is None
    assert expire_entry(STOP, LONG.expires_at) is None


def test_exit_of_a_trade_goes_at_market_and_leaves_its_guards_until_it_is_closed() -> None:
    assert told(leave(trade([ENTRY, STOP, FIRST, SECOND], "1"), EXIT)) == ["exit: sell 1"]


def test_exit_while_the_entry_still_fills_takes_its_rest_back_first() -> None:
    assert told(leave(trade([HALF_ENTRY, STOP], "0.5"), EXIT)) == ["cancel entry", "exit: sell 0.5"]


def test_exit_of_a_trade_that_is_leaving_asks_for_what_is_not_under_way() -> None:
    out = leave(trade([ENTRY, STOP], "1"), EXIT)[0]
    leaving = working(replace(out.intent, quantity=d("0.6")))  # type: ignore[union-attr]
    assert told(leave(trade([ENTRY, STOP, leaving], "1"), EMERGENCY)) == ["emergency: sell 0.4"]
    assert told(leave(trade([ENTRY, STOP, leaving], "0.6"), EMERGENCY)) == []


def test_exit_that_was_cut_short_is_sent_again_under_a_new_id() -> None:
    out = leave(trade([ENTRY, STOP], "1"), EXIT)[0].intent  # type: ignore[union-attr]
    ended = working(out, filled(out, "0.7"), Cancelled(order_id=out.id, time=T, reason="collar"))
    assert told(leave(trade([ENTRY, STOP, ended], "0.3"), EXIT)) == ["exit-again-2: sell 0.3"]


def test_emergency_exit_of_all_cancels_every_entry_before_the_first_exit() -> None:
    other = bracket(replace(SHORT, instrument=ETH))
    half = working(other.entry, filled(other.entry, "0.5"))
    waiting = working(other.entry, CancelSent(order_id=other.entry.id, time=T))
    trades = [
        trade([ENTRY, STOP], "1"),
        trade([half], "0.5", signal=SHORT),
        trade([waiting], "0", signal=SHORT),
    ]
    assert told(leave_all(trades)) == ["cancel entry", "emergency: sell 1", "emergency: buy 0.5"]
