"""What a UTC day came to, from what its sessions wrote down.

The trading day that began on it is what its equity is of. A trade belongs to the day it ended on.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.model.journal import (
    BookKept,
    CloseMissed,
    Decided,
    Noticed,
    ParityRun,
    SessionBegan,
    SignalTraded,
    StandingNoted,
    TradeClosed,
)
from edgeproof.core.model.signal import Fate
from edgeproof.core.model.time import DAY, HOUR
from edgeproof.core.model.trading import BreakerLevel
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.ports import Journal
from edgeproof.services.scoreboard import Tally, tally_of

ZERO = Decimal(0)
_COMPARED_BY = 2 * HOUR
"""So long after its end a day is compared with the backtest at the latest; what is compared later is of another day."""

_AT_ONCE = "start"
"""Closes missed while no session was there yet: nothing to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """One day from `start` on. Money is in the settlement currency; what is not known is None.

    `opening` and `closing` are the equity, what is open included. `fates` counts signals; `vetoed` and `denied` by the
    rule that spoke against them, and `traded` what trading made of those that were told. `standing` is how the trading
    state or the level of the day's loss changed, in order; `drift` in words which hypotheses stand otherwise.
    """

    start: int
    sessions: int = 0
    is_traded: bool = False
    opening: Decimal | None = None
    closing: Decimal | None = None
    trades: tuple[TradeClosed, ...] = ()
    fates: Mapping[Fate, int] = field(default_factory=dict)
    vetoed: Mapping[str, int] = field(default_factory=dict)
    traded: Mapping[TradeFate, int] = field(default_factory=dict)
    denied: Mapping[str, int] = field(default_factory=dict)
    missed: Mapping[str, int] = field(default_factory=dict)
    standing: tuple[StandingNoted, ...] = ()
    drift: tuple[str, ...] = ()
    parity: ParityRun | None = None

    @property
    def pnl(self) -> Decimal | None:
        """What the day made, open and realised."""
        return None if self.opening is None or self.closing is None else self.closing - self.opening

    @property
    def realised(self) -> Decimal:
        """What the trades made that ended, all costs included."""
        return sum((each.trade.net_pnl for each in self.trades), ZERO)

    @property
    def fees(self) -> Decimal:
        """What the trades that ended paid in fees."""
        return sum((each.trade.fees for each in self.trades), ZERO)

    @property
    def funding(self) -> Decimal:
        """What the trades that ended paid in funding (negative: received)."""
        return sum((each.trade.funding for each in self.trades), ZERO)

    @property
    def tally(self) -> Tally:
        """Wins and R of the trades that ended."""
        return sum((tally_of(each.trade) for each in self.trades), Tally())

    @property
    def level(self) -> BreakerLevel:
        """The worst level that the day's loss came to."""
        return max((each.standing.level for each in self.standing), default=BreakerLevel.NORMAL)

    @property
    def signals(self) -> int:
        """How many fired."""
        return sum(self.fates.values())


def day_figures(journal: Journal, start: int, equity: Decimal | None = None) -> DayFigures:
    """The figures of the UTC day that began at `start`.

    `equity` is what the account is worth at its end, for a day whose next one has not opened yet.
    """
    span = (start, start + DAY - 1)
    began = list(journal.read(SessionBegan, start=span[0], end=span[1]))
    opening, closing = _opening(journal, start), _opening(journal, start + DAY)
    decisions = [each.record.decision for each in journal.read(Decided, start=span[0], end=span[1])]
    traded = [each.record.decided for each in journal.read(SignalTraded, start=span[0], end=span[1])]
    missed = (each.record.reason for each in journal.read(CloseMissed, start=span[0], end=span[1]))
    noticed = (each.record for each in journal.read(Noticed, start=span[0], end=span[1]))
    return DayFigures(
        start=start,
        sessions=len(began),
        is_traded=opening is not None or bool(traded),
        opening=opening,
        closing=equity if closing is None else closing,
        trades=_trades(each.record for each in journal.read(TradeClosed, start=span[0], end=span[1])),
        fates=Counter(each.fate for each in decisions),
        vetoed=Counter(each.rule for each in decisions if each.fate is Fate.VETOED),
        traded=Counter(each.fate for each in traded),
        denied=Counter(each.rule for each in traded if each.fate is TradeFate.DENIED),
        missed=Counter(each for each in missed if each != _AT_ONCE),
        standing=tuple(each.record for each in journal.read(StandingNoted, start=span[0], end=span[1])),
        drift=tuple(each.detail for each in noticed if each.kind == "drift"),
        parity=_parity(journal, start),
    )


def _trades(closed: Iterable[TradeClosed]) -> tuple[TradeClosed, ...]:
    """A late fill reopens a trade: of its ends the last counts."""
    last = {each.trade.signal_id: each for each in closed}
    return tuple(sorted(last.values(), key=lambda each: each.trade.time))


def _opening(journal: Journal, start: int) -> Decimal | None:
    """The equity with which the trading day opened that began on the UTC day of `start`."""
    for entry in journal.read(BookKept, start=start, end=start + 2 * DAY - 1):
        account = entry.record.change.account
        day = None if account is None else account.day
        if day is None or day.start < start or day.opening_equity is None:
            continue
        return day.opening_equity if day.start < start + DAY else None
    return None


def _parity(journal: Journal, start: int) -> ParityRun | None:
    """The last comparison that reaches to the end of the day or, where there is none, into it."""
    found = [each.record for each in journal.read(ParityRun, start=start, end=start + DAY + _COMPARED_BY)]
    return next((each for each in reversed(found) if each.start < start + DAY and each.end > start), None)
