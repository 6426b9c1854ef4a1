"""A second reading of the semantics, sharing nothing with the first: TA-Lib for values, plain loops for fills.

It is written from the page alone, in the most literal way, and knows five hypotheses by heart. Slow, and meant to be.
"""

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import talib

from edgeproof.core.model.candle import Candles, FloatArray, Funding

MINUTE = 60_000
TAKER, MAKER = 0.0005, 0.0002


@dataclass
class Bars:
    """Candles of one timeframe as plain arrays; `end` is the close time."""

    end: np.ndarray[Any, Any]
    o: FloatArray
    h: FloatArray
    l: FloatArray  # noqa: E741
    c: FloatArray
    v: FloatArray


def bars(base: Candles, minutes: int) -> Bars:
    """Complete epoch-aligned candles of so many minutes, one by one."""
    length = minutes * MINUTE
    groups: dict[int, list[int]] = {}
    for i, time in enumerate(base.open_time.tolist()):
        groups.setdefault(time // length * length, []).append(i)
    whole = [(start, rows) for start, rows in groups.items() if len(rows) == length // base.timeframe]
    return Bars(
        np.array([start + length for start, _ in whole]),
        np.array([base.open[rows[0]] for _, rows in whole]),
        np.array([max(base.high[rows]) for _, rows in whole]),
        np.array([min(base.low[rows]) for _, rows in whole]),
        np.array([base.close[rows[-1]] for _, rows in whole]),
        np.array([math.fsum(base.volume[rows]) for _, rows in whole]),
    )


def as_of(times: np.ndarray[Any, Any], source_end: np.ndarray[Any, Any], values: FloatArray) -> FloatArray:
    """The value of the last source candle closed at or before each time."""
    found = [bisect.bisect_right(source_end.tolist(), t) - 1 for t in times.tolist()]
    return np.array([values[i] if i >= 0 else math.nan for i in found])


@dataclass
class Signal:
    """One fire."""

    time: int
    reference: float
    stop: float
    targets: list[float]
    trail: float = math.nan


@dataclass
class Idea:
    """What the fills need to know of a hypothesis."""

    side: int
    fractions: list[float]
    slippage: float
    signals: list[Signal]
    break_even: bool = False
    hold: int | None = None
    exits: list[int] = field(default_factory=list)


def trade(idea: Idea, base: Candles, funding: Funding) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Counts of every fate, and the trades."""
    counts = {"signals": len(idea.signals), "void": 0, "overlapped": 0, "unfilled": 0, "invalidated": 0}
    trades: list[dict[str, Any]] = []
    free = -math.inf
    opens = base.open_time.tolist()
    for signal in idea.signals:
        levels = [idea.side * (t - signal.reference) > 0 for t in signal.targets]
        if not (idea.side * (signal.reference - signal.stop) > 0 and all(levels)):
            counts["void"] += 1
            continue
        if signal.time < free:
            counts["overlapped"] += 1
            continue
        first = bisect.bisect_left(opens, signal.time)
        if first == len(opens):
            counts["unfilled"] += 1
            continue
        done = _live(idea, signal, first, base, funding)
        if done is None:
            counts["invalidated"] += 1
            continue
        trades.append(done)
        free = done["free"]
    return counts, trades


# The page's numbered list, told in one piece so that it can be read beside the page.
def _live(  # noqa: C901, PLR0912, PLR0915
    idea: Idea, signal: Signal, first: int, base: Candles, funding: Funding
) -> dict[str, Any] | None:
    """One position from entry to end, long or short, in real prices."""
    s, slip, tf = idea.side, idea.slippage, base.timeframe
    o, h, l, c = base.open, base.high, base.low, base.close  # noqa: E741
    ladder = sorted(zip(signal.targets, idea.fractions, strict=True), key=lambda pair: s * pair[0])
    if s * (o[first] - signal.stop) <= 0 or s * (o[first] - ladder[-1][0]) >= 0:
        return None
    entry, entry_time = o[first] * (1 + s * slip), int(base.open_time[first])
    stop, kind, extreme = signal.stop, "initial", o[first]
    parts: list[tuple[float, float, float, int]] = []  # fraction, price, fee rate, candle
    ambiguous = False
    pending = next((t for t in idea.exits if t > signal.time), math.inf)

    def left() -> float:
        return 1.0 - sum(part[0] for part in parts)

    def market(price: float, i: int) -> None:
        parts.append((left(), price * (1 - s * slip), TAKER, i))

    reason, at_open, i = "", False, first
    for i in range(first, len(c)):
        better, worse = (h[i], l[i]) if s > 0 else (l[i], h[i])
        if i > first:
            if base.open_time[i] >= pending:
                market(o[i], i)
                reason, at_open = "exit_condition", True
                break
            if s * (o[i] - stop) <= 0:
                market(o[i], i)
                reason, at_open = "stop", True
                break
            while ladder and s * (o[i] - ladder[0][0]) > 0:
                parts.append((ladder.pop(0)[1], o[i], MAKER, i))
            if not ladder:
                reason, at_open = "target", True
                break
        if s * (worse - stop) <= 0:
            ambiguous = s * (better - ladder[0][0]) > 0
            market(stop, i)
            reason = "stop"
            break
        while ladder and s * (better - ladder[0][0]) > 0:
            price, fraction = ladder.pop(0)
            parts.append((fraction, price, MAKER, i))
        if not ladder:
            reason = "target"
            break
        if idea.hold is not None and int(base.open_time[i]) + tf - entry_time >= idea.hold:
            market(c[i], i)
            reason = "time_stop"
            break
        extreme = better if i == first else (max(extreme, better) if s > 0 else min(extreme, better))
        if idea.break_even and parts and s * (entry - stop) > 0:
            stop, kind = entry, "break_even"
        if not math.isnan(signal.trail) and s * (extreme - s * signal.trail - stop) > 0:
            stop, kind = extreme - s * signal.trail, "trailing"
    else:
        market(c[i], i)
        reason = "end_of_data"
    paid = 0.0
    since = int(np.searchsorted(funding.time, entry_time, side="right"))
    until = int(np.searchsorted(funding.time, base.open_time[i], side="right"))
    for k in range(since, until):
        inside = int(np.searchsorted(base.open_time, funding.time[k], side="right")) - 1
        for fraction, _, _, ended in parts:
            if funding.time[k] <= base.open_time[ended]:
                paid += s * funding.rate[k] * o[inside] * fraction
    exit_price = sum(fraction * price for fraction, price, _, _ in parts)
    fees = TAKER * entry + sum(fraction * price * fee for fraction, price, fee, _ in parts)
    pnl = s * (exit_price - entry) - fees - paid
    end = int(base.open_time[i])
    return {
        "signal_time": signal.time,
        "entry_time": entry_time,
        "entry_price": entry,
        "exit_time": end if at_open else end + tf,
        "exit_price": exit_price,
        "exit_reason": reason,
        "stop_kind": kind,
        "fees": fees,
        "funding": paid,
        "pnl": pnl,
        "r_multiple": pnl / abs(signal.reference - signal.stop),
        "ambiguous": ambiguous,
        "free": end if at_open else end + tf,
    }


def rsi_pullback(base: Candles) -> Idea:
    """rsi(14) crosses below 45 and close > sma(50) on 5m; stop lowest(low, 5) - atr(14); 2R."""
    b = bars(base, 5)
    rsi, sma, atr = talib.RSI(b.c, 14), talib.SMA(b.c, 50), talib.ATR(b.h, b.l, b.c, 14)
    signals = []
    for i in range(5, len(b.c)):
        if rsi[i] < 45 <= rsi[i - 1] and b.c[i] > sma[i]:
            stop = min(b.l[i - 4 : i + 1]) - atr[i]
            signals.append(Signal(int(b.end[i]), b.c[i], stop, [b.c[i] + 2 * (b.c[i] - stop)]))
    return Idea(1, [1.0], 1.5e-4, signals)


def confirmed_ladder(base: Candles) -> Idea:
    """macd(12, 26, 9) crosses its signal with the 30m trend; half at 1R, half at the upper band; break-even; 2 h."""
    b, slow = bars(base, 5), bars(base, 30)
    line, signal, _ = talib.MACD(b.c, 12, 26, 9)
    upper, _, _ = talib.BBANDS(b.c, 20, 2.5, 2.5)
    atr = talib.ATR(b.h, b.l, b.c, 14)
    trend = as_of(b.end, slow.end, (slow.c > talib.EMA(slow.c, 20)).astype(float))
    known = as_of(b.end, slow.end, np.isfinite(talib.EMA(slow.c, 20)).astype(float))
    signals = []
    for i in range(1, len(b.c)):
        if line[i] > signal[i] and line[i - 1] <= signal[i - 1] and trend[i] == 1 and known[i] == 1:
            stop = b.c[i] - 1.5 * atr[i]
            signals.append(Signal(int(b.end[i]), b.c[i], stop, [b.c[i] + (b.c[i] - stop), upper[i]]))
    return Idea(1, [0.5, 0.5], 1.5e-4, signals, break_even=True, hold=120 * MINUTE)


def trailing_short(base: Candles) -> Idea:
    """close < lowest low of the 20 before on 15m, short; trail 2 atr; target 4R; out when rsi(7) < 20."""
    b = bars(base, 15)
    atr, rsi = talib.ATR(b.h, b.l, b.c, 14), talib.RSI(b.c, 7)
    signals = []
    for i in range(20, len(b.c)):
        if b.c[i] < min(b.l[i - 20 : i]) and not math.isnan(atr[i]):
            stop = b.c[i] + 2 * atr[i]
            signals.append(Signal(int(b.end[i]), b.c[i], stop, [b.c[i] - 4 * (stop - b.c[i])], 2 * atr[i]))
    exits = [int(t) for t, value in zip(b.end, rsi, strict=True) if value < 20]
    return Idea(-1, [1.0], 2.5e-4, signals, exits=exits)


def funding_fade(base: Candles, funding: Funding) -> Idea:
    """Sum of funding over 8 h above its threshold and rsi(14) > 60 on 30m, short; stop above 3 highs; 3R; 4 h."""
    b = bars(base, 30)
    rsi = talib.RSI(b.c, 14)
    times, rates = funding.time.tolist(), funding.rate.tolist()
    signals = []
    for i in range(3, len(b.c)):
        end = int(b.end[i])
        window = [r for t, r in zip(times, rates, strict=True) if end - 480 * MINUTE < t <= end]
        if times[0] <= end - 480 * MINUTE and sum(window) > 5e-5 and rsi[i] > 60:
            stop = max(b.h[i - 2 : i + 1]) * 1.002
            signals.append(Signal(end, b.c[i], stop, [b.c[i] - 3 * (stop - b.c[i])]))
    return Idea(-1, [1.0], 4e-4, signals, hold=240 * MINUTE)


def crowded(base: Candles) -> Idea:
    """close > open on 2m, every time: void and overlapped fires, tight levels, many ambiguous candles."""
    b = bars(base, 2)
    signals = [
        Signal(int(b.end[i]), b.c[i], b.l[i], [b.c[i] + 1.5 * (b.c[i] - b.l[i])])
        for i in range(len(b.c))
        if b.c[i] > b.o[i]
    ]
    return Idea(1, [1.0], 1e-4, signals)


IDEAS: dict[str, tuple[str, Callable[[Candles, Funding], Idea]]] = {
    "rsi_pullback": (
        """timeframe = "5m"
direction = "long"
entry = ["crosses_below(rsi(14), 45)", "close > sma(50)"]
stop = "lowest(low, 5) - 1.0 * atr(14)"
target = "2R"
""",
        lambda base, _: rsi_pullback(base),
    ),
    "confirmed_ladder": (
        """timeframe = "5m"
direction = "long"
entry = ["crosses_above(macd(12, 26, 9), macd_signal(12, 26, 9))"]
confirm = ['at("30m", close > ema(20))']
stop = "close - 1.5 * atr(14)"
targets = [{ at = "1R", fraction = 0.5 }, { at = "bb_upper(20, 2.5)", fraction = 0.5 }]
break_even = true
max_hold = "2h"
""",
        lambda base, _: confirmed_ladder(base),
    ),
    "trailing_short": (
        """timeframe = "15m"
direction = "short"
entry = ["close < lowest(low, 20)[1]"]
stop = "close + 2 * atr(14)"
target = "4R"
trail = "2 * atr(14)"
exit = ["rsi(7) < 20"]
""",
        lambda base, _: trailing_short(base),
    ),
    "funding_fade": (
        """timeframe = "30m"
direction = "short"
entry = ['funding_sum("8h") > 0.00005', "rsi(14) > 60"]
stop = "highest(high, 3) * 1.002"
target = "3R"
max_hold = "4h"
""",
        funding_fade,
    ),
    "crowded": (
        """timeframe = "2m"
direction = "long"
entry = ["close > open"]
stop = "low"
target = "1.5R"
""",
        lambda base, _: crowded(base),
    ),
}
"""What each of them says in the language, and its reading."""


def hypothesis_text(name: str) -> str:
    """One of the five as a table of a hypothesis file."""
    head = f'[[hypothesis]]\nname = "{name}"\nfamily = "confluence"\nreason = "a second reading"\n'
    return head + IDEAS[name][0]
