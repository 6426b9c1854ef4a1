"""The book as a journal has it."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from edgeproof.adapters.storage.journal.memory import MemoryJournal
from edgeproof.adapters.storage.journal.place import sqlite_url
from edgeproof.adapters.storage.journal.sql import SqlJournal
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trade import Book
from edgeproof.ports import Journal
from edgeproof.services.kept_book import book_of, marks_of
from tests.support.journals import candle_taken
from tests.support.sessions import BITCOIN, CLOSE
from tests.support.trading import MARKS, SHORT, account, book, candles, changed_by, records, short_trade, whole


def money(book_: Book | None) -> Decimal | None:
    return None if book_ is None else book_.account.cash


def test_journal_without_a_book_has_none() -> None:
    journal = MemoryJournal()
    assert book_of(journal) is None
    journal.append([candle_taken(), changed_by(account=account())])
    assert book_of(journal) is None


def test_book_comes_back_exactly(tmp_path: Path) -> None:
    journal = SqlJournal(sqlite_url(tmp_path / "journal.db"))
    journal.claim()
    journal.append(records())
    assert book_of(journal) == book()
    assert marks_of(journal) == (MARKS, CLOSE)
    journal.close()


@pytest.mark.parametrize("count", [0, 1, 62, 63, 64, 65, 1_022, 1_023, 1_024, 1_500])
def test_book_is_the_last_whole_one_and_all_changes_since(count: int) -> None:
    journal: Journal = MemoryJournal()
    journal.append([whole(book(account=replace(account(), cash=Decimal(3))), session="an older one")])
    journal.append([whole(book(account=replace(account(), cash=Decimal(1))))])
    journal.append([changed_by(account=replace(account(), cash=Decimal(2)))])
    journal.append([whole()])
    for number in range(count):
        journal.append([changed_by(account=replace(account(), cash=Decimal(number))), candle_taken(number)])
    found = book_of(journal)
    assert money(found) == (10_000 if count == 0 else count - 1)
    assert found is not None
    assert found.trades == book().trades


def test_trade_that_is_over_is_not_at_work_any_more() -> None:
    journal = MemoryJournal()
    journal.append([whole(), changed_by(over=(short_trade(),))])
    found = book_of(journal)
    assert found is not None
    assert SHORT.id not in found.trades
    assert SHORT.id in found.over


def test_whole_book_without_an_account_is_refused_in_words() -> None:
    journal = MemoryJournal()
    journal.append([replace(whole(), change=replace(whole().change, account=None))])
    with pytest.raises(StoreError, match="has no account"):
        book_of(journal)


def test_marks_are_the_newest_closes_and_a_correction_has_the_last_word() -> None:
    journal = MemoryJournal()
    assert marks_of(journal) == ({}, 0)
    first = candles()[0]
    later = replace(first, at=CLOSE + MINUTE, candle=replace(first.candle, open_time=CLOSE, close=46_300.0))
    corrected = replace(later, candle=replace(later.candle, close=46_310.0, is_correction=True))
    journal.append([*candles(), later, corrected])
    assert marks_of(journal) == ({**MARKS, BITCOIN: 46_310.0}, CLOSE + MINUTE)
