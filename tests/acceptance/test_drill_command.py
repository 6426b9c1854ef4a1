"""`edgeproof drill` against the replica, and `edgeproof ready`, which asks for it: real `paper` processes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from edgeproof.adapters.storage.drills import read_drills
from edgeproof.bootstrap.drill import read_journal
from edgeproof.bootstrap.drills import DRILLS
from edgeproof.core.model.journal import BookKept, OrderNoted, Record, SessionEnded, SignalTraded, TradeClosed
from edgeproof.core.model.trading_event import TradeFate
from tests.support.asked import ListJournal
from tests.support.processes import Finished, edgeproof

SEEN = {each.name: each.seen for each in DRILLS}


@dataclass(frozen=True)
class Drilled:
    """What `edgeproof drill` did in a home, and what its sessions wrote down."""

    home: Path
    ran: Finished

    journals: dict[str, list[Record]]


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    home = tmp_path_factory.mktemp("home")
    ran = edgeproof("drill", "--home", home, "--json")
    return Drilled(home, ran, {name: written(home / "drills" / name) for name in SEEN})


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
    assert [each["name"] for each in document["drills"]] == ["breaker", "stop", "recovery"]
    assert all(seen["holds"] for each in document["drills"] for seen in each["seen"])
    assert [each.name for each in read_drills(drilled.home)] == ["breaker", "stop", "recovery"]
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
    failed = {each.what for each in SEEN[name](ListJournal(records)) if not each.holds}
    assert what in failed


@pytest.mark.parametrize("name", list(SEEN))
def test_drill_that_did_not_come_to_its_end_fails_in_words(name: str) -> None:
    (seen,) = SEEN[name](ListJournal())
    assert not seen.holds
    assert seen.found


def test_recovery_of_a_session_that_ended_by_itself_proves_nothing(drilled: Drilled) -> None:
    records = drilled.journals["recovery"]
    ended = SessionEnded(session=records[0].session, at=records[0].at, reason="until")
    (seen,) = SEEN["recovery"](ListJournal([*records, ended]))
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
    }
    assert document["hypotheses"] == []


def test_ready_on_a_fresh_home_prints_its_checklist_and_says_no(tmp_path: Path) -> None:
    ran = edgeproof("ready", "--home", tmp_path)
    assert ran.status == 3, ran.err
    assert "not ready: 10 of 10 do not hold yet" in ran.out
    assert ran.out.count("never made: edgeproof") == 3
    assert list(tmp_path.iterdir()) == []


def test_drill_nobody_knows_is_refused(tmp_path: Path) -> None:
    ran = edgeproof("drill", "fire", "--home", tmp_path)
    assert ran.status == 2
    assert 'expected the name of a drill (breaker, stop, recovery), found "fire"' in ran.err
