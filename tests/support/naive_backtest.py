"""The backtest once more, as plainly as the page of rules reads: no arrays, no mirror, no jumps.

Written from the written rules alone, as the oracle of the compiled bracket. Every branch spells out long and short.
"""

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass
class NaiveFire:
    time: int
    reference: float
    stop: float
    targets: list[float]
    trail: float = math.nan


@dataclass
class NaiveMarket:
    start: int
    timeframe: int
    candles: list[tuple[float, float, float, float]]
    settlements: list[tuple[int, float]] = field(default_factory=list)


@dataclass
class NaiveSpec:
    long: bool
    fractions: list[float]
    break_even: bool = False
    max_hold: int = 0
    taker: float = 0.0005
    maker: float = 0.0002
    slippage: float = 0.0


@dataclass
class Part:
    price: float
    fraction: float
    reason: str
    candle: int
    at_open: bool
    slipped: float


def naive_backtest(
    market: NaiveMarket, spec: NaiveSpec, fires: list[NaiveFire], exit_times: list[int]
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    fates = {"void": 0, "overlapped": 0, "unfilled": 0, "invalidated": 0, "traded": 0}
    trades: list[dict[str, Any]] = []
    for fire in fires:
        fate = _fate(market, spec, fire, trades)
        fates[fate] += 1
        if fate == "traded":
            trades.append(_trade(market, spec, fire, exit_times))
    return fates, trades


def _first_candle(market: NaiveMarket, time: int) -> int:
    for i in range(len(market.candles)):
        if market.start + i * market.timeframe >= time:
            return i
    return len(market.candles)


def _is_void(spec: NaiveSpec, fire: NaiveFire) -> bool:
    if any(math.isnan(price) for price in [fire.reference, fire.stop, *fire.targets]):
        return True
    if spec.long:
        return fire.stop >= fire.reference or any(target <= fire.reference for target in fire.targets)
    return fire.stop <= fire.reference or any(target >= fire.reference for target in fire.targets)


def _fate(market: NaiveMarket, spec: NaiveSpec, fire: NaiveFire, trades: list[dict[str, Any]]) -> str:
    if _is_void(spec, fire):
        return "void"
    if trades and fire.time < trades[-1]["exit_time"]:
        return "overlapped"
    entry = _first_candle(market, fire.time)
    if entry == len(market.candles):
        return "unfilled"
    open_ = market.candles[entry][0]
    if spec.long and (open_ <= fire.stop or open_ >= max(fire.targets)):
        return "invalidated"
    if not spec.long and (open_ >= fire.stop or open_ <= min(fire.targets)):
        return "invalidated"
    return "traded"


def _trade(  # noqa: C901, PLR0912, PLR0915 - one page of rules, one function
    market: NaiveMarket, spec: NaiveSpec, fire: NaiveFire, exit_times: list[int]
) -> dict[str, Any]:
    entry_candle = _first_candle(market, fire.time)
    entry_time = market.start + entry_candle * market.timeframe
    open_ = market.candles[entry_candle][0]
    entry_price = open_ * (1 + spec.slippage) if spec.long else open_ * (1 - spec.slippage)
    levels = sorted(zip(fire.targets, spec.fractions, strict=True), key=lambda level: level[0], reverse=not spec.long)
    stop, kind, filled = fire.stop, "initial", 0
    parts: list[Part] = []
    best_parts: list[Part] | None = None
    seen: list[tuple[float, float, float, float]] = []

    def left() -> float:
        return 1 - sum(part.fraction for part in parts)

    def market_part(price: float, fraction: float, reason: str, i: int, *, at_open: bool) -> Part:
        fill = price * (1 - spec.slippage) if spec.long else price * (1 + spec.slippage)
        return Part(fill, fraction, reason, i, at_open, abs(fill - price))

    for i in range(entry_candle, len(market.candles)):
        o, h, l, c = candle = market.candles[i]  # noqa: E741
        open_time = market.start + i * market.timeframe
        if i > entry_candle:
            if any(fire.time < t <= open_time for t in exit_times):
                parts.append(market_part(o, left(), "exit_condition", i, at_open=True))
                break
            if (spec.long and o <= stop) or (not spec.long and o >= stop):
                parts.append(market_part(o, left(), "stop", i, at_open=True))
                break
            while filled < len(levels) and (
                (spec.long and o > levels[filled][0]) or (not spec.long and o < levels[filled][0])
            ):
                parts.append(Part(o, levels[filled][1], "target", i, True, 0.0))
                filled += 1
            if filled == len(levels):
                break
        seen.append(candle)
        reach = [level for level in levels[filled:] if (spec.long and h > level[0]) or (not spec.long and l < level[0])]
        if (spec.long and l <= stop) or (not spec.long and h >= stop):
            if reach:
                best_parts = [*parts, *(Part(price, share, "target", i, False, 0.0) for price, share in reach)]
                rest = 1 - sum(part.fraction for part in best_parts)
                if len(reach) < len(levels) - filled:
                    best_parts.append(market_part(stop, rest, "stop", i, at_open=False))
            parts.append(market_part(stop, left(), "stop", i, at_open=False))
            break
        for price, share in reach:
            parts.append(Part(price, share, "target", i, False, 0.0))
            filled += 1
        if filled == len(levels):
            break
        if spec.max_hold and open_time + market.timeframe - entry_time >= spec.max_hold:
            parts.append(market_part(c, left(), "time_stop", i, at_open=False))
            break
        if (
            spec.break_even
            and filled
            and ((spec.long and entry_price > stop) or (not spec.long and entry_price < stop))
        ):
            stop, kind = entry_price, "break_even"
        if not math.isnan(fire.trail):
            if spec.long and max(x[1] for x in seen) - fire.trail > stop:
                stop, kind = max(x[1] for x in seen) - fire.trail, "trailing"
            if not spec.long and min(x[2] for x in seen) + fire.trail < stop:
                stop, kind = min(x[2] for x in seen) + fire.trail, "trailing"
        if i == len(market.candles) - 1:
            parts.append(market_part(c, left(), "end_of_data", i, at_open=False))

    last = parts[-1]
    risk = abs(fire.reference - fire.stop)
    pnl = _pnl(market, spec, entry_price, entry_time, parts)
    worst = entry_price - min(x[2] for x in seen) if spec.long else max(x[1] for x in seen) - entry_price
    best = max(x[1] for x in seen) - entry_price if spec.long else entry_price - min(x[2] for x in seen)
    return {
        "signal_time": fire.time,
        "entry_time": entry_time,
        "entry_price": entry_price,
        "reference_price": fire.reference,
        "stop_loss": fire.stop,
        "risk_reward": sum(abs(target - fire.reference) * share for target, share in levels) / risk,
        "exit_time": market.start + (last.candle if last.at_open else last.candle + 1) * market.timeframe,
        "exit_price": sum(part.price * part.fraction for part in parts),
        "exit_reason": last.reason,
        "stop_kind": kind,
        "fees": _fees(spec, entry_price, parts),
        "slippage": abs(entry_price - open_) + sum(part.slipped * part.fraction for part in parts),
        "funding": _funding(market, spec, entry_time, parts),
        "pnl": pnl,
        "r_multiple": pnl / risk,
        "r_best": (pnl if best_parts is None else _pnl(market, spec, entry_price, entry_time, best_parts)) / risk,
        "mae_r": max(0.0, worst / risk),
        "mfe_r": max(0.0, best / risk),
        "ambiguous": best_parts is not None,
    }


def _fees(spec: NaiveSpec, entry_price: float, parts: list[Part]) -> float:
    fees = entry_price * spec.taker
    for part in parts:
        fees += part.price * part.fraction * (spec.maker if part.reason == "target" else spec.taker)
    return fees


def _funding(market: NaiveMarket, spec: NaiveSpec, entry_time: int, parts: list[Part]) -> float:
    paid = 0.0
    for time, rate in market.settlements:
        for part in parts:
            if entry_time < time <= market.start + part.candle * market.timeframe:
                containing = (time - market.start) // market.timeframe
                paid += rate * market.candles[containing][0] * part.fraction
    return paid if spec.long else -paid


def _pnl(market: NaiveMarket, spec: NaiveSpec, entry_price: float, entry_time: int, parts: list[Part]) -> float:
    exit_price = sum(part.price * part.fraction for part in parts)
    gross = exit_price - entry_price if spec.long else entry_price - exit_price
    return gross - _fees(spec, entry_price, parts) - _funding(market, spec, entry_time, parts)
