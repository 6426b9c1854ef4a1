"""Which trades a page shows on candles, and the candles around them.

1. `preferences` puts the trades of a hypothesis in the order in which they deserve room: first, last, best, worst, then
   evenly spaced ones.
2. `plan_excerpts` gives room to hypotheses in turn, the leading ones first, until the page has as many candles as it
   can carry. Candles are shared: trades of many hypotheses on the same hours cost once.
3. `excerpt` cuts the planned candles out of the history of an instrument and packs them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edgeproof.core.candles.resample import resample
from edgeproof.core.model.candle import BoolArray, Candles, FloatArray, IntArray
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.research.report.figures import even
from edgeproof.research.report.packing import packed_integers

MOST_TRADES = 40
MOST_CANDLES = 300_000
"""What a page carries in all: about 3 MB."""

_ROUNDS = (6, 12, 20, 30, MOST_TRADES)
_BEFORE, _AFTER = 36, 16
_WIDEST = 180
"""Candles on one chart: of a longer trade, longer candles are shown."""

_LADDER = tuple(MINUTE * n for n in (1, 2, 3, 5, 10, 15, 30)) + tuple(HOUR * n for n in (1, 2, 4, 8)) + (DAY, 7 * DAY)
_SIGNIFICANT = 6

Key = tuple[str, int]
"""An instrument and a timeframe in milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The whole history of an instrument: base timeframe, first open time and last close time."""

    timeframe: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A trade that would like to be shown: its place in its analysis and the window of candles it needs."""

    row: int
    tags: tuple[str, ...]
    key: Key
    first: int
    last: int


@dataclass(slots=True)
class Masks:
    """The candles that are to be embedded: one flag a candle of the grid, by instrument and timeframe."""

    spans: Mapping[str, Span]
    flags: dict[Key, BoolArray] = field(default_factory=dict)
    count: int = 0

    def of(self, key: Key) -> BoolArray:
        """The flags of a series, all unset at first."""
        if key not in self.flags:
            span = self.spans[key[0]]
            self.flags[key] = np.zeros(span.end // key[1] - span.start // key[1] + 1, np.bool_)
        return self.flags[key]

    def add(self, wanted: Wanted, most: int) -> bool:
        """Set the flags of a window, unless that makes too many."""
        part = self.of(wanted.key)[wanted.first : wanted.last]
        new = len(part) - int(np.count_nonzero(part))
        if self.count + new > most:
            return False
        part[:] = True
        self.count += new
        return True


def preferences(r: FloatArray, most: int = MOST_TRADES) -> list[tuple[int, tuple[str, ...]]]:
    """Rows of trades in time order in the order in which they deserve to be shown, each with what is special about it.

    >>> preferences(np.array([0.5, 2.0, -1.0, 0.1]))
    [(0, ('first',)), (3, ('last',)), (1, ('best',)), (2, ('worst',))]
    """
    n = len(r)
    if n == 0:
        return []
    special: dict[int, list[str]] = {}
    for row, tag in ((0, "first"), (n - 1, "last"), (int(np.argmax(r)), "best"), (int(np.argmin(r)), "worst")):
        special.setdefault(row, []).append(tag)
    spread = [int(row) for row in even(n, most) if int(row) not in special]
    rest = [spread[int(place)] for place in _spread_order(len(spread))]
    return [*((row, tuple(tags)) for row, tags in special.items()), *((row, ()) for row in rest)][:most]


def _spread_order(n: int) -> IntArray:
    """0 to n - 1 so that any beginning of it is spread out: bit by bit from the middle."""
    bits = max(1, n - 1).bit_length()
    reversed_bits = [int(f"{place:0{bits}b}"[::-1], 2) for place in range(1 << bits)]
    return np.array([place for place in reversed_bits if place < n], dtype=np.int64)


def window(timeframe: int, start: int, end: int, span: Span) -> tuple[int, int, int]:
    """Timeframe, first and last (exclusive) candle of the grid for a trade from `start` to `end`."""
    most = _WIDEST - _BEFORE - _AFTER
    chosen = next((each for each in _ladder(timeframe, span) if (end - start) // each <= most), DAY)
    base = span.start // chosen
    complete = -(-span.start // chosen) - base
    first = max(complete, start // chosen - base - _BEFORE)
    last = min(span.end // chosen - base, end // chosen - base + _AFTER)
    return chosen, first, last


def _ladder(timeframe: int, span: Span) -> Iterable[int]:
    yield timeframe
    yield from (each for each in _LADDER if each > timeframe and each % span.timeframe == 0)


def wanted_trades(parts: Sequence[tuple[str, RoundTrips]], timeframe: int, spans: Mapping[str, Span]) -> list[Wanted]:
    """The windows of the trades of an analysis (pooled: of several instruments), most deserving first.

    `row` counts the trades of all parts in the order of their entries.
    """
    parts = [(instrument, trades) for instrument, trades in parts if instrument in spans and len(trades)]
    if not parts:
        return []
    entry = np.concatenate([trades.signal_time for _, trades in parts])
    order = np.argsort(entry, kind="stable")
    r = np.concatenate([trades.r_multiple for _, trades in parts])[order]
    leave = np.concatenate([trades.exit_time for _, trades in parts])[order]
    names = np.repeat([instrument for instrument, _ in parts], [len(trades) for _, trades in parts])[order]
    found: list[Wanted] = []
    for row, tags in preferences(r):
        name = str(names[row])
        chosen, first, last = window(timeframe, int(entry[order][row]), int(leave[row]), spans[name])
        found.append(Wanted(row=row, tags=tags, key=(name, chosen), first=first, last=last))
    return found


def plan_excerpts(
    wishes: Sequence[Sequence[Wanted]], spans: Mapping[str, Span], *, most: int = MOST_CANDLES
) -> tuple[list[list[Wanted]], Masks]:
    """The trades that are shown of each analysis (in the order given, the leading first), and their candles."""
    masks = Masks(spans)
    shown: list[list[Wanted]] = [[] for _ in wishes]
    done = 0
    for upto in _ROUNDS:
        for chosen, wanted in zip(shown, wishes, strict=True):
            chosen.extend(each for each in wanted[done:upto] if masks.add(each, most))
        done = upto
    return [sorted(chosen, key=lambda each: each.row) for chosen in shown], masks


def excerpt(candles: Candles, key: Key, masks: Masks) -> dict[str, Any]:
    """The planned candles of one series, packed.

    `runs` are [grid number of the first candle, how many]; the numbers count timeframes since the epoch. `values` are
    four columns of integers, in units of 10^-decimals: steps of the close, open less the close before, high less the
    higher and the lower of open and close less the low.
    """
    name, timeframe = key
    span = masks.spans[name]
    series = resample(candles.between(span.start, span.end), timeframe)
    base = span.start // timeframe
    grid = series.open_time // timeframe - base
    keep = masks.of(key)[grid]
    chosen = grid[keep]
    decimals = _decimals(series.close[keep])
    opening, high, low, close = (
        np.rint(getattr(series, each)[keep] * 10.0**decimals).astype(np.int64)
        for each in ("open", "high", "low", "close")
    )
    before = np.concatenate([[0], close[:-1]]) if len(close) else close
    values = [close - before, opening - before, high - np.maximum(opening, close), np.minimum(opening, close) - low]
    return {
        "step": timeframe // 1000,
        "decimals": decimals,
        "runs": _runs(chosen + base),
        "values": packed_integers(np.stack(values)),
    }


def _decimals(prices: FloatArray) -> int:
    """So many that the typical price has six significant digits."""
    if len(prices) == 0:
        return 0
    typical = float(np.median(prices))
    return int(np.clip(_SIGNIFICANT - 1 - np.floor(np.log10(typical)), 0, 9)) if typical > 0 else 0


def _runs(numbers: IntArray) -> list[list[int]]:
    """Consecutive numbers as [first, count].

    >>> _runs(np.array([3, 4, 5, 9]))
    [[3, 3], [9, 1]]
    """
    if len(numbers) == 0:
        return []
    breaks = np.flatnonzero(np.diff(numbers) != 1) + 1
    return [[int(part[0]), len(part)] for part in np.split(numbers, breaks)]
