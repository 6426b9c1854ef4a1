"""The trades of a journal that are over, each with its signal: for statistics, comparison and whoever asks."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

from edgeproof.core.model.journal import Decided, OrderNoted, SignalTraded, TradeClosed
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.order import parse_order_id
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.steps import decimal_of
from edgeproof.ports import Journal


def live_trades(journal: Journal, start: int | None = None, end: int | None = None) -> tuple[LiveTrade, ...]:
    """The trades that ended with start <= time <= end, in the order in which they ended.

    A late fill reopens a trade: of its ends the last counts.
    """
    closed = {
        each.record.trade.signal_id: each.record.trade for each in journal.read(TradeClosed, start=start, end=end)
    }
    if not closed:  # there is nothing to read all signals for
        return ()
    since = min(each.opened_at for each in closed.values())
    signals = {each.record.signal.id: each.record.signal for each in journal.read(SignalTraded)}
    decisions = {each.record.decision.signal.id: each.record.decision for each in journal.read(Decided)}
    fills = _fills(entry.record for entry in journal.read(OrderNoted, start=since))
    return tuple(
        LiveTrade(
            signal=signals[name],
            trade=trade,
            state=_state(decisions.get(name)),
            regime=_regime(decisions.get(name)),
            slippage_cost=_cost(fills[name], lambda note: note.slippage),
            assumed_cost=_cost(fills[name], lambda note: note.assumed_slippage),
        )
        for name, trade in sorted(closed.items(), key=lambda each: each[1].time)
    )


def _state(decision: Decision | None) -> str:
    return "" if decision is None else decision.state


def _regime(decision: Decision | None) -> str:
    return "" if decision is None else str(decision.evidence.get("regime") or "")


def _fills(notes: Iterable[OrderNoted]) -> defaultdict[str, list[OrderNoted]]:
    found: defaultdict[str, list[OrderNoted]] = defaultdict(list)
    for note in notes:
        name = parse_order_id(note.order_id)
        if note.what == "filled" and name is not None:
            found[name.signal].append(note)
    return found


def _cost(notes: Iterable[OrderNoted], of: Callable[[OrderNoted], float | None]) -> Decimal:
    total = Decimal(0)
    for note in notes:
        share, reference, quantity = of(note), note.reference, note.quantity
        if share is not None and reference is not None and quantity is not None:
            total += decimal_of(share) * reference * quantity
    return total
