"""From fires to round trips: the backtest of one bracket on one instrument.

1. `price_history` (history.py) prepares an instrument once.
2. `BracketOutcomes(history, spec, fires)` holds what the bracket of each fire would have earned, found when needed.
3. `.walk(rows)` takes one position at a time through a subset of the fires (one variant of the conditions), and
   `.walk_many(selections)` does it for many variants in one compiled call, sharing the outcomes.

`simulate(history, spec, fires)` is the common case: one hypothesis, all its fires.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Protocol

import numpy as np

from edgeproof.core.kernels import bracket as kernel
from edgeproof.core.kernels import walking
from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.round_trip import Fates, RoundTrips
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.history import PriceHistory


class FireColumns(Protocol):
    """Fires of one hypothesis, ascending in time (`core.signals.generate.Fires` is one).

    `time`, `reference`, `stop`, `trail` (NaN: no trailing) of shape (n,), `targets` (n, n_targets); `exit_time` (m,),
    ascending: the closes at which its exit condition held.
    """

    @property
    def time(self) -> IntArray:
        """Close of the candle each fired on."""

    @property
    def reference(self) -> FloatArray:
        """Close price of that candle."""

    @property
    def stop(self) -> FloatArray:
        """Stop price."""

    @property
    def targets(self) -> FloatArray:
        """Target prices, in the order of the spec's fractions."""

    @property
    def trail(self) -> FloatArray:
        """Trailing distance."""

    @property
    def exit_time(self) -> IntArray:
        """Closes at which the exit condition held."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FireTable:
    """Plain columns that satisfy `FireColumns`; `exit_time` empty when there is no exit condition."""

    time: IntArray
    reference: FloatArray
    stop: FloatArray
    targets: FloatArray
    trail: FloatArray
    exit_time: IntArray = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketSpec:
    """What is fixed for every signal of a hypothesis: direction +1 or -1, fractions of the targets, exits, costs.

    `max_hold` in milliseconds, 0 for none.
    """

    direction: int
    fractions: tuple[float, ...] = (1.0,)
    break_even: bool = False
    max_hold: int = 0
    costs: Costs = Costs()

    def __post_init__(self) -> None:
        if self.direction not in {1, -1}:
            raise InputError(f"expected direction 1 (long) or -1 (short), found {self.direction!r}")
        if self.fractions and not math.isclose(sum(self.fractions), 1.0, abs_tol=1e-9):
            raise InputError(f"expected target fractions that sum to 1, found {self.fractions}")
        if any(not fraction > 0 for fraction in self.fractions):
            raise InputError(f"expected target fractions above 0, found {self.fractions}")
        if self.max_hold < 0:
            raise InputError(f"expected max_hold of 0 ms (none) or more, found {self.max_hold}")

    @property
    def rules(self) -> kernel.Rules:
        """The same for the kernel."""
        return kernel.Rules(
            direction=float(self.direction),
            taker=self.costs.taker,
            maker=self.costs.maker,
            slippage=self.costs.slippage,
            break_even=self.break_even,
            max_hold=self.max_hold,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """One variant's way through its fires: what became of each, and which rows of the outcomes it traded."""

    outcomes: "BracketOutcomes"
    fates: Fates
    rows: IntArray

    @property
    def round_trips(self) -> RoundTrips:
        """The trades in full, read out of the shared outcomes when asked for."""
        return self.outcomes.round_trips(self.rows)

    @property
    def r_multiples(self) -> FloatArray:
        """Only the r_multiple of each trade, shape (n_trades,)."""
        return self.outcomes.r_multiples(self.rows)


class BracketOutcomes:
    """What the bracket of each fire earns, computed once per fire however many variants trade it."""

    __slots__ = ("_facts", "_fires", "_known", "_prepared", "_r_multiples", "history", "spec")

    def __init__(self, history: PriceHistory, spec: BracketSpec, fires: FireColumns) -> None:
        self.history = history
        self.spec = spec
        self._fires = fires
        self._prepared = prepare(spec, fires)
        n = len(fires.time)
        self._known = np.empty(n, np.int64)
        self._r_multiples = np.empty(n)
        self._facts: FloatArray | None = None
        walking.judge(self._prepared, self._known)

    def walk(self, rows: IntArray | None = None) -> Walk:
        """One position at a time through the given rows (ascending; default: all fires)."""
        return self.walk_many([np.arange(len(self._known)) if rows is None else rows])[0]

    def walk_many(self, selections: Sequence[IntArray]) -> tuple[Walk, ...]:
        """`walk` for many variants in one compiled call."""
        if not selections:
            return ()
        firsts = list(accumulate(map(len, selections), initial=0))
        rows = np.concatenate(selections).astype(np.int64, copy=False)
        fates = np.zeros((len(selections), walking.N_FATES), np.int64)
        taken = np.empty(len(rows), np.int64)
        near = np.zeros(walking.NEARS, np.int64)
        shared = (self.history.kernel, self.spec.rules, self._prepared, self._known, self._r_multiples, near)
        if len(selections) > 1 and len(rows) >= len(self._known):
            walking.foresee(*shared)
        walking.walk(*shared, rows, np.array(firsts, np.int64), fates, taken)
        self._facts = None
        return tuple(
            Walk(self, _fates(counts), taken[first : first + counts[walking.FATE_TRADED]])
            for first, counts in zip(firsts[:-1], fates.tolist(), strict=True)
        )

    def r_multiples(self, rows: IntArray) -> FloatArray:
        """The r_multiple of rows that were traded."""
        return self._r_multiples[rows]

    def round_trips(self, rows: IntArray) -> RoundTrips:
        """The round trips of rows that were traded."""
        if self._facts is None:
            # Rows that no walk has traded are never written, nor their memory touched.
            self._facts = np.empty((len(self._known), kernel.FACTS))
            near = np.zeros(walking.NEARS, np.int64)
            walking.recall(self.history.kernel, self.spec.rules, self._prepared, self._known, self._facts, near)
        return assemble(self.history, self.spec, self._fires, rows, self._facts[rows])


def simulate(history: PriceHistory, spec: BracketSpec, fires: FireColumns) -> Walk:
    """Walk all fires of one hypothesis over an instrument's base candles.

    `.fates` counts every fire once; `.round_trips` are the trades, the one open at the end of data included.
    """
    return BracketOutcomes(history, spec, fires).walk()


def simulate_many(
    history: PriceHistory, spec: BracketSpec, fires: FireColumns, selections: Sequence[IntArray]
) -> tuple[Walk, ...]:
    """Walk many subsets of a shared table of fires: each the rows (ascending) of one variant of the conditions."""
    return BracketOutcomes(history, spec, fires).walk_many(selections)


def _fates(counts: list[int]) -> Fates:
    void, overlapped, unfilled, invalidated, traded = counts
    return Fates(void=void, overlapped=overlapped, unfilled=unfilled, invalidated=invalidated, traded=traded)


def prepare(spec: BracketSpec, fires: FireColumns) -> walking.Fires:
    """The fires as the kernel takes them: mirrored, the targets of each row ascending with their fractions."""
    # Copies throughout, whatever the layout and mutability of the originals: the kernel is compiled for one kind.
    n, k = len(fires.time), len(spec.fractions)
    if fires.targets.shape != (n, k):
        raise InputError(f"expected targets of shape {(n, k)} for {k} fractions, found {fires.targets.shape}")
    targets = spec.direction * np.asarray(fires.targets, np.float64)
    fractions = np.empty((n, k))
    fractions[:] = spec.fractions
    if k > 1 and not (targets[:, :-1] <= targets[:, 1:]).all():
        order = np.argsort(targets, axis=1, kind="stable")
        targets, fractions = np.take_along_axis(targets, order, 1), np.take_along_axis(fractions, order, 1)
    return walking.Fires(
        time=np.array(fires.time, np.int64, order="C"),
        reference=spec.direction * np.asarray(fires.reference, np.float64),
        stop=spec.direction * np.asarray(fires.stop, np.float64),
        targets=targets,
        fractions=fractions,
        trail=np.array(fires.trail, np.float64, order="C"),
        exit_time=np.array(fires.exit_time, np.int64, order="C"),
    )


def assemble(
    history: PriceHistory, spec: BracketSpec, fires: FireColumns, rows: IntArray, facts: FloatArray
) -> RoundTrips:
    """Round trips out of the kernel's facts, shape (n_trades, FACTS), of the given rows of the fires."""
    market = history.kernel
    column = np.ascontiguousarray(facts.T)
    entry, left = column[kernel.F_ENTRY_CANDLE : kernel.F_EXIT_CANDLE + 1].astype(np.int64)
    entry_time = market.start + entry * market.timeframe
    exit_open = market.start + left * market.timeframe
    reference, stop, targets = fires.reference[rows], fires.stop[rows], fires.targets[rows]
    risk = np.abs(reference - stop)
    return RoundTrips(
        signal_time=fires.time[rows],
        entry_time=entry_time,
        entry_price=column[kernel.F_ENTRY],
        reference_price=reference,
        stop_loss=stop,
        targets=targets,
        risk_reward=np.abs(targets - reference[:, None]) @ np.array(spec.fractions, np.float64) / risk,
        exit_time=np.where(column[kernel.F_AT_OPEN] > 0, exit_open, exit_open + market.timeframe),
        exit_price=column[kernel.F_EXIT],
        exit_reason=column[kernel.F_REASON].astype(np.int8),
        stop_kind=column[kernel.F_KIND].astype(np.int8),
        fees=column[kernel.F_FEES],
        slippage=column[kernel.F_SLIPPAGE],
        funding=column[kernel.F_FUNDING],
        pnl=column[kernel.F_PNL],
        r_multiple=column[kernel.F_R],
        mae_r=column[kernel.F_MAE],
        mfe_r=column[kernel.F_MFE],
        ambiguous=column[kernel.F_AMBIGUOUS] > 0,
        risk=risk,
        r_best=column[kernel.F_R_BEST],
        funding_incomplete=~history.covers_funding(entry_time, exit_open),
    )
