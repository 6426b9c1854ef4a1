"""What a picture costs a session: keeping the last candles, making them longer, drawing."""

import time
from collections.abc import Iterator

import numpy as np

from benchmarks.harness import Finding, interleave
from benchmarks.market import candles
from edgeproof.adapters.notify.chart import SHOWN, equity_chart, signal_chart
from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken
from edgeproof.core.model.message import Levels
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.services.notifying.recent import RecentCandles

KEEP = SHOWN * 4 * HOUR // MINUTE
TAKEN = 20_000
MOST_MS = 50
BTC = Instrument("BTC", "USD", "USD")


def findings() -> Iterator[Finding]:
    """Milliseconds a picture; microseconds a candle that is kept, and candles that are asked for."""
    history = candles(KEEP + TAKEN)
    recent = RecentCandles(keep=KEEP)
    recent.begin(BTC, history[:KEEP])
    records = [_taken(history, row) for row in range(KEEP, KEEP + TAKEN)]
    begun = time.process_time()
    for each in records:
        recent.taken((each,))
    keeping = (time.process_time() - begun) / TAKEN
    shown = recent.last(BTC, 15 * MINUTE, SHOWN)
    levels = _levels(shown)
    times = np.arange(DAY // (5 * MINUTE), dtype=np.int64) * 5 * MINUTE
    values = history.close[: len(times)]
    taken = interleave(
        {
            "signal": lambda: signal_chart(shown, levels, "LONG BTC/USD:USD 15m"),
            "equity": lambda: equity_chart(times, values, "Equity"),
            "4h": lambda: recent.last(BTC, 4 * HOUR, SHOWN),
            "15m": lambda: recent.last(BTC, 15 * MINUTE, SHOWN),
        }
    )
    for name in ("signal", "equity"):
        median = 1e3 * taken[name].median
        yield Finding(
            area="pictures",
            case=f"a picture of {'a signal' if name == 'signal' else 'the equity of a day'} drawn, ms",
            ours=f"{median:.1f}",
            ratio=median,
            required=MOST_MS,
            at_most=True,
        )
    for name in ("15m", "4h"):
        case = f"the last {SHOWN} candles of {name} out of {KEEP:,} kept minutes, us"
        yield Finding(area="pictures", case=case, ours=f"{1e6 * taken[name].median:.0f}")
    yield Finding(area="pictures", case="a minute taken in, us", ours=f"{1e6 * keeping:.2f}")


def _taken(history: Candles, row: int) -> CandleTaken:
    columns = {name: float(getattr(history, name)[row]) for name in COLUMNS}
    candle = ClosedCandle(instrument=BTC, timeframe=MINUTE, open_time=int(history.open_time[row]), **columns)
    return CandleTaken(session="s", at=candle.close_time, candle=candle)


def _levels(shown: Candles) -> Levels:
    price = float(shown.close[-1])
    return Levels(
        timeframe=shown.timeframe,
        time=int(shown.close_time[-1]),
        direction=1,
        entry=price,
        stop_loss=price * 0.99,
        targets=(price * 1.01, price * 1.02),
    )
