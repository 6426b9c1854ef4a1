"""The decider over recorded history: held to the backtest without limits, and each difference explained with them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from edgeproof.adapters.storage.library import load_library
from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.round_trip import ExitReason, Fates, RoundTrips, StopKind
from edgeproof.core.model.signal import signal_id
from edgeproof.core.model.time import DAY
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState
from edgeproof.core.model.trading_event import (
    FateDecided,
    RelationsSeen,
    StandingChanged,
    StateAsked,
    TradeEnded,
    TradeFate,
)
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.signals.generate import Fires
from edgeproof.core.signals.hypothesis import Hypothesis, variants
from edgeproof.core.simulation.bracket import BracketOutcomes
from edgeproof.core.simulation.history import PriceHistory, price_history
from edgeproof.research.backtest import Fees, Market, Result, backtest, bracket_spec
from edgeproof.research.engine_replay import EngineReplay, limited, unlimited
from edgeproof.research.relations import hourly_relations
from tests.support.week import instrument, source, source_funding

CASH = Decimal(10_000)
LOT = Decimal("1e-6")
"""Of a whole number of these every share is a whole number of `FINE` ones."""

WIDE = RiskLimits(
    risk_fraction=Decimal("0.005"),
    max_open_risk=Decimal("0.05"),
    max_positions=7,
    max_signals_per_position=20,
    max_leverage=Decimal(50),
    max_notional=None,
    max_btc_beta=Decimal(50),
    max_correlation=None,
    halve_correlation=None,
    loss_streak=None,
    max_orders_a_minute=None,
)
"""Limits under which much is held at once, on one instrument by many signals, until a breaker ends it."""


@cache
def library() -> tuple[Hypothesis, ...]:
    """Every hypothesis that is shipped, its variants each by themselves."""
    return tuple(variant for each in load_library(Path("nowhere"), ()) for variant in variants(each))


def recorded_market(name: str, start: int, end: int) -> Market:
    """The recorded minutes of an instrument within a span."""
    candles = source(name).between(start, end)
    return Market(instrument=instrument(name), candles=candles, funding=source_funding(name))


# --- without limits ---


def replay_unlimited(markets: Sequence[Market], hypothesis: Hypothesis, own: Sequence[Fires]) -> EngineReplay:
    """One hypothesis on all markets, in an account of its own."""
    state = unlimited([each.instrument for each in markets], [hypothesis])
    replayed = EngineReplay(markets=markets, hypotheses=[hypothesis], state=state)
    replayed.run([[each] for each in own])
    return replayed


def expect_trades_of(replayed: EngineReplay, results: Sequence[Result]) -> None:
    """Every trade and every fate of one hypothesis is that of the backtest, market by market."""
    fates = Counter(each.fate for each in replayed.fates)
    told = [each.fates for each in results]
    assert [fates[TradeFate.TAKEN], fates[TradeFate.OVERLAPPED], fates[TradeFate.INVALIDATED]] == [
        sum(each.traded for each in told),
        sum(each.overlapped for each in told),
        sum(each.invalidated for each in told),
    ]
    assert (replayed.void, replayed.unfilled) == (sum(each.void for each in told), sum(each.unfilled for each in told))
    assert sum(fates.values()) == sum(each.signals - each.void - each.unfilled for each in told)
    for result in results:
        ended = [each for each in replayed.ended if each.instrument == result.instrument]
        trips = result.round_trips()
        closed = None if trips is None else trips.closed()
        names = [] if closed is None else _names(result, closed)
        assert [each.signal_id for each in ended] == names
        for row, trade in enumerate(ended):
            assert closed is not None
            assert _difference(trade, closed, row) is None, trade


def _names(result: Result, trips: RoundTrips) -> list[str]:
    return [signal_id(result.hypothesis.name, result.instrument, int(time)) for time in trips.signal_time]


def _difference(trade: TradeEnded, trips: RoundTrips, row: int) -> str | None:
    """In what a trade is not, a unit, the round trip of a row; None where it is in nothing."""
    units = trade.quantity
    figures = {
        "entry_price": trade.entry_price,
        "exit_price": trade.exit_price,
        "fees": trade.fees / units,
        "funding": trade.funding / units,
    }
    for name, figure in figures.items():
        # What a unit pays in funding is small beside its price, of which it is a share.
        least = 1e-12 * float(trade.entry_price)
        if float(figure) != pytest.approx(float(getattr(trips, name)[row]), rel=1e-9, abs=least):
            return name
    pnl, risk = float(trips.pnl[row]), float(trips.risk[row])
    if float(trade.net_pnl / units) != pytest.approx(pnl, rel=1e-7, abs=1e-7 * risk):
        return "pnl"
    if (trade.opened_at, trade.time) != (int(trips.entry_time[row]), int(trips.exit_time[row])):
        return "times"
    reason = ExitReason(int(trips.exit_reason[row]))
    if reason.word not in _REASONS.get(trade.reason, {"target"}):
        return "reason"
    is_stop = reason is ExitReason.STOP
    return "stop_kind" if is_stop and trade.stop_kind is not StopKind(int(trips.stop_kind[row])) else None


_REASONS = {"stop": {"stop"}, "exit": {"time_stop", "exit_condition"}, "emergency": set[str]()}


# --- with limits ---


def replay_limited(
    markets: Sequence[Market], hypotheses: Sequence[Hypothesis], own: Sequence[Sequence[Fires]], limits: RiskLimits
) -> EngineReplay:
    """All hypotheses on all markets in one account of 10,000; a person resumes at midnight what was halted.

    Steps are so fine that a unit of each trade is that of the backtest.
    """
    contracts = {
        each.instrument: ContractTerms(lot_size=LOT, initial_margin_fraction=Decimal("0.02")) for each in markets
    }
    first = min(int(each.candles.open_time[0]) for each in markets)
    last = max(int(each.candles.close_time[-1]) for each in markets)
    resumed = [
        StateAsked(time=day, cause=StateCause.PERSON_RESUMES, by="somebody")
        for day in range(first // DAY * DAY + DAY, last, DAY)
    ]
    others: list[StateAsked | RelationsSeen] = [*hourly_relations(markets, limits), *resumed]
    others.sort(key=lambda each: each.time)
    state = limited(contracts, hypotheses, limits, CASH)
    replayed = EngineReplay(markets=markets, hypotheses=hypotheses, state=state, others=others)
    replayed.run(own)
    return replayed


@dataclass(frozen=True)
class Explained:
    """What became of the signals of a replay with limits (`signals`), and of the trades there are without (`trades`).

    The words say which rule it was; a trade that is "as without limits" is that, a unit, in every figure.
    """

    signals: Counter[str]
    trades: Counter[str]


AS_WITHOUT = "traded as without limits"
FLATTENED = "cut short by the breaker"
HALTED = "left to its orders while halted"
OPEN = "open at the end"


def explained(
    replayed: EngineReplay,
    markets: Sequence[Market],
    hypotheses: Sequence[Hypothesis],
    own: Sequence[Sequence[Fires]],
) -> Explained:
    """The account of every signal; whatever has no recorded cause fails."""
    fates = {each.signal_id: each for each in replayed.fates}
    ended = {each.signal_id: each for each in replayed.ended}
    assert len(fates) == len(replayed.fates), "expected one fate for every signal"
    assert len(ended) == len(replayed.ended), "expected one end for every trade"
    signals: Counter[str] = Counter()
    trades: Counter[str] = Counter()
    for market, of_market in zip(markets, own, strict=True):
        results = backtest(market, hypotheses)
        history = price_history(market.candles, market.funding)
        for result, found in zip(results, of_market, strict=True):
            trips = result.round_trips()
            without = set() if trips is None else set(_names(result, trips))
            for name, alone in _alone(result, found, history):
                if not alone.can_be_told:
                    assert name not in fates
                    continue
                word = _explained(fates.pop(name), ended.pop(name, None), alone, replayed.standings)
                signals[word] += 1
                trades[word] += name in without
    assert not fates, "expected no fate of what never fired"
    assert not ended, "expected no trade of what never fired"
    return Explained(signals, trades)


@dataclass(frozen=True)
class _Alone:
    """What a fire would have come to had it been the only one; `trips` is its round trip, None where it has none."""

    fates: Fates
    trips: RoundTrips | None

    @property
    def can_be_told(self) -> bool:
        return not (self.fates.void or self.fates.unfilled)


def _alone(result: Result, found: Fires, history: PriceHistory) -> Iterator[tuple[str, _Alone]]:
    outcomes = BracketOutcomes(history, bracket_spec(result.hypothesis, Fees()), found)
    walks = outcomes.walk_many([np.array([row]) for row in range(len(found))])
    for time, walk in zip(found.time.tolist(), walks, strict=True):
        trips = walk.round_trips if walk.fates.traded else None
        yield signal_id(result.hypothesis.name, result.instrument, time), _Alone(walk.fates, trips)


def _explained(fate: FateDecided, trade: TradeEnded | None, alone: _Alone, standings: Sequence[StandingChanged]) -> str:
    if fate.fate is TradeFate.TAKEN:
        assert alone.trips is not None
        return OPEN if trade is None else _kept(trade, alone.trips, standings)
    assert trade is None
    assert fate.rule
    assert (fate.fate is TradeFate.INVALIDATED) <= bool(alone.fates.invalidated)
    if fate.fate is TradeFate.DENIED:
        first = next(each for each in fate.checks if not each.holds)
        assert (first.rule, first.value, first.limit) == (fate.rule, fate.value, fate.limit)
    return f"{fate.fate.value}: {fate.rule}"


def _kept(trade: TradeEnded, trips: RoundTrips, standings: Sequence[StandingChanged]) -> str:
    difference = _difference(trade, trips, 0)
    if difference is None:
        return AS_WITHOUT
    stood = _while(standings, trade)
    if trade.reason == "emergency":
        assert any(each.level is BreakerLevel.FLATTEN for each in stood), (trade, difference)
        return FLATTENED
    assert any(each.status.state is TradingState.HALTED for each in stood), (trade, difference)
    return HALTED


def _while(standings: Sequence[StandingChanged], trade: TradeEnded) -> list[StandingChanged]:
    """How the account stood while a trade was open."""
    before = [each for each in standings if each.time <= trade.opened_at][-1:]
    return before + [each for each in standings if trade.opened_at < each.time <= trade.time]
