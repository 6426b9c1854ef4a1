"""Records of a session, by hand and by the hundred, for what writes and reads journals."""

import math
from collections.abc import Sequence
from dataclasses import replace

from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    CandleTaken,
    Decided,
    HistoryUsed,
    Noticed,
    SessionBegan,
)
from edgeproof.core.model.signal import Check, Decision, Fate, Signal

BTC = Instrument("BTC", "USD", "USD")
ETH = Instrument("ETH", "USD", "USD")
MINUTE = 60_000
START = 1_770_000_000_000 // MINUTE * MINUTE


def candle_taken(
    minute: int = 0, *, instrument: Instrument = BTC, session: str = "s1", close: float = 1.5
) -> CandleTaken:
    candle = ClosedCandle(
        instrument=instrument,
        timeframe=MINUTE,
        open_time=START + minute * MINUTE,
        open=1.0,
        high=2.0,
        low=0.5,
        close=close,
        volume=10.0,
    )
    return CandleTaken(session=session, at=candle.close_time, candle=candle)


def decided(
    minute: int = 0, *, hypothesis: str = "Rebound", instrument: Instrument = BTC, session: str = "s1"
) -> Decided:
    signal = Signal(
        hypothesis=hypothesis,
        instrument=instrument,
        timeframe=5 * MINUTE,
        direction=1,
        time=START + minute * MINUTE,
        reference_price=100.0,
        stop_loss=99.0,
        targets=(101.0, 102.0),
        fractions=(0.5, 0.5),
        trail=None,
        expires_at=START + (minute + 5) * MINUTE,
    )
    decision = Decision(
        signal=signal,
        fate=Fate.TOLD,
        decided_at=signal.time + 3,
        state="tested",
        confidence=None,
        latency_ms=3.5,
        checks=(Check(rule="spread", value=1.5, limit=5.0, holds=True),),
        evidence={"entry": {"rsi(14)": 28.5}, "regime": "ranging"},
    )
    return Decided(session=session, at=signal.time, decision=decision)


def void(record: Decided) -> Decided:
    """The same signal with prices that are no numbers."""
    signal = replace(record.decision.signal, stop_loss=math.nan, targets=(math.inf, -math.inf))
    return replace(
        record, decision=replace(record.decision, signal=signal, fate=Fate.VOID, rule="stop", value=math.nan)
    )


def noticed(minute: int = 0, *, detail: str = "back again", instrument: Instrument | None = None) -> Noticed:
    return Noticed(session="s1", at=START + minute * MINUTE, kind="restored", detail=detail, instrument=instrument)


def unwritable() -> Noticed:
    """A record no journal can keep: half of a character."""
    return noticed(detail="\ud800")


def began(session: str = "s1") -> SessionBegan:
    return SessionBegan(
        session=session,
        at=START,
        command="scan",
        venue="kraken",
        version="0.1.0",
        pid=1,
        host="desk",
        timeframe=MINUTE,
        hypotheses={"Rebound": "[Rebound]"},
        settings={"taker": 0.0005},
        history=(HistoryUsed(instrument=BTC, start=0, end=START, digest="ab"),),
    )


def records(entries: Sequence[object]) -> list[object]:
    """What stands in entries."""
    return [entry.record for entry in entries]  # type: ignore[attr-defined]
