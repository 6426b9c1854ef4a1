"""`edgeproof drill` against the replica, and `edgeproof ready`, which asks for it: real `paper` processes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from edgeproof.adapters.storage.drills import read_drills
from edgeproof.bootstrap.drill import RECEIVED, read_journal
from edgeproof.bootstrap.drills import DRILLS
from edgeproof.core.model.drill import Received
from edgeproof.core.model.journal import BookKept, OrderNoted, Record, SessionEnded, SignalTraded, TradeClosed
from edgeproof.core.model.trading_event import TradeFate
from tests.support.asked import ListJournal
from tests.support.processes import Finished, edgeproof

SEEN = {each.name: each.seen for each in DRILLS}
NOBODY = Received()


@dataclass(frozen=True)
class Drilled:
    """What `edgeproof drill` did in a home, and what its sessions wrote down."""

    home: Path
    ran: Finished

    journals: dict[str, list[Record]]
    received: Received


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    home = tmp_path_factory.mktemp("home")
    ran = edgeproof("drill", "--home", home, "--json")
    received = msgspec.json.decode((home / "drills" / "notifications" / RECEIVED).read_bytes(), type=Received)
    return Drilled(home, ran, {name: written(home / "drills" / name) for name in SEEN}, received)


def written(home: Path) -> list[Record]:
    """What the sessions of a drill wrote down."""
    with read_journal(home) as journal:
        kinds: Sequence[type[Record]] = get_args(Record)
        return [each.record for each in journal.read(*kinds)]


@pytest.mark.timeout(300)
def test_drill_on_the_replica_passes_and_is_dated(drilled: Drilled) -> None:
    assert drilled.ran.status == 0, drilled.ran.out + drilled.ran.err
    document = drilled.ran.json()
    assert document["passed"]
    assert [each["name"] for each in document["drills"]] == list(SEEN)
    assert all(seen["holds"] for each in document["drills"] for seen in each["seen"])
    assert [each.name for each in read_drills(drilled.home)] == list(SEEN)
    assert all(each.has_passed for each in read_drills(drilled.home))


def taken_late(record: Record) -> list[Record]:
    """The signals that were refused, traded."""
    if isinstance(record, SignalTraded) and record.decided.fate is TradeFate.DENIED:
        return [replace(record, decided=replace(record.decided, fate=TradeFate.TAKEN))]
    return [record]


def never_closed(record: Record) -> list[Record]:
    """No exit is told."""
    is_exit = isinstance(record, OrderNoted) and not record.order_id.endswith("-entry")
    return [] if is_exit else [record]


def half_lost(record: Record) -> list[Record]:
    """Half of what is lost."""
    if isinstance(record, TradeClosed):
        return [replace(record, trade=replace(record.trade, net_pnl=record.trade.net_pnl / 2))]
    return [record]


def doubled(record: Record) -> list[Record]:
    """Every order is there twice."""
    return [record, record] if isinstance(record, OrderNoted) else [record]


def unguarded(record: Record) -> list[Record]:
    """The book has no orders."""
    if isinstance(record, BookKept):
        trades = tuple(replace(each, orders={}) for each in record.change.trades)
        return [replace(record, change=replace(record.change, trades=trades))]
    return [record]


def forgotten(record: Record) -> list[Record]:
    """The book has no positions."""
    if isinstance(record, BookKept):
        return [replace(record, change=replace(record.change, positions=()))]
    return [record]


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("breaker", taken_late, "no entry is made until the reset"),
        ("breaker", never_closed, "everything is closed at market at once"),
        ("breaker", half_lost, "the day has lost 3.00 % of equity, all of it open loss"),
        ("stop", taken_late, "no entry is made until somebody resumes"),
        ("stop", never_closed, "everything is closed at market at once"),
        ("recovery", doubled, "no order and no signal is there twice"),
        ("recovery", unguarded, "a stop at the venue guards each of them"),
        ("recovery", forgotten, "the next session takes up all of them, in their size"),
    ],
)
def test_drill_whose_journal_says_otherwise_fails(
    drilled: Drilled, name: str, change: Callable[[Record], list[Record]], what: str
) -> None:
    records = [other for each in drilled.journals[name] for other in change(each)]
    failed = {each.what for each in SEEN[name](ListJournal(records), NOBODY) if not each.holds}
    assert what in failed


def lost(received: Received) -> Received:
    """The last message never came."""
    return replace(received, arrivals=received.arrivals[:-1])


def came_twice(received: Received) -> Received:
    """The receiver did not know a key again."""
    return replace(received, arrivals=tuple(replace(each, is_again=False) for each in received.arrivals))


def early(received: Received) -> Received:
    """A message came that the journal did not have yet."""
    first, *others = received.arrivals
    return replace(received, arrivals=(replace(first, is_known=False), *others))


def forged(received: Received) -> Received:
    """Something came that nobody had signed."""
    return replace(received, unsigned=1)


def unmarked(received: Received) -> Received:
    """Nothing was late."""
    return replace(received, arrivals=tuple(replace(each, is_late=False) for each in received.arrivals))


def all_marked(received: Received) -> Received:
    """Everything was late."""
    return replace(received, arrivals=tuple(replace(each, is_late=True) for each in received.arrivals))


def backwards(received: Received) -> Received:
    """All came in the contrary order."""
    return replace(received, arrivals=received.arrivals[::-1])


def slow(received: Received) -> Received:
    """All that came after the return came a minute later."""
    back = received.back_at or 0
    later = [replace(each, at=each.at + 60_000) if each.at >= back else each for each in received.arrivals]
    return replace(received, arrivals=tuple(later))


def never_away(received: Received) -> Received:
    """Nothing was refused."""
    return replace(received, refused={})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lost, "every message that was queued has come"),
        (came_twice, "each of them comes once, or is known by its key when it comes again"),
        (early, "none comes before the journal has it, and all are signed"),
        (forged, "none comes before the journal has it, and all are signed"),
        (unmarked, "what had expired when it came is marked late, and nothing else"),
        (all_marked, "what had expired when it came is marked late, and nothing else"),
        (backwards, "what is critical comes first"),
        (slow, "all that waited has come within 30 s of the receiver's return"),
        (never_away, "the receiver is away, in more than one way"),
    ],
)
def test_notifications_that_came_otherwise_fail(
    drilled: Drilled, change: Callable[[Received], Received], what: str
) -> None:
    journal = ListJournal(drilled.journals["notifications"])
    assert all(each.holds for each in SEEN["notifications"](journal, drilled.received))
    assert [each.what for each in SEEN["notifications"](journal, change(drilled.received)) if not each.holds] == [what]


def test_notifications_whose_receiver_never_came_back_prove_nothing(drilled: Drilled) -> None:
    journal = ListJournal(drilled.journals["notifications"])
    (seen,) = SEEN["notifications"](journal, replace(drilled.received, back_at=None))
    assert (seen.found, seen.holds) == ("it never did", False)


@pytest.mark.parametrize("name", list(SEEN))
def test_drill_that_did_not_come_to_its_end_fails_in_words(name: str) -> None:
    (seen,) = SEEN[name](ListJournal(), NOBODY)
    assert not seen.holds
    assert seen.found


def test_recovery_of_a_session_that_ended_by_itself_proves_nothing(drilled: Drilled) -> None:
    records = drilled.journals["recovery"]
    ended = SessionEnded(session=records[0].session, at=records[0].at, reason="until")
    (seen,) = SEEN["recovery"](ListJournal([*records, ended]), NOBODY)
    assert not seen.holds
    assert Decimal(seen.found.split()[0]) == 2


def test_ready_after_the_drills_misses_everything_else(drilled: Drilled) -> None:
    ran = edgeproof("ready", "--home", drilled.home, "--json")
    assert ran.status == 3, ran.err
    document = ran.json()
    assert not document["ready"]
    assert {each["name"] for each in document["checks"] if each["holds"]} == {
        "drill_breaker",
        "drill_stop",
        "drill_recovery",
        "drill_notifications",
    }
    assert document["hypotheses"] == []


def test_ready_on_a_fresh_home_prints_its_checklist_and_says_no(tmp_path: Path) -> None:
    ran = edgeproof("ready", "--home", tmp_path)
    assert ran.status == 3, ran.err
    assert "not ready: 11 of 11 do not hold yet" in ran.out
    assert ran.out.count("never made: edgeproof") == 4
    assert list(tmp_path.iterdir()) == []


def test_drill_nobody_knows_is_refused(tmp_path: Path) -> None:
    ran = edgeproof("drill", "fire", "--home", tmp_path)
    assert ran.status == 2
    assert 'expected the name of a drill (breaker, stop, recovery, notifications), found "fire"' in ran.err
