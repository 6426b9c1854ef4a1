"""The data of the page of sessions.

1. The trades, those still open among them (`shown_trades`), and the candles around as many as have room (`_excerpts`).
2. The curve of what they made, in money and in R, with the backtest's of the same trades and the band (`curve`).
3. What others counted: statistics, differences by cause, fates, missed closes, notices.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.research.parity.result import ParityResult
from edgeproof.research.parity.trades.result import TRADE_CAUSE_WORDS, TradesParity
from edgeproof.research.report.excerpt import MOST_CANDLES, Masks, Span, Wanted, excerpt, window
from edgeproof.research.report.packing import tidy
from edgeproof.research.report.session.curve import InBacktest, curve
from edgeproof.research.report.session.fates import funnel
from edgeproof.research.report.session.sources import SessionSources
from edgeproof.research.report.session.trades import ShownTrade, shown_trades, trade_row

_DIGITS = 8
"""Money is shown to the cent."""
_BEFORE = 60
"""Candles of its timeframe before the signal of a trade that are looked for."""


def session_data(sources: SessionSources, *, most_candles: int = MOST_CANDLES) -> dict[str, Any]:
    """Everything the page shows, as JSON can say it."""
    shown = shown_trades(sources.trades, sources.sides, sources.parity)
    markets = _markets(sources, shown)
    steps, candles = _excerpts(shown, markets, sources.until, most_candles)
    marks = {each.unified: float(market.close[-1]) for each, market in markets.items()}
    rows = [trade_row(each, sources.until, marks.get(each.signal.instrument.unified)) for each in shown]
    for row in rows:
        row["step"] = steps.get(row["id"])
    entered = sum(bool(each.entries) for each in sources.sides.values())
    return {
        "about": tidy(sources.about),
        "stats": tidy(sources.stats, _DIGITS),
        "standing": tidy(sources.standing, _DIGITS),
        "until": sources.until // SECOND,
        "instruments": sorted({row["instrument"] for row in rows}),
        "trades": rows,
        "all_trades": len(sources.trades),
        "candles": candles,
        "curve": curve(sources.trades, sources.tested, _in_backtest(sources.parity)),
        "parity": None if sources.parity is None else _parity(sources.parity),
        "funnel": funnel(sources.decisions, sources.fates, entered=entered),
        "missed": tidy(sources.missed),
        "notices": tidy(sources.notices),
    }


def _markets(sources: SessionSources, shown: Sequence[ShownTrade]) -> dict[Instrument, Candles]:
    """The base candles around all shown trades, by instrument; what is not there any more is left out."""
    found: dict[Instrument, Candles] = {}
    for instrument in dict.fromkeys(each.signal.instrument for each in shown):
        own = [each for each in shown if each.signal.instrument == instrument]
        longest = max(each.signal.timeframe for each in own)
        start = min(each.signal.time for each in own) - _BEFORE * longest
        end = max(_left(each, sources.until) for each in own) + _BEFORE * longest
        candles = sources.candles(instrument, start // longest * longest, end)
        if candles is not None and len(candles):
            found[instrument] = candles
    return found


def _left(trade: ShownTrade, until: int) -> int:
    return max(until, trade.opened_at) if trade.ended is None else trade.ended.time


def _excerpts(
    shown: Sequence[ShownTrade], markets: Mapping[Instrument, Candles], until: int, most: int
) -> tuple[dict[str, int], dict[str, Any]]:
    """The length in seconds of the candles each trade is drawn on, by its id, and the candles; the newest have room."""
    spans = {
        each.unified: Span(timeframe=MINUTE, start=int(market.open_time[0]), end=int(market.close_time[-1]))
        for each, market in markets.items()
    }
    masks = Masks(spans)
    steps: dict[str, int] = {}
    keys: dict[tuple[str, int], Instrument] = {}
    for trade in reversed(shown):
        instrument = trade.signal.instrument
        span = spans.get(instrument.unified)
        left = _left(trade, until)
        if span is None or trade.signal.time < span.start or trade.opened_at >= span.end:
            continue
        step, first, last = window(trade.signal.timeframe, trade.signal.time, min(left, span.end), span)
        key = (instrument.unified, step)
        if masks.add(Wanted(row=trade.number, tags=(), key=key, first=first, last=last), most):
            steps[trade.signal.id] = step // SECOND
            keys[key] = instrument
    packed = {f"{key[0]}|{key[1] // SECOND}": excerpt(markets[each], key, masks) for key, each in keys.items()}
    return steps, packed


def _in_backtest(parity: ParityResult | None) -> InBacktest | None:
    if parity is None or parity.trades is None:
        return None
    return {
        each.live.signal.id: (float(each.backtest_net), 0.0 if each.backtest is None else each.backtest.r)
        for each in parity.trades.trades
    }


def _parity(found: ParityResult) -> dict[str, Any]:
    said: dict[str, Any] = tidy(
        {
            "matched": found.matched,
            "signals": found.signals,
            "signal_causes": dict(found.causes),
            "unexplained": found.unexplained,
            "not_evaluated": found.not_evaluated,
            "duplicates": found.duplicates,
            "is_code_same": found.is_code_same,
            "trades": None if found.trades is None else _trades(found.trades),
        },
        _DIGITS,
    )
    return said


def _trades(found: TradesParity) -> dict[str, Any]:
    return {
        "compared": len(found.trades),
        "matched": found.matched,
        "open": len(found.open),
        "net": float(found.net),
        "backtest_net": float(found.backtest_net),
        "difference": float(found.difference),
        "r": found.r,
        "backtest_r": found.backtest_r,
        "unexplained": found.unexplained,
        "causes": [
            {"cause": cause.value, "words": TRADE_CAUSE_WORDS[cause], "trades": count, "money": float(money)}
            for cause, (count, money) in found.causes.items()
        ],
        "not_taken": [
            {"cause": cause, "trades": each.count, "r": each.r, "money": float(each.money)}
            for cause, each in found.not_taken_causes.items()
        ],
    }
