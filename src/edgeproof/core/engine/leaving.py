"""Getting out of trades at market: once a person, a rule or the breaker wants it, until nothing of them is open.

A trade that is *leaving* stays so: what its entry fills late goes like the rest. An exit that the venue rejects is
asked for again at the next close, never at once; stop and targets guard what is open until it is closed.
"""

from collections.abc import Iterable

from edgeproof.core.engine.issue import issued
from edgeproof.core.engine.state import ZERO, EngineState, Stepped, with_trade
from edgeproof.core.model.alter import altered
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import EMERGENCY, EXIT, CancelOrder, OrderCommand
from edgeproof.core.model.trade import TradeAtWork
from edgeproof.core.model.trading import OrderPurpose
from edgeproof.core.model.trading_event import TradingCommand
from edgeproof.core.orders.planning import Trade, is_refused, leave
from edgeproof.core.risk.trading_state import allows


def leave_trades(state: EngineState, trades: Iterable[TradeAtWork], purpose: OrderPurpose, time: int) -> Stepped:
    """Get out of trades at market, the rests of all entries being cancelled before the first exit.

    What fills of them from now on is to go too.
    """
    if not allows(state.account.status.state, purpose):
        return state, ()
    asked: list[OrderCommand] = []
    for trade in trades:
        state = state if trade.leaving is purpose else with_trade(state, altered(trade, leaving=purpose))
        asked += leave(planned(state, trade), _leg_of(purpose))
    asked.sort(key=lambda command: not isinstance(command, CancelOrder))
    return issued(state, asked, time, purpose)


def leave_again(state: EngineState, instrument: Instrument, time: int) -> Stepped:
    """Ask again for exits that the venue rejected or HALTED did not allow: at closes, so not without end."""
    commands: list[TradingCommand] = []
    for trade in state.trades_on(instrument):
        if trade.leaving is not None:
            state, asked = leave_trades(state, [trade], trade.leaving, time)
            commands += asked
    return state, tuple(commands)


def leave_on(state: EngineState, time: int) -> Stepped:
    """Ask for the exits of trades that are leaving which are not under way: HALTED may not have allowed them."""
    commands: list[TradingCommand] = []
    for trade in tuple(state.trades.values()):
        state, asked = leave_with(state, trade, time)
        commands += asked
    return state, tuple(commands)


def leave_with(state: EngineState, trade: TradeAtWork, time: int) -> Stepped:
    """Let what was filled of a trade that is leaving go with the rest of it."""
    if trade.leaving is None or is_refused(plan := planned(state, trade)):
        return state, ()
    return issued(state, leave(plan, _leg_of(trade.leaving)), time, trade.leaving)


def planned(state: EngineState, trade: TradeAtWork) -> Trade:
    """A trade as planning sees it: its orders, what is open of it, the stop in force."""
    part = state.position(trade.signal.instrument).attribution(trade.signal.id)
    return Trade(
        signal=trade.signal,
        orders=tuple(trade.orders.values()),
        open_quantity=ZERO if part is None else part.quantity,
        stop=trade.signal.stop_loss if trade.guard is None else trade.guard.stop,
    )


def _leg_of(purpose: OrderPurpose) -> str:
    return EXIT if purpose is OrderPurpose.EXIT else EMERGENCY
