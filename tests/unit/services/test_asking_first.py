"""Signals that wait for a person, over a whole session of fakes: taken, skipped, expired, killed while one waits."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from edgeproof.core.model.event import ClosedCandle, VenueTime
from edgeproof.core.model.journal import (
    ASKS_FIRST,
    Asked,
    Decided,
    Record,
    SessionBegan,
    SignalTraded,
)
from edgeproof.core.model.signal import Fate
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.ports import FeedEvent
from edgeproof.ports.wishes import Wish
from edgeproof.services.asking_first import AskingFirst, asking_first, offers_of
from edgeproof.services.taking_up import take_up
from tests.support.asked import ListJournal
from tests.support.sessions import BITCOIN, SESSION
from tests.support.trading import LONG, SHORT, began, decided, traded, whole
from tests.unit.services.test_paper_session import Fuse, plan

NOW = LONG.time
OPEN_UNTIL = LONG.expires_at


def asking(session: str = SESSION, *, asks: bool = True) -> SessionBegan:
    return replace(began(), session=session, settings={ASKS_FIRST: asks})


def told(signal: object = LONG, session: str = SESSION) -> Decided:
    return replace(decided(signal), session=session)  # type: ignore[arg-type]


def wish(word: str, target: str = LONG.id, number: int = 1) -> Wish:
    return Wish(id=f"w{number}", at=NOW, wish=word, target=target, by="ann", why="")


def clock(time: int) -> list[FeedEvent]:
    return [VenueTime(time=time)]


def fates(records: Iterable[Record]) -> list[tuple[str, TradeFate, str]]:
    return [
        (each.signal.id, each.decided.fate, each.decided.rule) for each in records if isinstance(each, SignalTraded)
    ]


def outcomes(records: Iterable[Record]) -> list[str]:
    return [each.outcome for each in records if isinstance(each, Asked)]


class Desk:
    """Stands in for the trading desk: keeps what it is shown, and takes every signal."""

    session = SESSION

    def __init__(self, fate: TradeFate = TradeFate.TAKEN) -> None:
        self.fate = fate
        self.seen_records: list[Record] = []
        self.wishes: list[Wish] = []

    def begin(self, prepared: object, now: int) -> list[Record]:
        del prepared, now
        return [whole()]

    def seen(self, events: object, records: Sequence[Record], exits: object) -> list[Record]:
        del events, exits
        self.seen_records += records
        found = [each.decision for each in records if isinstance(each, Decided) and each.decision.fate is Fate.TOLD]
        rule = "" if self.fate is TradeFate.TAKEN else "max_positions"
        return [traded(each.signal, fate=self.fate, rule=rule, time=each.decided_at) for each in found]

    def wished(self, wish_: Wish, now: int) -> list[Record]:
        del now
        self.wishes.append(wish_)
        return []


def first(desk: Desk, *, asks: bool = True, journal: Sequence[Record] = ()) -> AskingFirst:
    return asking_first(desk, ListJournal(journal), asks=asks)  # type: ignore[arg-type]


def test_told_signal_waits_and_the_desk_does_not_see_it() -> None:
    desk = Desk()
    trader = first(desk)

    made = trader.seen(clock(NOW), [told()], ())

    assert fates(made) == []
    assert desk.seen_records == []
    assert list(trader.offers) == [LONG.id]


def test_session_that_does_not_ask_passes_its_signals_on_at_once() -> None:
    trader = first(Desk(), asks=False)

    assert fates(trader.seen(clock(NOW), [told()], ())) == [(LONG.id, TradeFate.TAKEN, "")]
    assert trader.offers == {}


def test_other_records_reach_the_desk_beside_a_signal_that_waits() -> None:
    desk = Desk()
    first(desk).seen(clock(NOW), [whole(), told()], ())

    assert desk.seen_records == [whole()]


def test_taken_signal_is_decided_by_the_desk_at_that_time() -> None:
    desk = Desk()
    trader = first(desk)
    trader.seen(clock(NOW), [told()], ())

    made = trader.wished(wish("take"), NOW + MINUTE)

    (shown,) = [each.decision for each in desk.seen_records if isinstance(each, Decided)]
    assert shown.decided_at == NOW + MINUTE
    assert fates(made) == [(LONG.id, TradeFate.TAKEN, "")]
    assert outcomes(made) == ["taken: 0.4 BTC at market"]
    assert trader.offers == {}


def test_taken_signal_that_a_limit_denies_is_denied_all_the_same() -> None:
    trader = first(Desk(TradeFate.DENIED))
    trader.seen(clock(NOW), [told()], ())

    made = trader.wished(wish("take"), NOW + MINUTE)

    assert fates(made) == [(LONG.id, TradeFate.DENIED, "max_positions")]
    assert outcomes(made) == ["not taken: denied by max_positions"]


def test_skipped_signal_says_who_did_not_want_it() -> None:
    trader = first(Desk())
    trader.seen(clock(NOW), [told()], ())

    made = trader.wished(wish("skip"), NOW + MINUTE)

    (skipped,) = [each for each in made if isinstance(each, SignalTraded)]
    assert (skipped.at, skipped.decided.time) == (LONG.time, NOW + MINUTE)
    assert (skipped.decided.fate, skipped.decided.rule, skipped.decided.value) == (TradeFate.SKIPPED, "person", "ann")
    assert outcomes(made) == ["skipped"]


def test_signal_that_nobody_takes_expires_at_its_time_and_not_before() -> None:
    trader = first(Desk())
    trader.seen(clock(NOW), [told()], ())

    assert fates(trader.seen(clock(OPEN_UNTIL - 1), (), ())) == []
    assert fates(trader.seen(clock(OPEN_UNTIL), (), ())) == [(LONG.id, TradeFate.EXPIRED, "nobody_took_it")]
    assert fates(trader.seen(clock(OPEN_UNTIL + MINUTE), (), ())) == []


def test_signal_expires_by_candles_too() -> None:
    trader = first(Desk())
    trader.seen(clock(NOW), [told()], ())
    candle = ClosedCandle(
        instrument=BITCOIN, timeframe=MINUTE, open_time=OPEN_UNTIL - MINUTE, open=1.0, high=1.0, low=1.0, close=1.0,
        volume=1.0,
    )  # fmt: skip

    assert [each[1] for each in fates(trader.seen([candle], (), ()))] == [TradeFate.EXPIRED]


def test_take_that_comes_too_late_does_nothing_and_says_so() -> None:
    trader = first(Desk())
    trader.seen(clock(NOW), [told()], ())

    made = trader.wished(wish("take"), OPEN_UNTIL)

    assert [each[1] for each in fates(made)] == [TradeFate.EXPIRED]
    assert outcomes(made)[0].startswith("it had expired at ")


@pytest.mark.parametrize("word", ["take", "skip"])
def test_wish_for_what_does_not_wait_does_nothing_and_says_so(word: str) -> None:
    made = first(Desk()).wished(wish(word, "0" * 16), NOW)

    assert fates(made) == []
    assert outcomes(made) == ["no such signal waits (any more): nothing was done"]


def test_second_person_finds_it_gone() -> None:
    trader = first(Desk())
    trader.seen(clock(NOW), [told()], ())
    trader.wished(wish("skip", number=1), NOW)

    made = trader.wished(wish("take", number=2), NOW)

    assert fates(made) == []
    assert "nothing was done" in outcomes(made)[0]


def test_wish_that_was_granted_before_a_kill_is_not_granted_again() -> None:
    done = Asked(
        session=SESSION, at=NOW, id="w1", wish="take", target=LONG.id, by="ann", why="", outcome="taken"
    )  # fmt: skip
    trader = first(Desk(), journal=[asking(), told(), done])

    assert trader.wished(wish("take", number=1), NOW) == []


def test_other_wishes_are_the_desks() -> None:
    desk = Desk()
    first(desk).wished(wish("close"), NOW)

    assert [each.wish for each in desk.wishes] == ["close"]


# --- what a journal says ---


def test_offers_are_told_and_without_a_fate() -> None:
    journal = ListJournal([asking(), told(LONG), told(SHORT), traded(SHORT)])

    assert list(offers_of(journal)) == [LONG.id]


@pytest.mark.parametrize(
    "session", [replace(began("scan"), session=SESSION), asking(asks=False), replace(began(), session=SESSION)]
)
def test_offers_of_sessions_that_do_not_ask_are_none(session: SessionBegan) -> None:
    assert offers_of(ListJournal([session, told()])) == {}


def test_offers_outlive_sessions_of_another_kind() -> None:
    scan = replace(began("scan"), session="other")

    assert list(offers_of(ListJournal([asking(), told(), scan, asking("later", asks=False)]))) == [LONG.id]


def test_next_session_takes_up_what_waits() -> None:
    trader = first(Desk(), journal=[asking(), told()])

    trader.begin({}, NOW + MINUTE)

    assert list(trader.offers) == [LONG.id]
    assert fates(trader.wished(wish("take"), NOW + MINUTE)) == [(LONG.id, TradeFate.TAKEN, "")]


def test_next_session_that_does_not_ask_goes_on_asking_for_what_it_finds() -> None:
    trader = first(Desk(), asks=False, journal=[asking(), told()])
    made = trader.seen(clock(NOW + MINUTE), [told(SHORT)], ())

    assert fates(made) == [(SHORT.id, TradeFate.TAKEN, "")]
    assert list(trader.offers) == [LONG.id]


def test_next_session_brings_to_an_end_what_expired_meanwhile() -> None:
    trader = first(Desk(), journal=[asking(), told()])

    assert fates(trader.begin({}, OPEN_UNTIL + HOUR)) == [(LONG.id, TradeFate.EXPIRED, "nobody_took_it")]
    assert trader.offers == {}


def test_view_has_what_waits() -> None:
    desk = take_up("s", plan(Fuse()), ListJournal())
    trader = asking_first(desk, ListJournal(), asks=True)
    assert trader.view().offers == ()

    trader.seen(clock(NOW), [told()], ())

    assert [each.signal.id for each in trader.view().offers] == [LONG.id]
