"""The signals of a home over the API: the list, its pages, all about one."""

import json
from pathlib import Path

import pytest

from edgeproof.core.model.journal import Decided
from edgeproof.core.model.time import MINUTE
from tests.support.calls import call
from tests.support.journals import void
from tests.support.sessions import CLOSE, SESSION, decisions, signal, told
from tests.support.trading import LONG, SHORT, began, closed, decided, history, records, traded
from tests.support.web import write
from tests.support.web_asked import browsing


def _minutes(count: int, first: int = 0) -> list[Decided]:
    found = [told(signal(time=CLOSE + each * MINUTE)) for each in range(first, first + count)]
    return [Decided(session=SESSION, at=each.signal.time, decision=each) for each in found]


def test_list_of_an_empty_home_is_empty(tmp_path: Path) -> None:
    with browsing(tmp_path / "nothing") as browser:
        found = browser.get("/signals")
    assert (found["seq"], found["total"], found["signals"], found["before"]) == (0, 0, [], None)


def test_pages_have_every_signal_once_while_more_come(tmp_path: Path) -> None:
    write(tmp_path, [began(), *_minutes(30)])
    with browsing(tmp_path) as browser:
        found = browser.get("/signals", limit=12)
        places = [each["seq"] for each in found["signals"]]
        write(tmp_path, _minutes(5, first=30))
        while found["before"] is not None:
            found = browser.get("/signals", limit=12, before=found["before"])
            places += [each["seq"] for each in found["signals"]]
        newest = browser.get("/signals", limit=5)
    assert places == list(range(31, 1, -1))
    assert [each["seq"] for each in newest["signals"]] == list(range(36, 31, -1))
    assert newest["total"] == 35


def test_row_changes_when_its_signal_is_traded(tmp_path: Path) -> None:
    write(tmp_path, [*records(), decided()])
    with browsing(tmp_path) as browser:
        assert browser.get("/signals")["signals"][0]["trade"] is None
        write(tmp_path, [traded()])
        found = browser.get("/signals", traded="taken")
    assert (found["total"], found["signals"][0]["trade"]["fate"]) == (1, "taken")


def test_filters_and_facets_are_of_the_whole_list(tmp_path: Path) -> None:
    write(tmp_path, [began(), *(Decided(session=SESSION, at=each.signal.time, decision=each) for each in decisions())])
    with browsing(tmp_path) as browser:
        found = browser.get("/signals", fate="told", text="momentum", limit=1)
    assert (found["total"], found["signals"][0]["hypothesis"]) == (1, "Momentum_Fade_15m")
    assert found["facets"]["fates"] == {"expired": 1, "told": 4, "vetoed": 1, "void": 1}


def test_journal_that_is_begun_anew_is_read_anew_even_when_it_is_longer(tmp_path: Path) -> None:
    write(tmp_path, [began(), *_minutes(2)])
    with browsing(tmp_path) as browser:
        assert browser.get("/signals")["total"] == 2
        for each in tmp_path.glob("journal.db*"):
            each.unlink()
        write(tmp_path, [began("scan"), decided(LONG), decided(SHORT), *_minutes(2, first=50)])
        found = browser.get("/signals")
    assert [each["hypothesis"] for each in found["signals"][2:]] == [SHORT.hypothesis, LONG.hypothesis]
    assert found["total"] == 4


def test_prices_that_are_no_numbers_are_null(tmp_path: Path) -> None:
    write(tmp_path, [began(), void(decided())])
    with browsing(tmp_path) as browser:
        row = browser.get("/signals")["signals"][0]
        assert browser.get(f"/signals/{LONG.id}")["signal"]["stop_loss"] is None
    assert (row["stop_loss"], row["targets"]) == (None, [None, None])


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 20_001}, {"before": -1}, {"direction": "up"}, {"text": "x" * 201}, {"limit": "a"}]
)
def test_words_that_make_no_sense_are_refused(tmp_path: Path, query: dict[str, str | int]) -> None:
    with browsing(tmp_path) as browser:
        browser.get("/signals", 422, **query)


def test_all_about_a_signal_is_what_why_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, [*records(), decided(), traded(), *history(), closed(), decided(SHORT)])
    printed = call(["why", LONG.id[:9], "--json", "--home", str(tmp_path)], monkeypatch, capsys)
    with browsing(tmp_path) as browser:
        found = browser.get(f"/signals/{LONG.id}")
        assert browser.get(f"/signals/{LONG.id[:9].upper()}") == found
    assert found == json.loads(printed.out)
    assert found["trading"]["result"]["net_pnl"] == 184.12


@pytest.mark.parametrize("name", ["ffff", "no-such", "%00", "%2e%2e", "ü"])
def test_signal_that_nobody_knows_is_not_found(tmp_path: Path, name: str) -> None:
    write(tmp_path, [began(), decided()])
    with browsing(tmp_path) as browser:
        assert "no signal" in browser.get(f"/signals/{name}", 404)["error"]


def test_beginning_of_several_signals_is_refused_with_what_they_are(tmp_path: Path) -> None:
    some = _minutes(40)
    write(tmp_path, [began(), *some])
    ids = [each.decision.signal.id for each in some]
    first = next(each[0] for each in ids if sum(other[0] == each[0] for other in ids) > 1)
    with browsing(tmp_path) as browser:
        assert "say more of it" in browser.get(f"/signals/{first}", 422)["error"]
