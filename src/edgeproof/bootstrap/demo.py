"""What `edgeproof demo` stands on: a generated market with edges planted in it, and a replica that plays its last days.

1. `planted_market`: the market is generated as one whole. Its first days are the history of the demo's home, beside
   the hypotheses that describe what was planted; all of it, with the live days that follow, is the venue's.
2. `serve_live_days`: a replica of the venue on loopback whose clock begins where that history ends. So nothing that is
   discovered can have seen what is then told live.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgeproof.adapters.simulated.market import DEFAULT_START, generate_market, generated_source
from edgeproof.adapters.simulated.plant import Plant
from edgeproof.adapters.storage.atomic import write_file
from edgeproof.adapters.storage.library import USER_FOLDER
from edgeproof.bootstrap import DEMO, open_store, replayed_market
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.core.signals.hypothesis import Direction
from edgeproof.exchange.options import Options, Pace
from edgeproof.exchange.replica import Replica
from edgeproof.exchange.server import bind, serving

PLANTS = (Plant(), Plant(direction=Direction.SHORT))
"""Of the seeds 0 to 7, with three instruments and 90 days, both qualify on all but 6, where the fade stays unproven."""

DESCRIBED = """\
# What was planted in the market of the demo, as somebody would write it down who had an idea of it.
# They are judged as all others are: they qualify because the edge is there, not because they stand here.

[[hypothesis]]
name = "Demo_Rebound_5m"
timeframe = "5m"
direction = "long"
family = "mean_reversion"
reason = "Sellers are exhausted far below the mean of the hour on a burst of volume; the next hour recovers."
entry = ["close < sma(12) - 2 * atr(14)", "volume > 2 * sma(volume, 20)"]
stop = "close - 2 * atr(14)"
target = "1.5R"
max_hold = "1h"

[[hypothesis]]
name = "Demo_Fade_5m"
timeframe = "5m"
direction = "short"
family = "mean_reversion"
reason = "Buyers are exhausted far above the mean of the hour on a burst of volume; the next hour gives it back."
entry = ["close > sma(12) + 2 * atr(14)", "volume > 2 * sma(volume, 20)"]
stop = "close + 2 * atr(14)"
target = "1.5R"
max_hold = "1h"
"""

_VENUE = "venue"
_TRADES_PER_MINUTE = 24
"""So many that a stop fills near its trigger; twice as many would take the demo longer than it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedMarket:
    """A generated market in two parts: history from `start` in `home`, and after `split` the live days until `end`.

    `venue` is the home that holds all of it, and `planted` says what was planted, a line each.
    """

    home: Path
    venue: Path
    start: int
    split: int
    end: int
    planted: tuple[str, ...]

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument of the market."""
        return open_store(self.home).instruments()


def planted_market(
    home: Path, instruments: int, days: int, live_days: int, seed: int, *, plants: Sequence[Plant] = PLANTS
) -> PlantedMarket:
    """The demo's market under HOME/demo; the same arguments find the same one again."""
    folder = home / DEMO / f"planted-{instruments}x{days}d+{live_days}d-seed{seed}"
    market = generate_market(instruments, days=days + live_days, seed=seed, plants=plants)
    split = DEFAULT_START + days * DAY
    source = generated_source(seed, plants)
    _save(folder / _VENUE, market, source)
    _save(folder, {each: _until(split, *history) for each, history in market.items()}, source)
    write_file(folder / USER_FOLDER / "demo.toml", DESCRIBED.encode())
    return PlantedMarket(
        home=folder,
        venue=folder / _VENUE,
        start=DEFAULT_START,
        split=split,
        end=split + live_days * DAY,
        planted=tuple(plant.words.removeprefix("planted: ") for plant in plants),
    )


def _save(home: Path, market: dict[Instrument, tuple[Candles, Funding]], source: str) -> None:
    store = open_store(home)
    for instrument, (candles, funding) in market.items():
        store.save_candles(instrument, candles, source=source)
        store.save_funding(instrument, funding, source=source)


def _until(split: int, candles: Candles, funding: Funding) -> tuple[Candles, Funding]:
    """What was known at a moment: the candles that had closed, the rates that had been published."""
    known = funding.time <= split
    return candles.between(None, split), Funding(time=funding.time[known], rate=funding.rate[known])


@contextmanager
def serve_live_days(market: PlantedMarket, speed: float) -> Iterator[str]:
    """The address of a replica that plays the live days from a thread while the block lasts.

    Its clock stands until somebody listens, and goes no faster than `speed` and than they read.
    """
    store = open_store(market.venue)
    replayed = replayed_market(store, market.instruments, trades_per_minute=_TRADES_PER_MINUTE)
    pace = Pace(start=market.split, end=market.end, speed=speed, ticker_every=MINUTE, waits=True)
    with bind("127.0.0.1", 0) as listening, serving(Replica(replayed, Options(pace=pace)), listening) as url:
        yield url
