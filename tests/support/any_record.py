"""Records as hypothesis invents them: any that there can be."""

from hypothesis import strategies as st

from edgeproof.core.model.event import ClosedCandle, FundingPublished
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    CandleTaken,
    CloseMissed,
    CommandHeard,
    Decided,
    DeliveryNoted,
    FundingTaken,
    HistoryUsed,
    MessageQueued,
    Noticed,
    OutboxKept,
    ParityRun,
    Record,
    SessionBegan,
    SessionEnded,
)
from edgeproof.core.model.message import Delivery, Levels, Message, Severity, Topic
from edgeproof.core.model.signal import Check, Decision, Fate, Signal

_times = st.integers(-(2**63), 2**63 - 1)
_floats = st.floats()  # NaN and infinities among them
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_coins = st.sampled_from(["BTC", "ETH", "1000PEPE", "PF_ODD"])
_instruments = st.builds(Instrument, _coins, st.just("USD"), st.just("USD"))
_maybe = st.none() | _floats | _texts
_documents = st.dictionaries(
    _texts,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | _floats | _texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)
_floats_tuple = st.lists(_floats, max_size=3).map(tuple)
_candles = st.builds(
    ClosedCandle,
    instrument=_instruments,
    timeframe=_times,
    open_time=_times,
    open=_floats,
    high=_floats,
    low=_floats,
    close=_floats,
    volume=_floats,
    filled=st.booleans(),
    is_correction=st.booleans(),
)
_signals = st.builds(
    Signal,
    hypothesis=_texts,
    instrument=_instruments,
    timeframe=_times,
    direction=st.sampled_from([1, -1]),
    time=st.integers(0, 4_000_000_000_000),
    reference_price=_floats,
    stop_loss=_floats,
    targets=_floats_tuple,
    fractions=_floats_tuple,
    trail=st.none() | _floats,
    expires_at=_times,
)
_checks = st.builds(Check, rule=_texts, value=_maybe, limit=_maybe, holds=st.booleans())
_decisions = st.builds(
    Decision,
    signal=_signals,
    fate=st.sampled_from(Fate),
    rule=_texts,
    value=_maybe,
    limit=_maybe,
    decided_at=_times,
    state=_texts,
    confidence=st.none() | _floats,
    latency_ms=_floats,
    checks=st.lists(_checks, max_size=2).map(tuple),
    evidence=_documents,
)
_messages = st.builds(
    Message,
    id=_texts,
    topic=st.sampled_from(Topic),
    severity=st.sampled_from(Severity),
    at=_times,
    queued_at=_times,
    title=_texts,
    fields=st.lists(st.tuples(_texts, _texts), max_size=2).map(tuple),
    text=_texts,
    subject=_texts,
    is_update=st.booleans(),
    instrument=st.none() | _instruments,
    signal_id=st.none() | _texts,
    expires_at=st.none() | _times,
    levels=st.none()
    | st.builds(
        Levels,
        timeframe=_times,
        time=_times,
        direction=st.sampled_from([1, -1]),
        entry=_floats,
        stop_loss=_floats,
        targets=_floats_tuple,
    ),
    latency_ms=_floats,
    document=_documents,
)
_at = {"session": _names, "at": _times}

any_record: st.SearchStrategy[Record] = st.one_of(
    st.builds(
        SessionBegan,
        **_at,
        command=_texts,
        venue=_texts,
        version=_texts,
        pid=_times,
        host=_texts,
        timeframe=_times,
        hypotheses=st.dictionaries(_texts, _texts, max_size=2),
        settings=_documents,
        history=st.lists(
            st.builds(HistoryUsed, instrument=_instruments, start=_times, end=_times, digest=_texts), max_size=2
        ).map(tuple),
    ),
    st.builds(SessionEnded, **_at, reason=_texts),
    st.builds(CandleTaken, **_at, candle=_candles),
    st.builds(
        FundingTaken, **_at, funding=st.builds(FundingPublished, instrument=_instruments, time=_times, rate=_floats)
    ),
    st.builds(Decided, **_at, decision=_decisions),
    st.builds(
        CloseMissed,
        **_at,
        instrument=_instruments,
        evaluated_at=_times,
        reason=_texts,
        signals=st.lists(_texts, max_size=2).map(tuple),
    ),
    st.builds(Noticed, **_at, kind=_texts, detail=_texts, instrument=st.none() | _instruments),
    st.builds(MessageQueued, **_at, message=_messages, channels=st.lists(_texts, max_size=2).map(tuple)),
    st.builds(
        DeliveryNoted,
        **_at,
        channel=_texts,
        message_id=_texts,
        what=_texts,
        attempt=st.integers(0, 99),
        receipt=_texts,
        reason=_texts,
        latency_ms=st.none() | _floats,
        is_late=st.booleans(),
        may_be_there=st.booleans(),
        failed_for=_texts,
    ),
    st.builds(
        OutboxKept,
        **_at,
        waiting=st.lists(
            st.builds(
                Delivery,
                message=_messages,
                channel=_texts,
                attempts=st.integers(0, 99),
                may_be_there=st.booleans(),
                failed_for=_texts,
                because=_texts,
            ),
            max_size=2,
        ).map(tuple),
    ),
    st.builds(CommandHeard, **_at, channel=_texts, by=_texts, role=_texts, text=_texts, outcome=_texts),
    st.builds(ParityRun, **_at, start=_times, end=_times, unexplained=_times, document=_documents),
)
"""Any record there can be."""
