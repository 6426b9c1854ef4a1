"""Round trips for the tests of the report."""

from collections.abc import Sequence

import numpy as np

from edgeproof.core.model.round_trip import RoundTrips

MINUTE = 60_000


def round_trips(r: Sequence[float], *, every: int = 10, hold: int = 4, start: int = 0) -> RoundTrips:
    """Trades of these results, `every` so many minutes, each held for `hold` minutes."""
    n = len(r)
    signal = start + every * MINUTE * np.arange(n, dtype=np.int64)
    ones = np.ones(n)
    return RoundTrips(
        signal_time=signal,
        entry_time=signal.copy(),
        entry_price=100 * ones,
        reference_price=100 * ones,
        stop_loss=99 * ones,
        targets=np.full((n, 1), 102.0),
        risk_reward=2 * ones,
        exit_time=signal + hold * MINUTE,
        exit_price=100 + np.array(r, dtype=np.float64),
        exit_reason=np.where(np.array(r) > 0, 1, 0).astype(np.int8),
        stop_kind=np.zeros(n, np.int8),
        fees=0.1 * ones,
        slippage=0.02 * ones,
        funding=0 * ones,
        pnl=np.array(r, dtype=np.float64),
        r_multiple=np.array(r, dtype=np.float64),
        mae_r=0.5 * ones,
        mfe_r=0.7 * ones,
        ambiguous=np.zeros(n, np.bool_),
        risk=ones.copy(),
        r_best=np.array(r, dtype=np.float64),
        funding_incomplete=np.zeros(n, np.bool_),
    )
