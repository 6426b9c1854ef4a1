"""What a session did, one line each."""

from collections.abc import Iterator

from edgeproof.cli.stretches import Stretch
from edgeproof.core.model.event import IncidentKind
from edgeproof.core.model.journal import Noticed
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import format_duration
from edgeproof.core.model.trading_event import FateDecided
from edgeproof.services.figures import (
    clock_text,
    moment_text,
    prices_text,
    span_text,
)
from edgeproof.services.record_words import LATE_REASONS, confidence_text, traded_text
from edgeproof.services.signal_document import direction_word
from edgeproof.services.standing import Standing

_INCIDENTS = frozenset(kind.value for kind in IncidentKind)


def signal_text(decision: Decision, traded: FateDecided | None = None) -> str:
    """A signal for people, with what trading made of it."""
    signal = decision.signal
    parts = [
        clock_text(signal.time),
        direction_word(signal.direction).upper(),
        signal.instrument.unified,
        format_duration(signal.timeframe),
        signal.hypothesis,
        prices_text(decision),
        f"expires {clock_text(signal.expires_at)}",
        confidence_text(decision),
        signal.id,
    ]
    if traded is not None:
        parts.append(traded_text(traded))
    return "  ".join(parts)


def late_text(stretch: Stretch) -> str:
    """Closes that were evaluated too late."""
    first = stretch.first
    late = span_text(max(0, first.evaluated_at - first.at))
    what = f"evaluated {late} after the close"
    when = clock_text(first.at)
    if stretch.closes > 1:
        when, what = (
            f"{when} to {clock_text(stretch.last.at)}",
            f"{stretch.closes:,} closes evaluated up to {late} after",
        )
    count = len(stretch.signals)
    fired = f"; {count} signal{'s' if count > 1 else ''} fired" if count else ""
    return f"{when} missed {first.instrument}: {what}, {LATE_REASONS.get(first.reason, first.reason)}{fired}"


def notice_text(notice: Noticed) -> str:
    """A notice."""
    where = "" if notice.instrument is None else f" {notice.instrument}"
    return f"{clock_text(notice.at)} {notice.kind}{where} {notice.detail}".rstrip()


def notices_only(standing: Standing) -> list[Noticed]:
    """The last notices without those that repeat an incident of the feed."""
    return [each for each in standing.notices if each.kind not in _INCIDENTS]


def closes_text(standing: Standing) -> str:
    """How many closes were evaluated in time, and why the others were not."""
    words = f"{standing.closes_in_time:,} of {standing.closes:,} closes in time"
    if not standing.missed:
        return words
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in standing.missed.most_common())
    return f"{words}  late: {reasons}"


def latency_text(standing: Standing) -> str:
    """The latency of the last signals."""
    if not standing.latencies_ms:
        return "no latency yet"
    middle, worst = standing.latency_percentiles(0.5, 0.99)
    return f"latency p50 {middle:.1f} ms, p99 {worst:.1f} ms"


def summary(standing: Standing) -> Iterator[str]:
    """How a session went."""
    fates = ", ".join(f"{standing.fates[fate]:,} {fate.value}" for fate in Fate if standing.fates[fate])
    yield f"edgeproof: the session ended at {moment_text(standing.health.venue_time)} UTC"
    yield f"  closes   {closes_text(standing)}"
    yield f"  signals  {standing.signals:,}" + (f": {fates}" if fates else "")
    yield f"  speed    {latency_text(standing)}"
    if standing.parity is not None:
        days = f"{moment_text(standing.parity.start)} to {moment_text(standing.parity.end)}"
        yield f"  parity   {standing.parity.unexplained} unexplained differences, {days}"
    if standing.missed:
        yield "  what was late: edgeproof missed"
    if standing.signals:
        yield "  why a signal met its fate: edgeproof why"
