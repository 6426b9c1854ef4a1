"""A book at prices: what it is worth, what guards it, and where the venue would liquidate it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from edgeproof.core.engine.held import equity_at
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.margin import MarginLevel
from edgeproof.core.model.order import STOP, Order, OrderState
from edgeproof.core.model.portfolio import total
from edgeproof.core.model.position import Attribution, Position
from edgeproof.core.model.trade import Book, TradeAtWork
from edgeproof.core.positions.liquidation import Exposure, liquidation_distance, liquidation_price

ZERO = Decimal(0)
ON_ITS_WAY = frozenset({OrderState.INTENDED, OrderState.SENT, OrderState.UNKNOWN})
"""States of living orders the venue has not taken yet, as far as is known."""

Margins = Mapping[Instrument, Sequence[MarginLevel]]


class Protection(StrEnum):
    """Whether a stop guards all that is open: it rests at the venue, it is on its way, or there is none."""

    RESTING = "resting"
    UNDER_WAY = "under_way"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PricedBook:
    """A book with what its instruments are worth."""

    book: Book
    marks: Mapping[Instrument, Decimal]
    margins: Margins = field(default_factory=dict)

    @property
    def open(self) -> list[tuple[Position, Attribution]]:
        """What is open: every part with its position, the oldest first."""
        held = self.book.positions.values()
        parts = [(position, part) for position in held for part in position.attributions if part.quantity]
        return sorted(parts, key=lambda each: each[1].opened_at)

    @property
    def equity(self) -> Decimal | None:
        """Cash and the net result of every position; None while one that is open has no mark."""
        return equity_at(self.book.account.cash, self.book.positions.values(), self.marks.get)

    def trade(self, signal_id: str) -> TradeAtWork | None:
        """The trade of a signal; None where the book has none."""
        return self.book.trades.get(signal_id) or self.book.over.get(signal_id)


def living(trade: TradeAtWork, *legs: str) -> Iterator[Order]:
    """The orders of some legs that can still do something."""
    return (each for each in trade.orders.values() if each.is_living and each.intent.leg in legs)


def stop_at_venue(trade: TradeAtWork | None, quantity: Decimal) -> tuple[Protection, Decimal | None]:
    """Whether stops guard a quantity, and the trigger of the one that is the farthest away; None without.

    One that is being cancelled guards nothing: it may be gone.
    """
    if trade is None:
        return Protection.NONE, None
    stops = [each for each in living(trade, STOP) if each.state is not OrderState.CANCELLING]
    resting = [each for each in stops if each.state not in ON_ITS_WAY]
    for protection, orders in ((Protection.RESTING, resting), (Protection.UNDER_WAY, stops)):
        if orders and sum(each.remaining_quantity for each in orders) >= quantity:
            triggers = [each.intent.trigger_price for each in orders if each.intent.trigger_price is not None]
            return protection, min(triggers, key=lambda price: trade.signal.direction * price, default=None)
    return Protection.NONE, None


def liquidation(priced: PricedBook, position: Position, mark: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """The price at which the position is liquidated under cross margin, and how far it is; None where not known."""
    entry, equity, levels = position.average_entry, priced.equity, priced.margins.get(position.instrument)
    others = total(_maintenance(priced, each) for each in priced.book.positions.values() if each is not position)
    if mark is None or entry is None or equity is None or others is None or not levels:
        return None, None
    exposure = Exposure(
        direction=position.direction,
        units=position.quantity,
        entry=entry,
        collateral=equity - position.unrealized_pnl(mark) - others,
    )
    return liquidation_price(exposure, levels), liquidation_distance(exposure, levels, mark)


def _maintenance(priced: PricedBook, position: Position) -> Decimal | None:
    """The maintenance margin a position takes; the rate of a level holds for all of it."""
    if not position.quantity:
        return ZERO
    mark, levels = priced.marks.get(position.instrument), priced.margins.get(position.instrument, ())
    if mark is None:
        return None
    notional = position.quantity * mark
    reached = [each for each in levels if each.notional <= notional]
    return max(reached, key=lambda each: each.notional).maintenance * notional if reached else None
