"""Journals of paper trading by hand: from a single trade to one in which everything holds that `ready` asks for."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from edgeproof.core.model.drill import DrillResult, Seen
from edgeproof.core.model.journal import BookKept, ParityRun, Record, SignalTraded, TradeClosed
from edgeproof.core.model.time import DAY
from edgeproof.core.model.trade import Account, BookChange
from edgeproof.core.model.trading_event import FateDecided, TradeEnded, TradeFate
from edgeproof.services.readiness import DRILLED
from tests.support.asked import ListJournal
from tests.support.journals import BTC, MINUTE, START, began, candle_taken, decided

NOW = START + 40 * DAY


def trade(number: int, pnl: float, *, hypothesis: str = "Rebound", tested: float | None = 0.5) -> list[Record]:
    """A signal that was told, traded, and over a minute later."""
    told = decided(number * 5, hypothesis=hypothesis)
    record = {"backtest": {"win_rate": tested, "n": None if tested is None else 200}}
    told = replace(told, decision=replace(told.decision, evidence=record))
    signal = told.decision.signal
    fate = FateDecided(time=signal.time, signal_id=signal.id, fate=TradeFate.TAKEN, quantity=Decimal(1))
    end = TradeEnded(
        time=signal.time + MINUTE, signal_id=signal.id, instrument=BTC, direction=1, opened_at=signal.time,
        quantity=Decimal(1), entry_price=Decimal(100), exit_price=Decimal(101), fees=Decimal(0), funding=Decimal(0),
        net_pnl=Decimal(str(pnl)), risk=Decimal(1), is_funding_complete=True, reason="stop",
    )  # fmt: skip
    return [
        told,
        SignalTraded(session="s1", at=signal.time, signal=signal, decided=fate),
        TradeClosed(session="s1", at=end.time, hypothesis=hypothesis, trade=end),
    ]


def cash(amount: int, minute: int, *, whole: bool = True) -> list[Record]:
    """The account has this much, and a candle follows."""
    at = START + minute * MINUTE
    change = BookChange(account=Account(cash=Decimal(amount)))
    return [BookKept(session="s1", at=at, is_whole=whole, change=change), candle_taken(minute)]


def compared(unexplained: int = 0, **document: object) -> ParityRun:
    """What a session found when it compared itself."""
    return ParityRun(
        session="s1", at=NOW, start=START, end=START + 20 * DAY, unexplained=unexplained, document=document
    )


def drilled(*, at: int = NOW - DAY, holds: bool = True, names: Sequence[str] = DRILLED) -> list[DrillResult]:
    """What drills came to."""
    seen = (Seen(what="everything is closed", found="2 left", holds=holds),)
    return [DrillResult(name=name, at=at, did="", seen=seen) for name in names]


def paper(*records: Sequence[Record]) -> ListJournal:
    """The journal of a session that trades."""
    return ListJournal([replace(began(), command="paper"), *(each for some in records for each in some)])


def hundred(*, won: int = 55, tested: float | None = 0.52) -> list[Record]:
    """A hundred trades of two hypotheses: a win makes 2, a loss loses 1."""
    return [
        each
        for number in range(100)
        for each in trade(
            number,
            2 if number % 100 < won else -1,
            hypothesis="Rebound" if number % 2 else "Breakout",
            tested=tested,
        )
    ]


def minutes(days: float) -> list[Record]:
    """A candle a minute."""
    return [candle_taken(minute) for minute in range(int(days * DAY / MINUTE))]


def everything() -> ListJournal:
    """A journal in which all of it holds."""
    return paper(cash(10_000, 0), minutes(14), hundred(), cash(9_000, 30_000, whole=False), [compared()])
