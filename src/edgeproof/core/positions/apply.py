"""From a fill to the position after it: exact, and each part with the signal that owns it."""

from dataclasses import replace
from decimal import Decimal

from edgeproof.core.model.alter import altered
from edgeproof.core.model.errors import PositionError
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.order import ENTRY, OrderIntent
from edgeproof.core.model.position import Attribution, Position


def apply_fill(position: Position, intent: OrderIntent, fill: Fill) -> Position:
    """The position after a fill of an order: the entry adds to the part of its signal, every other leg takes from it.

    The caller has made sure that the fill is new (`lifecycle.apply_event`). A late fill of an entry whose part was
    closed opens that part again.

    Raises
    ------
    PositionError
        The fill would close more than is open of its signal, or trade against a position in the other direction: an
        instrument has one net position, and a signal against it is refused before an order exists.
    """
    if intent.instrument != position.instrument or intent.id != fill.order_id:
        raise PositionError(f"fill {fill.id} of {fill.order_id} is none of {intent.id} on {position.instrument}")
    part = position.attribution(intent.signal_id)
    if intent.leg != ENTRY:
        changed = _reduced(part, intent, fill)
    elif position.direction not in (0, intent.side.sign):
        raise PositionError(f"fill {fill.id} of {intent.id} is against the open position of {position.instrument}")
    else:
        changed = _opened(intent, fill) if part is None else _increased(part, fill)
    return _with(position, changed)


def take_closed(position: Position) -> tuple[Position, tuple[Attribution, ...]]:
    """The position without the parts that are closed, and those parts."""
    closed = tuple(part for part in position.attributions if not part.quantity)
    open_ = tuple(part for part in position.attributions if part.quantity)
    return altered(position, attributions=open_), closed


def _opened(intent: OrderIntent, fill: Fill) -> Attribution:
    return Attribution(
        signal_id=intent.signal_id,
        direction=intent.side.sign,
        opened_at=fill.time,
        entered=fill.quantity,
        entry_value=fill.notional,
        fees=fill.fee,
    )


def _increased(part: Attribution, fill: Fill) -> Attribution:
    return replace(
        part,
        entered=part.entered + fill.quantity,
        entry_value=part.entry_value + fill.notional,
        fees=part.fees + fill.fee,
    )


def _reduced(part: Attribution | None, intent: OrderIntent, fill: Fill) -> Attribution:
    open_ = Decimal(0) if part is None else part.quantity
    if part is None or fill.quantity > open_ or intent.side.sign == part.direction:
        raise PositionError(f"fill {fill.id} of {intent.id} closes {fill.quantity}, and {open_} is open of its signal")
    return replace(
        part,
        exited=part.exited + fill.quantity,
        exit_value=part.exit_value + fill.notional,
        fees=part.fees + fill.fee,
    )


def _with(position: Position, changed: Attribution) -> Position:
    others = tuple(part for part in position.attributions if part.signal_id != changed.signal_id)
    if len(others) == len(position.attributions):
        return altered(position, attributions=(*others, changed))
    parts = tuple(changed if part.signal_id == changed.signal_id else part for part in position.attributions)
    return altered(position, attributions=parts)
