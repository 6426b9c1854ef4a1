"""The venue's time, as a client knows it."""

from edgeproof.adapters.kraken.venue_clock import SkewedClock, StreamClock
from tests.support.clocks import HandClock


def test_stream_clock_is_the_last_stamp_and_never_goes_back() -> None:
    clock = StreamClock()
    assert clock.now() == 0
    clock.observe(2_000)
    clock.observe(1_000)
    assert clock.now() == 2_000
    assert clock.skew_ms is None


def test_skewed_clock_follows_the_fastest_message() -> None:
    machine = HandClock(1_000_000)  # five seconds ahead of the venue
    clock = SkewedClock(machine)
    assert (clock.now(), clock.skew_ms) == (0, None)
    for way in (80, 30, 200):
        clock.observe(machine.time - 5_000 - way)
    assert clock.skew_ms == 5_030
    machine.time += 1_500
    assert clock.now() == 1_000_000 + 1_500 - 5_030


def test_skewed_clock_forgets_old_differences() -> None:
    machine = HandClock(1_000_000)
    clock = SkewedClock(machine)
    clock.observe(machine.time + 10_000)
    for _ in range(64):
        clock.observe(machine.time)
    assert clock.skew_ms == 0
