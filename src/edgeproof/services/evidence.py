"""The evidence a signal carries: what was seen when it fired, and how its hypothesis did in the backtest."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from edgeproof.core.indicators.node import FUNDING
from edgeproof.core.model.time import format_duration, format_time
from edgeproof.core.signals.generate import series_of
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.validate import Surroundings
from edgeproof.core.signals.watch import Fired, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """How a hypothesis did in the backtest on an instrument; None where it was not tested.

    `win_rate_low` and `win_rate_high` bound a Wilson interval of 95 %; `cost_r` is the mean cost of a trade in R.
    `days` is how much time `n` trades took, that of several instruments added up; `version` is the program that tested.
    """

    state: str = "draft"
    verdict: str = "never tested: edgeproof discover"
    run: str | None = None
    n: int | None = None
    win_rate: float | None = None
    win_rate_low: float | None = None
    win_rate_high: float | None = None
    expectancy_r: float | None = None
    mean_win_r: float | None = None
    mean_loss_r: float | None = None
    cost_r: float | None = None
    data_end: str | None = None
    days: float | None = None
    version: str | None = None


_OF_RECORD = tuple(each.name for each in fields(TrackRecord))


def evidence_document(
    fired: Fired, around: Surroundings, funding_percentile: float | None, record: TrackRecord
) -> dict[str, Any]:
    """Everything that was seen, as JSON: no number in it is NaN or infinite."""
    return {
        "entry": _values(fired.entry),
        "confirm": _values(fired.confirm),
        "candles": list(_candles(fired.hypothesis, fired.signal.time)),
        "regime": fired.regime or None,
        "regimes_declared": list(around.regimes),
        "funding_rate": around.funding_rate,
        "funding_percentile": funding_percentile,
        "volume_ratio": _finite(fired.volume_ratio),
        "spread_bps": around.spread_bps,
        "quiet_share": around.quiet,
        "backtest": {name: getattr(record, name) for name in _OF_RECORD},
    }


def _values(values: Values) -> dict[str, dict[str, float | None]]:
    return {text: {part: _finite(value) for part, value in parts} for text, parts in values}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _candles(hypothesis: Hypothesis, time: int) -> Iterator[dict[str, Any]]:
    """The last closed candle of every timeframe that was read, and how old it was."""
    for length in sorted(series_of(hypothesis) - {FUNDING}):
        closed = time - time % length
        yield {
            "timeframe": format_duration(length),
            "open_time": format_time(closed - length),
            "close_time": format_time(closed),
            "age_minutes": (time - closed) / 60_000,
        }
