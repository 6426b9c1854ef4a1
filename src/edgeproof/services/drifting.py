"""How every hypothesis trades against its backtest, folded from the trades of a journal, and what weight it gets.

1. `Weighing` says what is held against what: the outcomes a discovery kept of each hypothesis.
2. `drifting_of` folds the live trades that are over; `Drifting.ended` goes on with each that ends.
3. `Drifting.weight` is what risk is told of a signal. A kill is for good: it outlives the session in the file of
   states, through `Weighing.keep`, once the trade that led to it is in the journal.

The same journal gives the same weights: a restart changes nothing. Where nothing was tested there is no verdict, and
the weight is 1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import Noticed, Record, SessionBegan, SignalTraded
from edgeproof.core.model.trading_event import TradeEnded
from edgeproof.core.performance.drift import LIGHTEST, Drift, DriftStage, DriftTest, after, weight_of, why_silent
from edgeproof.core.performance.sample import Untestable
from edgeproof.ports import Journal
from edgeproof.services.live_trades import live_trades

PROBATION_TRADES = 50
"""So many trades on paper a hypothesis that was killed must show before it is what discovery found it to be."""

UNTESTED = "untested"
KILLED, PROBATION = "killed", "probation"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BacktestSample:
    """What a hypothesis is held against: its tested `outcomes` in R on `instruments`, in the order they ended.

    `why` says why there are none. `state` is "killed" or "probation" where trading has led to it, "" otherwise; trades
    that ended up to `since` do not count.
    """

    outcomes: FloatArray | None = None
    instruments: frozenset[Instrument] = frozenset()
    why: str = ""
    state: str = ""
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A hypothesis was killed by its live trades ("killed"), or has passed its probation ("")."""

    hypothesis: str
    state: str
    at: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """By what is weighed. `definitions` are what the hypotheses say today: trades of another text do not count.

    `keep` remembers a turn beyond the session; false where that could not be done and is to be tried again.
    """

    tested: Mapping[str, BacktestSample] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    calibrate: Callable[[FloatArray], DriftTest | Untestable] = lambda _: Untestable("nobody tests")
    keep: Callable[[Turn], bool] = lambda _: True


@dataclass(slots=True, eq=False)
class Drifting:
    """The drift of every hypothesis; see the module."""

    session: str
    weighing: Weighing
    _tests: dict[str, DriftTest | Untestable] = field(default_factory=dict)
    _outcomes: dict[str, dict[str, float]] = field(default_factory=dict)
    _drifts: dict[str, Drift] = field(default_factory=dict)
    _states: dict[str, str] = field(default_factory=dict)
    _turns: list[Turn] = field(default_factory=list)
    _untested: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._states = {name: each.state for name, each in self.weighing.tested.items()}
        # Once: asked at every signal, and of all of them by whoever looks.
        self._untested = {name: _why_untested(each) for name, each in self.weighing.tested.items()}

    def ended(self, hypothesis: str, trade: TradeEnded) -> list[Record]:
        """Take in a trade that is over; what a person should know of it."""
        test = self._test(hypothesis) if self._counts(hypothesis, trade) else None
        if not isinstance(test, DriftTest):
            return []
        before = self._drifts.get(hypothesis, Drift())
        known = self._outcomes.setdefault(hypothesis, {})
        is_again = known.pop(trade.signal_id, None) is not None
        known[trade.signal_id] = trade.r_multiple
        if is_again:  # a late fill had opened it again: of its ends the last counts
            now = reduce(lambda drift, r: after(test, drift, r), known.values(), Drift())
        else:
            now = after(test, before, trade.r_multiple)
        self._drifts[hypothesis] = now
        noticed = [] if now.word == before.word else [self._notice(hypothesis, test, now, trade.time)]
        return [*noticed, *self._turned(hypothesis, test, now, trade.time)]

    def weight(self, hypothesis: str) -> SignalWeight:
        """What share of the usual risk its signals get, and why."""
        drift = self._drifts.get(hypothesis, Drift())
        state = self._states.get(hypothesis, "")
        test = self._tests.get(hypothesis)
        value, limit = (drift.below, test.kill) if isinstance(test, DriftTest) else (None, None)
        if state == KILLED:
            note = "killed: edgeproof hypotheses revive lets it trade on paper again"
            return SignalWeight(
                weight=LIGHTEST, stage=DriftStage.KILL.value, value=value, limit=limit, trades=drift.trades, note=note
            )
        is_on_probation = state == PROBATION
        why = test.reason if isinstance(test, Untestable) else self._untested.get(hypothesis, _NEVER)
        if why:
            note = f"on probation, and no verdict: {why}" if is_on_probation else f"no verdict: {why}"
            return SignalWeight(stage=PROBATION if is_on_probation else UNTESTED, note=note)
        stage = PROBATION if is_on_probation and drift.stage is DriftStage.STEADY else drift.word
        note = f"on probation: {drift.trades} of {PROBATION_TRADES} trades" if is_on_probation else ""
        if not isinstance(test, DriftTest):  # it has not traded yet
            return SignalWeight(stage=stage, value=0.0, note=note)
        return SignalWeight(
            weight=weight_of(test, drift), stage=stage, value=value, limit=limit, trades=drift.trades, note=note
        )

    def weights(self) -> dict[str, SignalWeight]:
        """The weights of all that were given something to be held against, or are known to have nothing."""
        return {name: self.weight(name) for name in self.weighing.tested}

    def keep(self) -> None:
        """Remember beyond the session what has turned; to be called once the trades are in the journal."""
        self._turns = [turn for turn in self._turns if not self.weighing.keep(turn)]

    def state(self, hypothesis: str) -> tuple[DriftTest | Untestable | None, Drift]:
        """The test of a hypothesis (None while it has not traded) and how it stands in it."""
        return self._tests.get(hypothesis), self._drifts.get(hypothesis, Drift())

    def _counts(self, hypothesis: str, trade: TradeEnded) -> bool:
        tested = self.weighing.tested.get(hypothesis)
        return tested is not None and trade.instrument in tested.instruments and trade.time > tested.since

    def _test(self, hypothesis: str) -> DriftTest | Untestable | None:
        outcomes = self.weighing.tested[hypothesis].outcomes
        if hypothesis not in self._tests and outcomes is not None:
            self._tests[hypothesis] = why_silent(outcomes) or self.weighing.calibrate(outcomes)
        return self._tests.get(hypothesis)

    def _notice(self, hypothesis: str, test: DriftTest, drift: Drift, at: int) -> Record:
        mean = drift.total_r / drift.trades
        detail = (
            f"{hypothesis}: {drift.word}, weight {weight_of(test, drift)}: {drift.trades} live trades made "
            f"{mean:+.2f} R each, {test.n} tested ones {test.mean:+.2f} R; the statistic is {drift.below:.1f} "
            f"(alert {test.alert:.1f}, half {test.half:.1f}, kill {test.kill:.1f})"
        )
        return Noticed(session=self.session, at=at, kind="drift", detail=detail)

    def _turned(self, hypothesis: str, test: DriftTest, drift: Drift, at: int) -> list[Record]:
        state = self._states.get(hypothesis, "")
        if drift.stage is DriftStage.KILL and state != KILLED:
            words = f"killed by drift after {drift.trades} live trades: {drift.total_r / drift.trades:+.2f} R each"
            self._turn(Turn(hypothesis=hypothesis, state=KILLED, at=at, words=words))
        elif state == PROBATION and has_passed(test, drift):
            words = f"passed its probation: {drift.trades} trades made {drift.total_r / drift.trades:+.2f} R each"
            self._turn(Turn(hypothesis=hypothesis, state="", at=at, words=words))
            return [Noticed(session=self.session, at=at, kind="drift", detail=f"{hypothesis}: {words}")]
        return []

    def _turn(self, turn: Turn) -> None:
        self._states[turn.hypothesis] = turn.state
        self._turns.append(turn)


_NEVER = "it was never tested"


def _why_untested(tested: BacktestSample) -> str:
    if tested.outcomes is None:
        return tested.why or _NEVER
    silent = why_silent(tested.outcomes)
    return "" if silent is None else silent.reason


def has_passed(test: DriftTest, drift: Drift) -> bool:
    """Whether a hypothesis on probation has shown itself: enough trades, no stage, and nearer its edge than half of it.

    >>> test = DriftTest(n=100, mean=0.2, deviation=1.0, reference=0.05, block_length=1.0,
    ...                  alert=9.0, half=9.0, kill=9.0, gain=9.0)
    >>> has_passed(test, Drift(trades=50, total_r=7.6)), has_passed(test, Drift(trades=50, total_r=7.4))
    (True, False)
    """
    if drift.trades < PROBATION_TRADES or drift.stage is not DriftStage.STEADY:
        return False
    return drift.total_r / drift.trades > 0.75 * test.mean


def drifting_of(session: str, weighing: Weighing, journal: Journal) -> Drifting:
    """How every hypothesis stands by the trades of a journal."""
    drifting = Drifting(session, weighing)
    if not weighing.tested:
        return drifting
    said = {each.record.session: each.record.hypotheses for each in journal.read(SessionBegan)}
    sessions = {each.record.signal.id: each.record.session for each in journal.read(SignalTraded)}
    for each in live_trades(journal):
        name = each.signal.hypothesis
        told = said.get(sessions[each.signal.id], {}).get(name)
        if told == weighing.definitions.get(name):
            drifting.ended(name, each.trade)
    return drifting
