"""A home whose chart can be foretold: candles in the store, more in the journal, and what a watch fires on both."""

from collections.abc import Sequence
from pathlib import Path

from edgeproof.bootstrap import open_store
from edgeproof.core.model.candle import NO_FUNDING, Candles
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, HistoryUsed, SessionBegan
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.watch import Fired, SignalWatch
from edgeproof.core.signals.write import hypothesis_toml
from tests.support.candles import walk

BITCOIN = Instrument("BTC", "USD", "USD")
SYMBOL = BITCOIN.unified
START = 19_700 * DAY
STORED_UNTIL = START + 12 * DAY
UNTIL = STORED_UNTIL + 14 * HOUR
SESSION = "5a1e"

TEXT = """\
[[hypothesis]]
name = "Balance_15m"
timeframe = "15m"
direction = "long"
family = "volume"
reason = "Something that depends on where one begins, something of another timeframe, something to draw a line across."
entry = ["obv() > sma(obv(), 20)", "rsi(14) < 55", "volume > 0.8 * sma(volume, 20)"]
confirm = ["at('1h', rsi(7) < 60 and close > lowest(low, 30))"]
stop = "close - 2 * atr(14)"
targets = [{ at = "2R", fraction = 1.0 }]
max_hold = "2h"
"""
(HYPOTHESIS,) = read_hypotheses(TEXT, "tests")


def market(seed: int = 11) -> Candles:
    """Twelve days and a half of minutes."""
    return walk((UNTIL - START) // MINUTE, seed=seed, start=START)


def store(home: Path, candles: Candles, instrument: Instrument = BITCOIN) -> None:
    """Keep candles in the store of a home."""
    open_store(home).save_candles(instrument, candles, source="tests")


def closed_candles(candles: Candles, instrument: Instrument = BITCOIN) -> list[ClosedCandle]:
    """Minutes, one by one."""
    columns = (candles.open_time, candles.open, candles.high, candles.low, candles.close, candles.volume)
    return [
        ClosedCandle(instrument=instrument, timeframe=MINUTE, open_time=at, open=o, high=h, low=low, close=c, volume=v)
        for at, o, h, low, c, v in zip(*(each.tolist() for each in columns), strict=True)
    ]


def taken(candles: Candles, instrument: Instrument = BITCOIN) -> list[CandleTaken]:
    """What a session keeps of minutes it takes in."""
    found = closed_candles(candles, instrument)
    return [CandleTaken(session=SESSION, at=each.close_time, candle=each) for each in found]


def began(start: int, *, hypotheses: Sequence[Hypothesis] = (HYPOTHESIS,), session: str = SESSION) -> SessionBegan:
    """The beginning of a session that had history from a time to the end of what is stored."""
    return SessionBegan(
        session=session,
        at=STORED_UNTIL,
        command="scan",
        venue="kraken",
        version="0.1.0",
        pid=7,
        host="here",
        timeframe=MINUTE,
        hypotheses={each.name: hypothesis_toml(each) for each in hypotheses},
        settings={},
        history=(HistoryUsed(instrument=BITCOIN, start=start, end=STORED_UNTIL, digest=""),),
    )


def watched(history: Candles, minutes: Candles, hypothesis: Hypothesis = HYPOTHESIS) -> list[Fired]:
    """What a session fires: it begins with history and takes in minute by minute."""
    watch = SignalWatch([hypothesis], [BITCOIN])
    watch.begin(BITCOIN, history, NO_FUNDING, STORED_UNTIL)
    return [fired for each in closed_candles(minutes) for fired in watch.take([each])]
