"""A recording: everything once, corrections in place, and the same after a break."""

import pytest

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.event import ClosedCandle, FundingPublished, MarketEvent, MarketTrade
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.services import record
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


def test_recording_saves_by_itself_when_much_has_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MOST", 50)
    store = MemoryStore()
    keep = Recorder(store, "live")
    keep.seen([each for each in _told() if isinstance(each, MarketTrade)])
    assert keep.saved == len(TAPE)


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
