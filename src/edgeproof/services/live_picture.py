"""How a session stands right now, as JSON: what the journal has not, for pages that look at it twice a second."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import format_duration, format_time
from edgeproof.services.health import STALE_S, FeedHealth, InstrumentHealth
from edgeproof.services.health import report as report_feed
from edgeproof.services.signal_document import direction_word, weight_document
from edgeproof.services.standing import InstrumentStanding, Preview, Standing
from edgeproof.services.trading_document import trading_document

Document = dict[str, Any]


def picture_document(standing: Standing, *, session: str, at: int, monotonic: float) -> Document:
    """All of it, at a wall time in milliseconds and a monotonic one in seconds."""
    trading, watched = standing.see_trading(), standing.watched
    return {
        "at": format_time(at),
        "session": session,
        "command": watched.command,
        "venue": watched.venue,
        "venue_time": format_time(standing.health.venue_time),
        "feed": _feed(standing.health, monotonic),
        "instruments": list(_instruments(standing, monotonic)),
        "trading": None if trading is None else trading_document(trading),
        "previews": _previews(standing.previews),
        "closes": standing.closes,
        "closes_in_time": standing.closes_in_time,
        "missed": dict(standing.missed),
        "fates": {fate.value: count for fate, count in standing.fates.items()},
        "latency_ms": _latency(standing),
        "weights": {name: weight_document(each) for name, each in standing.see_weights().items()},
        "channels": [
            {"name": each.name, "words": each.words, "waiting": each.waiting} for each in standing.see_channels()
        ],
        "watched": {"states": watched.states, "warming_up": watched.warming_up, "left_out": watched.left_out},
    }


def _feed(health: FeedHealth, monotonic: float) -> Document:
    report = report_feed(health, monotonic)
    return {
        "is_connected": health.is_connected,
        "is_well": report.is_well,
        "problems": report.problems,
        "skew_ms": health.skew_ms,
        "facts_per_second": round(health.facts_a_second(monotonic), 1),
        "incidents": {kind.value: count for kind, count in health.incidents.items()},
    }


def _instruments(standing: Standing, monotonic: float) -> Iterator[Document]:
    health, forming = standing.health, standing.see_forming()
    stale = frozenset(health.stale(monotonic, STALE_S))
    for instrument, of in standing.instruments.items():
        heard = health.instruments.get(instrument, InstrumentHealth())
        yield {
            **_named(instrument),
            **_prices(heard),
            **_state(of, health.venue_time),
            "is_stale": instrument in stale,
            "forming": _forming(forming, instrument),
        }


def _named(instrument: Instrument) -> Document:
    return {"symbol": instrument.unified, "instrument": instrument.chart_symbol}


def _prices(heard: InstrumentHealth) -> Document:
    quote = heard.quote
    return {
        "last": heard.last,
        "bid": None if quote is None else quote.bid,
        "ask": None if quote is None else quote.ask,
        "mark": None if quote is None else quote.mark,
        "funding_rate": heard.funding_rate,
    }


def _state(of: InstrumentStanding, now: int) -> Document:
    return {
        "funding_percentile": of.funding_percentile,
        "regime": of.regime,
        "evaluated_until": format_time(of.evaluated_until) if of.evaluated_until else None,
        "signals_today": of.signals_today(now),
    }


def _forming(forming: Mapping[Instrument, ClosedCandle], instrument: Instrument) -> Document | None:
    candle = forming.get(instrument)
    if candle is None:
        return None
    return {
        "open_time": candle.open_time,
        "open": candle.open,
        "high": candle.high,
        "low": candle.low,
        "close": candle.close,
        "volume": candle.volume,
    }


def _previews(previews: Sequence[Preview]) -> list[Document]:
    return [
        {
            "hypothesis": each.hypothesis,
            "symbol": each.instrument.unified,
            "timeframe": format_duration(each.timeframe),
            "direction": direction_word(each.direction),
            "closes_at": format_time(each.closes_at),
            "reference_price": each.reference_price,
            "stop_loss": each.stop_loss,
            "targets": each.targets,
        }
        for each in previews
    ]


def _latency(standing: Standing) -> Document | None:
    if not standing.latencies_ms:
        return None
    p50, p90, p99 = standing.latency_percentiles(0.5, 0.9, 0.99)
    return {"p50": p50, "p90": p90, "p99": p99}
