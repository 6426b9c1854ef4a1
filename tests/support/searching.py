"""What a search works with, in memory: a generated market and runners that tell what they ran."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from edgeproof.adapters.compute.local import LocalRunner
from edgeproof.adapters.simulated.market import generate_market
from edgeproof.adapters.simulated.plant import Plant
from edgeproof.adapters.storage.memory import MemoryCheckpoints, MemoryLedger, MemoryStore
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.research.discover import Means
from edgeproof.research.study import Window
from edgeproof.research.tryout import InSample, load_in_sample

BTC = parse_instrument("BTC/USD:USD")
T = TypeVar("T")


@dataclass(slots=True)
class CountingRunner:
    """A runner of this thread that counts its tasks."""

    tasks: int = 0

    def run(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        """Every task in turn."""
        for task in tasks:
            self.tasks += 1
            yield task()


@dataclass(frozen=True, slots=True)
class Bench:
    """Ports in memory around a store that holds a market."""

    store: MemoryStore
    instruments: tuple[Instrument, ...]
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    checkpoints: MemoryCheckpoints = field(default_factory=MemoryCheckpoints)
    runner: CountingRunner = field(default_factory=CountingRunner)

    @property
    def histories(self) -> tuple[InSample, ...]:
        """The in-sample history of every instrument."""
        return tuple(load_in_sample(self.store, each, Window()) for each in self.instruments)

    def means(self) -> Means:
        """For `discover`, on the threads of this machine."""
        return Means(store=self.store, ledger=self.ledger, runner=LocalRunner(), checkpoints=self.checkpoints)

    @property
    def trials(self) -> int:
        """How many trials the ledger holds."""
        return len(self.ledger.concerning([each.unified for each in self.instruments], 0, 2**62))


def bench(instruments: int = 1, *, days: int = 20, seed: int = 1, plant: Plant | None = None) -> Bench:
    """A bench on a generated market."""
    return bench_of(generate_market(instruments, days=days, seed=seed, plants=() if plant is None else (plant,)))


def bench_of(histories: dict[Instrument, tuple[Candles, Funding]]) -> Bench:
    """A bench on given histories."""
    store = MemoryStore()
    for instrument, (candles, funding) in histories.items():
        store.save_candles(instrument, candles, source="generated for a test")
        store.save_funding(instrument, funding, source="generated for a test")
    return Bench(store, tuple(histories))
