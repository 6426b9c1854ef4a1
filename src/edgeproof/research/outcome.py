"""What is kept of a result when its trades have been written: small, and enough for every table."""

from dataclasses import dataclass

from edgeproof.core.candles.quality import Certificate
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.round_trip import Fates
from edgeproof.core.model.time import format_duration
from edgeproof.core.performance.metrics import Statistics
from edgeproof.core.signals.generate import warm_up
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.backtest import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A hypothesis on an instrument: its fates and statistics, or the reason why there are none."""

    hypothesis: Hypothesis
    instrument: Instrument
    fates: Fates
    statistics: Statistics | None
    reason: str | None

    @property
    def closed(self) -> int:
        """Round trips that ended by a rule."""
        return self.statistics.n if self.statistics is not None else 0


def outcome_of(result: Result, certificate: Certificate) -> Outcome:
    """The outcome of a result on the history of a certificate."""
    statistics = result.statistics
    reason = result.reason
    if statistics is not None and statistics.n == 0:
        reason = _why_no_trades(result.hypothesis, result.fates, certificate)
    return Outcome(
        hypothesis=result.hypothesis,
        instrument=result.instrument,
        fates=result.fates,
        statistics=statistics,
        reason=reason,
    )


def _why_no_trades(hypothesis: Hypothesis, fates: Fates, certificate: Certificate) -> str:
    if fates.signals == 0:
        needed, there = warm_up(hypothesis), certificate.end - certificate.start
        if needed > there:
            return f"never fired: its values need {_span(needed)} of history, there are {_span(there)}"
        return "never fired"
    if fates.traded:
        return f"its {_count(fates.traded, 'trade')} had not ended when the data did"
    causes = [
        (fates.void, "void (stop or target on the wrong side)"),
        (fates.invalidated, "invalidated (the open was beyond stop or target)"),
        (fates.unfilled, "unfilled (no candle after it)"),
    ]
    said = [f"{count} {word}" for count, word in causes if count]
    if len(said) == 1:
        word = next(word for count, word in causes if count)
        return f"its only fire was {word}" if fates.signals == 1 else f"all {fates.signals} fires {word}"
    return f"{fates.signals} fires: {', '.join(said)}"


def _count(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def _span(milliseconds: int) -> str:
    """A length of time in its largest whole unit.

    >>> _span(90_000_000), _span(7 * 86_400_000), _span(60_000)
    ('25h', '7d', '1m')
    """
    for unit, length in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)):
        if milliseconds >= 2 * length or milliseconds == length:
            return f"{-(-milliseconds // length)}{unit}"
    return format_duration(milliseconds)
