"""Small discoveries for tests: a generated market in memory, a few hypotheses, a runner that keeps to one thread."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from edgeproof.adapters.simulated.market import generate_market, generated_source
from edgeproof.adapters.simulated.plant import Plant
from edgeproof.adapters.storage.memory import MemoryCheckpoints, MemoryLedger, MemoryStore
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.core.signals.hypothesis import Direction, Family, Hypothesis, Target
from edgeproof.research.discover import Means

T = TypeVar("T")


class Sequentially:
    """A `TaskRunner` that runs one task after the other; `stops_after` tasks it is interrupted."""

    def __init__(self, stops_after: int | None = None) -> None:
        self._left = stops_after

    def run(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        for task in tasks:
            if self._left is not None:
                self._left -= 1
                if self._left < 0:
                    raise KeyboardInterrupt
            yield task()


def store_of(instruments: int = 1, days: int = 30, seed: int = 3, plant: Plant | None = None) -> MemoryStore:
    """A store that holds a generated market."""
    store = MemoryStore()
    plants = () if plant is None else (plant,)
    for instrument, (candles, funding) in generate_market(instruments, days=days, seed=seed, plants=plants).items():
        store.save_candles(instrument, candles, source=generated_source(seed))
        store.save_funding(instrument, funding, source=generated_source(seed))
    return store


def means_of(
    store: MemoryStore,
    ledger: MemoryLedger | None = None,
    runner: Sequentially | None = None,
    checkpoints: MemoryCheckpoints | None = None,
) -> Means:
    """What a discovery works with, all in memory."""
    return Means(
        store=store,
        ledger=ledger if ledger is not None else MemoryLedger(),
        runner=runner if runner is not None else Sequentially(),
        checkpoints=checkpoints if checkpoints is not None else MemoryCheckpoints(),
    )


def hypothesis(name: str = "Dip", entry: str = "rsi(14) < 30", *confirm: str, also: tuple[int, ...] = ()) -> Hypothesis:
    """A dip on 5m, bought for twice the risk."""
    return Hypothesis(
        name=name,
        timeframe=5 * MINUTE,
        direction=Direction.LONG,
        family=Family.MEAN_REVERSION,
        reason="dips are bought",
        entry=(entry,),
        confirm=confirm,
        stop="close - 2 * atr(14)",
        targets=(Target("2R", 1.0),),
        max_hold=4 * HOUR,
        expires_after=5 * MINUTE,
        also=also,
    )
