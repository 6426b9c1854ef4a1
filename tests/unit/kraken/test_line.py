"""A line: trades in the order of their numbers, whatever order they come in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.adapters.kraken import line as line_module
from edgeproof.core.model.event import ClosedCandle, FundingPublished, MarketEvent, MarketTrade
from edgeproof.core.model.time import HOUR, MINUTE
from tests.support.lines import BITCOIN, START, candles_of, incidents, minutes_of, minutes_told, new_line, trades_of


def test_line_that_is_live_passes_trades_on_and_closes_candles() -> None:
    told: list[MarketEvent] = []
    line = new_line(told, tells_trades=True)
    line.snapshot([], START)
    line.go_on()
    tape = trades_of(30)
    for trade in tape:
        line.trade(trade)
    assert [each for each in told if isinstance(each, MarketTrade)] == tape
    assert minutes_told(told) == minutes_of(candles_of(tape))


def test_line_before_its_snapshot_holds_everything() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    for trade in trades_of(20):
        line.trade(trade)
    line.advance(START + HOUR)
    assert told == []
    assert len(line.held) == 20


def test_line_that_came_twice_is_told_once_and_counted() -> None:
    told: list[MarketEvent] = []
    line = new_line(told, tells_trades=True)
    line.go_on()
    first, second = trades_of(2)
    for trade in (first, first, second, first):
        line.trade(trade)
    assert [each for each in told if isinstance(each, MarketTrade)] == [first, second]
    assert incidents(told) == ["duplicate", "duplicate"]


def test_line_with_a_missing_trade_waits_and_the_clock_closes_nothing() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    tape = trades_of(30)
    for trade in tape:
        if trade.seq != 5:
            line.trade(trade)
    line.advance(START + HOUR)
    assert sorted(line.held) == list(range(6, 31))
    assert minutes_told(told) == {}
    line.trade(tape[4])
    assert line.held == {}
    assert minutes_told(told) == minutes_of(candles_of(tape))


@given(st.permutations(range(40)), st.lists(st.integers(0, 39), max_size=10))
def test_line_in_any_order_with_duplicates_makes_the_same_candles(order: list[int], again: list[int]) -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    tape = trades_of(40)
    line.go_on()
    line.trade(tape[0])
    for number in [*order, *again]:
        line.trade(tape[number])
    assert minutes_told(told) == minutes_of(candles_of(tape))
    assert not line.has_gap


def test_line_after_a_break_goes_on_where_the_snapshot_reaches_back() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    tape = trades_of(60)
    for trade in tape[:20]:
        line.trade(trade)
    line.lose()
    line.snapshot(tape[15:40], tape[39].time)
    assert line.is_live
    for trade in tape[40:]:
        line.trade(trade)
    assert minutes_told(told) == minutes_of(candles_of(tape))
    assert incidents(told) == []


def test_line_after_a_break_that_the_snapshot_does_not_span_is_not_live() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    tape = trades_of(60)
    for trade in tape[:20]:
        line.trade(trade)
    line.lose()
    line.snapshot(tape[30:40], tape[39].time)
    assert not line.is_live
    tail = line.tail()
    assert tail is not None
    assert tail.seq == 31


def test_line_whose_venue_counts_anew_starts_over() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    for trade in trades_of(20):
        line.trade(trade)
    line.lose()
    anew = trades_of(3, start=START + HOUR)
    line.snapshot(anew, START + HOUR)
    assert line.next_seq is None
    assert sorted(line.held) == [1, 2, 3]


def test_line_that_restarts_goes_on_to_the_next_hole_only() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    tape = trades_of(40)
    for trade in tape:
        if trade.seq != 30:
            line.trade(trade)
    line.restart(START + MINUTE)
    assert (line.next_seq, sorted(line.held)) == (30, list(range(31, 41)))
    assert line.has_gap
    line.trade(tape[29])
    wanted = {time: row for time, row in minutes_of(candles_of(tape)).items() if time >= START + MINUTE}
    assert {time: row for time, row in minutes_told(told).items() if time >= START + MINUTE} == wanted


def test_line_that_waits_for_long_lets_the_older_trades_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "MOST_HELD", 100)
    told: list[MarketEvent] = []
    line = new_line(told)
    tape = trades_of(2_000)
    for trade in tape:
        line.trade(trade)
    assert len(line.held) <= 100
    assert max(line.held) == 2_000
    tail = line.tail()
    assert tail is not None
    assert tail.seq == 2_001 - len(line.held)


def test_line_ignores_a_snapshot_that_was_held_up() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    tape = trades_of(20)
    for trade in tape:
        line.trade(trade)
    line.snapshot(tape[:5], START)
    assert (line.next_seq, line.held, line.is_live) == (21, {}, True)


def _hour_line(told: list[MarketEvent]) -> None:
    line = new_line(told, begins=START + HOUR - MINUTE)
    line.go_on()
    line.funding(FundingPublished(instrument=BITCOIN, time=START, rate=1e-5))
    line.trade(MarketTrade(BITCOIN, START + HOUR - 1, 100.0, 1.0, 1, 1))
    line.trade(MarketTrade(BITCOIN, START + HOUR + 1, 101.0, 1.0, 1, 2))
    assert line.is_waiting
    line.funding(FundingPublished(instrument=BITCOIN, time=START + HOUR, rate=2e-5))
    assert not line.is_waiting


def test_line_on_the_hour_tells_the_funding_before_the_candle() -> None:
    told: list[MarketEvent] = []
    _hour_line(told)
    kinds = [type(each).__name__ for each in told]
    assert kinds == ["FundingPublished", "FundingPublished", "ClosedCandle"]


def test_line_whose_funding_does_not_come_tells_the_candle_when_released() -> None:
    told: list[MarketEvent] = []
    line = new_line(told, begins=START + HOUR - MINUTE)
    line.go_on()
    line.funding(FundingPublished(instrument=BITCOIN, time=START, rate=1e-5))
    line.trade(MarketTrade(BITCOIN, START + HOUR - 1, 100.0, 1.0, 1, 1))
    line.advance(START + HOUR + 2 * MINUTE)
    assert not [each for each in told if isinstance(each, ClosedCandle)]
    line.release()
    assert [each.open_time for each in told if isinstance(each, ClosedCandle)] == [
        START + HOUR - MINUTE,
        START + HOUR,
        START + HOUR + MINUTE,
    ]


def test_line_without_funding_waits_for_none() -> None:
    told: list[MarketEvent] = []
    line = new_line(told, begins=START + HOUR - MINUTE)
    line.go_on()
    line.trade(MarketTrade(BITCOIN, START + HOUR - 1, 100.0, 1.0, 1, 1))
    line.advance(START + HOUR)
    assert len([each for each in told if isinstance(each, ClosedCandle)]) == 1


def test_line_told_late_says_so_and_corrects() -> None:
    told: list[MarketEvent] = []
    line = new_line(told)
    line.go_on()
    tape = trades_of(9)  # the ninth falls into the first minute
    for trade in tape[:8]:
        line.trade(trade)
    line.advance(START + MINUTE)
    line.trade(tape[8])
    assert incidents(told) == ["late"]
    assert minutes_told(told) == minutes_of(candles_of([*tape, *trades_of(12)[9:]]))
