"""One close: every condition on four timeframes of twenty instruments, against windows recomputed with TA-Lib."""

from collections.abc import Callable, Iterator

import talib

from benchmarks.harness import Finding, interleave
from benchmarks.market import MINUTE, candles, hourly_funding
from edgeproof.adapters.storage.library import load_library
from edgeproof.core.conditions.closes import BaseCandle, CloseEvaluator
from edgeproof.core.conditions.parse import parse_condition
from edgeproof.core.conditions.plan import Output, Plan, make_plan
from edgeproof.core.model.candle import Candles, FloatArray
from edgeproof.core.model.time import DAY
from edgeproof.core.signals.watch import watch_plan

TIMEFRAMES = tuple(MINUTE * minutes for minutes in (1, 5, 15, 30))
INSTRUMENTS = 20
WINDOW = 2_000
HISTORY = 63 * 1_440 - 1
"""Whole days but for one minute, whose close closes every timeframe."""

CLOSES = 9
_LEVELS = range(2, 10)
_PERIODS = (9, 20, 50, 100, 200)
_WIDTHS = (1, 1.5, 2, 2.5, 3)
CONDITIONS = (
    *(f"rsi(14) < {10 * level}" for level in _LEVELS),
    *(f"close > ema({period})" for period in _PERIODS),
    *(f"crosses_above(close, ema({period}))" for period in _PERIODS),
    *(f"adx(14) > {5 * level}" for level in _LEVELS),
    *("close < bb_lower(20, 2)", "close > bb_upper(20, 2)", "ema(12) - ema(26) > 0"),
    *(f"high - low > {level} * atr(14)" for level in _WIDTHS),
)


def findings() -> Iterator[Finding]:
    """Microseconds for a close of all of it, and for closes of the whole library."""
    plan = make_plan([Output(length, parse_condition(text)) for length in TIMEFRAMES for text in CONDITIONS])
    peers = {"each condition by itself": _conditions, "each indicator once": _indicators}
    ours = closes(plan, last=0)
    taken = interleave({"ours": ours} | {name: _windows(evaluate) for name, evaluate in peers.items()})
    mine = 1e6 * taken["ours"].median / CLOSES
    for name in peers:
        theirs = 1e6 * taken[name].median / CLOSES
        is_asked = name == "each condition by itself"
        yield Finding(
            area="live",
            case=f"close of {INSTRUMENTS} instruments, {len(CONDITIONS)} conditions x {len(TIMEFRAMES)} timeframes, us",
            ours=f"{mine:,.0f}",
            peer=f"{theirs:,.0f} (TA-Lib, windows of {WINDOW:,}, {name})",
            ratio=theirs / mine,
            required=50 if is_asked else None,
            aim=300 if is_asked else None,
        )
    yield from _library()


def _library() -> Iterator[Finding]:
    """What a close of one instrument takes with the whole library: of a minute, and of all timeframes."""
    hypotheses = load_library()
    plan = watch_plan(hypotheses)
    taken = interleave(
        {
            "a minute that ends no longer candle": closes(plan, last=MINUTE),
            "every timeframe closes": closes(plan, last=0),
        }
    )
    for name, timing in taken.items():
        yield Finding(
            area="live",
            case=f"{len(hypotheses)} hypotheses, {len(plan.operations):,} operations, {name}: us an instrument",
            ours=f"{1e6 * timing.median / CLOSES / INSTRUMENTS:.1f}",
        )


def closes(plan: Plan, *, last: int) -> Callable[[], object]:
    """Take in closes of all instruments at once, each `last` after the end of a day.

    The minutes in between are left out: what a close costs does not depend on what is in it.
    """
    bars = candles(HISTORY)
    evaluator = CloseEvaluator(plan, INSTRUMENTS, MINUTE)
    evaluator.begin(0, bars, hourly_funding(bars))
    begun = evaluator.keep(0)
    own = list(range(INSTRUMENTS))
    for instrument in own:
        evaluator.go_back(instrument, begun)
    values = [getattr(bars, name)[-CLOSES:].tolist() for name in ("open", "high", "low", "close", "volume")]
    days = range((HISTORY + 1) * MINUTE, (HISTORY + 1) * MINUTE + CLOSES * DAY, DAY)
    taken = [[BaseCandle(*row, day + last)] * INSTRUMENTS for *row, day in zip(*values, days, strict=True)]

    def run() -> None:
        for each in taken:
            evaluator.take(own, each)

    return run


def _windows(evaluate: Callable[[Candles], object]) -> Callable[[], object]:
    bars = candles(HISTORY)
    windows = [bars[HISTORY - WINDOW - close : HISTORY - close] for close in range(CLOSES)]

    def run() -> None:
        for window in windows:
            for _ in range(INSTRUMENTS * len(TIMEFRAMES)):
                evaluate(window)

    return run


def _conditions(window: Candles) -> list[bool]:
    """Each condition by itself, as a strategy evaluates its own."""
    high, low, close = window.high, window.low, window.close
    bands = (talib.BBANDS(close, 20) for _ in range(2))
    return [
        *(talib.RSI(close, 14)[-1] < 10 * level for level in _LEVELS),
        *(close[-1] > talib.EMA(close, period)[-1] for period in _PERIODS),
        *(_crosses_above(close, talib.EMA(close, period)) for period in _PERIODS),
        *(talib.ADX(high, low, close, 14)[-1] > 5 * level for level in _LEVELS),
        close[-1] < next(bands)[2][-1],
        close[-1] > next(bands)[0][-1],
        talib.EMA(close, 12)[-1] - talib.EMA(close, 26)[-1] > 0,
        *(high[-1] - low[-1] > level * talib.ATR(high, low, close, 14)[-1] for level in _WIDTHS),
    ]


def _crosses_above(a: FloatArray, b: FloatArray) -> bool:
    return bool(a[-1] > b[-1] and a[-2] <= b[-2])


def _indicators(window: Candles) -> None:
    """Each distinct indicator once; comparing them is not even counted."""
    high, low, close = window.high, window.low, window.close
    talib.RSI(close, 14)
    talib.ADX(high, low, close, 14)
    talib.ATR(high, low, close, 14)
    talib.BBANDS(close, 20)
    for period in (*_PERIODS, 12, 26):
        talib.EMA(close, period)
