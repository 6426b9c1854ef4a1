"""A session against the backtest.

1. For each instrument and session: the market it knew, from the stored history it began with and what it took in
   (`watches`), and its hypotheses as it recorded them (`definitions`).
2. The backtest's own fires over that market, for the closes the session answers for (`_expected`).
3. Both sides signal by signal (`_differences`); each difference gets its one cause (`causes`).
4. Beside that, what must hold of a journal: every close evaluated once, no signal with two fates (`_closes`).
5. Where sessions traded, their trades too, in money (`trades`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from edgeproof import __version__
from edgeproof.core.model.candle import IntArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CloseMissed, Decided, SessionBegan
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.ports import CandleStore, Journal
from edgeproof.research.backtest import Fees, Market, fires
from edgeproof.research.parity.causes import Cause, Difference, Known, causes, is_match
from edgeproof.research.parity.definitions import changed_since
from edgeproof.research.parity.result import Explained, InstrumentParity, ParityResult
from edgeproof.research.parity.signals import Key, Levels, Recorded, levels_at, recorded
from edgeproof.research.parity.trades.compare import TradeQuestion, compare_trades
from edgeproof.research.parity.trades.live import read_live
from edgeproof.research.parity.trades.result import TradesParity
from edgeproof.research.parity.watches import Span, Watch, read_watches, sessions_of, store_market
from edgeproof.research.run_identity import code_version

Against = Literal["recorded", "store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be compared.

    `session` looks at one session only. `against` "store" puts the candles that are stored now in the place of those
    the sessions took in. `library` are the hypotheses as they are now, to say which have changed; none to say nothing.
    `fees` are what a backtest pays.
    """

    session: str | None = None
    against: Against = "recorded"
    library: tuple[Hypothesis, ...] = ()
    fees: Fees = Fees()


def compare(
    journal: Journal,
    store: CandleStore,
    start: int | None = None,
    end: int | None = None,
    question: Question = Question(),  # noqa: B008 - frozen
) -> ParityResult:
    """What the sessions of a journal did, between two times, against what the backtest would have done.

    All that a session took in is read, also from before `start`: its indicators remember.
    """
    span = Span(start, end)
    said = _read(journal, span)
    names = sorted(_instruments(journal, said))
    work = [_Work(store, each, read_watches(journal, store, each, span), said, span, question) for each in names]
    sessions = sessions_of([watch for each in work for watch in each.watches])
    now = {each.name: each for each in question.library}
    changed = [name for each in sessions for name in changed_since(each, now)] if now else []
    instruments = tuple(_compared(each) for each in work if each.watches or each.decisions)
    return ParityResult(
        against=question.against,
        sessions=tuple(sessions),
        instruments=instruments,
        trades=_trades(journal, work, instruments),
        changed_since=tuple(dict.fromkeys(changed)),
        is_code_same=all(each.version in _versions() for each in sessions),
    )


def _versions() -> frozenset[str]:
    return frozenset({__version__, code_version()})


@dataclass(slots=True)
class _Said:
    """What the journal says was decided and missed in the span."""

    decisions: dict[Instrument, list[Recorded]] = field(default_factory=dict)
    late: dict[Instrument, Counter[str]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)


def _read(journal: Journal, span: Span) -> _Said:
    said = _Said()
    for entry in journal.read(Decided, start=span.start, end=span.end):
        decision = entry.record.decision
        found = said.decisions.setdefault(decision.signal.instrument, [])
        found.append(recorded(entry.seq, entry.record.session, decision))
    for missed in journal.read(CloseMissed, start=span.start, end=span.end):
        said.late.setdefault(missed.record.instrument, Counter())[missed.record.reason] += 1
        said.named.update(missed.record.signals)
    return said


def _instruments(journal: Journal, said: _Said) -> set[Instrument]:
    watched = {used.instrument for entry in journal.read(SessionBegan) for used in entry.record.history}
    return watched | set(said.decisions)


@dataclass(frozen=True, slots=True)
class _Work:
    """All there is on one instrument."""

    store: CandleStore
    instrument: Instrument
    all_watches: Sequence[Watch]
    said: _Said
    span: Span
    question: Question

    @property
    def watches(self) -> list[Watch]:
        """The watches that are asked for."""
        return [each for each in self.all_watches if self._is_asked(each.session.session)]

    @property
    def decisions(self) -> list[Recorded]:
        """The decisions of the sessions that are asked for."""
        return [each for each in self.said.decisions.get(self.instrument, ()) if self._is_asked(each.session)]

    def _is_asked(self, session: str) -> bool:
        return self.question.session in {None, session}


@dataclass(slots=True)
class _Tally:
    """What was found so far: the signals of the backtest, those that differ, how many agree."""

    expected: set[Key] = field(default_factory=set)
    explained: dict[Key, Explained] = field(default_factory=dict)
    matched: int = 0


def _compared(work: _Work) -> InstrumentParity:
    live, doubled = _once(work.said.decisions.get(work.instrument, ()))
    tally = _Tally()
    for watch in work.watches:
        _compare_watch(work, watch, live, tally)
    tally.explained |= _orphans(work, live)
    return _result(work, tally, doubled)


def _compare_watch(work: _Work, watch: Watch, live: Mapping[Key, Recorded], tally: _Tally) -> None:
    there = {key: each for key, each in live.items() if watch.answers_for(key.time)}
    backtest = _expected(watch, watch.market(), work.span)
    found = _explain(work, watch, _differences(there, backtest))
    if work.question.against == "store":
        backtest = _expected(watch, store_market(work.store, watch), work.span)
        found = _against_store(work.instrument, _differences(there, backtest), found)
    tally.explained |= found
    tally.expected |= backtest.keys()
    tally.matched += sum(key not in found for key in there.keys() | backtest.keys())


def _once(decisions: Iterable[Recorded]) -> tuple[dict[Key, Recorded], tuple[str, ...]]:
    """The first decision on each signal, and the ids of those that have more."""
    first: dict[Key, Recorded] = {}
    doubled: list[str] = []
    for each in decisions:
        if first.setdefault(each.key, each) is not each:
            doubled.append(each.id)
    return first, tuple(dict.fromkeys(doubled))


def _expected(watch: Watch, market: Market, span: Span) -> dict[Key, Levels]:
    """The fires of the backtest at the closes that a watch answers for."""
    after = watch.after if span.start is None else max(watch.after, span.start - 1)
    found: dict[Key, Levels] = {}
    hypotheses = watch.definitions.hypotheses
    for hypothesis, each in zip(hypotheses, fires(market, hypotheses), strict=True):
        first, last = np.searchsorted(each.time, [after, watch.until], side="right")
        found.update(levels_at(hypothesis, each.at(np.arange(first, last))))
    return found


def _differences(live: Mapping[Key, Recorded], backtest: Mapping[Key, Levels]) -> list[Difference]:
    keys = sorted(live.keys() | backtest.keys())
    sides = [(key, live.get(key), backtest.get(key)) for key in keys]
    return [Difference(*each) for each in sides if not is_match(each[1], each[2])]


def _explain(work: _Work, watch: Watch, differences: Sequence[Difference]) -> dict[Key, Explained]:
    others = {each.session.session: each for each in work.all_watches}
    found = causes(differences, watch, Known(others, _versions(), frozenset(work.said.named)))
    pairs = zip(differences, found, strict=True)
    return {each.key: Explained(work.instrument, each, cause) for each, cause in pairs}


def _against_store(
    instrument: Instrument, differences: Sequence[Difference], by_record: Mapping[Key, Explained]
) -> dict[Key, Explained]:
    """The differences from the store's candles: those that the recorded candles do not show are the data's.

    What the recorded candles leave unexplained stays, whatever the store says.
    """
    kept = {key: each for key, each in by_record.items() if each.cause is Cause.UNEXPLAINED}
    for each in differences:
        cause = by_record[each.key].cause if each.key in by_record else Cause.DATA_DIFFERED
        kept.setdefault(each.key, Explained(instrument, each, cause))
    return kept


def _orphans(work: _Work, live: Mapping[Key, Recorded]) -> dict[Key, Explained]:
    """Decisions at a time for which no session answers: nothing that was taken in can have led to them."""
    asked = {each.key for each in work.decisions}
    return {
        key: Explained(work.instrument, Difference(key, live[key], None), Cause.UNEXPLAINED)
        for key in live.keys() & asked
        if not any(watch.answers_for(key.time) for watch in work.all_watches)
    }


def _result(work: _Work, tally: _Tally, doubled: tuple[str, ...]) -> InstrumentParity:
    due, evaluated, unwatched = _closes(work.watches, work.span)
    repeated = [time for each in work.watches for time in each.taken.taken_twice(each.used.end).tolist()]
    twice = [time for time in repeated if work.span.holds(time)]
    differences = tuple(tally.explained.values())
    bounds = [time for each in work.watches for time in (each.after, each.until)]
    bounds += [each.difference.key.time for each in differences]
    return InstrumentParity(
        instrument=work.instrument,
        closes=len(due),
        evaluated=int(np.isin(due, evaluated).sum()),
        unwatched=unwatched,
        late=work.said.late.get(work.instrument, {}),
        signals_live=tally.matched + sum(each.difference.live is not None for each in differences),
        signals_backtest=len(tally.expected),
        matched=tally.matched,
        differences=differences,
        not_evaluated=tuple(np.setdiff1d(due, evaluated).tolist()),
        evaluated_twice=tuple(twice),
        duplicates=doubled,
        began=max(min(bounds), work.span.start or 0),
        ended=max(bounds),
    )


def _closes(watches: Sequence[Watch], span: Span) -> tuple[IntArray, IntArray, int]:
    """The closes that sessions answer for, those that were evaluated, and how many lie between sessions."""
    none = np.empty(0, np.int64)
    due, evaluated, unwatched = [none], [none], 0
    for watch in watches:
        step = watch.session.timeframe
        begin = max(watch.used.end, watch.after) // step * step + step  # `after` may lie between two closes
        due.append(np.arange(begin, watch.until + 1, step))
        evaluated.append(watch.closes)
        first = max(watch.after, (span.start or 0) - 1)
        unwatched += max(0, watch.used.end // step - first // step)
    closes = np.unique(np.concatenate(due))
    within = closes[closes >= span.start] if span.start is not None else closes
    return within, np.concatenate(evaluated), unwatched


def _trades(journal: Journal, work: Sequence[_Work], found: Sequence[InstrumentParity]) -> TradesParity | None:
    """The trades of all instruments; None where nobody traded."""
    sessions = {entry.record.session: entry.record for entry in journal.read(SessionBegan)}
    if not any(sessions[each].command != "scan" for each in {one.session.session for w in work for one in w.watches}):
        return None
    causes = {each.id: each.cause.value for one in found for each in one.differences if each.difference.live is None}
    compared = [
        compare_trades(
            TradeQuestion(
                instrument=each.instrument,
                watches=each.all_watches,
                asked=each.watches,
                sessions=sessions,
                live=read_live(journal, each.instrument, each.span.end),
                span=each.span,
                fees=each.question.fees,
                signal_causes=causes,
            )
        )
        for each in work
    ]
    return TradesParity(
        trades=tuple(trade for each in compared for trade in each.trades),
        not_taken=tuple(trade for each in compared for trade in each.not_taken),
        open=tuple(signal for each in compared for signal in each.open),
    )
