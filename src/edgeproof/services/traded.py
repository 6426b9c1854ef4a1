"""What trading made of a signal, as a journal has it: its fate, the orders, the result."""

from dataclasses import dataclass, replace

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import OrderNoted, Record, SignalTraded, TradeClosed
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
    return traded_since(journal, signal.instrument, signal.time).get(signal.id)


def traded_since(journal: Journal, instrument: Instrument, start: int, end: int | None = None) -> dict[str, Traded]:
    """What trading made of the signals of an instrument it decided on between two times, by their ids, up to then."""
    found: dict[str, Traded] = {}
    for entry in journal.read(SignalTraded, OrderNoted, TradeClosed, instrument=instrument, start=start, end=end):
        record = entry.record
        name = _about(record)
        known = found.get(name or "")
        match record:
            case SignalTraded():
                found[record.signal.id] = Traded(decided=record) if known is None else replace(known, decided=record)
            case OrderNoted() if name is not None and known is not None:
                found[name] = replace(known, orders=(*known.orders, record))
            case TradeClosed() if name is not None and known is not None:
                found[name] = replace(known, closed=record)
            case _:
                pass  # of a signal that was decided on before
    return found


def _about(record: Record) -> str | None:
    """The id of the signal a record is about."""
    match record:
        case SignalTraded():
            return record.signal.id
        case OrderNoted():
            return _signal_of(record.order_id)
        case TradeClosed():
            return record.trade.signal_id
        case _:
            return None


def _signal_of(order_id: str) -> str | None:
    name = parse_order_id(order_id)
    return None if name is None else name.signal


def _leg_of(order_id: str) -> str | None:
    name = parse_order_id(order_id)
    return None if name is None else name.leg
