"""The fold of a feed's facts, and what it reports."""

import pickle

from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    FundingPublished,
    IncidentKind,
    MarketTrade,
    Quote,
    VenueTime,
)
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.services.health import STALE_S, FeedHealth, report
from tests.support.lines import BITCOIN, START

ETHER = Instrument("ETH", "USD", "USD")


def quote(last: float | None = 100.0) -> Quote:
    return Quote(
        instrument=BITCOIN,
        time=START,
        bid=99.0,
        ask=101.0,
        bid_size=1.0,
        ask_size=1.0,
        last=last,
        mark=100.0,
        index=100.0,
        funding_rate=1e-5,
        funding_time=START,
        next_funding_rate=2e-5,
        suspended=False,
        post_only=False,
    )


def candle(*, is_correction: bool = False, timeframe: int = MINUTE) -> ClosedCandle:
    return ClosedCandle(
        instrument=BITCOIN,
        timeframe=timeframe,
        open_time=START,
        open=1.0,
        high=2.0,
        low=1.0,
        close=2.0,
        volume=3.0,
        is_correction=is_correction,
    )


def incident(kind: IncidentKind, instrument: Instrument | None = None) -> FeedIncident:
    return FeedIncident(kind=kind, time=START, instrument=instrument, detail="words")


def test_health_folds_every_kind_of_fact() -> None:
    health = FeedHealth((BITCOIN, ETHER))
    health.seen([incident(IncidentKind.CONNECTED), VenueTime(time=START, skew_ms=12)], 1.0)
    health.seen([quote(), candle(), candle(is_correction=True), candle(timeframe=5 * MINUTE)], 2.0)
    health.seen([FundingPublished(instrument=BITCOIN, time=START, rate=1e-5)], 3.0)
    health.seen([MarketTrade(BITCOIN, START, 5.0, 1.0, 1, 1), incident(IncidentKind.GAP, BITCOIN)], 4.0)
    bitcoin = health.instruments[BITCOIN]
    assert (health.is_connected, health.venue_time, health.skew_ms, health.facts) == (True, START, 12, 9)
    assert (bitcoin.last, bitcoin.closed_until, bitcoin.candles, bitcoin.corrections) == (100.0, START + MINUTE, 3, 1)
    assert (bitcoin.funding_rate, bitcoin.funding_time, bitcoin.heard, bitcoin.facts) == (1e-5, START, 4.0, 6)
    assert bitcoin.incidents[IncidentKind.GAP] == health.incidents[IncidentKind.GAP] == 1


def test_health_without_a_last_price_in_the_quote_takes_the_candles() -> None:
    health = FeedHealth((BITCOIN,))
    health.seen([quote(last=None), candle()], 0.0)
    assert health.instruments[BITCOIN].last == 2.0


def test_health_counts_facts_a_second_over_the_last_ten() -> None:
    health = FeedHealth((BITCOIN,))
    for second in range(20):
        health.seen([VenueTime(time=START)] * 3, float(second))
    assert health.facts_a_second(19.0) == 3.3
    assert health.facts_a_second(100.0) == 0.0


def test_health_of_an_instrument_nobody_asked_for_changes_nothing() -> None:
    health = FeedHealth((ETHER,))
    health.seen([candle()], 1.0)
    assert health.instruments[ETHER].candles == 0


def test_report_of_a_feed_that_is_well_has_no_problems() -> None:
    health = FeedHealth((BITCOIN,))
    health.seen([incident(IncidentKind.CONNECTED), VenueTime(time=START, skew_ms=5), quote()], 1.0)
    found = report(health, 2.0)
    assert (found.is_well, found.problems) == (True, ())
    figures = {(each.name, *each.labels.values()): each.value for each in found.samples}
    assert figures["last_price", "BTC/USD:USD"] == 100.0
    assert figures["feed_incidents", "connected"] == 1.0
    assert figures["clock_skew_seconds",] == 0.005


def test_report_names_what_is_wrong() -> None:
    health = FeedHealth((BITCOIN, ETHER))
    health.seen([VenueTime(time=START, skew_ms=5_000), quote()], STALE_S)
    assert report(health, 1.5 * STALE_S).problems == (
        "not connected to the venue",
        "nothing heard of ETH/USD:USD for more than 60 s",
        "the clock is 5000 ms ahead of the venue's: set it by NTP",
    )


def test_health_holds_no_more_after_hours_than_after_a_minute_though_nobody_asks_it_anything() -> None:
    health = FeedHealth((BITCOIN,))
    sizes = []
    for seconds in (range(60), range(60, 6_000)):
        for second in seconds:
            health.seen([quote()], float(second))
        sizes.append(len(pickle.dumps(health)))
    assert sizes[1] - sizes[0] < 100
