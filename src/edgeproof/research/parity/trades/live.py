"""What a journal says of the trades of an instrument: signals and their fates, orders, fills, ends."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    Asked,
    CloseMissed,
    Decided,
    OrderNoted,
    SignalTraded,
    StandingNoted,
    TradeClosed,
)
from edgeproof.core.model.order import ENTRY, parse_order_id
from edgeproof.core.model.signal import Decision, Signal
from edgeproof.core.model.trading import TradingState
from edgeproof.core.model.trading_event import TradeEnded, TradeFate
from edgeproof.ports import Journal
from edgeproof.research.parity.trades.money import EXACT, ZERO, Exit, Made

_BETWEEN = "restart_gap"
_PRICED = frozenset({"intended", "amend_sent"})


Halt = tuple[int, int]
"""From when to when trading was halted; no end is the end of time."""

_FOREVER = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSide:
    """A signal that was taken, and all that came of it. `ended` is None while its trade is not over."""

    session: str
    signal: Signal
    notes: tuple[OrderNoted, ...]
    ended: TradeEnded | None

    def fills(self) -> list[tuple[str, OrderNoted]]:
        """Its fills with their legs, in the order of time."""
        return [(leg, each) for leg, each in self._legs() if each.what == "filled"]

    def _legs(self) -> Iterable[tuple[str, OrderNoted]]:
        for note in self.notes:
            name = parse_order_id(note.order_id)
            if name is not None:
                yield name.leg, note

    @property
    def entries(self) -> list[OrderNoted]:
        """The fills of its entry."""
        return [each for leg, each in self.fills() if leg == ENTRY]

    @property
    def made(self) -> Made:
        """Its side of the money, from the fills; what is still open of it is left out."""
        return Made(
            entry_value=sum((_product(each) for each in self.entries), ZERO),
            exits=tuple(
                Exit(leg=leg, quantity=each.quantity or ZERO, price=each.price or ZERO, time=each.at)
                for leg, each in self.fills()
                if leg != ENTRY
            ),
            fees=_sum(each.fee for _, each in self.fills()),
            funding=ZERO if self.ended is None else self.ended.funding,
        )

    @property
    def slippage(self) -> Decimal:
        """What its fills lost against the price when they were decided (stops: against their trigger)."""
        return sum((_lost(each) for _, each in self.fills()), ZERO)

    def price_at(self, leg: str, time: int) -> Decimal | None:
        """The price its order of a leg was asked for last before a time; None where there was none."""
        asked = [each.price for name, each in self._legs() if name == leg and each.what in _PRICED and each.at < time]
        return next((price for price in reversed(asked) if price is not None), None)

    def was(self, leg: str, what: str, start: int, end: int) -> bool:
        """Whether something happened to an order of a leg with start <= time <= end."""
        return any(start <= each <= end for each in self.times(leg, what))

    def times(self, leg: str, what: str) -> list[int]:
        """When something happened to orders of a leg."""
        return [each.at for name, each in self._legs() if name == leg and each.what == what]


def _cuts(journal: Journal, end: int | None) -> Iterator[int]:
    """When something was said that may have ended a trade: taking or skipping a signal ends none."""
    yield from (each.record.at for each in journal.read(StandingNoted, end=end))
    yield from (each.record.at for each in journal.read(Asked, end=end) if each.record.wish not in {"take", "skip"})


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((each for each in values if each is not None), ZERO)


def _product(note: OrderNoted) -> Decimal:
    return EXACT.multiply(note.quantity or ZERO, note.price or ZERO)


def _lost(note: OrderNoted) -> Decimal:
    if note.slippage is None or note.reference is None or note.quantity is None:
        return ZERO
    return Decimal(repr(note.slippage)) * note.reference * note.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBook:
    """All trades of an instrument up to a time, and the fate of every signal that was decided.

    `cuts` are the times at which a person or a limit of risk spoke, `halts` the spans in which trading was halted,
    `missed` the closes that were evaluated late, and `between` the signals that fired between two sessions: the next
    one finds them in its history.
    """

    traded: dict[str, SignalTraded]
    decided: dict[str, Decision]
    taken: tuple[LiveSide, ...]
    cuts: tuple[int, ...]
    halts: tuple[Halt, ...]
    missed: tuple[int, ...]
    between: frozenset[str]

    @property
    def sessions(self) -> frozenset[str]:
        """The sessions that decided about signals for trading."""
        return frozenset(each.session for each in self.traded.values())


def read_live(journal: Journal, instrument: Instrument, end: int | None) -> LiveBook:
    """What a journal says of the trades of an instrument up to a time."""
    traded = {each.record.signal.id: each.record for each in journal.read(SignalTraded, instrument=instrument, end=end)}
    ended = {
        each.record.trade.signal_id: each.record.trade
        for each in journal.read(TradeClosed, instrument=instrument, end=end)
    }
    notes: defaultdict[str, list[OrderNoted]] = defaultdict(list)
    for entry in journal.read(OrderNoted, instrument=instrument, end=end):
        notes[entry.record.order_id.partition("-")[0]].append(entry.record)
    missed = [each.record for each in journal.read(CloseMissed, instrument=instrument, end=end)]
    taken = (each for each in traded.values() if each.decided.fate is TradeFate.TAKEN)
    return LiveBook(
        traded=traded,
        decided={
            each.record.decision.signal.id: each.record.decision
            for each in journal.read(Decided, instrument=instrument, end=end)
        },
        taken=tuple(
            LiveSide(
                session=each.session,
                signal=each.signal,
                notes=tuple(notes[each.signal.id]),
                ended=ended.get(each.signal.id),
            )
            for each in taken
        ),
        cuts=tuple(sorted(_cuts(journal, end))),
        halts=tuple(_halts(each.record for each in journal.read(StandingNoted, end=end))),
        missed=tuple(each.at for each in missed),
        between=frozenset(name for each in missed if each.reason == _BETWEEN for name in each.signals),
    )


def _halts(notes: Iterable[StandingNoted]) -> Iterator[Halt]:
    """The spans in which trading was halted; what a session leaves halted, the next one finds so."""
    since: int | None = None
    for note in notes:
        is_halted = note.standing.status.state is TradingState.HALTED
        if is_halted and since is None:
            since = note.at
        elif not is_halted and since is not None:
            yield since, note.at
            since = None
    if since is not None:
        yield since, _FOREVER
