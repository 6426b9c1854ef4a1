"""One row of the page with all that opens behind it: figures, charts and the trades that are shown."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from edgeproof.core.model.round_trip import ExitReason, RoundTrips, StopKind
from edgeproof.core.model.time import SECOND
from edgeproof.research.report.excerpt import Wanted
from edgeproof.research.report.figures import distribution, equity, excursions, heat_map
from edgeproof.research.report.packing import rounded

TRADE_FIELDS = (
    "instrument", "signal", "entry_time", "exit_time", "entry", "reference", "stop", "targets", "exit", "reason",
    "kind", "r", "mae", "mfe", "fees", "slippage", "funding", "risk_reward", "ambiguous", "tags", "step", "number",
)  # fmt: skip
"""The meaning of each place of a trade on the page; times in seconds, costs in R."""

_POINTS = 240
_MANY = 300
"""Of so many analyses on a page, each gets less room for its curves."""

Parts = Sequence[tuple[str, RoundTrips]]


def points_for(analyses: int) -> int:
    """How many points a curve may have on a page of so many analyses."""
    return _POINTS if analyses <= _MANY else max(60, _POINTS * _MANY // analyses)


def charts(parts: Parts, points: int) -> dict[str, Any]:
    """What the charts of an analysis are drawn from; nothing without a trade."""
    if not parts:
        return {}
    trades = joined(parts)
    return {
        "equity": equity(trades, points),
        "distribution": distribution(trades.r_multiple),
        "excursions": excursions(trades, points),
        "heat": heat_map(trades),
        "exits": {reason.word: int(np.sum(trades.exit_reason == reason)) for reason in ExitReason},
    }


def joined(parts: Parts) -> RoundTrips:
    """Round trips of several instruments as one, in the order of their signals."""
    trades = [each for _, each in parts]
    if len(trades) == 1:
        return trades[0]
    widest = max(each.targets.shape[1] for each in trades)
    order = np.argsort(np.concatenate([each.signal_time for each in trades]), kind="stable")
    columns = {}
    for field in fields(RoundTrips):
        values = [getattr(each, field.name) for each in trades]
        if field.name == "targets":
            values = [np.pad(each, ((0, 0), (0, widest - each.shape[1])), constant_values=np.nan) for each in values]
        columns[field.name] = np.concatenate(values)[order]
    return RoundTrips(**columns)


def shown_trades(parts: Parts, shown: Sequence[Wanted], names: Sequence[str]) -> list[list[Any]]:
    """The trades a page shows of an analysis, in time order; each as `TRADE_FIELDS` says."""
    if not shown:
        return []
    trades = joined(parts)
    return [_trade(trades, wanted, names.index(wanted.key[0])) for wanted in shown]


def _trade(trades: RoundTrips, wanted: Wanted, instrument: int) -> list[Any]:
    row = wanted.row
    risk = float(trades.risk[row])
    times = [int(getattr(trades, name)[row]) // SECOND for name in ("signal_time", "entry_time", "exit_time")]
    prices = [rounded(float(getattr(trades, name)[row]), 8) for name in ("entry_price", "reference_price", "stop_loss")]
    costs = [round(float(getattr(trades, name)[row]) / risk, 3) for name in ("fees", "slippage", "funding")]
    return [
        instrument,
        *times,
        *prices,
        [rounded(price, 8) for price in trades.targets[row].tolist() if price == price],  # noqa: PLR0124 - not NaN
        rounded(float(trades.exit_price[row]), 8),
        ExitReason(int(trades.exit_reason[row])).word,
        StopKind(int(trades.stop_kind[row])).word,
        *(round(float(getattr(trades, name)[row]), 3) for name in ("r_multiple", "mae_r", "mfe_r")),
        *costs,
        rounded(float(trades.risk_reward[row]), 3),
        int(trades.ambiguous[row]),
        list(wanted.tags),
        wanted.key[1] // SECOND,
        row + 1,
    ]
