"""The book against the venue: what is adopted, what is closed, and when a person is asked."""

from dataclasses import replace

import pytest

from edgeproof.core.model.execution import Unanswered
from edgeproof.core.model.order import Order, OrderIntent, new_order
from edgeproof.core.model.position import Position
from edgeproof.core.positions.apply import apply_fill
from edgeproof.core.positions.reconcile import (
    Adopt,
    Agreed,
    AskAfter,
    CancelOrphan,
    Close,
    Doubt,
    HaltAndAsk,
    LeaveForeign,
    PositionOutcome,
    VenuePosition,
    reconcile_orders,
    reconcile_position,
)
from tests.support.orders import BTC, ETH, LONG, SHORT, T, bracket, cancelled, d, fill, filled, flat, working

A = bracket()
B = bracket(replace(LONG, hypothesis="Breakout"))
S = bracket(SHORT)
A_ID, B_ID = A.entry.signal_id, B.entry.signal_id
ENTERED = apply_fill(flat(), A.entry, fill(A.entry, "1"))
BOTH = apply_fill(ENTERED, B.entry, fill(B.entry, "0.4"))


def lost(intent: OrderIntent, *fills: str) -> Doubt:
    """An order nobody heard of since, after some fills that were told; its signal's stop is at 44,500."""
    told = [filled(intent, quantity, name=f"f{number}") for number, quantity in enumerate(fills)]
    return Doubt(order=working(intent, *told, Unanswered(order_id=intent.id, time=T)), stop=44_500.0)


def venue(quantity: str) -> VenuePosition:
    return VenuePosition(instrument=BTC, signed_quantity=d(quantity), average_entry=d(45_003))


# book, venue, doubtful orders, mark price -> outcome, changes of the parts, whether a price is known
CASES: dict[
    str, tuple[Position, VenuePosition | None, list[Doubt], float | None, type, tuple[tuple[str, str], ...]]
] = {
    "the venue cannot be asked": (flat(), None, [], 45_000.0, HaltAndAsk, ()),
    "both flat": (flat(), venue("0"), [], 45_000.0, Agreed, ()),
    "both the same, an order in doubt": (ENTERED, venue("1"), [lost(A.stop)], 45_000.0, Agreed, ()),
    "an entry was filled while nobody looked": (flat(), venue("1"), [lost(A.entry)], 45_000.0, Adopt, ((A_ID, "1"),)),
    "an entry was filled in part": (flat(), venue("0.3"), [lost(A.entry)], 45_000.0, Adopt, ((A_ID, "0.3"),)),
    "the rest of an entry was filled": (
        apply_fill(flat(), A.entry, fill(A.entry, "0.4")),
        venue("1"),
        [lost(A.entry, "0.4")],
        45_000.0,
        Adopt,
        ((A_ID, "0.6"),),
    ),
    "an entry was filled, and its stop reached since": (
        flat(),
        venue("1"),
        [lost(A.entry)],
        44_499.0,
        Close,
        ((A_ID, "1"),),
    ),
    "an entry was filled, and no price is known": (flat(), venue("1"), [lost(A.entry)], None, HaltAndAsk, ()),
    "the stop closed it": (ENTERED, venue("0"), [lost(A.stop)], None, Adopt, ((A_ID, "-1"),)),
    "a target took its half": (ENTERED, venue("0.5"), [lost(A.targets[0])], 45_000.0, Adopt, ((A_ID, "-0.5"),)),
    "the stop of one of two signals closed its part": (
        BOTH,
        venue("0.4"),
        [lost(A.stop)],
        45_000.0,
        Adopt,
        ((A_ID, "-1"),),
    ),
    "either of two orders could have": (
        ENTERED,
        venue("0.5"),
        [lost(A.stop), lost(A.targets[0])],
        45_000.0,
        HaltAndAsk,
        (),
    ),  # noqa: E501
    "more than the entry was for": (flat(), venue("1.1"), [lost(A.entry)], 45_000.0, HaltAndAsk, ()),
    "more than the stop could close": (ENTERED, venue("-0.5"), [lost(A.stop)], 45_000.0, HaltAndAsk, ()),
    "somebody closed the only part": (ENTERED, venue("0"), [], 45_000.0, Adopt, ((A_ID, "-1"),)),
    "somebody closed half of the only part": (ENTERED, venue("0.5"), [], 45_000.0, Adopt, ((A_ID, "-0.5"),)),
    "somebody closed all of two parts": (BOTH, venue("0"), [], 45_000.0, Adopt, ((A_ID, "-1"), (B_ID, "-0.4"))),
    "somebody closed some of two parts": (BOTH, venue("0.9"), [], 45_000.0, HaltAndAsk, ()),
    "a position nobody here ordered": (flat(), venue("0.2"), [], 45_000.0, HaltAndAsk, ()),
    "more than the book, and no order for it": (ENTERED, venue("1.5"), [], 45_000.0, HaltAndAsk, ()),
    "the other direction": (ENTERED, venue("-1"), [], 45_000.0, HaltAndAsk, ()),
    "an order of the other direction explains nothing": (
        ENTERED,
        venue("0.5"),
        [lost(S.entry)],
        45_000.0,
        Adopt,
        ((A_ID, "-0.5"),),
    ),
    "an order of another instrument explains nothing": (
        flat(),
        venue("1"),
        [lost(replace(A.entry, instrument=ETH))],
        45_000.0,
        HaltAndAsk,
        (),
    ),
    "a stop of a signal that has no part explains nothing": (
        flat(),
        venue("-1"),
        [lost(A.stop)],
        45_000.0,
        HaltAndAsk,
        (),
    ),  # noqa: E501
}


@pytest.mark.parametrize(("book", "there", "doubts", "mark", "kind", "changes"), CASES.values(), ids=CASES)
def test_position_of_book_and_venue_is_settled_as_the_table_says(
    book: Position,
    there: VenuePosition | None,
    doubts: list[Doubt],
    mark: float | None,
    kind: type[PositionOutcome],
    changes: tuple[tuple[str, str], ...],
) -> None:
    outcome = reconcile_position(book, there, doubts, mark)
    assert isinstance(outcome, kind)
    if isinstance(outcome, Adopt | Close):
        assert outcome.changes == tuple((signal, d(change)) for signal, change in changes)


def test_short_entry_whose_stop_was_reached_is_closed() -> None:
    doubt = Doubt(order=lost(S.entry).order, stop=45_500.0)
    assert isinstance(reconcile_position(flat(), venue("-1"), [doubt], 45_500.0), Close)
    assert isinstance(reconcile_position(flat(), venue("-1"), [doubt], 45_499.0), Adopt)


def test_price_of_an_adopted_entry_is_the_venues_only_where_it_is_all_there_is() -> None:
    whole = reconcile_position(flat(), venue("1"), [lost(A.entry)], 45_000.0)
    rest = reconcile_position(ENTERED, venue("1.4"), [lost(replace(B.entry, quantity=d("0.4")))], 45_000.0)
    assert isinstance(whole, Adopt)
    assert isinstance(rest, Adopt)
    assert (whole.price, rest.price) == (d(45_003), None)


def test_halt_says_which_orders_it_could_have_been() -> None:
    outcome = reconcile_position(ENTERED, venue("0.5"), [lost(A.stop), lost(A.targets[0])], 45_000.0)
    assert isinstance(outcome, HaltAndAsk)
    assert outcome.reason == f"a difference of -0.5 could be of {A.stop.id}, {A.targets[0].id}"


STOP, ENDED = working(A.stop), working(A.targets[0], cancelled(A.targets[0]))


@pytest.mark.parametrize(
    ("orders", "there", "outcomes"),
    [
        pytest.param([STOP, ENDED], [STOP.id], [], id="as it should be"),
        pytest.param([STOP], [], [AskAfter(order_id=STOP.id)], id="gone from the venue: filled or cancelled?"),
        pytest.param([STOP, ENDED], None, [AskAfter(order_id=STOP.id)], id="the venue cannot be asked"),
        pytest.param([ENDED], [ENDED.id], [CancelOrphan(order_id=ENDED.id)], id="ended here, open there"),
        pytest.param([], [new_order(B.stop).id], [CancelOrphan(order_id=B.stop.id)], id="ours, and never heard of"),
        pytest.param([], ["web-0815"], [LeaveForeign(order_id="web-0815")], id="somebody else's"),
    ],
)
def test_orders_of_book_and_venue_are_settled_as_the_table_says(
    orders: list[Order], there: list[str] | None, outcomes: list[object]
) -> None:
    assert list(reconcile_orders(orders, there)) == outcomes
