"""What trading left in a journal, gone through record by record: is all there, once, and was nothing unguarded?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import BookKept, Decided, OrderNoted, SignalTraded, StandingNoted, TradeClosed
from edgeproof.core.model.order import ENTRY, STOP, Order, OrderType
from edgeproof.core.model.signal import Fate
from edgeproof.core.model.trade import Account, Book, TradeAtWork, changed
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.ports import Journal


@dataclass
class Audit:
    """What was found; `problems` is empty where trading kept its promises."""

    problems: list[str] = field(default_factory=list)
    fates: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    closed: list[TradeClosed] = field(default_factory=list)
    fills: int = 0
    states: Counter[str] = field(default_factory=Counter)
    slippages: list[tuple[float, float]] = field(default_factory=list)
    book: Book | None = None


def audit(journal: Journal, cash: Decimal = Decimal(10_000)) -> Audit:
    """Go through everything trading wrote down."""
    found = Audit()
    told = [e.record.decision.signal.id for e in journal.read(Decided) if e.record.decision.fate is Fate.TOLD]
    traded = [e.record for e in journal.read(SignalTraded)]
    found.closed = [e.record for e in journal.read(TradeClosed)]
    found.fates = Counter(each.decided.fate.value for each in traded)
    found.rules = Counter(each.decided.rule for each in traded if each.decided.fate is TradeFate.DENIED)
    for standing in (entry.record.standing for entry in journal.read(StandingNoted)):
        found.states[f"{standing.status.state.value}/{standing.level.word}"] += 1
    for note in (entry.record for entry in journal.read(OrderNoted)):
        if note.what == "filled" and note.slippage is not None and note.assumed_slippage is not None:
            found.slippages.append((note.assumed_slippage, note.slippage))
    found.problems += _doubled("fate", [each.signal.id for each in traded])
    found.problems += _doubled("end", [each.trade.signal_id for each in found.closed])
    found.problems += [f"told and not traded: {each}" for each in set(told) ^ {each.signal.id for each in traded}]
    _walk(found, journal, cash)
    _account_for(found, {each.signal.id for each in traded if each.decided.fate is TradeFate.TAKEN}, cash)
    return found


def _doubled(what: str, names: list[str]) -> list[str]:
    return [f"{name} has {count} of {what}" for name, count in Counter(names).items() if count > 1]


def _walk(found: Audit, journal: Journal, cash: Decimal) -> None:
    book, session = Book(account=Account(cash=cash)), ""
    intended: Counter[str] = Counter()
    seen: dict[str, TradeAtWork] = {}
    for entry in journal.read(BookKept):
        change = entry.record.change
        if entry.record.is_whole and change.account is not None:
            again = changed(Book(account=change.account), change)
            if session not in {"", entry.record.session} and not _is_taken_up(book, again):
                found.problems.append(f"{entry.seq}: the book of a new session is not the one the last one left")
            book = again
        else:
            book = changed(book, change)
        session = entry.record.session
        for trade in (*change.trades, *change.over):
            seen[trade.signal.id] = trade
        found.problems += [f"{entry.seq}: {each}" for each in _unsound(book)]
    for each in journal.read(OrderNoted):
        intended[each.record.order_id] += each.record.what == "intended"
    found.problems += [f"{name} was intended {count} times" for name, count in intended.items() if count > 1]
    for trade in seen.values():
        found.problems += list(_overfilled(trade))
    found.fills = sum(len(order.fills) for trade in seen.values() for order in trade.orders.values())
    found.book = book


def _is_taken_up(left: Book, again: Book) -> bool:
    """Whether a session begins with what was left. The first prices it sees may be a new peak, never a lower one."""
    peaks = [Decimal(0) if each.account.peak_equity is None else each.account.peak_equity for each in (left, again)]
    return _held(left) == _held(again) and peaks[0] <= peaks[1]


def _held(book: Book) -> tuple[object, ...]:
    """What one session leaves to the next; of the account not the day, which may begin with the next."""
    account = book.account
    return book.trades, book.over, book.positions, account.cash, account.losses


def _unsound(book: Book) -> Iterator[str]:
    for position in book.positions.values():
        for part in position.attributions:
            if part.quantity and not _is_guarded(book.trades[part.signal_id], part.quantity):
                yield f"{part.signal_id} has {part.quantity} of {position.instrument} without a stop"
    for trade in book.trades.values():
        held = _open(book, trade.signal.instrument, trade.signal.id)
        filled = sum((_signed(order) for order in trade.orders.values()), Decimal(0))
        if filled != held:
            yield f"{trade.signal.id}: fills make {filled}, the position says {held}"


def _open(book: Book, instrument: Instrument, signal_id: str) -> Decimal:
    position = book.positions.get(instrument)
    part = None if position is None else position.attribution(signal_id)
    return Decimal(0) if part is None else part.direction * part.quantity


def _signed(order: Order) -> Decimal:
    return order.intent.side.sign * order.filled_quantity


def _is_guarded(trade: TradeAtWork, quantity: Decimal) -> bool:
    """Whether a stop guards all of it, at the venue or on its way there, or it is on its way out at market."""
    living = [order for order in trade.orders.values() if order.is_living and order.intent.leg != ENTRY]
    for order in living:
        wanted = max(order.quantity, Decimal(0) if order.asked is None else order.asked.quantity)
        if order.intent.leg == STOP and wanted - order.filled_quantity >= quantity:
            return True
    leaving = (order.remaining_quantity for order in living if order.intent.type is OrderType.MARKET)
    return sum(leaving, Decimal(0)) >= quantity


def _overfilled(trade: TradeAtWork) -> Iterator[str]:
    for order in trade.orders.values():
        if len({fill.id for fill in order.fills}) < len(order.fills):
            yield f"{order.id} has a fill twice"
        if order.filled_quantity > order.quantity:
            yield f"{order.id} is for {order.quantity}, and {order.filled_quantity} is filled"


def _account_for(found: Audit, taken: set[str], cash: Decimal) -> None:
    if found.book is None:
        return
    made = sum((each.trade.net_pnl for each in found.closed), Decimal(0))
    if abs(found.book.account.cash - cash - made) > Decimal("1e-9"):
        found.problems.append(f"cash is {found.book.account.cash}, and trades made {made} of {cash}")
    for each in found.closed:
        trade = each.trade
        gross = trade.direction * (trade.exit_price - trade.entry_price) * trade.quantity
        if abs(gross - trade.fees - trade.funding - trade.net_pnl) > Decimal("1e-6"):
            found.problems.append(f"{trade.signal_id} does not add up: {trade}")
    strangers = {each.trade.signal_id for each in found.closed} - taken
    found.problems += [f"{each} ended and was never taken" for each in strangers]
