"""One close: every condition on four timeframes of twenty instruments, against windows recomputed with TA-Lib."""

from collections.abc import Callable, Iterator

import talib

from benchmarks.harness import Finding, interleave
from benchmarks.market import MINUTE, candles
from edgeproof.core.conditions.evaluate import Evaluator, block_ends, series_columns
from edgeproof.core.conditions.parse import parse_condition
from edgeproof.core.conditions.plan import Output, make_plan
from edgeproof.core.model.candle import NO_FUNDING, Candles

TIMEFRAMES = tuple(MINUTE * minutes for minutes in (1, 5, 15, 30))
INSTRUMENTS = 20
WINDOW = 2_000
HISTORY = 90_000
CLOSES = 9
_LEVELS = range(2, 10)
CONDITIONS = (
    *(f"rsi(14) < {10 * level}" for level in _LEVELS),
    *(f"close > ema({period})" for period in (9, 20, 50, 100, 200)),
    *(f"crosses_above(close, ema({period}))" for period in (9, 20, 50, 100, 200)),
    *(f"adx(14) > {5 * level}" for level in _LEVELS),
    *("close < bb_lower(20, 2)", "close > bb_upper(20, 2)", "ema(12) - ema(26) > 0"),
    *(f"high - low > {level} * atr(14)" for level in (1, 1.5, 2, 2.5, 3)),
)


def findings() -> Iterator[Finding]:
    """Microseconds for a close of all of it."""
    ours, peer = _closes(), _windows()
    taken = interleave({"ours": ours, "peer": peer})
    mine, theirs = (1e6 * taken[name].median / CLOSES for name in ("ours", "peer"))
    yield Finding(
        area="live",
        case=f"one close: {len(CONDITIONS)} conditions x {len(TIMEFRAMES)} timeframes x {INSTRUMENTS} instruments, us",
        ours=f"{mine:,.0f}",
        peer=f"{theirs:,.0f} (TA-Lib, windows of {WINDOW:,})",
        ratio=theirs / mine,
    )


def _closes() -> Callable[[], object]:
    plan = make_plan([Output(length, parse_condition(text)) for length in TIMEFRAMES for text in CONDITIONS])
    bars = candles(HISTORY)
    series = series_columns(bars, NO_FUNDING, plan.series)
    columns = [series[length] for length in plan.series]
    evaluators = [Evaluator(plan) for _ in range(INSTRUMENTS)]
    ends = block_ends(columns, evaluators[0].capacity)
    for evaluator in evaluators:
        evaluator.advance_through(columns, ends)
        evaluator.take_events()
    last = [end - CLOSES for end in ends[-1].tolist()]

    def run() -> None:
        # The last candles come once more: what they cost does not depend on what they hold.
        for close in range(CLOSES):
            start = [each + close for each in last]
            end = [each + 1 for each in start]
            for evaluator in evaluators:
                evaluator.advance(columns, start, end)
                evaluator.take_events()

    return run


def _windows() -> Callable[[], object]:
    bars = candles(HISTORY)
    windows = [bars[HISTORY - WINDOW - close : HISTORY - close] for close in range(CLOSES)]

    def run() -> None:
        for window in windows:
            for _ in range(INSTRUMENTS * len(TIMEFRAMES)):
                _indicators(window)

    return run


def _indicators(window: Candles) -> None:
    # The distinct indicators behind the conditions; comparing them is not even counted.
    high, low, close = window.high, window.low, window.close
    talib.RSI(close, 14)
    talib.ADX(high, low, close, 14)
    talib.ATR(high, low, close, 14)
    talib.BBANDS(close, 20)
    talib.MACD(close)
    for period in (9, 20, 50, 100, 200):
        talib.EMA(close, period)
