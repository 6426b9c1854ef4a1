"""A live session against the backtest: when all is well, and for each thing that can go wrong its cause."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from edgeproof.adapters.storage.library import load_library
from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.candles.digest import history_digest
from edgeproof.core.model.candle import Funding
from edgeproof.core.model.event import ClosedCandle, FundingPublished
from edgeproof.core.model.journal import CandleTaken, CloseMissed, Decided, Record, SessionBegan
from edgeproof.core.model.signal import Fate, Signal, signal_id
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.research.parity.causes import Cause
from edgeproof.research.parity.compare import Question, compare
from edgeproof.research.parity.result import ParityResult
from edgeproof.services.prepare import candles_of
from tests.support import parity
from tests.support.live_session import Fact, LiveSession, decision_on
from tests.support.memory_journal import MemoryJournal
from tests.support.parity import asked, decisions, moved, watched, world

# --- when all is well ------------------------------------------------------------------------------------------------


def test_parity_of_a_session_that_saw_everything_in_time_is_clean() -> None:
    seen = world(2)
    journal, store = watched(seen.facts(), seen=seen)
    found = asked(journal, store)

    assert found.is_clean
    assert not found.differences
    assert found.matched == found.signals == len(decisions(journal)) > 300
    for each in found.instruments:
        assert each.closes == each.evaluated == parity.LIVE // MINUTE
        assert each.signals_live == each.signals_backtest == each.matched
    assert (found.start, found.end) == (seen.begin, seen.end)


def test_parity_covers_void_signals_longer_candles_funding_and_variants() -> None:
    seen = world(2)
    journal, _ = watched(seen.facts(), seen=seen)
    signals = {(each.decision.signal.hypothesis, each.decision.fate) for each in decisions(journal)}

    assert signals >= {
        ("Rises_1m", Fate.TOLD),
        ("Confirmed_5m", Fate.TOLD),
        ("Funded_1m", Fate.TOLD),
        ("Often_Void_2m", Fate.VOID),
        ("Varied_1m[period=21]", Fate.TOLD),
    }


def test_parity_of_the_whole_library_is_clean() -> None:
    seen = world()
    journal, store = MemoryJournal(), seen.store()
    history = {seen.first: (seen.start, seen.begin)}
    session = LiveSession(journal, store, load_library(), history=history)
    for batch in seen.facts():
        session.take(*batch)
    found = asked(journal, store)

    assert found.is_clean
    assert found.matched == found.signals == len(decisions(journal)) > 0


def test_parity_of_a_span_counts_what_lies_in_it() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    start, end = seen.begin + HOUR, seen.begin + 2 * HOUR
    found = compare(journal, store, start, end)

    assert found.is_clean
    assert found.matched == sum(start <= each.at <= end for each in decisions(journal)) > 0
    assert found.instruments[0].closes == 61
    assert (found.start, found.end) == (start, end)


def test_parity_without_a_session_compares_nothing() -> None:
    found = asked(MemoryJournal(), world().store())
    assert (found.sessions, found.instruments, found.signals) == ((), (), 0)


def test_parity_counts_late_closes_by_their_reason() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    late = [
        CloseMissed(session="s1", at=seen.begin + k * MINUTE, instrument=seen.first, evaluated_at=seen.end, reason=why)
        for k, why in enumerate(["start", "feed_gap", "feed_gap"], start=1)
    ]
    journal.append(late)

    assert asked(journal, store).instruments[0].late == {"start": 1, "feed_gap": 2}


# --- what came late --------------------------------------------------------------------------------------------------


def corrected(seen: parity.World, at: int, after: int, by: float = 0.004) -> list[list[Fact]]:
    """The facts of a world in which the candle `at` batches in closed elsewhere, as is told `after` batches later."""
    batches = [list(batch) for batch in seen.facts()]
    candle = next(fact for fact in batches[at] if isinstance(fact, ClosedCandle))
    batches[at + after].append(moved(candle, by))
    return batches


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_correction_after_the_decision_is_a_late_candle(after: int) -> None:
    seen = world()
    journal, store = watched(corrected(seen, 60, after), seen=seen)
    found = asked(journal, store)

    assert set(found.causes) == {"late_candle"}
    assert found.is_clean
    corrected_at = seen.begin + 61 * MINUTE
    assert all(corrected_at <= each.difference.key.time <= corrected_at + 3 * MINUTE for each in found.differences)


def test_a_correction_after_the_decision_proves_nothing_about_other_signals() -> None:
    seen = world()
    journal, store = watched(corrected(seen, 60, 1), seen=seen)
    moment = seen.begin + 61 * MINUTE
    late = {each.id for each in asked(journal, store).differences}
    victim = next(each for each in decisions(journal) if each.at >= moment and each.decision.signal.id not in late)
    damaged = journal.without(lambda record: record is victim)
    found = asked(damaged, store)

    assert found.causes["unexplained"] == 1
    assert {each.id for each in found.differences if each.cause is Cause.LATE_CANDLE} == late


def test_many_corrections_are_each_proven() -> None:
    seen = world()
    batches = [list(batch) for batch in seen.facts()]
    for at in range(10, 220, 7):
        candle = next(fact for fact in batches[at] if isinstance(fact, ClosedCandle))
        batches[at + 1].append(moved(candle, 0.002 if at % 2 else -0.002))
    journal, store = watched(batches, seen=seen)
    found = asked(journal, store)

    assert set(found.causes) == {"late_candle"}
    assert found.causes["late_candle"] > 10


def late_rate(seen: parity.World, by: int) -> list[list[Fact]]:
    """The facts of a world in which a rate of the other sign is published, and told `by` batches late."""
    batches = [list(batch) for batch in seen.facts()]
    at = next(k for k, batch in enumerate(batches) if isinstance(batch[0], FundingPublished))
    rate = batches[at].pop(0)
    assert isinstance(rate, FundingPublished)
    batches[at + by].append(replace(rate, rate=-1e-4 if seen_rate(seen, rate.time) > 0 else 1e-4))
    return batches


def seen_rate(seen: parity.World, time: int) -> float:
    funding = seen.funding[seen.first]
    return float(funding.rate[np.searchsorted(funding.time, time) - 1])


@pytest.mark.parametrize("by", [0, 4])
def test_funding_after_the_decision_is_late_funding(by: int) -> None:
    seen = world()
    journal, store = watched(late_rate(seen, by), seen=seen)
    found = asked(journal, store)

    # A rate that comes in the same moment, but after the candle, may change nothing at that one close.
    assert set(found.causes) <= {"late_funding"}
    assert found.is_clean
    assert by == 0 or found.causes["late_funding"] > 0


def test_funding_stored_by_a_later_download_does_not_change_the_history() -> None:
    seen = world()
    batches = seen.facts()
    rate = FundingPublished(instrument=seen.first, time=seen.begin - 7 * MINUTE, rate=2e-4)
    journal, empty = MemoryJournal(), seen.store()
    funding = seen.funding[seen.first]
    rows = funding.time < rate.time
    empty = MemoryStore()
    empty.save_candles(seen.first, seen.candles[seen.first].between(None, seen.begin), source="test")
    empty.save_funding(seen.first, Funding(time=funding.time[rows], rate=funding.rate[rows]), source="test")
    session = seen.session(journal, empty)
    session.take(rate)
    for batch in batches:
        session.take(*batch)
    one = np.array([rate.time], np.int64)
    empty.save_funding(seen.first, Funding(time=one, rate=np.array([rate.rate])), source="download")

    assert asked(journal, empty).is_clean


# --- where nobody was watching ---------------------------------------------------------------------------------------


def two_sessions(seen: parity.World, until: int, begin: int) -> tuple[MemoryJournal, MemoryStore]:
    """One session that ends at a time, and one that begins with what was downloaded up to another."""
    journal, store = MemoryJournal(), seen.store()
    first = seen.session(journal, store)
    for batch in seen.facts(end=until):
        first.take(*batch)
    store = seen.store(begin)
    second = seen.session(journal, store, "s2", begin)
    for batch in seen.facts(start=max(until, begin)):
        second.take(*batch)
    return journal, store


def test_a_restart_without_a_hole_is_clean() -> None:
    seen = world(2)
    moment = seen.begin + 2 * HOUR
    journal, store = two_sessions(seen, moment, moment)
    found = asked(journal, store)

    assert found.is_clean
    assert not found.differences
    assert [each.session for each in found.sessions] == ["s1", "s2"]
    assert found.instruments[0].closes == found.instruments[0].evaluated == parity.LIVE // MINUTE


def test_signals_between_two_sessions_are_in_the_restart_gap() -> None:
    seen = world()
    until, begin = seen.begin + HOUR, seen.begin + 2 * HOUR
    journal, store = two_sessions(seen, until, begin)
    found = asked(journal, store)

    assert set(found.causes) == {"restart_gap"}
    assert all(until < each.difference.key.time <= begin for each in found.differences)
    assert found.is_clean
    assert found.instruments[0].unwatched == 60
    whole, _ = watched(seen.facts(), seen=seen)
    assert found.signals == len(decisions(whole))


def test_the_gap_before_a_session_is_seen_when_the_span_begins_in_it() -> None:
    seen = world()
    until, begin = seen.begin + HOUR, seen.begin + 2 * HOUR
    journal, store = two_sessions(seen, until, begin)
    found = compare(journal, store, until + 30 * MINUTE)

    assert set(found.causes) == {"restart_gap"}
    assert [each.session for each in found.sessions] == ["s2"]
    assert found.instruments[0].unwatched == 31


@pytest.mark.parametrize(("later", "closes"), [(0, 61), (1, 60), (MINUTE, 60)])
def test_a_span_within_a_second_session_counts_its_closes(later: int, closes: int) -> None:
    seen = world()
    moment = seen.begin + 2 * HOUR
    journal, store = two_sessions(seen, moment, moment)
    found = compare(journal, store, moment + HOUR + later, moment + 2 * HOUR)

    assert found.is_clean
    assert found.instruments[0].closes == found.instruments[0].evaluated == closes


def test_one_session_alone_can_be_compared() -> None:
    seen = world()
    moment = seen.begin + 2 * HOUR
    journal, store = two_sessions(seen, moment, moment)
    one, two = (asked(journal, store, Question(session=each)) for each in ("s1", "s2"))

    assert one.is_clean
    assert two.is_clean
    assert one.matched + two.matched == asked(journal, store).matched
    assert (one.end, two.start) == (moment, moment)


def test_a_close_that_was_never_taken_in_is_not_explained() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    at = next(each.at for each in decisions(journal))
    damaged = journal.without(lambda record: isinstance(record, CandleTaken | Decided) and record.at == at)
    found = asked(damaged, store)

    assert found.not_evaluated == 1
    assert found.instruments[0].not_evaluated == (at,)
    assert not found.is_clean
    assert found.document()["holes"][0]["first"] == found.document()["holes"][0]["last"]


# --- the store of now ------------------------------------------------------------------------------------------------


def changed_store(seen: parity.World, start: int, end: int) -> MemoryStore:
    """A store whose candles of a time are higher by a little, as another download might say."""
    store = seen.store(seen.end)
    rows = seen.candles[seen.first].between(start, end)
    rows = rows[::2]
    high = rows.high * 1.004
    changed = replace(rows, high=high, close=high, filled=np.zeros(len(rows), np.bool_))
    store.save_candles(seen.first, changed, source="download", replace=True)
    return store


def test_history_that_was_changed_since_is_data_that_differed() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    changed = changed_store(seen, seen.begin - 2 * HOUR, seen.begin - HOUR)
    found = asked(journal, changed)

    assert asked(journal, store).is_clean
    assert set(found.causes) == {"data_differed"}
    assert found.is_clean


def test_history_that_a_later_correction_changed_is_found_again_in_the_journal() -> None:
    seen = world()
    moment = seen.begin + 2 * HOUR
    journal, store = two_sessions(seen, moment, moment)
    old = next(each.record.candle for each in journal.read(CandleTaken) if each.record.at == moment - 10 * MINUTE)
    right = moved(old, 0.004)
    journal.append([CandleTaken(session="s2", at=right.close_time, candle=right)])
    store.save_candles(seen.first, candles_of([right]), source="replica", replace=True)
    victim = next(each for each in decisions(journal) if each.session == "s2")
    found = asked(journal.without(lambda record: record is victim), store)

    assert set(found.causes) == {"late_candle", "unexplained"}
    assert found.unexplained == 1


def test_an_impossible_decision_is_unexplained_even_where_history_differed() -> None:
    seen = world()
    journal, _ = watched(seen.facts(), seen=seen)
    changed = changed_store(seen, seen.begin - 2 * HOUR, seen.begin - HOUR)
    victim = decisions(journal)[5]
    damaged = tampered(journal, victim, lambda signal: replace(signal, reference_price=signal.reference_price * 1.001))

    assert asked(damaged, changed).unexplained == 1


def test_candles_taken_in_are_not_looked_up_in_the_store_unless_asked() -> None:
    seen = world()
    journal, _ = watched(seen.facts(), seen=seen)
    changed = changed_store(seen, seen.begin + HOUR, seen.begin + 2 * HOUR)

    assert not asked(journal, changed).differences
    found = asked(journal, changed, Question(against="store"))
    assert set(found.causes) == {"data_differed"}
    assert found.is_clean
    assert found.document()["against"] == "store"


def test_the_store_explains_nothing_that_the_record_does_not() -> None:
    seen = world()
    journal, _ = watched(seen.facts(), seen=seen)
    changed = changed_store(seen, seen.begin + HOUR, seen.begin + 2 * HOUR)
    victim = next(each for each in decisions(journal) if each.at > seen.begin + HOUR)
    damaged = journal.without(lambda record: record is victim)

    assert asked(damaged, changed, Question(against="store")).unexplained == 1


def test_a_store_that_ends_within_the_session_is_gone_on_from_with_what_was_taken_in() -> None:
    seen = world()
    journal, _ = watched(seen.facts(), seen=seen)

    assert not asked(journal, seen.store(seen.begin + HOUR), Question(against="store")).differences


def test_a_store_that_was_emptied_is_data_that_differed() -> None:
    seen = world()
    journal, _ = watched(seen.facts(), seen=seen)
    assert set(asked(journal, MemoryStore()).causes) == {"data_differed"}


# --- definitions of now ----------------------------------------------------------------------------------------------


def test_hypotheses_that_changed_since_are_named_and_change_nothing() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    first, second, *others = parity.hypotheses()
    found = asked(journal, store, Question(library=(replace(first, stop="low - 1"), *others)))

    assert found.is_clean
    assert found.changed_since == (first.name, second.name)


def test_what_another_version_did_is_config_that_differed() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    older = journal.changed(
        lambda record: [replace(record, version="0.0.1")] if isinstance(record, SessionBegan) else [record]
    )
    victim = decisions(older)[3]

    assert asked(older, store).is_clean
    assert not asked(older, store).is_code_same
    found = asked(older.without(lambda record: record is victim), store)
    assert found.causes == {"config_differed": 1}


def test_a_definition_that_cannot_be_read_is_unexplained_in_the_same_version() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)

    def broken(record: Record) -> Sequence[Record]:
        if not isinstance(record, SessionBegan):
            return [record]
        texts = {name: text.replace("rising(", "raising(") for name, text in record.hypotheses.items()}
        return [replace(record, hypotheses=texts)]

    found = asked(journal.changed(broken), store)
    assert {each.difference.key.hypothesis for each in found.differences} == {"Rises_1m"}
    assert set(found.causes) == {"unexplained"}


# --- what must never be explained ------------------------------------------------------------------------------------

Tamper = Callable[[Signal], Signal]

TAMPERS: dict[str, Tamper] = {
    "reference": lambda signal: replace(signal, reference_price=signal.reference_price * (1 + 1e-6)),
    "stop": lambda signal: replace(signal, stop_loss=signal.stop_loss * (1 - 1e-6)),
    "target": lambda signal: replace(signal, targets=(signal.targets[0] * (1 + 1e-6), *signal.targets[1:])),
    "a target less": lambda signal: replace(signal, targets=signal.targets[:-1], fractions=signal.fractions[:-1]),
    "trail": lambda signal: replace(signal, trail=1.0 if signal.trail is None else signal.trail * 1.01),
    "no number": lambda signal: replace(signal, stop_loss=float("nan")),
    "expiry": lambda signal: replace(signal, expires_at=signal.expires_at + 1),
    "direction": lambda signal: replace(signal, direction=-signal.direction),
    "time": lambda signal: replace(signal, time=signal.time + 30_000, expires_at=signal.expires_at + 30_000),
    "hypothesis": lambda signal: replace(signal, hypothesis="Never_Heard_Of"),
}


def tampered(journal: MemoryJournal, victim: Decided, change: Tamper) -> MemoryJournal:
    """The journal with another signal in a decision."""

    signal = change(victim.decision.signal)
    return journal.replaced(victim, replace(victim, at=signal.time, decision=replace(victim.decision, signal=signal)))


@pytest.mark.parametrize("what", TAMPERS)
def test_a_decision_that_was_changed_is_unexplained(what: str) -> None:
    seen = world()
    journal, store = watched(corrected(seen, 60, 2), seen=seen)
    honest = asked(journal, store)
    late = {each.id for each in honest.differences}
    for victim in [each for each in decisions(journal) if each.decision.signal.id not in late][::40]:
        found = asked(tampered(journal, victim, TAMPERS[what]), store)

        assert found.unexplained >= 1
        assert not found.is_clean


def test_a_decision_with_the_wrong_fate_is_unexplained() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    for fate, wrong in ((Fate.TOLD, Fate.VOID), (Fate.VOID, Fate.TOLD)):
        victim = next(each for each in decisions(journal) if each.decision.fate is fate)
        other = replace(victim, decision=replace(victim.decision, fate=wrong))
        found = asked(journal.replaced(victim, other), store)

        assert found.causes == {"unexplained": 1}
        assert "fate" in found.differences[0].words


def test_an_invented_decision_is_unexplained_at_any_time() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    there = {each.decision.signal.id for each in decisions(journal)}
    like = decisions(journal)[0].decision.signal
    for time in (seen.begin - MINUTE, seen.begin, seen.begin + 17 * MINUTE, seen.end, seen.end + MINUTE):
        signal = replace(like, time=time, expires_at=time + MINUTE)
        if signal.id in there:
            continue
        journal_with = journal.changed(lambda record: [record])
        journal_with.append([Decided(session="s1", at=time, decision=decision_on(signal))])
        found = asked(journal_with, store)
        assert found.causes == {"unexplained": 1}
        assert found.differences[0].difference.kind == "extra_live"


def test_a_decision_on_an_instrument_nobody_watched_is_unexplained() -> None:
    seen, other = world(), world(2).instruments[1]
    journal, store = watched(seen.facts(), seen=seen)
    signal = replace(decisions(journal)[0].decision.signal, instrument=other)
    journal.append([Decided(session="s1", at=signal.time, decision=decision_on(signal))])

    assert asked(journal, store).unexplained == 1


def test_a_signal_with_two_fates_is_a_duplicate() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    victim = decisions(journal)[4]
    doubled = journal.replaced(victim, victim, victim)
    found = asked(doubled, store)

    assert found.duplicates == 1
    assert not found.is_clean
    assert found.document()["doubled"] == [{"instrument": "BTC/USD:USD", "signal": victim.decision.signal.id}]


def test_a_close_that_was_evaluated_twice_is_a_duplicate() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    at = seen.begin + 30 * MINUTE
    doubled = journal.changed(
        lambda record: [record, record] if isinstance(record, CandleTaken) and record.at == at else [record]
    )

    assert asked(doubled, store).duplicates == 1


def test_a_signal_the_journal_says_fired_cannot_be_missing_for_a_reason() -> None:
    seen = world()
    until, begin = seen.begin + HOUR, seen.begin + 2 * HOUR
    journal, store = two_sessions(seen, until, begin)
    gone = asked(journal, store).differences[0]
    missed = CloseMissed(
        session="s2",
        at=gone.difference.key.time,
        instrument=seen.first,
        evaluated_at=begin,
        reason="restart_gap",
        signals=(gone.id,),
    )
    journal.append([missed])

    assert asked(journal, store).causes["unexplained"] == 1


# --- boundaries ------------------------------------------------------------------------------------------------------


def test_the_close_at_the_end_of_history_belongs_to_history() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    found = asked(journal, store)

    assert min(each.at for each in decisions(journal)) > seen.begin
    assert found.instruments[0].closes == (seen.end - seen.begin) // MINUTE


def test_what_is_written_says_it_all() -> None:
    seen = world()
    journal, store = watched(corrected(seen, 60, 1), seen=seen)
    found: ParityResult = asked(journal, store)
    document = found.document()
    one = document["differences"][0]

    assert document["matched"] + len(document["differences"]) == document["signals"]
    assert one["id"] == signal_id(one["hypothesis"], seen.first, found.differences[0].difference.key.time)
    assert one["cause"] == "late_candle"
    assert one["words"].endswith("when that close was evaluated")
    assert {"reference_price", "stop_loss", "targets", "trail"} <= (one["live"] or one["backtest"]).keys()


def test_the_digest_of_a_session_is_that_of_its_store() -> None:
    seen = world()
    journal, store = watched(seen.facts()[:1], seen=seen)
    (used,) = next(journal.read(SessionBegan)).record.history
    candles = store.load_candles(seen.first, start=used.start, end=used.end)

    assert used.digest == history_digest(candles, store.load_funding(seen.first, end=used.end))
    assert used.end - used.start == DAY + 12 * HOUR
