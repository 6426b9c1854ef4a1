"""However decisions are tampered with, no cause may explain it away: also where corrections and rates came late."""

from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.journal import Decided
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import MINUTE
from edgeproof.research.parity.causes import Cause
from tests.support.live_session import decision_on
from tests.support.memory_journal import MemoryJournal
from tests.support.parity import LIVE, asked, decisions, hypotheses, moved, watched, world


@cache
def disturbed() -> tuple[MemoryJournal, MemoryStore]:
    """A session to which many candles were corrected."""
    seen = world()
    batches = [list(batch) for batch in seen.facts()]
    for at in range(5, 230, 9):
        candle = next(fact for fact in batches[at] if isinstance(fact, ClosedCandle))
        batches[at + at % 3].append(moved(candle, 0.002 if at % 2 else -0.002))
    return watched(batches, seen=seen)


@cache
def honest() -> frozenset[str]:
    """The signals that differ without any tampering, each with a proven cause."""
    found = asked(*disturbed())
    assert found.differences
    assert found.unexplained == 0
    return frozenset(each.id for each in found.differences)


@settings(max_examples=40)
@given(
    which=st.integers(0, 10**6),
    how=st.sampled_from(["reference_price", "stop_loss", "target"]),
    by=st.floats(1e-6, 1e-2),
)
def test_a_price_of_a_decision_changed_at_random_is_unexplained(which: int, how: str, by: float) -> None:
    journal, store = disturbed()
    all_of_them = decisions(journal)
    victim = all_of_them[which % len(all_of_them)]
    signal = priced(victim.decision.signal, how, 1 + by)
    damaged = journal.replaced(victim, replace(victim, decision=replace(victim.decision, signal=signal)))

    causes = {each.id: each.cause for each in asked(damaged, store).differences}
    assert causes[signal.id] is Cause.UNEXPLAINED


def priced(signal: Signal, how: str, factor: float) -> Signal:
    match how:
        case "reference_price":
            return replace(signal, reference_price=signal.reference_price * factor)
        case "stop_loss":
            return replace(signal, stop_loss=signal.stop_loss * factor)
        case _:
            return replace(signal, targets=(signal.targets[0] * factor, *signal.targets[1:]))


@settings(max_examples=40)
@given(lost=st.sets(st.integers(0, 10**6), min_size=1, max_size=5))
def test_decisions_lost_at_random_are_unexplained(lost: set[int]) -> None:
    journal, store = disturbed()
    all_of_them = [each for each in decisions(journal) if each.decision.signal.id not in honest()]
    victims = {all_of_them[each % len(all_of_them)].decision.signal.id for each in lost}
    damaged = journal.without(lambda record: isinstance(record, Decided) and record.decision.signal.id in victims)

    found = {each.id for each in asked(damaged, store).differences if each.cause is Cause.UNEXPLAINED}
    assert found == victims


@settings(max_examples=40)
@given(minute=st.integers(1, LIVE // MINUTE), which=st.integers(0, 10))
def test_decisions_invented_at_random_are_unexplained(minute: int, which: int) -> None:
    journal, store = disturbed()
    seen = world()
    hypothesis = hypotheses()[which % len(hypotheses())]
    time = seen.begin + minute * MINUTE
    signal = Signal(
        hypothesis=hypothesis.name,
        instrument=seen.first,
        timeframe=hypothesis.timeframe,
        direction=int(hypothesis.direction),
        time=time,
        reference_price=100.0,
        stop_loss=100.0 - int(hypothesis.direction),
        targets=tuple(100.0 + int(hypothesis.direction) for _ in hypothesis.targets),
        fractions=tuple(each.fraction for each in hypothesis.targets),
        trail=None,
        expires_at=time + hypothesis.expires_after,
    )
    if any(each.decision.signal.id == signal.id for each in decisions(journal)):
        return
    damaged = journal.changed(lambda record: [record])
    damaged.append([Decided(session="s1", at=time, decision=decision_on(signal))])

    causes = {each.id: each.cause for each in asked(damaged, store).differences}
    assert causes[signal.id] is Cause.UNEXPLAINED
