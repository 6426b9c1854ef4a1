"""Exit conditions as they were known when their closes were evaluated: before what came late."""

from collections.abc import Sequence

from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.backtest import Market, fires
from edgeproof.research.parity.watches import Watch


def held_as_known(watches: Sequence[Watch], hypothesis: Hypothesis, time: int) -> bool | None:
    """Whether an exit condition held at a close by what was known of it then; None where nothing came late."""
    for watch in watches:
        seq = watch.evaluation(time)
        if seq is not None:
            late = watch.taken.late_candles(time, seq) | watch.taken.late_funding(time, seq)
            return _holds(watch, hypothesis, time, late) if late else None
    return None


def _holds(watch: Watch, hypothesis: Hypothesis, time: int, unknown: frozenset[int]) -> bool:
    known = watch.market(watch.taken.without(unknown))
    market = Market(instrument=watch.instrument, candles=known.candles.between(None, time), funding=known.funding)
    (found,) = fires(market, [hypothesis])
    return time in found.exit_time
