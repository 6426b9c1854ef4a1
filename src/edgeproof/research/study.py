"""A study: hypotheses over several instruments, one after the other as their results come.

1. `survey` looks at the history of every instrument: its certificate and the digest that goes into the id of the run.
2. `conduct` backtests instrument by instrument through a `TaskRunner` and yields each instrument's results.

History is loaded once for the survey and once for the backtest, and is gone when its results are taken: memory is that
of the instruments being worked on, however many there are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.quality import Certificate, make_certificate
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import format_time
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.ports import CandleStore, TaskRunner
from edgeproof.research.backtest import Fees, Market, Result, backtest
from edgeproof.research.run_identity import data_digest, run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of history to look at, in UTC milliseconds; None is as far as there is."""

    start: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise InputError(
                f"expected --start before --end, found {format_time(self.start)} and {format_time(self.end)}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is to be tested on what, and at what cost."""

    hypotheses: tuple[Hypothesis, ...]
    instruments: tuple[Instrument, ...]
    window: Window = Window()
    fees: Fees = Fees()
    seed: int = 0

    def config(self) -> dict[str, object]:
        """Everything that was chosen, as JSON can say it."""
        start, end = self.window.start, self.window.end
        return {
            "instruments": [instrument.unified for instrument in self.instruments],
            "start": None if start is None else format_time(start),
            "end": None if end is None else format_time(end),
            "costs": asdict(self.fees),
            "hypotheses": [hypothesis.name for hypothesis in self.hypotheses],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The history a study rests on: one certificate an instrument, and the id of the run that will come of it."""

    run_id: str
    certificates: tuple[Certificate, ...]


def load_market(store: CandleStore, instrument: Instrument, window: Window) -> Market:
    """The gap-filled base candles of the window, and all funding before its end (conditions look back on it)."""
    candles = store.load_candles(instrument, start=window.start, end=window.end)
    funding = store.load_funding(instrument, end=window.end)
    return Market(instrument=instrument, candles=fill_gaps(candles), funding=funding)


def survey(store: CandleStore, study: Study, options: Mapping[str, object] | None = None) -> Survey:
    """Look at the history of every instrument; `options` is what else was chosen and makes it another run.

    Raises
    ------
    InputError
        When the window holds no candle of any instrument.
    """
    certificates: list[Certificate] = []
    digests: dict[str, str] = {}
    for instrument in study.instruments:
        market = load_market(store, instrument, study.window)
        name = instrument.unified
        sources = _sources(store, instrument)
        certificates.append(make_certificate(name, market.candles, market.funding, sources=sources))
        digests[name] = data_digest(market.candles, market.funding)
    if all(certificate.candles == 0 for certificate in certificates):
        raise InputError(_nothing_in(store, study))
    identity = run_id({**study.config(), **(options or {})}, digests, study.hypotheses, seed=study.seed)
    return Survey(run_id=identity, certificates=tuple(certificates))


def _sources(store: CandleStore, instrument: Instrument) -> tuple[str, ...]:
    held = (one for one in store.holdings() if one.instrument == instrument and one.kind == "candles")
    finest = min(held, key=lambda one: one.timeframe or 0, default=None)
    return finest.sources if finest is not None else ()


def _nothing_in(store: CandleStore, study: Study) -> str:
    held = [one for one in store.holdings() if one.kind == "candles" and one.instrument in study.instruments]
    ranges = "; ".join(f"{one.instrument} {format_time(one.first)} to {format_time(one.last)}" for one in held)
    return f"expected candles between --start and --end, found none; stored are {ranges or 'no candles at all'}"


def conduct(
    store: CandleStore, study: Study, runner: TaskRunner, *, on_progress: Callable[[float], None] = lambda _: None
) -> Iterator[tuple[Result, ...]]:
    """The results of each instrument, in the order of the study.

    `on_progress` hears how much more is done, in hypotheses of one instrument; it is called from the runner's threads.
    """

    def task(instrument: Instrument) -> Callable[[], tuple[Result, ...]]:
        def work() -> tuple[Result, ...]:
            market = load_market(store, instrument, study.window)
            results = backtest(market, study.hypotheses, study.fees, on_progress=on_progress)
            for result in results:
                _ = result.statistics  # in the thread of the instrument, where it is still parallel
            return results

        return work

    tasks: Sequence[Callable[[], tuple[Result, ...]]] = [task(instrument) for instrument in study.instruments]
    yield from runner.run(tasks)
