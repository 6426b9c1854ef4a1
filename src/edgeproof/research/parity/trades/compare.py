"""The trades of one instrument against those of the backtest.

1. The market is that of all its sessions in one: what they took in, over the histories they began with.
2. The backtest trades the signals that were taken, one position a hypothesis at a time, like the session (`_compared`).
   Each trade is held against its own, at the same quantity, and each part of the difference gets its cause.
3. The backtest trades every signal (`_not_taken`): what it has beside them is counted apart, by the fate of the signal.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial

import numpy as np

from edgeproof.core.model.candle import NO_FUNDING, IntArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import ASKS_FIRST, SessionBegan
from edgeproof.core.model.signal import Decision, Fate, Signal, signal_id
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.simulation.history import PriceHistory, price_history
from edgeproof.research.backtest import Fees, Market, bracket_spec, fires
from edgeproof.research.parity.causes import Cause
from edgeproof.research.parity.definitions import Definitions, definitions
from edgeproof.research.parity.taken import joined, market_of
from edgeproof.research.parity.trades.known import held_as_known
from edgeproof.research.parity.trades.live import LiveBook, LiveSide
from edgeproof.research.parity.trades.money import ROUNDING, ZERO, Exit, Made, TradeCause, differences, pairs
from edgeproof.research.parity.trades.replayed import END, BacktestSide, Replayed
from edgeproof.research.parity.trades.result import ComparedTrade, NotTaken
from edgeproof.research.parity.trades.shown import Witness
from edgeproof.research.parity.watches import Span, Watch


@dataclass(frozen=True, kw_only=True)
class TradeQuestion:
    """What is compared of one instrument.

    `watches` are all that ever watched it, `asked` those whose trades are wanted; `sessions` maps the sessions of the
    journal. `signal_causes` says why signals that a session did not have are missing, by their ids.
    """

    instrument: Instrument
    watches: Sequence[Watch]
    asked: Sequence[Watch]
    sessions: Mapping[str, SessionBegan]
    live: LiveBook
    span: Span
    fees: Fees
    signal_causes: Mapping[str, str]

    @cached_property
    def market(self) -> Market:
        """The market as all sessions came to know it; what was taken in counts before what was stored."""
        first = self.watches[0]
        candles, funding = first.history.candles, NO_FUNDING
        for each in self.watches:
            candles, funding = joined(candles, funding, each.history.candles, each.history.funding)
        for each in self.watches[:-1]:
            candles, funding = joined(candles, funding, each.taken.candles, each.taken.funding)
        return market_of(self.instrument, candles, funding, self.watches[-1].taken)

    @cached_property
    def history(self) -> PriceHistory:
        """The same, ready to be traded."""
        return price_history(self.market.candles, self.market.funding)

    @cached_property
    def corrected(self) -> frozenset[int]:
        """The minutes that were corrected after they had been taken in."""
        opens = [each.taken.candles.open_time[each.taken.is_correction] for each in self.watches]
        return frozenset(np.concatenate(opens).tolist())

    def is_asked(self, session: str) -> bool:
        """Whether the trades of a session are wanted."""
        return any(each.session.session == session for each in self.asked)


@dataclass(slots=True)
class TradesFound:
    """What was found of one instrument."""

    trades: list[ComparedTrade] = field(default_factory=list)
    not_taken: list[NotTaken] = field(default_factory=list)
    open: list[Signal] = field(default_factory=list)


def compare_trades(question: TradeQuestion) -> TradesFound:
    """The trades of an instrument that ended within the span, or are open, and those of the backtest beside them."""
    found = TradesFound()
    if not question.watches:
        return found
    work = _Hypotheses(question)
    wanted = [each for each in question.live.taken if each.entries and _is_wanted(question, each)]
    for hypothesis, trades in work.by_hypothesis(wanted):
        _compare_taken(question, None if hypothesis is None else work.replayed(hypothesis), trades, found)
    _compare_rest(question, work, found)
    return found


def _is_wanted(question: TradeQuestion, trade: LiveSide) -> bool:
    if not question.is_asked(trade.session):
        return False
    return trade.ended is None or question.span.holds(trade.ended.time)


class _Hypotheses:
    """The hypotheses of the sessions, and their fires over the market, found once."""

    def __init__(self, question: TradeQuestion) -> None:
        self._question = question
        self._definitions: dict[str, Definitions] = {}
        self._replayed: dict[Hypothesis, Replayed] = {}

    def of(self, session: str) -> tuple[Hypothesis, ...]:
        """The hypotheses of a session."""
        if session not in self._definitions:
            began = self._question.sessions.get(session)
            self._definitions[session] = Definitions((), frozenset()) if began is None else definitions(began)
        return self._definitions[session].hypotheses

    def by_hypothesis(self, trades: Sequence[LiveSide]) -> Iterator[tuple[Hypothesis | None, list[LiveSide]]]:
        """Trades by what they were trades of; None for those whose definition cannot be read."""
        found: dict[Hypothesis | None, list[LiveSide]] = {}
        for trade in trades:
            own = (each for each in self.of(trade.session) if each.name == trade.signal.hypothesis)
            found.setdefault(next(own, None), []).append(trade)
        self.find([each for each in found if each is not None])
        yield from found.items()

    def find(self, hypotheses: Sequence[Hypothesis]) -> None:
        """Evaluate hypotheses over the market, all that are new in one pass."""
        new = [each for each in dict.fromkeys(hypotheses) if each not in self._replayed]
        question = self._question
        for hypothesis, each in zip(new, fires(question.market, new) if new else (), strict=True):
            spec = bracket_spec(hypothesis, question.fees)
            self._replayed[hypothesis] = Replayed(question.history, hypothesis, spec, each)

    def replayed(self, hypothesis: Hypothesis) -> Replayed:
        """The fires of a hypothesis that was found."""
        return self._replayed[hypothesis]


# --- what was taken ---


def _compare_taken(
    question: TradeQuestion, replayed: Replayed | None, trades: Sequence[LiveSide], found: TradesFound
) -> None:
    rows = {} if replayed is None else {each.signal.id: replayed.row_of(each.signal.time) for each in trades}
    known = np.array(sorted(row for row in rows.values() if row is not None), np.int64)
    sides = {} if replayed is None else replayed.walk(known)
    for trade in trades:
        row = rows.get(trade.signal.id)
        backtest = None if row is None else sides.get(row)
        if backtest is None or replayed is None:
            why = "unreadable" if replayed is None else replayed.why_not(trade.signal.time)
            found.trades.append(_alone(question, trade, why))
        elif trade.ended is None and backtest.is_open:
            found.open.append(trade.signal)
        else:
            found.trades.append(_held_against(question, trade, backtest, replayed))


def _alone(question: TradeQuestion, trade: LiveSide, why: str) -> ComparedTrade:
    made, net = _live_side(question, trade, ZERO)
    money = {TradeCause.NOT_IN_BACKTEST: made.net(trade.signal.direction)}
    rest = net - money[TradeCause.NOT_IN_BACKTEST]
    cause = TradeCause.UNEXPLAINED if abs(rest) > ROUNDING else TradeCause.NOT_IN_BACKTEST
    money[cause] = money.get(cause, ZERO) + rest
    return ComparedTrade(
        live=trade,
        quantity=made.quantity,
        net=net,
        backtest=None,
        backtest_net=ZERO,
        money=money,
        causes=frozenset(money),
        why_not=why,
    )


def _held_against(
    question: TradeQuestion, trade: LiveSide, backtest: BacktestSide, replayed: Replayed
) -> ComparedTrade:
    quantity = _entered(trade)
    theirs = backtest.made(quantity)
    ours, net = _live_side(question, trade, theirs.funding)
    legs = {each.leg for each in ours.exits} & {each.leg for each in theirs.exits}
    witness = Witness(
        live=trade,
        history=question.history,
        exit_time=replayed.fires.exit_time,
        known=partial(held_as_known, question.watches, replayed.hypothesis),
        max_hold=replayed.spec.max_hold,
        cuts=question.live.cuts,
        halts=question.live.halts,
        missed=question.live.missed,
        legs=frozenset(legs),
        corrected=question.corrected,
    )
    direction = trade.signal.direction
    money = differences(direction, ours, theirs, net, witness.cause)
    # An exit of another kind at the very same price costs nothing, and is another one all the same.
    exits = {witness.cause(*each) for each in pairs(ours.exits, theirs.exits)} - {TradeCause.EXIT_PRICE}
    return ComparedTrade(
        live=trade,
        quantity=quantity,
        net=net,
        backtest=backtest,
        backtest_net=theirs.net(direction),
        money=money,
        causes=frozenset({*money, *exits}),
    )


def _entered(trade: LiveSide) -> Decimal:
    return sum((each.quantity or ZERO for each in trade.entries), ZERO)


def _live_side(question: TradeQuestion, trade: LiveSide, funding: Decimal) -> tuple[Made, Decimal]:
    """What a trade made, and its result as the journal has it.

    What is still open of it counts at the last close. Its funding is not in the journal before it is over, and is taken
    to be the other side's.
    """
    made = trade.made
    if trade.ended is not None:
        return made, trade.ended.net_pnl
    market, left = question.history.kernel, _entered(trade) - made.quantity
    last = Exit(
        leg=END,
        quantity=left,
        price=decimal_of(market.close[-1]),
        time=market.start + len(market.close) * market.timeframe,
    )
    exits = (*made.exits, last) if left else made.exits
    made = Made(entry_value=made.entry_value, exits=exits, fees=made.fees, funding=funding)
    return made, made.net(trade.signal.direction)


# --- what was not taken ---


def _compare_rest(question: TradeQuestion, work: _Hypotheses, found: TradesFound) -> None:
    """The trades of the backtest, closed within the span, whose signals were not taken."""
    watches = [each for each in question.asked if _trades(question, each)]
    rows: dict[Hypothesis, list[IntArray]] = {}
    for watch in watches:
        work.find(watch.definitions.hypotheses)
        after = watch.after if question.span.start is None else max(watch.after, question.span.start - 1)
        for hypothesis in watch.definitions.hypotheses:
            times = work.replayed(hypothesis).fires.time
            first, last = np.searchsorted(times, [after, watch.until], side="right")
            rows.setdefault(hypothesis, []).append(np.arange(first, last))
    taken = {each.signal.id for each in question.live.taken if each.entries}
    for hypothesis, parts in rows.items():
        replayed = work.replayed(hypothesis)
        for row, backtest in replayed.walk(np.unique(np.concatenate(parts))).items():
            time = int(replayed.fires.time[row])
            name = signal_id(hypothesis.name, question.instrument, time)
            if name not in taken and not backtest.is_open:
                cause = _fate(question, name)
                found.not_taken.append(
                    NotTaken(
                        signal_id=name,
                        hypothesis=hypothesis.name,
                        instrument=question.instrument.unified,
                        time=time,
                        cause=cause,
                        backtest=backtest,
                    )
                )


def _trades(question: TradeQuestion, watch: Watch) -> bool:
    return watch.session.session in question.live.sessions or watch.session.command != "scan"


WAITS = "waits: person"
"""The cause of a signal that a person may still take."""


def _waits(question: TradeQuestion, decision: Decision) -> bool:
    """Whether it was offered to a person and had not expired when its session was last heard of."""
    asking = [each for each in question.asked if each.session.settings.get(ASKS_FIRST)]
    return bool(asking) and decision.signal.expires_at > max(each.until for each in asking)


def _fate(question: TradeQuestion, name: str) -> str:
    """What became of a signal that was not traded, in words that can be counted."""
    traded, decision = question.live.traded.get(name), question.live.decided.get(name)
    if traded is not None:
        decided = traded.decided
        if decided.fate is TradeFate.TAKEN:
            return "never_filled"
        return f"{decided.fate.value}: {decided.rule}" if decided.rule else decided.fate.value
    if decision is None:
        return question.signal_causes.get(name, TradeCause.UNEXPLAINED.value)
    if decision.fate is Fate.TOLD and _waits(question, decision):
        return WAITS
    if decision.fate is Fate.TOLD:
        return Cause.RESTART_GAP.value if name in question.live.between else TradeCause.UNEXPLAINED.value
    return f"{decision.fate.value}: {decision.rule}" if decision.rule else decision.fate.value
