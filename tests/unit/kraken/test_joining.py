"""Joining a line to history: whatever is missing, the candles are the ones of the whole tape."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.adapters.kraken.feed_settings import FeedSettings
from edgeproof.adapters.kraken.joining import Joiner
from edgeproof.adapters.kraken.venue_clock import StreamClock
from edgeproof.core.model.event import FeedIncident, FundingPublished, IncidentKind, MarketEvent
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from tests.support.lines import (
    BITCOIN,
    START,
    TapeHistory,
    candles_of,
    incidents,
    minutes_of,
    minutes_told,
    new_line,
    trades_of,
)


def _joiner(history: TapeHistory, *, most_missing: int = 1_000) -> Joiner:
    clock = StreamClock()
    clock.observe(history.now)

    async def sleep(seconds: float) -> None:
        # While one waits, the venue's time goes on.
        history.now += int(seconds * 1_000)
        clock.observe(history.now)
        await asyncio.sleep(0)

    return Joiner(history, FeedSettings(most_missing=most_missing, history_ms=0), clock, sleep)


def test_join_of_a_fresh_line_has_no_hole_and_no_double_at_the_seam() -> None:
    tape = trades_of(400)
    told: list[MarketEvent] = []
    line = new_line(told, begins=None)
    history = TapeHistory(tape, now=tape[299].time)
    line.snapshot(tape[295:300], tape[299].time)
    asyncio.run(_joiner(history).join(line))
    for trade in tape[300:]:
        line.trade(trade)
    assert minutes_told(told) == minutes_of(candles_of(tape))
    assert incidents(told) == ["joined"]


def test_join_of_a_short_hole_asks_for_the_trades() -> None:
    tape = trades_of(200)
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    for trade in tape[:50]:
        line.trade(trade)
    line.lose()
    line.snapshot(tape[90:100], tape[99].time)
    history = TapeHistory(tape, now=tape[99].time)
    asyncio.run(_joiner(history).join(line))
    for trade in tape[100:]:
        line.trade(trade)
    assert minutes_told(told) == minutes_of(candles_of(tape))
    assert incidents(told) == ["repaired"]
    assert set(history.asked) == {"trades"}


def test_join_of_a_long_hole_takes_the_venues_candles() -> None:
    tape = trades_of(600)
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    for trade in tape[:50]:
        line.trade(trade)
    line.lose()
    line.snapshot(tape[495:500], tape[499].time)
    history = TapeHistory(tape, now=tape[499].time)
    asyncio.run(_joiner(history, most_missing=100).join(line))
    for trade in tape[500:]:
        line.trade(trade)
    assert minutes_told(told) == minutes_of(candles_of(tape))
    assert incidents(told) == ["restored"]


def test_join_of_a_long_hole_corrects_the_minute_that_the_clock_closed_before_it() -> None:
    """The last trade of a minute is missing, the clock closes the minute, and then much more is missing."""
    tape = trades_of(600)
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    last = next(each.seq for each in tape if each.seq > 40 and tape[each.seq].time // MINUTE > each.time // MINUTE)
    for trade in tape[: last - 1]:
        line.trade(trade)
    line.advance(tape[last].time)
    for trade in tape[last:500]:
        line.trade(trade)
    assert line.has_gap
    history = TapeHistory(tape, now=tape[499].time)
    for seq in range(last + 1, 400):
        del line.held[seq]
    asyncio.run(_joiner(history, most_missing=100).join(line))
    for trade in tape[500:]:
        line.trade(trade)
    assert minutes_told(told) == minutes_of(candles_of(tape))
    assert incidents(told) == ["restored"]


@given(st.integers(0, 120), st.integers(0, 200), st.integers(1, 30), st.integers(1, 120), st.integers(3, 40))
def test_join_of_any_hole_makes_the_candles_of_the_whole_tape(
    known: int, missed: int, shown: int, most_missing: int, page: int
) -> None:
    tape = trades_of(500)
    told: list[MarketEvent] = []
    line = new_line(told)
    if known:
        line.go_on()
    for trade in tape[:known]:
        line.trade(trade)
    line.lose()
    first, last = known + missed, known + missed + shown
    line.snapshot(tape[first:last], tape[last - 1].time)
    if not line.is_live:
        history = TapeHistory(tape, now=tape[last - 1].time, page=page)
        asyncio.run(_joiner(history, most_missing=most_missing).join(line))
        now = history.now
    else:
        now = tape[last - 1].time
    # While the line was joined time may have passed: those trades came too, over the wire, in order.
    for trade in tape[last:]:
        line.trade(trade)
    assert now < tape[-1].time
    assert minutes_told(told) == minutes_of(candles_of(tape))


def test_join_goes_on_through_refusals() -> None:
    tape = trades_of(200)
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    for trade in tape[:50]:
        line.trade(trade)
    line.lose()
    line.snapshot(tape[90:100], tape[99].time)
    history = TapeHistory(tape, now=tape[99].time, fails=3)
    asyncio.run(_joiner(history).join(line))
    assert line.is_live
    assert incidents(told) == ["gap", "gap", "gap", "repaired"]


def test_join_where_nobody_ever_traded_begins_with_the_minute() -> None:
    told: list[MarketEvent] = []
    line = new_line(told, begins=None)
    line.snapshot([], START + 10_000)
    asyncio.run(_joiner(TapeHistory([], now=START + 10_000)).join(line))
    tape = trades_of(30, start=START + 20_000)
    for trade in tape:
        line.trade(trade)
    minutes = minutes_told(told)
    assert min(minutes) == START
    assert minutes[START + MINUTE] == minutes_of(candles_of(tape))[START + MINUTE]


def test_join_of_trades_that_came_too_late_takes_the_venues_candle() -> None:
    tape = trades_of(200)
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    late = tape[3]._replace(seq=201)
    for trade in tape:
        line.trade(trade)
    line.trade(late)
    assert line.candles.unsettled == {START}
    whole = sorted([*tape, late])
    history = TapeHistory(sorted(whole, key=lambda trade: trade.time), now=tape[-1].time)
    asyncio.run(_joiner(history).settle(line))
    assert line.candles.unsettled == set()
    assert minutes_told(told)[START] == pytest.approx(minutes_of(candles_of(history.tape))[START], abs=0)


def test_funding_of_hours_that_passed_unseen_is_told_in_order() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    line.funding(FundingPublished(instrument=BITCOIN, time=START, rate=1e-5))
    assert not line.misses_funding(START + HOUR)
    assert line.misses_funding(START + 4 * HOUR)
    history = TapeHistory([], now=START + 4 * HOUR + 1)
    history.rates = 2e-5
    asyncio.run(_joiner(history).catch_up_funding(line))
    assert [each.time for each in told if isinstance(each, FundingPublished)] == [START + k * HOUR for k in range(5)]
    assert not line.misses_funding(START + 5 * HOUR)


def test_funding_that_the_venue_does_not_have_is_asked_for_once() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    line.funding(FundingPublished(instrument=BITCOIN, time=START, rate=1e-5))
    asyncio.run(_joiner(TapeHistory([], now=START + 4 * HOUR + 1)).catch_up_funding(line))
    assert not line.misses_funding(START + 4 * HOUR)


def test_join_after_a_break_of_weeks_begins_anew_and_says_how_to_fill_the_hole() -> None:
    old, fresh = trades_of(50), [each._replace(seq=each.seq + 9_000) for each in trades_of(400, start=START + 30 * DAY)]
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    for trade in old:
        line.trade(trade)
    line.lose()
    line.snapshot(fresh[100:200], fresh[199].time)
    asyncio.run(_joiner(TapeHistory(fresh, now=fresh[199].time), most_missing=100).join(line))
    for trade in fresh[200:]:
        line.trade(trade)
    wanted = minutes_of(candles_of(fresh))
    assert {time: row for time, row in minutes_told(told).items() if time >= START + 30 * DAY} == wanted
    [gap] = [each.detail for each in told if isinstance(each, FeedIncident) and each.kind is IncidentKind.GAP]
    assert "edgeproof data download brings them" in gap
