"""What live trades amount to: money, costs, R and how sure one may be; by themselves and by group.

A trade is won where its net P&L is above 0, after fees and funding. Money is exact, in the settlement currency; R is
net P&L over the planned risk. A figure that does not exist (a mean of nothing, a ratio without a denominator) is NaN;
a profit factor without losses is infinite. A trade whose risk is 0 has no R and counts in money alone.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import numpy as np

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.time import DAY, HOUR, format_time
from edgeproof.core.performance.metrics import mean, profit_factor, wilson_interval

BPS = 10_000
Label = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeFigures:
    """Figures over live trades; suffix `_r`: in units of planned risk, of the trades that have one.

    `win_rate_low` and `_high` bound a Wilson interval of 95 %. `gross_pnl` is what prices made, fills at the prices
    they got: net + fees + funding (both positive where paid). `slippage_cost` is part of it: what fills lost against
    the prices they were decided at; `assumed_cost` what a backtest assumes for the same fills. `turnover` is what was
    bought and sold, and the `_bps` are of it. `funding_incomplete` counts trades of which not all funding is known.
    """

    n: int
    n_wins: int
    win_rate: float
    win_rate_low: float
    win_rate_high: float
    profit_factor: float
    profit_factor_r: float
    expectancy: float
    expectancy_r: float
    total_r: float
    mean_win_r: float
    mean_loss_r: float
    net_pnl: Decimal
    gross_pnl: Decimal
    fees: Decimal
    funding: Decimal
    slippage_cost: Decimal
    assumed_cost: Decimal
    turnover: Decimal
    slippage_bps: float
    assumed_bps: float
    without_risk: int
    funding_incomplete: int


def figures(trades: Sequence[LiveTrade]) -> TradeFigures:
    """The figures of live trades; of none of them counts and sums are 0 and the rest NaN.

    Profit factor: what was won over what was lost. Expectancy: the mean. Slippage in bps: 10,000 x cost / turnover.
    """
    pnl = np.array([float(each.trade.net_pnl) for each in trades])
    r = np.array([each.r for each in trades])
    r = r[np.isfinite(r)]
    n, n_wins = len(trades), int((pnl > 0).sum())
    low, high = wilson_interval(n_wins, n)
    net, fees, funding = (_sum(trades, of) for of in (_net, _fees, _funding))
    slippage, assumed, turnover = (_sum(trades, of) for of in (_slippage, _assumed, _turnover))
    return TradeFigures(
        n=n,
        n_wins=n_wins,
        win_rate=n_wins / n if n else math.nan,
        win_rate_low=low,
        win_rate_high=high,
        profit_factor=profit_factor(pnl),
        profit_factor_r=profit_factor(r),
        expectancy=mean(pnl),
        expectancy_r=mean(r),
        total_r=float(np.add.reduce(r)),
        mean_win_r=mean(r[r > 0]),
        mean_loss_r=mean(r[r <= 0]),
        net_pnl=net,
        gross_pnl=net + fees + funding,
        fees=fees,
        funding=funding,
        slippage_cost=slippage,
        assumed_cost=assumed,
        turnover=turnover,
        slippage_bps=in_bps(slippage, turnover),
        assumed_bps=in_bps(assumed, turnover),
        without_risk=n - len(r),
        funding_incomplete=sum(not each.trade.is_funding_complete for each in trades),
    )


def in_bps(cost: Decimal, turnover: Decimal) -> float:
    """A cost in ten-thousandths of what was bought and sold; NaN where nothing was.

    By hand: 4.5 of 45,000 is one ten-thousandth.

    >>> in_bps(Decimal("4.5"), Decimal(45_000)), in_bps(Decimal(0), Decimal(0))
    (1.0, nan)
    """
    return float(cost / turnover * BPS) if turnover > 0 else math.nan


def _sum(trades: Iterable[LiveTrade], of: Callable[[LiveTrade], Decimal]) -> Decimal:
    return sum(map(of, trades), Decimal(0))


def _net(each: LiveTrade) -> Decimal:
    return each.trade.net_pnl


def _fees(each: LiveTrade) -> Decimal:
    return each.trade.fees


def _funding(each: LiveTrade) -> Decimal:
    return each.trade.funding


def _slippage(each: LiveTrade) -> Decimal:
    return each.slippage_cost


def _assumed(each: LiveTrade) -> Decimal:
    return each.assumed_cost


def _turnover(each: LiveTrade) -> Decimal:
    return each.trade.quantity * (each.trade.entry_price + each.trade.exit_price)


# --- by group ---


def by_hypothesis(each: LiveTrade) -> str:
    """The hypothesis of a trade."""
    return each.signal.hypothesis


def by_instrument(each: LiveTrade) -> str:
    """The unified name of the instrument of a trade."""
    return each.trade.instrument.unified


def by_day(each: LiveTrade) -> str:
    """The UTC day a trade ended on, such as "2026-02-03": its P&L belongs there."""
    return format_time(each.trade.time)[:10]


def by_hour(each: LiveTrade) -> int:
    """The UTC hour of the signal of a trade, 0 to 23."""
    return each.signal.time % DAY // HOUR


def by_regime(each: LiveTrade) -> str:
    """The regime at the signal of a trade, "none" where none held."""
    return each.regime or "none"


GROUPINGS: Mapping[str, Callable[[LiveTrade], Label]] = MappingProxyType(
    {
        "hypothesis": by_hypothesis,
        "instrument": by_instrument,
        "day": by_day,
        "hour": by_hour,
        "regime": by_regime,
    }
)
"""What trades are grouped by."""


def grouped(trades: Iterable[LiveTrade], label: Callable[[LiveTrade], Label]) -> tuple[tuple[Label, TradeFigures], ...]:
    """The figures of the trades that share a label, ascending by label; nothing for nothing.

    For reading, not for choosing: the best of 24 hours looks good by luck.
    """
    groups: defaultdict[Label, list[LiveTrade]] = defaultdict(list)
    for each in trades:
        groups[label(each)].append(each)
    return tuple((name, figures(groups[name])) for name in sorted(groups, key=_order))


def _order(label: Label) -> tuple[int, str]:
    return (label, "") if isinstance(label, int) else (0, label)


# --- time and order ---


def exposure(spans: Iterable[tuple[int, int]], start: int, end: int) -> float:
    """The share of [start, end] in which at least one position was open; NaN where that is no time.

    Spans that overlap count once; what lies outside does not count.

    By hand: 0 to 4 and 2 to 6 cover 6 of 10.

    >>> exposure([(2, 6), (0, 4)], 0, 10), exposure([], 0, 10), exposure([(0, 1)], 5, 5)
    (0.6, 0.0, nan)
    """
    if end <= start:
        return math.nan
    covered, until = 0, start
    for opened, closed in sorted(spans):
        covered += max(0, min(closed, end) - max(opened, until))
        until = max(until, min(closed, end))
    return covered / (end - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Streaks:
    """The most wins and the most losses in a row, and how many there are now: positive won, negative lost."""

    wins: int
    losses: int
    current: int


def streaks(pnl: FloatArray) -> Streaks:
    """The streaks of results in their order; one of exactly 0 neither lengthens nor ends a streak.

    By hand: two won, three lost (with a 0 among them), one won.

    >>> found = streaks(np.array([1.0, 2.0, -1.0, 0.0, -1.0, -3.0, 4.0]))
    >>> found.wins, found.losses, found.current
    (2, 3, 1)
    >>> streaks(np.array([])).current
    0
    """
    longest = {1: 0, -1: 0}
    current = 0
    for sign in np.sign(pnl[pnl != 0]).astype(int).tolist():
        current = current + sign if current * sign > 0 else sign
        longest[sign] = max(longest[sign], abs(current))
    return Streaks(wins=longest[1], losses=longest[-1], current=current)
