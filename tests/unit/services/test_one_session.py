"""One session of a journal, read as if there were no other."""

from dataclasses import replace

import pytest

from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.journal import (
    CandleTaken,
    Decided,
    OrderNoted,
    Record,
    SessionBegan,
    SignalTraded,
    TradeClosed,
)
from edgeproof.services.live_trades import live_trades
from edgeproof.services.one_session import OneSession
from tests.support.asked import ListJournal
from tests.support.live_trades import live_trade
from tests.support.sessions import BITCOIN, CLOSE, SESSION
from tests.support.trading import began, candles, closed, decided, history, noted, traded


def of(session: str, *records: Record) -> list[Record]:
    return [replace(each, session=session) for each in records]


def test_session_has_its_own_records_only() -> None:
    journal = ListJournal([*of("s1", began(), *candles()), *of("s2", began())])
    one, two = OneSession(journal, "s1"), OneSession(journal, "s2")
    assert [each.record.session for each in one.read(SessionBegan)] == ["s1"]
    assert one.taken_until()[BITCOIN] == CLOSE
    assert two.taken_until() == {}
    assert [*one.read(SessionBegan, session="s2")] == []
    assert [each.record.session for each in one.last(SessionBegan, 5)] == ["s1"]
    assert len(one.last(CandleTaken, 1)) == 1


def test_session_has_the_signal_and_the_orders_of_a_trade_that_it_ended_for_another() -> None:
    made = live_trade(1, "50")
    end = replace(closed(made.signal), trade=made.trade)
    other = live_trade(2, "10").signal
    fill = noted("entry", "filled", 1, signal=made.signal)
    before = of("s1", decided(made.signal), traded(made.signal), fill, decided(other), traded(other), *history())
    journal = ListJournal([*before, *of("s2", end)])
    session = OneSession(journal, "s2")
    for kind in (Decided, SignalTraded, OrderNoted):
        assert len([*session.read(kind)]) == 1
    assert [each.signal for each in live_trades(session)] == [made.signal]
    assert [each.record.trade for each in session.read(TradeClosed)] == [made.trade]


def test_session_finds_its_decisions_by_the_beginning_of_an_id() -> None:
    record = decided()
    journal = ListJournal([*of("s1", record)])
    name = record.decision.signal.id
    assert len(OneSession(journal, "s1").decisions(name[:5])) == 1
    assert OneSession(journal, "s2").decisions(name[:5]) == ()


def test_session_is_for_reading() -> None:
    journal = ListJournal()
    with pytest.raises(StoreError, match="expected to read session"):
        OneSession(journal, SESSION).append([began()])
    OneSession(journal, SESSION).close()
