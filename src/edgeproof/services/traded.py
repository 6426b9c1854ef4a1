"""What trading made of a signal, as a journal has it: its fate, the orders, the result."""

from dataclasses import dataclass

from edgeproof.core.model.journal import OrderNoted, SignalTraded, TradeClosed
from edgeproof.core.model.order import ENTRY, parse_order_id
from edgeproof.core.model.signal import Signal
from edgeproof.ports import Journal

_ENDED = frozenset({"cancelled", "rejected", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """What happened to a signal after validation. `closed` is None while its trade is open, or where there was none.

    A fill that comes late reopens a trade: the last of its ends counts.
    """

    decided: SignalTraded
    orders: tuple[OrderNoted, ...] = ()
    closed: TradeClosed | None = None

    @property
    def never_filled(self) -> bool:
        """Whether its entry came to nothing: it was ended without a fill."""
        entry = [each.what for each in self.orders if _leg_of(each.order_id) == ENTRY]
        return "filled" not in entry and bool(_ENDED & set(entry))


def traded_of(journal: Journal, signal: Signal) -> Traded | None:
    """What trading made of a signal; None where it never came so far."""
    decided: SignalTraded | None = None
    orders: list[OrderNoted] = []
    closed: TradeClosed | None = None
    found = journal.read(SignalTraded, OrderNoted, TradeClosed, instrument=signal.instrument, start=signal.time)
    for entry in found:
        match entry.record:
            case SignalTraded() as record if record.signal.id == signal.id:
                decided = record
            case OrderNoted() as record if _signal_of(record.order_id) == signal.id:
                orders.append(record)
            case TradeClosed() as record if record.trade.signal_id == signal.id:
                closed = record
            case _:
                pass  # of another signal
    return None if decided is None else Traded(decided=decided, orders=tuple(orders), closed=closed)


def _signal_of(order_id: str) -> str | None:
    name = parse_order_id(order_id)
    return None if name is None else name.signal


def _leg_of(order_id: str) -> str | None:
    name = parse_order_id(order_id)
    return None if name is None else name.leg
