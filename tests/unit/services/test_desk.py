"""Facts in, records out: every signal one fate, every late close told, every correction gone back to."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from edgeproof.core.model.candle import NO_FUNDING, Candles, Funding
from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    FundingPublished,
    IncidentKind,
    MarketEvent,
    MarketTrade,
    Quote,
    VenueTime,
)
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, CloseMissed, Decided, FundingTaken, Noticed, Record
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import HOUR, MINUTE, SECOND
from edgeproof.core.signals.validate import Limits
from edgeproof.core.signals.watch import SignalWatch
from edgeproof.services.desk import Desk, Rules
from edgeproof.services.evidence import TrackRecord
from edgeproof.services.prepare import candles_of
from tests.support.parity import hypotheses, moved, world

SEEN = world()
BTC = SEEN.first
LIVE = [each for batch in SEEN.facts() for each in batch if isinstance(each, ClosedCandle)]
WHOLE = SEEN.candles[BTC]


def desk(*, began: int = SEEN.begin, taken_until: int | None = None, known: Sequence[str] = ()) -> Desk:
    watch = SignalWatch(hypotheses(), SEEN.instruments)

    def history(instrument: Instrument, pending: Sequence[Record]) -> tuple[Candles, Funding]:
        taken = candles_of([each.candle for each in pending if isinstance(each, CandleTaken)])
        del taken
        return WHOLE.between(None, watch.closed_until(instrument)), NO_FUNDING

    made = Desk(
        session="s1",
        watch=watch,
        rules=Rules(limits=Limits(max_cost_r=None), admits=("draft",), admits_words="draft", cost_of=lambda _: 0.001),
        records={("Rises_1m", BTC): TrackRecord(state="qualified", win_rate_low=0.41)},
        history=history,
        wall=lambda: began,
        monotonic=lambda: 0.0,
        began=began,
        taken_until={} if taken_until is None else {BTC: taken_until},
        known={each: (0, BTC) for each in known},
    )
    past = WHOLE.between(None, SEEN.begin)
    watch.begin(BTC, past, NO_FUNDING, after=SEEN.begin)
    made.remember(BTC, past, NO_FUNDING)
    return made


def at(candle: ClosedCandle) -> VenueTime:
    return VenueTime(time=candle.close_time)


def of(records: Sequence[Record], kind: type) -> list[Record]:
    return [each for each in records if isinstance(each, kind)]


def decisions(records: Sequence[Record]) -> list[Decision]:
    return [each.decision for each in records if isinstance(each, Decided)]


def missed(records: Sequence[Record]) -> list[tuple[int, str]]:
    return [(each.at, each.reason) for each in records if isinstance(each, CloseMissed)]


def test_closes_in_time_are_taken_in_and_nothing_is_missed() -> None:
    one, out = desk(), list[Record]()
    for candle in LIVE[:30]:
        out += one.seen([candle, at(candle)])
    assert len(of(out, CandleTaken)) == 30
    assert missed(out) == []
    assert decisions(out)
    assert all(each.decided_at == each.signal.time for each in decisions(out))


def test_the_records_of_a_close_stand_in_one_call_the_candle_first() -> None:
    one = desk()
    fired = next(out for out in (one.seen([each, at(each)]) for each in LIVE[:30]) if decisions(out))
    assert isinstance(fired[0], CandleTaken)
    assert {type(each) for each in fired[1:]} == {Decided}


def test_candles_that_come_together_before_the_venue_tells_the_time_are_late_but_the_last() -> None:
    one = desk()
    one.seen([LIVE[0], at(LIVE[0])])
    out = one.seen([*LIVE[1:5], at(LIVE[4])])
    assert missed(out) == [(each.close_time, "feed_gap") for each in LIVE[1:4]]


def test_until_an_instrument_has_had_a_close_in_time_the_session_is_still_beginning() -> None:
    one = desk()
    assert missed(one.seen([*LIVE[:4], at(LIVE[3])])) == [(each.close_time, "start") for each in LIVE[:3]]


def test_a_close_is_in_time_for_five_seconds_and_missed_after() -> None:
    one = desk()
    assert missed(one.seen([LIVE[0]])) == []
    one.seen([VenueTime(time=LIVE[1].close_time + 5 * SECOND)])
    assert missed(one.seen([LIVE[1]])) == []
    one.seen([VenueTime(time=LIVE[2].close_time + 5 * SECOND + 1)])
    assert missed(one.seen([LIVE[2]])) == [(LIVE[2].close_time, "feed_gap")]


def test_our_own_clock_counts_where_the_skew_is_known() -> None:
    one = desk()
    one.seen([LIVE[0], at(LIVE[0])])
    one.wall = lambda: LIVE[1].close_time + 20 * SECOND
    one.seen([VenueTime(time=LIVE[1].open_time, skew_ms=3 * SECOND)])
    out = one.seen([LIVE[1]])
    assert missed(out) == [(LIVE[1].close_time, "feed_gap")]
    (late,) = of(out, CloseMissed)
    assert isinstance(late, CloseMissed)
    assert late.evaluated_at == LIVE[1].close_time + 17 * SECOND


def test_what_closed_before_the_session_began_is_told_as_such() -> None:
    began = LIVE[9].close_time
    assert set(missed(desk(began=began).seen(LIVE[:9]))) == {(each.close_time, "start") for each in LIVE[:9]}
    taken = LIVE[3].close_time
    again = desk(began=began, taken_until=taken).seen(LIVE[:9])
    # What an earlier session took in is no new miss.
    assert missed(again) == [(each.close_time, "restart_gap") for each in LIVE[4:9]]


def test_a_late_close_names_its_signals_and_they_expire() -> None:
    one = desk()
    out = one.seen([*LIVE[:30], at(LIVE[29])])
    named = {name for each in of(out, CloseMissed) if isinstance(each, CloseMissed) for name in each.signals}
    late = [each for each in decisions(out) if each.signal.time < LIVE[29].close_time]
    assert named == {each.signal.id for each in late}
    assert {each.fate for each in late if each.signal.timeframe == MINUTE and each.signal.flaw is None} == {
        Fate.EXPIRED
    }


def test_signals_of_a_state_that_is_not_admitted_are_vetoed_by_it() -> None:
    one, out = desk(), list[Record]()
    for candle in LIVE[:60]:
        out += one.seen([candle, at(candle)])
    found = [each for each in decisions(out) if each.signal.hypothesis == "Rises_1m" and each.signal.flaw is None]
    assert {(each.fate, each.rule, each.value, each.limit) for each in found} == {
        (Fate.VETOED, "state", "qualified", "draft")
    }
    assert {each.confidence for each in found} == {0.41}


def test_a_hypothesis_that_is_killed_meanwhile_is_vetoed_from_then_on() -> None:
    one, out = desk(), list[Record]()
    for number, candle in enumerate(LIVE[:120]):
        if number == 60:
            one.killed = frozenset({"Varied_1m[period=9]"})
        out += one.seen([candle, at(candle)])
    found = [each for each in decisions(out) if each.signal.hypothesis == "Varied_1m[period=9]"]
    before = {each.fate for each in found if each.signal.time <= LIVE[59].close_time}
    after = {(each.fate, each.value) for each in found if each.signal.time > LIVE[59].close_time}
    assert Fate.TOLD in before
    assert after == {(Fate.VETOED, "killed")}


def test_a_correction_gives_new_signals_their_fate_and_notices_those_that_are_gone() -> None:
    one, out = desk(), list[Record]()
    for number, candle in enumerate(LIVE[:120]):
        out += one.seen([candle, at(candle)])
        if number % 10 == 9:
            out += one.seen([moved(LIVE[number - 2], 0.004 if number % 20 == 9 else -0.004)])
    late = [each for each in of(out, CloseMissed) if isinstance(each, CloseMissed)]
    assert {each.reason for each in late} == {"late_candle"}
    assert {name for each in late for name in each.signals} <= {each.signal.id for each in decisions(out)}
    assert {each.kind for each in of(out, Noticed) if isinstance(each, Noticed)} == {"repainted"}
    ids = [each.signal.id for each in decisions(out)]
    assert len(ids) == len(set(ids))


def test_a_correction_from_too_long_ago_goes_through_all_of_history() -> None:
    one = desk()
    for candle in LIVE[:60]:
        one.seen([candle, at(candle)])
    out = one.seen([replace(LIVE[2], is_correction=True)])
    assert len(of(out, CandleTaken)) == 1
    assert one.watch.closed_until(BTC) == LIVE[59].close_time
    assert one.seen([LIVE[60], at(LIVE[60])])


@pytest.mark.parametrize("is_first", [True, False])
def test_a_correction_of_history_tells_of_signals_in_it_only_where_a_session_was_there(is_first: bool) -> None:
    one = replace(desk(), first_after={BTC: SEEN.begin} if is_first else {})
    for candle in LIVE[:10]:
        one.seen([candle, at(candle)])
    out = one.seen([replace(LIVE[0], open_time=SEEN.begin - 5 * HOUR, is_correction=True)])
    assert len(of(out, CandleTaken)) == 1
    assert any(each.signal.time <= SEEN.begin for each in decisions(out)) is not is_first


def test_a_candle_told_again_counts_as_a_correction() -> None:
    one = desk()
    one.seen(LIVE[:2])
    (again,) = of(one.seen([LIVE[1]]), CandleTaken)
    assert isinstance(again, CandleTaken)
    assert again.candle.is_correction


def test_longer_candles_and_what_lies_ahead_are_left_alone() -> None:
    one = desk()
    longer = replace(LIVE[0], timeframe=5 * MINUTE)
    ahead = replace(LIVE[50], is_correction=True)
    trade = MarketTrade(BTC, SEEN.begin, 1.0, 1.0, 1, 1)
    assert one.seen([longer, trade]) == []
    assert one.seen([ahead]) == []


def test_funding_is_taken_in_once_and_counts_for_the_percentile() -> None:
    one = desk()
    rates = [
        FundingPublished(instrument=BTC, time=SEEN.begin + k * HOUR, rate=rate) for k, rate in enumerate((3e-5, 1e-5))
    ]
    out = one.seen([rates[0], rates[0], rates[1]])
    assert len(of(out, FundingTaken)) == 2
    assert one.market(BTC).percentile == 0.5
    assert one.seen([rates[0]]) == []


def test_evidence_says_what_was_known_around_the_signal() -> None:
    one = desk()
    quote = Quote(
        instrument=BTC, time=SEEN.begin, bid=99.99, ask=100.01, bid_size=None, ask_size=None, last=100.0, mark=None,
        index=None, funding_rate=None, funding_time=None, next_funding_rate=None, suspended=False, post_only=False,
    )  # fmt: skip
    out: list[Record] = []
    rate = FundingPublished(instrument=BTC, time=SEEN.begin - HOUR, rate=2e-5)
    out += one.seen([quote, rate])
    for candle in LIVE[:30]:
        out += one.seen([candle, at(candle)])
    evidence = next(each.evidence for each in decisions(out) if each.signal.timeframe == 5 * MINUTE)
    assert evidence["spread_bps"] == pytest.approx(2.0)
    assert evidence["funding_rate"] == 2e-5
    assert evidence["funding_percentile"] == 1.0
    assert 0 <= evidence["quiet_share"] <= 1
    assert [each["timeframe"] for each in evidence["candles"]] == ["5m", "15m"]
    assert evidence["candles"][0]["age_minutes"] == 0


def test_incidents_that_swarm_are_written_once_a_minute() -> None:
    def incident(kind: IncidentKind, time: int) -> MarketEvent:
        return FeedIncident(kind=kind, time=time, instrument=BTC)

    times = [SEEN.begin + k * SECOND for k in range(120)]
    out = desk().seen([incident(IncidentKind.DUPLICATE, each) for each in times])
    assert [each.at for each in of(out, Noticed)] == [times[0], times[60]]
    out = desk().seen([incident(IncidentKind.GAP, each) for each in times])
    assert len(of(out, Noticed)) == 120


def test_what_fired_in_history_while_nobody_was_there_gets_its_fate() -> None:
    one = desk(began=LIVE[59].close_time)
    history = WHOLE.between(None, LIVE[59].close_time)
    fired = one.watch.begin(BTC, history, NO_FUNDING, after=SEEN.begin)
    out = one.missed_in_history(fired)
    assert len(decisions(out)) == len(fired) > 10
    assert {reason for _, reason in missed(out)} == {"restart_gap"}
    assert one.missed_in_history(fired) == []


def test_what_is_known_long_enough_is_forgotten() -> None:
    one = desk()
    one.known = {str(k): (SEEN.begin - 24 * HOUR, BTC) for k in range(1_001)}
    for candle in LIVE[:20]:
        one.seen([candle, at(candle)])
    assert all(time >= SEEN.begin for time, _ in one.known.values())
