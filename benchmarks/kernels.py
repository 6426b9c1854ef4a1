"""Indicators beside TA-Lib, alone and many in one pass."""

from collections.abc import Callable, Iterator

import talib

from benchmarks.harness import Finding, Timing, interleave
from benchmarks.market import MINUTE, candles
from edgeproof.core.conditions.evaluate import Evaluator, block_ends, series_columns
from edgeproof.core.conditions.parse import parse_number
from edgeproof.core.conditions.plan import Probe, make_plan
from edgeproof.core.model.candle import NO_FUNDING, Candles

Peer = Callable[[Candles], object]
SINGLE: dict[str, tuple[tuple[str, ...], Peer]] = {
    "RSI 14": (("rsi(14)",), lambda c: talib.RSI(c.close, 14)),
    "EMA 200": (("ema(200)",), lambda c: talib.EMA(c.close, 200)),
    "ATR 14": (("atr(14)",), lambda c: talib.ATR(c.high, c.low, c.close, 14)),
    "Bollinger 20": (("bb_upper(20, 2)", "bb_middle(20)", "bb_lower(20, 2)"), lambda c: talib.BBANDS(c.close, 20)),
    "ADX 14": (("adx(14)",), lambda c: talib.ADX(c.high, c.low, c.close, 14)),
    "highest 50": (("highest(high, 50)",), lambda c: talib.MAX(c.high, 50)),
    "highest 1440": (("highest(high, 1440)",), lambda c: talib.MAX(c.high, 1440)),
}
_EMAS, _RSIS, _ATRS = (5, 9, 20, 30, 50, 100, 150, 200), (5, 7, 14, 21), (7, 14)
FUSED = (
    *(f"ema({period})" for period in _EMAS),
    *(f"rsi({period})" for period in _RSIS),
    *(f"atr({period})" for period in _ATRS),
    "ema(12) - ema(26)",
)


def findings(size: int) -> Iterator[Finding]:
    """Nanoseconds a candle of each indicator, then of fifteen recurrences in one plan."""
    for name, (expressions, peer) in SINGLE.items():
        yield _compare(f"{name}: ns a candle", size, expressions, peer)
    yield _compare("15 recurrences in one plan, TA-Lib one by one: ns a candle", size, FUSED, _fused_peer, required=4.0)


def _compare(
    case: str, size: int, expressions: tuple[str, ...], peer: Peer, *, required: float | None = None
) -> Finding:
    bars = candles(size)
    taken = interleave({"ours": _ours(expressions, bars), "peer": lambda: peer(bars)})
    mine, theirs = _nanoseconds(taken["ours"], size), _nanoseconds(taken["peer"], size)
    return Finding(
        area="indicators",
        case=f"{case} ({size:,})",
        ours=f"{mine:.2f}",
        peer=f"{theirs:.2f} (TA-Lib)",
        ratio=theirs / mine,
        aim=required,
    )


def _nanoseconds(timing: Timing, size: int) -> float:
    return 1e9 * timing.median / size


def _ours(expressions: tuple[str, ...], bars: Candles) -> Callable[[], object]:
    # As a plan works them out: block by block in the cache, for the conditions that read them there.
    plan = make_plan((), [Probe(MINUTE, parse_number(text)) for text in expressions])
    columns = [series_columns(bars, NO_FUNDING, plan.series)[length] for length in plan.series]

    def run() -> None:
        evaluator = Evaluator(plan)
        evaluator.advance_through(columns, block_ends(columns, evaluator.capacity))

    return run


def _fused_peer(bars: Candles) -> None:
    for period in _EMAS:
        talib.EMA(bars.close, period)
    for period in _RSIS:
        talib.RSI(bars.close, period)
    for period in _ATRS:
        talib.ATR(bars.high, bars.low, bars.close, period)
    talib.MACD(bars.close)
