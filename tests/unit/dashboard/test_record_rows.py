"""Records of the journal as lines, as documents, and as rows of a file; and what never stands in them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from edgeproof.core.model.journal import CommandHeard, Entry, Record
from edgeproof.services.dashboard.masking import masked
from edgeproof.services.dashboard.record_lines import line_of
from edgeproof.services.dashboard.record_rows import csv_of, document_of, has_words, jsonl_of, page_of, row_of, words_of
from tests.support.any_record import any_record
from tests.support.journals import began, candle_taken, decided, noticed

BOT = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


def _entries(count: int) -> list[Entry[Record]]:
    return [Entry(seq, noticed(seq, detail=f"number {seq}")) for seq in range(count, 0, -1)]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(any_record)
def test_any_record_has_a_line_and_is_written_as_json(record: Record) -> None:
    row = row_of(Entry(7, record), "kind")
    assert isinstance(row["words"], str)
    assert json.loads(jsonl_of([row])) == row
    assert has_words(Entry(7, record), ())


def test_candle_says_where_it_closed() -> None:
    row = row_of(Entry(7, candle_taken(close=1.5)), "candle")
    assert row["words"] == "BTC/USD:USD 1m closed at 1.5000 (+50.00%), volume 10"
    assert row["symbol"] == "BTC/USD:USD"
    assert row["at"] == row["document"]["at"] == "2026-02-02T02:41:00.000Z"


def test_signal_says_its_fate_its_prices_and_its_id() -> None:
    record = decided()
    row = row_of(Entry(7, record), "decided")
    assert row["words"].startswith("told  LONG BTC/USD:USD 5m Rebound  entry 100")
    assert row["words"].endswith(record.decision.signal.id)
    assert row["document"]["decision"]["checks"][0]["rule"] == "spread"


def test_session_says_what_it_began_with() -> None:
    assert line_of(began()) == "scan on kraken began with 1 hypotheses on 1 instruments, edgeproof 0.1.0"


@pytest.mark.parametrize(
    "text",
    [
        f"cannot reach https://api.example/bot{BOT}/send",
        "postgresql+psycopg://ann:hunter2-hunter2@db.example/trading is away",
        "https://discord.example/api/webhooks/123/hunter2-hunter2 refused",
        "Authorization: Bearer hunter2-hunter2",
        'settings {"smtp_password": "hunter2-hunter2"}',
        "token=hunter2-hunter2&x=1",
    ],
)
def test_secret_is_masked_in_words_documents_and_files_and_is_not_found(text: str) -> None:
    entry = Entry(7, noticed(detail=text))
    row = row_of(entry, "noticed")
    whole = jsonl_of([row]) + csv_of([row], with_heading=True)
    assert "hunter2" not in whole
    assert BOT not in whole
    assert not has_words(entry, ("hunter2",))
    assert not has_words(entry, (BOT.casefold(),))


def test_secret_under_the_name_of_one_is_masked() -> None:
    record = replace(began(), settings={"notify": {"bot_token": "plain", "tokens": ["plain"], "seats": 3}})
    assert document_of(record)["settings"] == {"notify": {"bot_token": "***", "tokens": ["***"], "seats": 3}}


def test_text_without_a_secret_is_left_as_it_is() -> None:
    for text in ("LONG BTC/USD:USD", "key = 5m", "bearer of news", "", "token: env:EDGEPROOF_TELEGRAM_TOKEN"):
        assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("rebound", True),
        ("LONG rebound btc/usd", True),
        ("rebound short", False),
        ("ranging", True),  # in its evidence, not in its line
        ("rsi(14)", False),  # the name of a field, not what it says
        ("decision", False),
        ('"', False),
        ("\\", False),
    ],
)
def test_words_are_looked_for_in_the_line_and_in_what_fields_say(text: str, is_found: bool) -> None:
    assert has_words(Entry(7, decided()), words_of(text)) is is_found


def test_page_goes_on_before_its_last_record() -> None:
    page = page_of(_entries(5), (), limit=2)
    assert ([each.seq for each in page.entries], page.before) == ([5, 4], 4)


def test_page_at_the_beginning_says_that_nothing_lies_before() -> None:
    page = page_of(_entries(5), words_of("number 5"), limit=2)
    assert ([each.seq for each in page.entries], page.before) == ([5], None)


def test_page_that_has_looked_through_enough_ends_with_fewer() -> None:
    looked: list[int] = []

    def entries() -> Iterator[Entry[Record]]:
        for each in _entries(1_000):
            looked.append(each.seq)
            yield each

    page = page_of(entries(), words_of("nowhere"), limit=2, most=10)
    assert (page.entries, page.before, len(looked)) == ((), 991, 10)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\n=1"])
def test_cell_that_a_spreadsheet_would_take_for_a_formula_is_none(text: str) -> None:
    heard = CommandHeard(session=text, at=0, channel="telegram", by=text, role="viewer", text=text, outcome="done")
    rows = [{**row_of(Entry(7, heard), "command"), "words": text}]
    heading, row = csv.reader(io.StringIO(csv_of(rows, with_heading=True), newline=""))
    assert heading == ["seq", "at", "kind", "session", "symbol", "words", "document"]
    assert row[3] == row[5] == f"'{text}"
    assert json.loads(row[6])["by"] == text
