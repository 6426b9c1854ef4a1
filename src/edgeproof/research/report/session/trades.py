"""The trades of sessions as the page shows them: what was planned, what happened, and the backtest's side of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.order import STOP, parse_order_id
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import SECOND
from edgeproof.core.model.trading_event import TradeEnded
from edgeproof.research.parity.result import ParityResult
from edgeproof.research.parity.trades.live import LiveSide
from edgeproof.research.parity.trades.result import ComparedTrade
from edgeproof.research.report.packing import rounded

OPEN = "open"
MOST_TRADES = 2_000
"""So many of the newest are listed: more nobody reads, and the page stays small."""

_PRICED = frozenset({"intended", "amended", "amend_sent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTrade:
    """A trade with all that is known of it; `ended` and `live` are None while it is open."""

    number: int
    signal: Signal
    side: LiveSide | None
    live: LiveTrade | None
    compared: ComparedTrade | None

    @property
    def ended(self) -> TradeEnded | None:
        """How it ended."""
        return None if self.live is None else self.live.trade

    @property
    def opened_at(self) -> int:
        """When it was entered."""
        if self.ended is not None:
            return self.ended.opened_at
        return self.side.entries[0].at if self.side is not None and self.side.entries else self.signal.time


def shown_trades(
    trades: Sequence[LiveTrade], sides: Mapping[str, LiveSide], parity: ParityResult | None
) -> list[ShownTrade]:
    """The newest trades, open ones among them, in the order of their entries, numbered from the first one."""
    compared = {} if parity is None or parity.trades is None else {c.live.signal.id: c for c in parity.trades.trades}
    over = {each.signal.id: each for each in trades}
    still = [each for name, each in sides.items() if name not in over and each.entries and each.ended is None]
    made = [
        ShownTrade(number=0, signal=each.signal, side=sides.get(name), live=each, compared=compared.get(name))
        for name, each in over.items()
    ]
    made += [
        ShownTrade(number=0, signal=each.signal, side=each, live=None, compared=compared.get(each.signal.id))
        for each in still
    ]
    made.sort(key=lambda each: (each.opened_at, each.signal.id))
    return [replace(each, number=number) for number, each in enumerate(made, 1)][-MOST_TRADES:]


def trade_row(trade: ShownTrade, until: int, mark: float | None) -> dict[str, Any]:
    """A trade as the page reads it: times in seconds, money as numbers, `mark` the last price of one that is open."""
    signal, ended = trade.signal, trade.ended
    row = {
        "id": signal.id,
        "number": trade.number,
        "hypothesis": signal.hypothesis,
        "instrument": signal.instrument.unified,
        "direction": "long" if signal.direction > 0 else "short",
        "signal": signal.time // SECOND,
        "entry_time": trade.opened_at // SECOND,
        "reference": rounded(signal.reference_price, 8),
        "stop": rounded(signal.stop_loss, 8),
        "targets": [rounded(price, 8) for price in signal.targets],
        "risk_reward": rounded(signal.risk_reward, 3),
        "exits": _exits(trade.side),
        "stops": _stops(trade.side),
        "backtest": _backtest(trade.compared),
        "causes": _causes(trade.compared),
        "why_not": "" if trade.compared is None else trade.compared.why_not,
    }
    return row | (_still(trade, until, mark) if ended is None else _over(trade.live, ended))


def _over(live: LiveTrade | None, ended: TradeEnded) -> dict[str, Any]:
    return {
        "exit_time": ended.time // SECOND,
        "entry": rounded(float(ended.entry_price), 8),
        "exit": rounded(float(ended.exit_price), 8),
        "reason": ended.reason,
        "kind": ended.stop_kind.word,
        "r": rounded(ended.r_multiple),
        "net": rounded(float(ended.net_pnl), 7),
        "fees": rounded(float(ended.fees), 6),
        "funding": rounded(float(ended.funding), 6),
        "slippage": None if live is None else rounded(float(live.slippage_cost), 6),
        "quantity": rounded(float(ended.quantity), 8),
        "risk": rounded(float(ended.risk), 6),
        "regime": "" if live is None else live.regime,
        "state": "" if live is None else live.state,
    }


def _still(trade: ShownTrade, until: int, mark: float | None) -> dict[str, Any]:
    """What is open, at the last price; without what it may still cost to leave it."""
    entries = [] if trade.side is None else trade.side.entries
    quantity = sum(float(each.quantity or 0) for each in entries)
    value = sum(float((each.quantity or 0) * (each.price or 0)) for each in entries)
    entry = value / quantity if quantity else trade.signal.reference_price
    return {
        "exit_time": max(until, trade.opened_at) // SECOND,
        "entry": rounded(entry, 8),
        "exit": rounded(entry if mark is None else mark, 8),
        "reason": OPEN,
        "kind": "initial",
        "r": None,
        "net": None,
        "fees": rounded(sum(float(each.fee or 0) for _, each in trade.side.fills()), 6) if trade.side else None,
        "funding": None,
        "slippage": None,
        "quantity": rounded(quantity, 8),
        "risk": rounded(quantity * trade.signal.risk, 6),
        "regime": "",
        "state": "",
    }


def _exits(side: LiveSide | None) -> list[list[Any]]:
    """Its exits in the order of time: second, price, leg, quantity."""
    if side is None:
        return []
    exits = sorted(side.made.exits, key=lambda each: each.time)
    return [[e.time // SECOND, rounded(float(e.price), 8), e.leg, rounded(float(e.quantity), 6)] for e in exits]


def _stops(side: LiveSide | None) -> list[list[Any]]:
    """Where its stop stood from which second on; one that never moved is the planned one, and is left out."""
    if side is None:
        return []
    names = [(parse_order_id(note.order_id), note) for note in side.notes]
    asked = [
        (note.at // SECOND, float(note.price))
        for name, note in names
        if name is not None and name.leg == STOP and note.what in _PRICED and note.price is not None
    ]
    moves = [each for n, each in enumerate(asked) if n == 0 or each[1] != asked[n - 1][1]]
    return [[at, rounded(price, 8)] for at, price in moves] if len(moves) > 1 else []


def _backtest(compared: ComparedTrade | None) -> dict[str, Any] | None:
    if compared is None or compared.backtest is None:
        return None
    found = compared.backtest
    made = found.made(compared.quantity)
    left = sum(float(each.quantity) for each in made.exits)
    value = sum(float(each.quantity) * float(each.price) for each in made.exits)
    return {
        "entry_time": found.entry_time // SECOND,
        "entry": rounded(float(found.entry_price), 8),
        "exit_time": found.exit_time // SECOND,
        "exit": rounded(value / left, 8) if left else None,
        "reason": found.reason.word,
        "net": rounded(float(compared.backtest_net), 7),
        "r": rounded(found.r),
        "fees": rounded(float(made.fees), 6),
        "funding": rounded(float(made.funding), 6),
    }


def _causes(compared: ComparedTrade | None) -> dict[str, float | None]:
    if compared is None:
        return {}
    found = {cause.value: float(compared.money.get(cause, 0)) for cause in compared.causes}
    return {name: rounded(money, 6) for name, money in sorted(found.items(), key=lambda each: -abs(each[1]))}
