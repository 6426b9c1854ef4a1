"""What every journal promises, asked of each one there is."""

import math
import struct
import threading
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from edgeproof.adapters.storage.journal.memory import MemoryJournal
from edgeproof.adapters.storage.journal.place import sqlite_url
from edgeproof.adapters.storage.journal.sql import SqlJournal
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.journal import CandleTaken, CloseMissed, Decided, Noticed, Record, SessionBegan, SessionEnded
from edgeproof.core.model.signal import Fate
from edgeproof.ports import Journal, SearchedJournal
from tests.support.any_record import any_record
from tests.support.journals import (
    BTC,
    ETH,
    MINUTE,
    START,
    began,
    candle_taken,
    decided,
    noticed,
    records,
    unwritable,
    void,
)
from tests.support.postgres import postgres

_numbers = count()
_PLACES = ("memory", "sqlite", "postgres")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


def new_database(server: str) -> str:
    """The URL of a database of its own."""
    name = f"journal_{next(_numbers)}"
    engine = sa.create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    return server.format(database=name)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty place for a journal in a database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "home with % and ?" / "journal.db")
    return new_database(request.getfixturevalue("server"))


def claimed(url: str) -> SqlJournal:
    journal = SqlJournal(url)
    journal.claim()
    return journal


@pytest.fixture(params=_PLACES)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchedJournal]:
    made: SearchedJournal
    if request.param == "memory":
        made = MemoryJournal()
    elif request.param == "sqlite":
        made = claimed(sqlite_url(tmp_path / "journal.db"))
    else:
        made = claimed(new_database(request.getfixturevalue("server")))
    yield made
    made.close()


def bits(thing: Any) -> Any:
    """Something that is equal only where every float has the same bits."""
    if isinstance(thing, float):
        return struct.pack("<d", thing)
    if is_dataclass(thing):
        return (type(thing), *(bits(getattr(thing, each.name)) for each in fields(thing)))
    if isinstance(thing, dict):
        return {key: bits(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return (type(thing), *map(bits, thing))
    return (type(thing), thing)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(any_record)
def test_any_record_comes_back_to_the_bit(journal: Journal, record: Record) -> None:
    before = len(journal.decisions("")) if isinstance(record, Decided) else 0
    journal.append([record])
    found = journal.last(type(record), 1)[0].record
    if isinstance(record, Decided) and len(journal.decisions("")) == before:
        return  # a signal that was there already
    assert bits(found) == bits(record)


def test_records_come_back_in_the_order_they_were_written(journal: Journal) -> None:
    given_: list[Record] = [began(), candle_taken(3), noticed(1), candle_taken(2), decided(7), noticed(0)]
    journal.append(given_[:4])
    journal.append(given_[4:])
    found = list(journal.read(SessionBegan, CandleTaken, Noticed, Decided))
    assert records(found) == given_
    assert [entry.seq for entry in found] == sorted({entry.seq for entry in found})


def test_read_of_no_kind_and_of_an_empty_journal_finds_nothing(journal: Journal) -> None:
    assert list(journal.read(CandleTaken, Decided)) == []
    assert journal.last(CandleTaken, 5) == ()
    assert journal.decisions("") == ()
    assert journal.taken_until() == {}
    journal.append([])
    journal.append([candle_taken()])
    assert list(journal.read()) == []


def test_filters_keep_what_is_within_them(journal: Journal) -> None:
    journal.append([candle_taken(minute, instrument=each) for minute in range(5) for each in (BTC, ETH)])
    journal.append([candle_taken(9, session="s2"), noticed(1), noticed(2, instrument=ETH)])
    at = START + 2 * MINUTE
    of_eth = journal.read(CandleTaken, instrument=ETH, start=at, end=at + MINUTE)
    assert records(list(of_eth)) == [candle_taken(1, instrument=ETH), candle_taken(2, instrument=ETH)]
    assert records(list(journal.read(CandleTaken, start=at, end=at))) == [
        candle_taken(1),
        candle_taken(1, instrument=ETH),
    ]
    assert records(list(journal.read(CandleTaken, Noticed, session="s2"))) == [candle_taken(9, session="s2")]
    assert records(list(journal.read(Noticed, instrument=ETH))) == [noticed(2, instrument=ETH)]
    assert list(journal.read(CloseMissed, SessionEnded)) == []


def test_after_keeps_what_was_written_later(journal: Journal) -> None:
    journal.append([candle_taken(1), noticed(1)])
    journal.append([candle_taken(0), noticed(0)])
    (last,) = journal.last(CandleTaken, 1)
    assert records(list(journal.read(CandleTaken, Noticed, after=last.seq))) == [noticed(0)]
    assert records(list(journal.read(CandleTaken, after=0))) == [candle_taken(1), candle_taken(0)]


def test_back_has_all_kinds_the_newest_first(journal: SearchedJournal) -> None:
    some: list[Record] = [began(), candle_taken(3), noticed(1), candle_taken(2), decided(7)]
    journal.append(some)
    found = list(journal.back(SessionBegan, CandleTaken, Noticed, Decided))
    assert records(found) == some[::-1]
    assert [entry.seq for entry in found] == sorted((entry.seq for entry in found), reverse=True)
    assert records(list(journal.back(CandleTaken, before=found[1].seq))) == [candle_taken(3)]
    assert list(journal.back()) == list(journal.back(CandleTaken, before=0)) == []


def test_back_keeps_what_is_within_the_filters(journal: SearchedJournal) -> None:
    journal.append([candle_taken(minute, instrument=each) for minute in range(5) for each in (BTC, ETH)])
    journal.append([began(), noticed(2, instrument=ETH)])
    at = START + 2 * MINUTE
    found = records(list(journal.back(CandleTaken, Noticed, instruments=[ETH], start=at, end=at + MINUTE)))
    assert found == [noticed(2, instrument=ETH), candle_taken(2, instrument=ETH), candle_taken(1, instrument=ETH)]
    assert len(list(journal.back(CandleTaken, instruments=[BTC, ETH]))) == 10
    assert list(journal.back(CandleTaken, SessionBegan, instruments=[])) == []
    assert list(journal.back(CandleTaken, start=at + 60 * MINUTE)) == []
    assert records(list(journal.back(CandleTaken, end=START + MINUTE, instruments=[BTC]))) == [candle_taken(0)]


def test_back_goes_through_thousands_of_records_and_over_gaps(journal: SearchedJournal) -> None:
    journal.append([noticed(0)])
    journal.append([candle_taken(minute) for minute in range(6_000)])
    journal.append([noticed(1)])
    assert records(list(journal.back(Noticed))) == [noticed(1), noticed(0)]
    candles = [entry.seq for entry in journal.back(CandleTaken)]
    assert candles == list(range(candles[0], candles[0] - 6_000, -1))


def test_back_that_is_left_half_way_holds_up_nobody(journal: SearchedJournal) -> None:
    journal.append([candle_taken(minute) for minute in range(5)])
    found = journal.back(CandleTaken)
    assert next(found).record == candle_taken(4)
    journal.append([candle_taken(9)])
    assert records(list(found)) == [candle_taken(3), candle_taken(2), candle_taken(1), candle_taken(0)]


def test_counts_say_how_many_of_each_kind_there_are_beyond_a_place(journal: SearchedJournal) -> None:
    assert journal.counts() == {}
    journal.append([candle_taken(1), noticed(1), candle_taken(2)])
    (last,) = journal.last(Noticed, 1)
    assert journal.counts() == {CandleTaken: 2, Noticed: 1}
    assert journal.counts(last.seq) == {CandleTaken: 1}
    assert journal.counts(last.seq + 100) == {}


def test_last_finds_the_newest_in_the_order_they_were_written(journal: Journal) -> None:
    journal.append([candle_taken(minute) for minute in (1, 2, 9, 4)])
    journal.append([noticed(0)])
    assert records(journal.last(CandleTaken, 2)) == [candle_taken(9), candle_taken(4)]
    assert len(journal.last(CandleTaken, 100)) == 4
    assert journal.last(CandleTaken, 0) == ()


def test_decided_twice_keeps_the_first_and_the_rest_of_the_batch(journal: Journal) -> None:
    first = decided(5)
    journal.append([first, candle_taken(1)])
    journal.append([void(first), decided(6), candle_taken(2), decided(6, session="s2")])
    assert records(list(journal.read(Decided))) == [first, decided(6)]
    assert records(list(journal.read(CandleTaken))) == [candle_taken(1), candle_taken(2)]


def test_thousands_of_decisions_at_once_are_kept_once(journal: Journal) -> None:
    batch = [decided(minute) for minute in range(1_200)]
    journal.append(batch[:700])
    journal.append(batch)
    assert len(journal.decisions("")) == 1_200


def test_decisions_are_found_by_the_beginning_of_an_id(journal: Journal) -> None:
    batch = [decided(minute) for minute in range(60)]
    journal.append(batch)
    sought = batch[30].decision.signal.id
    assert records(journal.decisions(sought)) == [batch[30]]
    assert records(journal.decisions(sought[0])) == [each for each in batch if each.decision.signal.id[0] == sought[0]]
    assert journal.decisions(sought + "0") == ()
    assert [journal.decisions(wild) for wild in ("%", "_", "*", "[", "ü", "'")] == [()] * 6


def test_void_signal_keeps_its_prices_that_are_no_numbers(journal: Journal) -> None:
    journal.append([void(decided())])
    (found,) = journal.decisions("")
    assert found.record.decision.fate is Fate.VOID
    assert math.isnan(found.record.decision.signal.stop_loss)
    assert found.record.decision.signal.targets == (math.inf, -math.inf)


def test_append_that_fails_half_way_leaves_nothing(journal: Journal) -> None:
    journal.append([candle_taken(0)])
    with pytest.raises(StoreError, match="Noticed cannot be written"):
        journal.append([candle_taken(1), decided(1), unwritable()])
    assert records(list(journal.read(CandleTaken, Decided, Noticed))) == [candle_taken(0)]
    journal.append([candle_taken(2), decided(1)])
    assert records(list(journal.read(CandleTaken, Decided))) == [candle_taken(0), candle_taken(2), decided(1)]


def test_numpy_values_in_a_record_are_kept_as_plain_ones(journal: Journal) -> None:
    journal.append([candle_taken(0, close=np.float64(0.1))])
    assert records(journal.last(CandleTaken, 1)) == [candle_taken(0, close=0.1)]


def test_taken_until_is_the_last_close_of_each_instrument(journal: Journal) -> None:
    journal.append([candle_taken(minute, instrument=each) for each in (ETH, BTC) for minute in (3, 1)])
    journal.append([candle_taken(7, instrument=ETH), decided(50), candle_taken(2, instrument=ETH)])
    assert journal.taken_until() == {BTC: START + 4 * MINUTE, ETH: START + 8 * MINUTE}


def test_reading_goes_on_while_the_same_journal_is_written(journal: Journal) -> None:
    journal.append([candle_taken(minute) for minute in range(5_000)])
    reading = journal.read(CandleTaken)
    found = [next(reading)]
    journal.append([candle_taken(9_999)])
    found += reading
    assert [entry.record.at for entry in found] == [START + (minute + 1) * MINUTE for minute in range(5_000)]


def test_reader_of_its_own_sees_whole_batches_while_a_writer_appends(url: str) -> None:
    writer, reader = claimed(url), SqlJournal(url)
    batches = 60

    def write() -> None:
        for minute in range(batches):
            writer.append([candle_taken(minute)] * 7)

    thread = threading.Thread(target=write)
    thread.start()
    sizes = []
    while thread.is_alive():
        sizes.append(sum(1 for _ in reader.read(CandleTaken)))
    thread.join()
    assert [size % 7 for size in sizes] == [0] * len(sizes)
    assert sizes == sorted(sizes)
    assert sum(1 for _ in reader.read(CandleTaken)) == 7 * batches
    reader.close()
    writer.close()


def test_second_writer_is_refused_and_told_who_writes(url: str) -> None:
    first, second = claimed(url), SqlJournal(url)
    with pytest.raises(StoreError, match=r"is being written by .*\d+ on .*end that one"):
        second.claim()
    first.append([candle_taken()])
    first.close()
    second.claim()
    second.append([noticed()])
    assert len(list(second.read(CandleTaken, Noticed))) == 2
    second.close()


def test_reader_cannot_append(url: str) -> None:
    claimed(url).close()
    reader = SqlJournal(url)
    with pytest.raises(StoreError, match="opened to be read"):
        reader.append([candle_taken()])
    reader.close()


def test_claimed_twice_by_the_same_is_claimed(url: str) -> None:
    journal = claimed(url)
    journal.claim()
    journal.append([candle_taken()])
    journal.close()
    journal.close()


def test_journal_is_there_once_it_was_claimed(url: str) -> None:
    reader = SqlJournal(url)
    assert not reader.is_there()
    claimed(url).close()
    assert reader.is_there()
    reader.close()


def test_writer_whose_connection_was_cut_claims_again(server: str) -> None:
    url = new_database(server)
    journal = claimed(url)
    journal.append([candle_taken(0)])
    others = sa.text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database()"
    )
    with sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect() as connection:
        connection.execute(others)
    with pytest.raises(StoreError, match="check that PostgreSQL runs"):
        journal.append([candle_taken(1)])
    journal.append([candle_taken(2)])
    other = SqlJournal(url)
    with pytest.raises(StoreError, match="is being written by"):
        other.claim()
    assert records(list(journal.read(CandleTaken))) == [candle_taken(0), candle_taken(2)]
    other.close()
    journal.close()
