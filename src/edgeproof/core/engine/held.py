"""What an account holds at prices: for the rules of risk, and for whoever looks at a book as they do."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from edgeproof.core.engine.state import ZERO
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import ENTRY, Order
from edgeproof.core.model.portfolio import OpenPosition, PositionPart, total
from edgeproof.core.model.position import Attribution, Position
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trade import Account, TradeAtWork

Mark = Callable[[Instrument], Decimal | None]
"""What an instrument is worth; None where that is not known."""


def equity_at(cash: Decimal, positions: Iterable[Position], mark: Mark) -> Decimal | None:
    """Cash and what all positions have made, all costs paid; None while one that is open has no mark."""
    return total((cash, *(net_pnl_at(each, mark) for each in positions)))


def net_pnl_at(position: Position, mark: Mark) -> Decimal | None:
    """All a position has made, after costs; None while it is open and has no mark."""
    if not position.attributions:
        return ZERO
    price = mark(position.instrument) if position.quantity else ZERO
    return None if price is None else position.net_pnl(price)


def open_positions(
    positions: Iterable[Position], mark: Mark, stop: Callable[[Attribution], Decimal | None]
) -> Iterator[OpenPosition]:
    """What is open of positions; `stop` says what guards a part of one."""
    for position in positions:
        if not position.quantity:
            continue
        parts = tuple(
            PositionPart(
                signal_id=part.signal_id,
                quantity=part.direction * part.quantity,
                entry_price=part.average_entry,
                protective_stop=stop(part),
            )
            for part in position.attributions
            if part.quantity
        )
        yield OpenPosition(instrument=position.instrument, mark_price=mark(position.instrument), parts=parts)


def resting_entries(trades: Iterable[TradeAtWork]) -> Iterator[tuple[TradeAtWork, Order]]:
    """The entries that may still fill, each with its trade."""
    for trade in trades:
        for order in trade.orders.values():
            if order.intent.leg == ENTRY and order.is_living and order.remaining_quantity:
                yield trade, order


def sent_within_a_minute(account: Account, now: int) -> int:
    """How many orders were sent in the minute up to `now`."""
    return sum(at > now - MINUTE for at in account.sent_at)
