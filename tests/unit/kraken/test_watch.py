"""What has gone quiet, by a clock that stands still until it is moved."""

import pytest

from edgeproof.adapters.kraken.feed_settings import FeedSettings
from edgeproof.adapters.kraken.watch import Watch
from tests.support.clocks import HandClock

SETTINGS = FeedSettings(silence_s=10, quote_silence_s=30, trade_silence_s=5, hole_s=1, ack_s=8)


def _watch() -> tuple[Watch, HandClock]:
    clock = HandClock(100_000)
    watch = Watch(SETTINGS, clock)
    watch.connected(["A", "B"])
    return watch, clock


def test_watch_without_any_message_calls_the_connection_dead() -> None:
    watch, clock = _watch()
    clock.seconds += 9
    assert not watch.stale().connection
    clock.seconds += 2
    assert watch.stale().connection == "no message for 11.0 s"


def test_watch_with_a_message_now_and_then_is_content() -> None:
    watch, clock = _watch()
    for _ in range(10):
        clock.seconds += 9
        watch.frames += 1
        watch.quoted("A", None, None)
        watch.quoted("B", None, None)
        assert watch.stale().connection == ""


def test_watch_of_one_product_without_quotes_wants_it_subscribed_anew() -> None:
    watch, clock = _watch()
    for _ in range(4):
        clock.seconds += 8
        watch.frames += 1
        watch.quoted("A", None, None)
        stale = watch.stale()
    assert stale.subscriptions == [("B", "ticker", "no quote for 32.0 s")]
    assert watch.stale().subscriptions == [], "it is waited for anew"


def test_watch_of_a_product_that_stays_quiet_gives_the_connection_up() -> None:
    watch, clock = _watch()
    words = []
    for _ in range(12):
        clock.seconds += 8
        watch.frames += 1
        watch.quoted("A", None, None)
        words.append(watch.stale().connection)
    assert [each for each in words if each] == ["B stays quiet though subscribed anew"]


def test_watch_of_trades_that_stop_while_the_price_moves_wants_them_anew() -> None:
    watch, clock = _watch()
    for price in (101.0, 102.0, 103.0):
        watch.quoted("A", price, 100.0)
        clock.seconds += 2
        watch.frames += 1
    watch.quoted("A", 103.0, 100.0)
    [(symbol, feed, words)] = watch.stale().subscriptions
    assert (symbol, feed) == ("A", "trade")
    assert words == "no trade for 6.0 s, though the last price has moved"


def test_watch_of_a_quiet_market_whose_price_stands_is_content() -> None:
    watch, clock = _watch()
    for _ in range(6):
        watch.quoted("A", 100.0, 100.0)
        clock.seconds += 4
        watch.frames += 1
    assert watch.stale().subscriptions == []


def test_watch_of_a_hole_lets_it_close_by_itself_first() -> None:
    watch, clock = _watch()
    assert not watch.is_overdue("A", True)
    clock.seconds += 0.9
    assert not watch.is_overdue("A", True)
    clock.seconds += 0.2
    assert watch.is_overdue("A", True)
    assert not watch.is_overdue("A", True), "asked for once, then waited for anew"
    assert not watch.is_overdue("A", False)


def test_watch_of_a_snapshot_that_does_not_come() -> None:
    watch, clock = _watch()
    clock.seconds += 7
    assert not watch.has_waited_for_snapshot("A")
    watch.acknowledged("trade", ["A"])
    clock.seconds += 2
    assert not watch.has_waited_for_snapshot("A")
    assert watch.has_waited_for_snapshot("B")


def test_pause_grows_to_its_limit_and_is_spread() -> None:
    settings = FeedSettings(first_pause_s=0.5, longest_pause_s=30)
    assert [settings.pause(n, 0.999999) for n in (0, 1, 2, 20)] == [
        pytest.approx(0.5, rel=1e-5),
        pytest.approx(1.0, rel=1e-5),
        pytest.approx(2.0, rel=1e-5),
        pytest.approx(30.0, rel=1e-5),
    ]
    assert settings.pause(3, 0.0) == 2.0
