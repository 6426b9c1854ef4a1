"""A recording: everything once, corrections in place, and the same after a break."""

import pytest

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.event import ClosedCandle, FundingPublished, MarketEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.market import MarketTrades
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.ports import Saved
from edgeproof.services.record import Recorder
from tests.support.lines import BITCOIN, START, candles_of, minutes_of, new_line, trades_of
from tests.unit.services.test_health import quote

TAPE = trades_of(200)


def _told(*, late: int | None = None) -> list[MarketEvent]:
    told: list[MarketEvent] = []
    line = new_line(told, tells_trades=True)
    line.go_on()
    for trade in TAPE:
        if trade.seq == late:
            line.advance(trade.time // MINUTE * MINUTE + MINUTE)
        line.trade(trade)
    return told


def test_recording_keeps_candles_of_every_timeframe_trades_funding_and_quotes() -> None:
    store = MemoryStore()
    keep = Recorder(store, "live")
    keep.seen([*_told(), FundingPublished(instrument=BITCOIN, time=START, rate=1e-5), quote()])
    keep.save()
    minutes = candles_of(TAPE)
    for timeframe in (MINUTE, 5 * MINUTE):
        kept = store.load_candles(BITCOIN, timeframe)
        assert minutes_of(kept) == minutes_of(resample(fill_gaps(minutes), timeframe))
    trades = store.load_trades(BITCOIN)
    assert trades.price.tolist() == [each.price for each in TAPE]
    assert trades.trade_id.tolist() == [str(each.seq) for each in TAPE]
    assert store.load_funding(BITCOIN).rate.tolist() == [1e-5]
    assert store.load_quotes(BITCOIN).bid.tolist() == [99.0]


def test_recording_twice_adds_nothing() -> None:
    store = MemoryStore()
    for added in (True, False):
        keep = Recorder(store, "live")
        keep.seen(_told())
        keep.save()
        assert (keep.saved > 0) is added


def test_recording_of_a_correction_takes_the_place_of_what_was_saved() -> None:
    store = MemoryStore()
    keep = Recorder(store, "live")
    for event in _told(late=9):  # the ninth is the last of its minute
        keep.seen([event])
        keep.save()
    assert minutes_of(store.load_candles(BITCOIN, MINUTE)) == minutes_of(candles_of(TAPE))


def test_recording_that_could_not_be_saved_is_saved_the_next_time() -> None:
    class FullStore(MemoryStore):
        """A store on a disk that is full at first, as soon as it comes to trades."""

        is_full = True

        def save_trades(
            self, instrument: Instrument, trades: MarketTrades, *, source: str, replace: bool = False
        ) -> Saved:
            if self.is_full:
                raise StoreError("no space left")
            return super().save_trades(instrument, trades, source=source, replace=replace)

    store = FullStore()
    keep = Recorder(store, "live")
    keep.seen(_told(late=9))
    with pytest.raises(StoreError):
        keep.save()
    assert keep.waiting > 0
    store.is_full = False
    keep.seen([quote()])
    keep.save()
    assert keep.waiting == 0
    assert len(store.load_trades(BITCOIN)) == len(TAPE)
    assert minutes_of(store.load_candles(BITCOIN, MINUTE)) == minutes_of(candles_of(TAPE))


def test_recording_leaves_quiet_minutes_out() -> None:
    store = MemoryStore()
    keep = Recorder(store, "live")
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    line.trade(TAPE[0])
    line.advance(START + HOUR)
    keep.seen(told)
    keep.save()
    assert len([each for each in told if isinstance(each, ClosedCandle) and each.timeframe == MINUTE]) == 60
    assert len(store.load_candles(BITCOIN, MINUTE)) == 1
