"""What trades made one after the other, the same trades in the backtest, and the band of what was to be expected."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.time import SECOND
from edgeproof.research.report.figures import thinned
from edgeproof.research.report.packing import fixed, rounded, steps
from edgeproof.research.report.session.band import Band, band, drawn, is_enough
from edgeproof.research.report.session.sources import Outcomes

_POINTS = 400
_SEED = 0
"""The same trades and the same backtest make the same band, to the bit."""


InBacktest = Mapping[str, tuple[float, float]]
"""What trades made in the backtest, in money and in R, by the ids of their signals."""


def curve(
    trades: Sequence[LiveTrade], tested: Mapping[str, Outcomes], compared: InBacktest | None
) -> dict[str, Any] | None:
    """The curves; None before a trade is over. `tested` of `n` trades have a record that the band is drawn from.

    `tested` says of each hypothesis what it is held against; `compared` is None where nothing was compared with the
    backtest.
    """
    if not trades:
        return None
    risk = np.array([float(each.trade.risk) for each in trades])
    net = np.array([float(each.trade.net_pnl) for each in trades])
    r = np.nan_to_num(np.array([each.r for each in trades]))
    names = [_tested_name(each, tested) for each in trades]
    in_backtest = None if compared is None else _backtest(trades, compared, net, r)
    time = np.array([trades[0].trade.opened_at, *(each.trade.time for each in trades)]) // SECOND
    time = np.maximum.accumulate(time)
    kept = _shown_rows(time, _running(net))
    money_band = r_band = None
    if any(names):
        outcomes = {name: tested[name].outcomes for name in set(names) if name}
        known = {name: each for name, each in outcomes.items() if each is not None}
        draws = drawn(names, r, known, np.random.default_rng(_SEED))  # noqa: TID251 - seeded
        # What risked nothing has no R: it makes in every draw what it made.
        beside = np.where(risk > 0, 0.0, net)
        money_band = _shifted(band(draws, risk, net - beside), beside)
        r_band = band(draws, np.ones(len(r)), r)
    money_in_backtest, r_in_backtest = in_backtest if in_backtest is not None else (None, None)
    return {
        "t": steps(time[kept]),
        "n": len(trades),
        "tested": sum(map(bool, names)),
        "untested": sorted({each.signal.hypothesis for each, name in zip(trades, names, strict=True) if not name}),
        "money": _curves(net, money_band, money_in_backtest, kept),
        "r": _curves(r, r_band, r_in_backtest, kept),
    }


def _shown_rows(time: IntArray, sums: FloatArray) -> IntArray:
    """The rows that are drawn: of those of one second the last, and of very many those that shape the curve.

    >>> _shown_rows(np.array([0, 5, 5, 7]), np.array([0.0, 1.0, 3.0, 2.0])).tolist()
    [0, 2, 3]
    """
    last = np.flatnonzero(np.append(np.diff(time) > 0, True))
    rows: IntArray = last[thinned(sums[last], _POINTS)]
    return rows


def _tested_name(trade: LiveTrade, tested: Mapping[str, Outcomes]) -> str:
    """The hypothesis of a trade where the backtest leads to expect something of it, else ""."""
    found = tested.get(trade.signal.hypothesis)
    if found is None or not is_enough(found.outcomes) or trade.trade.instrument not in found.instruments:
        return ""
    return trade.signal.hypothesis if trade.trade.risk > 0 else ""


def _backtest(
    trades: Sequence[LiveTrade], compared: InBacktest, net: FloatArray, r: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What the same trades made in the backtest, in money and in R; one that was not compared counts as it was."""
    money, in_r = net.copy(), r.copy()
    for row, trade in enumerate(trades):
        found = compared.get(trade.signal.id)
        if found is not None:
            money[row], in_r[row] = found
    return money, in_r


def _running(made: FloatArray) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(made)])


def _shifted(found: Band, beside: FloatArray) -> Band:
    by = _running(beside)
    return Band(low=found.low + by, middle=found.middle + by, high=found.high + by, share_below=found.share_below)


def _curves(made: FloatArray, expected: Band | None, backtest: FloatArray | None, kept: IntArray) -> dict[str, Any]:
    sums = _running(made)
    found: dict[str, Any] = {
        "live": fixed(sums[kept], 2),
        "drawdown": fixed((sums - np.maximum.accumulate(sums))[kept], 2),
        "backtest": None if backtest is None else fixed(_running(backtest)[kept], 2),
        "band": None,
    }
    if expected is not None:
        outside = (sums < expected.low - 1e-9) | (sums > expected.high + 1e-9)
        found["band"] = {
            "low": fixed(expected.low[kept], 2),
            "middle": fixed(expected.middle[kept], 2),
            "high": fixed(expected.high[kept], 2),
            "share_below": rounded(expected.share_below, 3),
            "outside": rounded(float(outside[1:].mean()), 3),
        }
    return found
