"""The figures of readiness, read from a journal."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.model.drill import DrillResult
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import BookKept, CandleTaken, Decided, ParityRun, Record, SessionBegan, SignalTraded
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.trade import Book, changed
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.ports import Journal
from edgeproof.services.live_trades import live_trades
from edgeproof.services.priced_book import PricedBook
from edgeproof.services.readiness import Figures, TradeFigure

TRADING = frozenset({"paper", "live"})
"""The commands whose sessions trade."""


def read_figures(
    journal: Journal, drills: Sequence[DrillResult], now: int, killed: frozenset[str] = frozenset()
) -> Figures:
    """Everything the checklist asks for; `killed` are the hypotheses that do not trade any more."""
    trades = live_trades(journal)
    walked = _Walk()
    for entry in journal.read(SessionBegan, CandleTaken, BookKept):
        walked.take(entry.record)
    walked.look()
    return Figures(
        now=now,
        trades=_trade_figures(journal, trades),
        hypotheses=frozenset(
            each.record.signal.hypothesis
            for each in journal.read(SignalTraded)
            if each.record.decided.fate is TradeFate.TAKEN
        ),
        killed=killed,
        traded=walked.traded,
        drawdown=walked.worst,
        drills=drills,
        parity=next((each.record for each in journal.last(ParityRun, 1)), None),
    )


def _trade_figures(journal: Journal, trades: Sequence[LiveTrade]) -> tuple[TradeFigure, ...]:
    tested = _tested(journal, {each.signal.id for each in trades})
    return tuple(
        TradeFigure(
            hypothesis=each.signal.hypothesis,
            net_pnl=each.trade.net_pnl,
            tested_win_rate=rate,
            is_of_another_version=is_other,
        )
        for each in trades
        for rate, is_other in (tested.get(each.signal.id, (None, False)),)
    )


def _tested(journal: Journal, wanted: Iterable[str]) -> dict[str, tuple[float | None, bool]]:
    """The win rate in the backtest that signals carried when they were told: the one they were traded on.

    And whether another version tested it than told the signal; one that is not known is no other.
    """
    found: dict[str, tuple[float | None, bool]] = {}
    names = frozenset(wanted)
    if not names:
        return found
    versions = {each.record.session: each.record.version for each in journal.read(SessionBegan)}
    for told in (each.record for each in journal.read(Decided)):
        if told.decision.signal.id in names:
            record = told.decision.evidence.get("backtest")
            record = record if isinstance(record, Mapping) else {}
            rate, version = record.get("win_rate"), record.get("version")
            is_other = version is not None and version != versions.get(told.session, version)
            found[told.decision.signal.id] = _rate(rate), is_other
    return found


def _rate(rate: object) -> float | None:
    return float(rate) if isinstance(rate, int | float) and math.isfinite(rate) else None


@dataclass(slots=True)
class _Walk:
    """The market time that sessions which trade took in, and the worst fall of equity, record by record.

    Equity is taken once all candles of a minute are in, and open positions are worth their closes.
    """

    worst: float | None = None
    _steps: dict[str, int] = field(default_factory=dict)
    _minutes: dict[int, int] = field(default_factory=dict)
    _book: Book | None = None
    _marks: dict[Instrument, Decimal] = field(default_factory=dict)
    _peak: Decimal | None = None
    _at: int = 0

    @property
    def traded(self) -> int:
        """Milliseconds of the market; a minute that several sessions or instruments took in counts once."""
        return sum(self._minutes.values())

    def take(self, record: Record) -> None:
        """Take in what comes next."""
        match record:
            case SessionBegan():
                if record.command in TRADING:
                    self._steps[record.session] = record.timeframe
            case CandleTaken():
                self._take_candle(record)
            case BookKept():
                self._take_book(record)
            case _:
                pass

    def _take_candle(self, taken: CandleTaken) -> None:
        if taken.at != self._at:
            self.look()
            self._at = taken.at
        if taken.session in self._steps:
            self._minutes[taken.at] = self._steps[taken.session]
        if self._book is not None and not taken.candle.is_correction:
            self._marks[taken.candle.instrument] = decimal_of(taken.candle.close)

    def _take_book(self, kept: BookKept) -> None:
        account = kept.change.account
        if kept.is_whole and account is not None:
            self._book = changed(Book(account=account), kept.change)
        elif self._book is not None:
            self._book = changed(self._book, kept.change)

    def look(self) -> None:
        """Take equity as it is now."""
        equity = None if self._book is None else PricedBook(self._book, self._marks).equity
        if equity is None:
            return
        self._peak = equity if self._peak is None else max(self._peak, equity)
        if self._peak > 0:
            fall = float((self._peak - equity) / self._peak)
            self.worst = fall if self.worst is None else max(self.worst, fall)
