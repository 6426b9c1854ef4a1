"""The trades of a trial over one or several instruments, as one sequence in time."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.model.candle import BoolArray, IntArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.round_trip import CodeArray, ExitReason, RoundTrips
from edgeproof.research.measure import Measured
from edgeproof.research.split import Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """The trades of a trial on one instrument, with what is needed of that instrument."""

    instrument: Instrument
    span: Span
    digest: str
    measured: Measured


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """Closed trades, ascending in entry time; all columns of shape (n,).

    `inside` and `outside` mark those in-sample and out of sample, each by the split of its own instrument; `part` is
    the number of the part a trade came from, `regimes` its code (none for ablations).
    """

    trades: RoundTrips
    inside: BoolArray
    outside: BoolArray
    part: IntArray
    regimes: CodeArray

    @property
    def in_sample(self) -> RoundTrips:
        """The trades that may be searched."""
        return _taken(self.trades, self.inside)

    @property
    def out_of_sample(self) -> RoundTrips:
        """The trades of the last third."""
        return _taken(self.trades, self.outside)

    @property
    def purged(self) -> int:
        """How many trades lived across the split."""
        return len(self.trades) - int(self.inside.sum()) - int(self.outside.sum())


def pooled(parts: Sequence[Part], n_targets: int) -> Pooled:
    """The closed trades of all parts in the order of their entries."""
    pieces = [_closed(number, part) for number, part in enumerate(parts) if part.measured.trades is not None]
    if not pieces:
        pieces = [_nothing(n_targets)]
    trades = _joined([piece.trades for piece in pieces])
    order = np.lexsort((trades.exit_time, trades.entry_time))
    return Pooled(
        trades=_taken(trades, order),
        inside=np.concatenate([piece.inside for piece in pieces])[order],
        outside=np.concatenate([piece.outside for piece in pieces])[order],
        part=np.concatenate([piece.part for piece in pieces])[order],
        regimes=np.concatenate([piece.regimes for piece in pieces])[order],
    )


def _closed(number: int, part: Part) -> Pooled:
    every = part.measured.trades
    if every is None:
        return _nothing(0)
    trades, regimes = every.closed(), part.measured.regimes
    if len(regimes) != len(every):
        regimes = np.full(len(every), -1, np.int8)
    return Pooled(
        trades=trades,
        inside=part.span.inside(trades),
        outside=part.span.outside(trades),
        part=np.full(len(trades), number, np.int64),
        regimes=regimes[every.exit_reason != ExitReason.END_OF_DATA],
    )


def _nothing(n_targets: int) -> Pooled:
    dtypes: dict[str, type[np.generic]] = {
        **dict.fromkeys(("signal_time", "entry_time", "exit_time"), np.int64),
        **dict.fromkeys(("exit_reason", "stop_kind"), np.int8),
        **dict.fromkeys(("ambiguous", "funding_incomplete"), np.bool_),
    }
    columns = {f.name: np.empty(0, dtypes.get(f.name, np.float64)) for f in fields(RoundTrips)}
    columns["targets"] = np.empty((0, n_targets))
    nothing, none = np.empty(0, np.bool_), np.empty(0, np.int64)
    return Pooled(
        trades=RoundTrips(**columns), inside=nothing, outside=nothing, part=none, regimes=np.empty(0, np.int8)
    )


def _joined(parts: Sequence[RoundTrips]) -> RoundTrips:
    if len(parts) == 1:
        return parts[0]
    return RoundTrips(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(RoundTrips)})


def _taken(trades: RoundTrips, rows: NDArray[np.bool_] | NDArray[np.int64]) -> RoundTrips:
    return RoundTrips(**{f.name: getattr(trades, f.name)[rows] for f in fields(RoundTrips)})
