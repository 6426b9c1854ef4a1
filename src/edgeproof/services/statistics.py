"""What trading came to, from a journal: the account, its trades, and each hypothesis beside its backtest."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import BookKept, SessionBegan, SignalTraded
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.time import DAY
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.core.performance.equity import (
    Drawdowns,
    at_ends_of_days,
    calmar,
    drawdowns,
    growth_a_year,
    returns,
    sharpe,
    sortino,
)
from edgeproof.core.performance.live import Streaks, TradeFigures, exposure, figures, streaks
from edgeproof.ports import Journal
from edgeproof.services.account_curve import account_curve
from edgeproof.services.live_trades import live_trades
from edgeproof.services.scoreboard import Records, ScoreRow, Tally, score, tally_of
from edgeproof.services.trading_view import TradingView

LEAST_DAYS = 30
"""Whole days before there are ratios of daily returns: of a few days they are figures without a meaning."""

NO_WEIGHTS: Mapping[str, SignalWeight] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """The whole account. `equity` and `open_pnl` are None where a price is not known.

    `drawdowns` are of realised equity, a point at each trade that ended. `days` are whole days since trading began, of
    whose returns (open P&L included) the ratios and the growth are made; NaN where they are fewer than `LEAST_DAYS`.
    """

    start_equity: Decimal
    equity: Decimal | None
    open_pnl: Decimal | None
    drawdowns: Drawdowns
    days: int
    sharpe: float
    sortino: float
    calmar: float
    growth_a_year: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HypothesisFigures:
    """One hypothesis. `signals` are those that trading was asked about, `taken` of them became orders.

    `expected` is how many trades the backtest had in as much time, None where that is not known. `watched_days` is how
    long it was watched, all instruments added up. `state` is the one its last trade was told under. `weight` is what
    its signals would get now and why, by drift; None where nobody weighs it.
    """

    row: ScoreRow
    figures: TradeFigures
    state: str
    signals: int
    taken: int
    watched_days: float
    expected: float | None
    weight: SignalWeight | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatistics:
    """What the sessions of a journal came to between `start` and `until`. `account` is None where not all is meant."""

    start: int
    until: int
    sessions: int
    last: SessionBegan | None
    trades: tuple[LiveTrade, ...]
    figures: TradeFigures
    streaks: Streaks
    exposure: float
    account: AccountFigures | None
    hypotheses: tuple[HypothesisFigures, ...]


def names_traded(journal: Journal) -> frozenset[str]:
    """The hypotheses that trading was asked about."""
    return frozenset(_signals(journal)[0])


def live_statistics(
    journal: Journal,
    view: TradingView,
    records: Records,
    chosen: Collection[str] | None = None,
    *,
    weights: Mapping[str, SignalWeight] = NO_WEIGHTS,
) -> LiveStatistics:
    """The statistics of a journal whose trading stands as `view` says, of the chosen hypotheses (None: of all).

    Each of `weights` has its figures, whether it has traded or not.
    """
    every = live_trades(journal)
    trades = tuple(each for each in every if chosen is None or each.signal.hypothesis in chosen)
    names = {*names_traded(journal), *(each.signal.hypothesis for each in every), *weights}
    names = {each for each in names if chosen is None or each in chosen}
    began = [each.record for each in journal.read(SessionBegan)]
    first = next((each.record.at for each in journal.read(BookKept)), view.at)
    start = min(first, view.at)
    spans = [(each.trade.opened_at, each.trade.time) for each in trades]
    spans += [(each.opened_at, view.at) for each in view.positions if chosen is None or each.hypothesis in chosen]
    return LiveStatistics(
        start=start,
        until=view.at,
        sessions=len(began),
        last=began[-1] if began else None,
        trades=trades,
        figures=figures(trades),
        streaks=streaks(np.array([float(each.trade.net_pnl) for each in trades])),
        exposure=exposure(spans, start, view.at),
        account=_account(journal, every, view) if chosen is None else None,
        hypotheses=_weighed(_hypotheses(journal, trades, records, began, names), weights),
    )


def _account(journal: Journal, trades: Sequence[LiveTrade], view: TradingView) -> AccountFigures | None:
    curve = account_curve(journal, trades, view.equity, view.at)
    if curve is None:
        return None
    every = returns(at_ends_of_days(curve.marked))
    daily = every if len(every) >= LEAST_DAYS else every[:0]
    return AccountFigures(
        start_equity=curve.cash,
        equity=view.equity,
        open_pnl=None if view.equity is None else view.equity - view.cash,
        drawdowns=drawdowns(curve.realised, view.at),
        days=len(every),
        sharpe=sharpe(daily),
        sortino=sortino(daily),
        calmar=calmar(daily),
        growth_a_year=growth_a_year(daily),
    )


def _hypotheses(
    journal: Journal,
    trades: Iterable[LiveTrade],
    records: Records,
    began: Sequence[SessionBegan],
    names: Collection[str],
) -> tuple[HypothesisFigures, ...]:
    """The figures of hypotheses, the one with the most trades first."""
    signals, taken = _signals(journal)
    own: defaultdict[str, list[LiveTrade]] = defaultdict(list)
    for each in trades:
        own[each.signal.hypothesis].append(each)
    watched = watched_days(began, journal.taken_until())
    rows = [
        HypothesisFigures(
            row=score(name, _tallies(own[name]), records),
            figures=figures(own[name]),
            state=own[name][-1].state if own[name] else "",
            signals=signals[name],
            taken=taken[name],
            watched_days=sum(days for (each, _), days in watched.items() if each == name),
            expected=_expected(name, watched, records),
        )
        for name in sorted(names)
    ]
    return tuple(sorted(rows, key=lambda each: (-each.figures.n, -each.signals, each.row.hypothesis)))


def _weighed(found: Iterable[HypothesisFigures], weights: Mapping[str, SignalWeight]) -> tuple[HypothesisFigures, ...]:
    return tuple(replace(each, weight=weights.get(each.row.hypothesis)) for each in found)


def _signals(journal: Journal) -> tuple[Counter[str], Counter[str]]:
    signals: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for entry in journal.read(SignalTraded):
        name = entry.record.signal.hypothesis
        signals[name] += 1
        taken[name] += entry.record.decided.fate is TradeFate.TAKEN
    return signals, taken


def _tallies(trades: Iterable[LiveTrade]) -> dict[Instrument, Tally]:
    found: dict[Instrument, Tally] = {}
    for each in trades:
        instrument = each.trade.instrument
        found[instrument] = found.get(instrument, Tally()) + tally_of(each.trade)
    return found


def _expected(name: str, watched: Mapping[tuple[str, Instrument], float], records: Records) -> float | None:
    """How many trades the backtest had in as much time; None where one of the instruments says nothing of it."""
    total = 0.0
    for (each, instrument), days in watched.items():
        if each != name:
            continue
        record = records.get((name, instrument))
        if record is None or record.n is None or not record.days:
            return None
        total += record.n / record.days * days
    return total or None


def watched_days(
    began: Sequence[SessionBegan], taken_until: Mapping[Instrument, int]
) -> dict[tuple[str, Instrument], float]:
    """For how many days sessions have watched each hypothesis on each instrument.

    A session answers for the time from the end of its history until that of the next one: what closed meanwhile, the
    next one evaluates.
    """
    days: defaultdict[tuple[str, Instrument], float] = defaultdict(float)
    begins: defaultdict[Instrument, list[tuple[int, SessionBegan | None]]] = defaultdict(list)
    for session in began:
        for used in session.history:
            begins[used.instrument].append((used.end, session))
    for instrument, points in begins.items():
        end = max(taken_until.get(instrument, 0), points[-1][0])
        for (start, watching), (until, _) in pairwise([*points, (end, None)]):
            for name in watching.hypotheses if watching is not None else ():
                days[name, instrument] += max(0, until - start) / DAY
    return dict(days)
