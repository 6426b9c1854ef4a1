"""What a drill has to have left in its journal: read from fills, fates and standings, not from the book that trades.

Each check says what should be, what was found and whether it is so. A drill that did not come that far says that.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.drill import Seen
from edgeproof.core.model.journal import (
    Asked,
    BookKept,
    OrderNoted,
    SessionBegan,
    SessionEnded,
    SignalTraded,
    StandingNoted,
    TradeClosed,
)
from edgeproof.core.model.order import ENTRY, STOP, parse_order_id
from edgeproof.core.model.time import MINUTE, format_time
from edgeproof.core.model.trade import TradeAtWork
from edgeproof.core.model.trading import BreakerLevel, TradingState
from edgeproof.core.model.trading_event import FateDecided, TradeFate
from edgeproof.ports import Journal

SETTLED = 2 * MINUTE
"""Market time within which orders that close everything have to be filled."""

_LEAST_REFUSED = 5
"""Signals that have to be refused before it says something that none was traded."""

_SLIPPED = Decimal("0.01")
"""Of equity: what may be lost beyond the limit until everything is closed."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What a fill did to the position of a signal, positive for bought."""

    at: int
    signal_id: str
    quantity: Decimal


def positions_at(fills: Iterable[Fill], time: int) -> dict[str, Decimal]:
    """What is held at a time, signed, by the signals it belongs to."""
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in fills:
        if each.at <= time:
            held[each.signal_id] += each.quantity
    return {name: quantity for name, quantity in held.items() if quantity}


def fills_of(journal: Journal, session: str | None = None) -> tuple[Fill, ...]:
    """Every fill that was told, in the order in which it was."""
    directions = {each.record.signal.id: each.record.signal.direction for each in journal.read(SignalTraded)}
    return tuple(_fills((each.record for each in journal.read(OrderNoted, session=session)), directions))


def _fills(notes: Iterable[OrderNoted], directions: Mapping[str, int]) -> Iterator[Fill]:
    for note in notes:
        name = parse_order_id(note.order_id)
        if note.what == "filled" and note.quantity is not None and name is not None:
            sign = directions[name.signal] * (1 if name.leg == ENTRY else -1)
            yield Fill(note.at, name.signal, sign * note.quantity)


def tripped_at(journal: Journal) -> int | None:
    """When the breaker closed everything; None where it did not."""
    notes = (each.record for each in journal.read(StandingNoted))
    return next((each.at for each in notes if each.standing.level is BreakerLevel.FLATTEN), None)


def asked_at(journal: Journal, wish: str) -> int | None:
    """When a wish was granted; None where it was not."""
    return next((each.record.at for each in journal.read(Asked) if each.record.wish == wish), None)


def fates_between(journal: Journal, start: int, end: int | None = None) -> list[FateDecided]:
    """What trading made of signals after `start` and before `end`."""
    fates = (each.record.decided for each in journal.read(SignalTraded))
    return [each for each in fates if start < each.time and (end is None or each.time < end)]


def takes_after(journal: Journal, start: int) -> bool:
    """Whether a signal was traded after a time."""
    return any(each.fate is TradeFate.TAKEN for each in fates_between(journal, start))


# --- the breaker ---


def breaker_seen(journal: Journal, limit: Decimal, cash: Decimal, reset: int) -> tuple[Seen, ...]:
    """The breaker closed everything at its limit, open loss included, and no entry followed until the reset."""
    tripped = tripped_at(journal)
    if tripped is None:
        return (Seen(what="the breaker trips", found="it never did", holds=False),)
    fills = fills_of(journal)
    return (
        _held(fills, tripped),
        _lost(journal, limit, cash, tripped),
        _closed(fills, tripped),
        _refused(journal, tripped, reset, "until the reset"),
        _again(journal, reset - 1, "from the reset on"),
    )


def _held(fills: Iterable[Fill], time: int) -> Seen:
    held = positions_at(fills, time - 1)
    return Seen(what="positions are open before", found=f"{len(held)} positions", holds=bool(held))


def _lost(journal: Journal, limit: Decimal, cash: Decimal, tripped: int) -> Seen:
    closed = [each.record for each in journal.read(TradeClosed)]
    before = sum(each.at < tripped for each in closed)
    lost = -sum((each.trade.net_pnl for each in closed if each.at <= tripped + SETTLED), Decimal(0)) / cash
    return Seen(
        what=f"the day has lost {_percent(limit)} of equity, all of it open loss",
        found=f"{_percent(lost)} once it was closed at {_clock(tripped)}, {before} trades closed before",
        holds=limit <= lost <= limit + _SLIPPED and before == 0,
    )


def _closed(fills: Iterable[Fill], time: int) -> Seen:
    left = positions_at(fills, time + SETTLED)
    return Seen(
        what="everything is closed at market at once",
        found=f"{len(left)} positions left {SETTLED // MINUTE} minutes of market time later",
        holds=not left,
    )


def _refused(journal: Journal, start: int, end: int, until: str) -> Seen:
    fates = fates_between(journal, start, end)
    taken = sum(each.fate is TradeFate.TAKEN for each in fates)
    rules = Counter(each.rule for each in fates if each.fate is TradeFate.DENIED)
    why = f" by {', '.join(sorted(rules))}" if rules else ""
    return Seen(
        what=f"no entry is made {until}",
        found=f"{taken} of {len(fates)} signals traded, {rules.total()} refused{why}",
        holds=taken == 0 and rules.total() >= _LEAST_REFUSED,
    )


def _again(journal: Journal, start: int, after: str) -> Seen:
    fates = fates_between(journal, start)
    taken = next((each.time for each in fates if each.fate is TradeFate.TAKEN), None)
    found = "no signal was traded" if taken is None else f"a signal was traded at {_clock(taken)}"
    return Seen(what=f"entries are made again {after}", found=found, holds=taken is not None)


# --- the emergency stop ---


def stop_seen(journal: Journal) -> tuple[Seen, ...]:
    """`stop --close` closed everything and halted, and nothing was entered until somebody resumed."""
    halted, resumed = asked_at(journal, "halt"), asked_at(journal, "resume")
    if halted is None or resumed is None:
        name = "stop --close" if halted is None else "resume"
        return (Seen(what=f"the session grants {name}", found="it never did", holds=False),)
    fills = fills_of(journal)
    return (
        _held(fills, halted),
        _halts(journal, halted),
        _closed(fills, halted),
        _refused(journal, halted, resumed, "until somebody resumes"),
        _again(journal, resumed, "after resume"),
    )


def _halts(journal: Journal, at: int) -> Seen:
    notes = [each.record.standing.status for each in journal.read(StandingNoted) if each.record.at >= at]
    halted = next((each for each in notes if each.state is TradingState.HALTED), None)
    found = "it never did" if halted is None else f"halted at {_clock(halted.since)} by {halted.by}"
    return Seen(what="trading halts, in the name of who asked", found=found, holds=halted is not None)


# --- recovery ---


def recovery_seen(journal: Journal) -> tuple[Seen, ...]:
    """The session after one that was killed took its positions up, guarded, and nothing was done twice."""
    sessions = [each.record.session for each in journal.read(SessionBegan)]
    ended = {each.record.session for each in journal.read(SessionEnded)}
    if len(sessions) < 2 or sessions[0] in ended:  # noqa: PLR2004 - one that dies, one that takes over
        return (Seen(what="a session is killed and another begins", found=f"{len(sessions)} began", holds=False),)
    first, second = sessions[:2]
    held = positions_at(fills_of(journal, first), _last_of(journal, first))
    return (
        Seen(what="positions are open when it is killed", found=f"{len(held)} positions", holds=bool(held)),
        _taken_up(journal, second, held),
        _guarded(journal, second, held),
        _once(journal),
        _ended_once(journal, second, held),
    )


def _last_of(journal: Journal, session: str) -> int:
    return max((each.record.at for each in journal.read(OrderNoted, session=session)), default=0)


def _taken_up(journal: Journal, session: str, held: Mapping[str, Decimal]) -> Seen:
    found: dict[str, Decimal] = {}
    for kept in (each.record for each in journal.read(BookKept, session=session)):
        parts = [part for position in kept.change.positions for part in position.attributions]
        found = {each.signal_id: each.direction * each.quantity for each in parts if each.quantity}
        break
    same = sum(found.get(name) == quantity for name, quantity in held.items())
    return Seen(
        what="the next session takes up all of them, in their size",
        found=f"{same} of {len(held)} are the same, {len(found.keys() - held.keys())} are new",
        holds=found == dict(held) and bool(held),
    )


def _guarded(journal: Journal, session: str, held: Mapping[str, Decimal]) -> Seen:
    trades: dict[str, TradeAtWork] = {}
    for kept in (each.record for each in journal.read(BookKept, session=session)):
        trades = {each.signal.id: each for each in kept.change.trades}
        break
    guarded = sum(_stopped(trades.get(name)) >= abs(quantity) for name, quantity in held.items())
    return Seen(
        what="a stop at the venue guards each of them",
        found=f"{guarded} of {len(held)} have one for their whole size",
        holds=guarded == len(held),
    )


def _stopped(trade: TradeAtWork | None) -> Decimal:
    orders = () if trade is None else trade.orders.values()
    stops = (each.remaining_quantity for each in orders if each.intent.leg == STOP and each.is_living)
    return sum(stops, Decimal(0))


def _once(journal: Journal) -> Seen:
    orders = Counter(each.record.order_id for each in journal.read(OrderNoted) if each.record.what == "intended")
    signals = Counter(each.record.signal.id for each in journal.read(SignalTraded))
    wanted = {each.record.signal.id: each.record.decided.quantity for each in journal.read(SignalTraded)}
    entered: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in journal.read(OrderNoted):
        name = parse_order_id(each.record.order_id)
        if each.record.what == "filled" and name is not None and name.leg == ENTRY:
            entered[name.signal] += each.record.quantity or Decimal(0)
    doubled = [name for counts in (orders, signals) for name, count in counts.items() if count > 1]
    over = [name for name, quantity in entered.items() if quantity > (wanted.get(name) or Decimal(0))]
    return Seen(
        what="no order and no signal is there twice",
        found=f"{len(doubled)} of {len(orders) + len(signals)} doubled, {len(over)} entries larger than ordered",
        holds=bool(orders) and not doubled and not over,
    )


def _ended_once(journal: Journal, session: str, held: Mapping[str, Decimal]) -> Seen:
    ends = Counter(each.record.trade.signal_id for each in journal.read(TradeClosed))
    sizes = {
        each.record.trade.signal_id: each.record.trade.quantity for each in journal.read(TradeClosed, session=session)
    }
    right = sum(ends[name] == 1 and sizes.get(name) == abs(quantity) for name, quantity in held.items())
    return Seen(
        what="each of them ends once, in its whole size, in the next session",
        found=f"{right} of {len(held)} did",
        holds=right == len(held) and bool(held),
    )


def _percent(share: Decimal) -> str:
    return f"{float(share) * 100:.2f} %"


def _clock(time: int) -> str:
    return format_time(time)[11:19]
