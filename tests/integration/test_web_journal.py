"""The journal over the API: leafed through, searched, and taken away."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from edgeproof.bootstrap.dashboard.journal import Filters, KeptJournal
from edgeproof.core.model.journal import Record
from edgeproof.core.model.time import format_time
from tests.support.journals import BTC, ETH, MINUTE, START, began, candle_taken, decided, noticed
from tests.support.web import looking, place, write

SOME: Sequence[Record] = [
    began(),
    *(candle_taken(minute, instrument=each) for minute in range(3) for each in (BTC, ETH)),
    noticed(2, detail="the feed was away"),
    decided(3),
]


def test_home_that_is_not_there_has_an_empty_journal(tmp_path: Path) -> None:
    browser = looking(tmp_path / "nothing")
    assert browser.get("/api/journal").json() == {"seq": 0, "records": [], "before": None, "kinds": {}}
    assert browser.get("/api/journal/export?format=jsonl").text == ""
    assert browser.get("/api/journal/export?format=csv").text == "seq,at,kind,session,symbol,words,document\r\n"


def test_records_come_the_newest_first_and_page_by_page(tmp_path: Path) -> None:
    write(tmp_path, SOME)
    browser = looking(tmp_path)
    first = browser.get("/api/journal", params={"limit": 2}).json()
    assert [each["kind"] for each in first["records"]] == ["decided", "noticed"]
    assert (first["seq"], first["before"]) == (9, 8)
    assert first["kinds"] == {"began": 1, "candle": 6, "decided": 1, "noticed": 1}
    rest = browser.get("/api/journal", params={"before": first["before"]}).json()
    assert [each["seq"] for each in rest["records"]] == [7, 6, 5, 4, 3, 2, 1]
    assert rest["before"] is None


@pytest.mark.parametrize(
    ("asked", "seqs"),
    [
        ({"kind": "candle", "symbol": "BTC/USD:USD"}, [6, 4, 2]),
        ({"symbol": "eth"}, [7, 5, 3]),
        ({"symbol": "PF_XBTUSD", "kind": "decided"}, [9]),
        ({"symbol": "doge"}, []),
        ({"text": "feed AWAY"}, [8]),
        ({"text": "rebound", "kind": "decided"}, [9]),
        ({"text": "rebound", "kind": "candle"}, []),
        ({"start": format_time(START + 3 * MINUTE)}, [9, 7, 6]),
        ({"start": format_time(START + MINUTE), "end": format_time(START + MINUTE)}, [3, 2]),
        ({"kind": "", "text": "", "start": ""}, [9, 8, 7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_filters_keep_what_is_asked_for_in_the_list_and_in_the_files(
    tmp_path: Path, asked: dict[str, str], seqs: list[int]
) -> None:
    write(tmp_path, SOME)
    browser = looking(tmp_path)
    found = browser.get("/api/journal", params=asked).json()["records"]
    assert [each["seq"] for each in found] == seqs
    lines = browser.get("/api/journal/export", params={**asked, "format": "jsonl"}).text.splitlines()
    assert [json.loads(each) for each in lines] == found
    table = browser.get("/api/journal/export", params={**asked, "format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [int(each["seq"]) for each in rows] == seqs
    assert [json.loads(each["document"]) for each in rows] == [each["document"] for each in found]


def test_kinds_are_counted_on_as_the_journal_grows_and_anew_where_it_is_another(tmp_path: Path) -> None:
    browser = looking(tmp_path)
    write(tmp_path, SOME)
    assert browser.get("/api/journal").json()["kinds"]["candle"] == 6
    write(tmp_path, [candle_taken(9)])
    assert browser.get("/api/journal").json()["kinds"] == {"began": 1, "candle": 7, "decided": 1, "noticed": 1}
    for each in tmp_path.glob("journal.db*"):
        each.unlink()
    write(tmp_path, [began()])
    assert browser.get("/api/journal").json()["kinds"] == {"began": 1}


@pytest.mark.parametrize(
    "asked",
    [
        "kind=nothing",
        "limit=0",
        "limit=2001",
        "before=-1",
        f"before={2**63}",
        "start=yesterday",
        "end=99999-01-01",
        f"text={'x' * 201}",
        f"symbol={'x' * 201}",
        "start=%00",
    ],
)
def test_what_cannot_be_asked_is_refused_with_words(tmp_path: Path, asked: str) -> None:
    write(tmp_path, SOME)
    answer = looking(tmp_path).get(f"/api/journal?{asked}")
    assert (answer.status_code, bool(answer.json()["error"])) == (422, True)


@pytest.mark.parametrize("asked", ["text=%00", "symbol=%00", "text=%F0%9F%A6%80", "text=%25_", "start=0001-01-01"])
def test_odd_words_are_looked_for_like_others(tmp_path: Path, asked: str) -> None:
    write(tmp_path, SOME)
    assert looking(tmp_path).get(f"/api/journal?{asked}").status_code == 200


def test_export_is_a_file_and_knows_no_other_form(tmp_path: Path) -> None:
    write(tmp_path, SOME)
    browser = looking(tmp_path)
    answer = browser.get("/api/journal/export?format=csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="edgeproof-journal.csv"'
    assert answer.headers["content-type"].startswith("text/csv")
    assert browser.get("/api/journal/export?format=xlsx").status_code == 422


def test_export_is_made_as_it_is_read_and_holds_up_nobody(tmp_path: Path) -> None:
    write(tmp_path, [candle_taken(minute) for minute in range(3_000)])
    pieces = KeptJournal(place(tmp_path)).pieces(Filters(), "jsonl")
    first = next(pieces)
    write(tmp_path, [candle_taken(9_000)])
    whole = [first, *pieces]
    assert max(each.count("\n") for each in whole) <= 500
    assert sum(each.count("\n") for each in whole) == 3_000


def test_journal_that_is_damaged_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"this is no journal" * 100)
    browser = looking(tmp_path)
    for path in ("/api/journal", "/api/journal/export"):
        assert "journal" in browser.get(path).json()["error"]
