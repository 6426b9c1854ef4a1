"""What a person wishes of a session that trades, as events of trading, and what came of it in words."""

from collections.abc import Iterable, Iterator

from edgeproof.core.engine.state import EngineState
from edgeproof.core.model.order import CancelOrder, PlaceOrder
from edgeproof.core.model.trading import StateCause
from edgeproof.core.model.trading_event import CloseAsked, StateAsked
from edgeproof.ports import SentCommand
from edgeproof.ports.wishes import Wish

_CAUSES = {
    "stop": StateCause.PERSON_REDUCES,
    "halt": StateCause.PERSON_HALTS,
    "resume": StateCause.PERSON_RESUMES,
}


def granted(wish: Wish, state: EngineState, now: int) -> Iterator[CloseAsked | StateAsked]:
    """What is to be done for a wish."""
    match wish.wish:
        case "close" | "close_all" | "halt":
            yield _close_asked(wish, state, now)
    cause = _CAUSES.get(wish.wish)
    if cause is not None:
        yield StateAsked(time=now, cause=cause, by=wish.by, why=wish.why)


def _close_asked(wish: Wish, state: EngineState, now: int) -> CloseAsked:
    if wish.wish != "close":
        return CloseAsked(time=now)
    traded = {each.signal.instrument for each in state.trades.values()}
    instrument = next((each for each in traded if each.unified == wish.target), None)
    if instrument is not None:
        return CloseAsked(time=now, instrument=instrument)
    return CloseAsked(time=now, signal_id=wish.target)


def outcome(wish: Wish, commands: Iterable[SentCommand], state: EngineState) -> str:
    """What came of a wish: the commands it has led to, and the state of trading after it."""
    found = [each.command for each in commands]
    sent = sum(isinstance(each, PlaceOrder) for each in found)
    cancelled = sum(isinstance(each, CancelOrder) for each in found)
    words = [f"{sent} positions are being closed at market"] if sent else []
    words += [f"{cancelled} orders are being cancelled"] if cancelled else []
    if wish.wish in _CAUSES:
        words.append(f"trading is {state.account.status.state.value}")
    return ", ".join(words) or "there was nothing to close"
