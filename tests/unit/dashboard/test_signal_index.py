"""The signals kept in memory: folded from a journal, filtered, in pages without a hole or a double."""

from collections.abc import Sequence
from decimal import Decimal

from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.journal import Decided, Entry, SignalTraded
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.services.dashboard.signal_index import Listed, SignalIndex, Wanted, page
from tests.support.sessions import BITCOIN, CLOSE, ETHER, SESSION, decisions, signal, told, vetoed
from tests.support.trading import denied, traded


def _index(*records: Decided | SignalTraded, most: int = 100) -> SignalIndex:
    index = SignalIndex(most)
    index.take([Entry(seq, each) for seq, each in enumerate(records, 1)], len(records))
    return index


def _decided(found: Decision) -> Decided:
    return Decided(session=SESSION, at=found.signal.time, decision=found)


def _ids(found: Sequence[Listed]) -> list[str]:
    return [each.row["id"] for each in found]


def _minutes(count: int) -> list[Decided]:
    return [_decided(told(signal(time=CLOSE + each * 60_000))) for each in range(count)]


def test_rows_are_the_newest_first_with_what_trading_made_of_them() -> None:
    first, second = signal(), signal("Momentum_Fade_15m", ETHER, direction=-1)
    index = _index(_decided(told(first)), _decided(told(second)), traded(first))
    found = index.newest()
    assert _ids(found) == [second.id, first.id]
    assert [each.row["trade"] and each.row["trade"]["fate"] for each in found] == [None, "taken"]
    assert [each.seq for each in found] == [2, 1]


def test_row_of_a_page_that_is_out_does_not_change_when_its_signal_is_traded() -> None:
    found = signal()
    index = _index(_decided(told(found)))
    shown = page(index.newest(), Wanted(), before=None, limit=10)
    index.take([Entry(2, denied(found))], 2)
    assert shown["signals"][0]["trade"] is None
    assert index.newest()[0].row["trade"]["rule"] == "open_positions"


def test_signal_of_a_hypothesis_that_trading_has_killed_is_warned_of() -> None:
    found = signal()
    killed = traded(found, fate=TradeFate.DENIED, weight=SignalWeight(weight=Decimal(0), stage="kill"))
    assert _index(_decided(told(found)), killed).newest()[0].row["warning"] == "killed: it was taken out of use"


def test_only_the_newest_are_kept_and_it_says_so() -> None:
    records = _minutes(5)
    whole, bounded = _index(*records, most=5), _index(*records, most=3)
    assert (len(whole.newest()), whole.older_left_out) == (5, False)
    assert (_ids(bounded.newest()), bounded.older_left_out) == (_ids(whole.newest())[:3], True)


def test_trade_of_a_signal_that_is_not_kept_any_more_is_left_out() -> None:
    records = _minutes(3)
    index = _index(*records, traded(records[0].decision.signal), most=2)
    assert len(index.newest()) == 2
    assert all(each.row["trade"] is None for each in index.newest())


def test_what_stands_beyond_the_place_that_is_read_to_comes_the_next_time() -> None:
    records = [Entry(seq, each) for seq, each in enumerate(_minutes(3), 1)]
    index = SignalIndex()
    index.take(records, 2)
    assert (index.seq, len(index.newest())) == (2, 2)
    index.take(records, 3)
    assert (index.seq, len(index.newest())) == (3, 3)


def test_pages_have_every_signal_once() -> None:
    index = _index(*_minutes(25))
    found: list[str] = []
    before: int | None = None
    sizes = []
    while True:
        shown = page(index.newest(), Wanted(), before=before, limit=10)
        found += [each["id"] for each in shown["signals"]]
        sizes.append(len(shown["signals"]))
        before = shown["before"]
        if before is None:
            break
    assert sizes == [10, 10, 5]
    assert found == _ids(index.newest())


def test_next_page_stays_the_same_when_signals_come_in_between() -> None:
    records = _minutes(12)
    index = _index(*records[:10])
    first = page(index.newest(), Wanted(), before=None, limit=5)
    index.take([Entry(seq, each) for seq, each in enumerate(records, 1)], 12)
    second = page(index.newest(), Wanted(), before=first["before"], limit=5)
    assert [each["seq"] for each in (*first["signals"], *second["signals"])] == list(range(10, 0, -1))


def test_filters_take_what_matches_all_of_them() -> None:
    every = [_decided(each) for each in decisions()]
    first = every[3].decision.signal
    index = _index(*every, traded(first))

    def count(wanted: Wanted) -> int:
        return int(page(index.newest(), wanted, before=None, limit=100)["total"])

    assert count(Wanted()) == 7
    assert count(Wanted(fate="told")) == 4
    assert count(Wanted(fate="told", direction="short")) == 1
    assert count(Wanted(symbol=BITCOIN.unified)) == count(Wanted(symbol=BITCOIN.venue_symbol)) == 1
    assert count(Wanted(timeframe="30m")) == 2
    assert count(Wanted(state="rejected")) == 1
    assert (count(Wanted(traded="taken")), count(Wanted(traded="none"))) == (1, 6)
    assert count(Wanted(text="MICRO")) == 2
    assert count(Wanted(text="spread_bps")) == 1
    assert count(Wanted(text=first.id[:6])) == 1
    assert count(Wanted(hypothesis="nothing")) == 0


def test_facets_count_what_there_is_and_follow_what_comes() -> None:
    index = _index(*_minutes(2))
    assert index.facets()["fates"] == {"told": 2}
    other = _decided(vetoed(signal("Other", ETHER), "spread_bps", 9.0, 8.0))
    index.take([Entry(3, other)], 3)
    assert index.facets()["fates"] == {"told": 2, "vetoed": 1}
    assert index.facets()["symbols"] == {BITCOIN.unified: 2, ETHER.unified: 1}
    assert index.facets()["traded"] == {"none": 3}
