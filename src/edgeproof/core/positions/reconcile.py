"""The book against the venue, after a restart or whenever in doubt: what to adopt, what to close, when to ask a person.

The venue is right about what is there, the book about why. A difference that exactly one order explains is adopted:
its answer was lost. What nobody here ordered, and what could be more than one thing, halts and asks: guessing would put
the wrong stop on it. Silence is never an answer: a list that could not be had is not an empty one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import ENTRY, Order, parse_order_id
from edgeproof.core.model.position import Attribution, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePosition:
    """What the venue says of an instrument: signed quantity (0: flat) and average entry price."""

    instrument: Instrument
    signed_quantity: Decimal
    average_entry: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An order that may have been filled without our knowing, and the stop in force for its signal."""

    order: Order
    stop: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """Book and venue say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """Take over what the venue says: the signed change of each signal's part.

    `price` is the venue's average entry where that is the price of the change, None where the fills must be asked for.
    """

    changes: tuple[tuple[str, Decimal], ...]
    price: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Take it over and get out of it at market: it is ours, but can no longer be guarded as planned."""

    changes: tuple[tuple[str, Decimal], ...]
    price: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltAndAsk:
    """Do nothing, halt, and tell a person: what is there cannot be explained."""

    reason: str


PositionOutcome = Agreed | Adopt | Close | HaltAndAsk


def reconcile_position(
    position: Position, venue: VenuePosition | None, doubts: Sequence[Doubt], mark: float | None
) -> PositionOutcome:
    """What to do about the position of an instrument.

    `venue` is None where the venue's positions could not be had, `mark` where no fresh price is known. In this order:

    1. the venue's position is not known: halt and ask;
    2. no difference: agreed;
    3. exactly one doubtful order could have made it: adopt; but close where it is an entry whose stop the price has
       reached meanwhile, and halt and ask where no price says so;
    4. more than one could have: halt and ask;
    5. none could have, and the venue has less: adopt where it is clear whose part is gone (there is one part, or all
       is gone), for less is less risk: somebody closed by hand, or the venue liquidated;
    6. anything else (more than we ordered, the other direction): halt and ask.
    """
    if venue is None:
        return HaltAndAsk(reason="the venue's positions are not known")
    difference = venue.signed_quantity - position.signed_quantity
    if difference == 0:
        return Agreed()
    explanations = [doubt for doubt in doubts if _explains(doubt.order, difference, position)]
    if len(explanations) > 1:
        names = ", ".join(doubt.order.id for doubt in explanations)
        return HaltAndAsk(reason=f"a difference of {difference} could be of {names}")
    if explanations:
        return _explained(explanations[0], difference, position, venue, mark)
    return _unexplained(difference, position, venue)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAfter:
    """An order that lives in the book and is not among the open ones: filled or cancelled, its absence does not say."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrphan:
    """An order of ours at the venue that the book holds for ended, or has never heard of."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveForeign:
    """An order that is not ours: it is told, and left alone."""

    order_id: str


OrderOutcome = AskAfter | CancelOrphan | LeaveForeign


def reconcile_orders(orders: Iterable[Order], open_at_venue: Sequence[str] | None) -> tuple[OrderOutcome, ...]:
    """What to do about orders on which book and venue differ; nothing about the others.

    `open_at_venue` are the ids we gave of the orders that are open there, None where they could not be had: then every
    living order is to be asked after.
    """
    living = [order.id for order in orders if order.is_living]
    there = () if open_at_venue is None else open_at_venue
    missing = [AskAfter(order_id=each) for each in living if each not in there]
    surplus = [_surplus(each) for each in there if each not in living]
    return (*missing, *surplus)


def _surplus(order_id: str) -> OrderOutcome:
    return LeaveForeign(order_id=order_id) if parse_order_id(order_id) is None else CancelOrphan(order_id=order_id)


def _explains(order: Order, difference: Decimal, position: Position) -> bool:
    intent = order.intent
    if intent.instrument != position.instrument or intent.side.sign * difference <= 0:
        return False
    if intent.leg == ENTRY:
        return abs(difference) <= order.remaining_quantity and position.direction in (0, intent.side.sign)
    part = position.attribution(intent.signal_id)
    return part is not None and abs(difference) <= min(order.remaining_quantity, part.quantity)


def _explained(
    doubt: Doubt, difference: Decimal, position: Position, venue: VenuePosition, mark: float | None
) -> PositionOutcome:
    intent = doubt.order.intent
    changes = ((intent.signal_id, difference),)
    reason = f"{doubt.order.id} was filled without our knowing"
    if intent.leg != ENTRY:
        return Adopt(changes=changes, price=None, reason=reason)
    price = venue.average_entry if not position.quantity else None
    if mark is None:
        return HaltAndAsk(reason=f"{reason}, and no price says whether its stop was reached")
    if intent.side.sign * (mark - doubt.stop) <= 0:
        return Close(changes=changes, price=price, reason=f"{reason}, and its stop {doubt.stop} was reached meanwhile")
    return Adopt(changes=changes, price=price, reason=reason)


def _unexplained(difference: Decimal, position: Position, venue: VenuePosition) -> PositionOutcome:
    open_ = [part for part in position.attributions if part.quantity]
    is_less = position.direction * venue.signed_quantity >= 0 and position.direction * difference < 0
    if is_less and (venue.signed_quantity == 0 or len(open_) == 1):
        reason = f"the venue has {venue.signed_quantity} of {position.signed_quantity}, closed by somebody else"
        return Adopt(changes=tuple(_shrunk(open_, difference)), price=None, reason=reason)
    return HaltAndAsk(
        reason=f"the venue has {venue.signed_quantity}, the book {position.signed_quantity}, and no order explains it"
    )


def _shrunk(parts: Sequence[Attribution], difference: Decimal) -> Iterable[tuple[str, Decimal]]:
    if len(parts) == 1:
        return [(parts[0].signal_id, difference)]
    return [(part.signal_id, -part.direction * part.quantity) for part in parts]
