"""`edgeproof parity` as its users meet it: over a journal and a store on disk."""

from dataclasses import replace
from pathlib import Path

import pytest

from edgeproof.bootstrap import open_store
from edgeproof.bootstrap.journal import open_journal
from edgeproof.config import JournalSettings
from edgeproof.core.model.journal import Decided
from edgeproof.core.model.time import HOUR, MINUTE, format_time
from edgeproof.ports import Journal
from tests.support.calls import Outcome, Run, call
from tests.support.live_session import LiveSession, decision_on
from tests.support.parity import World, hypotheses, world

SEEN = world(2)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str | Path, columns: int = 80) -> Outcome:
        return call([str(word) for word in words], monkeypatch, capsys, columns=columns)

    return run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a session watched for four hours."""
    home = tmp_path_factory.mktemp("parity")
    watch(home, SEEN)
    return home


def watch(home: Path, seen: World) -> None:
    store, stored = open_store(home), seen.store()
    for instrument in seen.instruments:
        store.save_candles(instrument, stored.load_candles(instrument), source="test")
        store.save_funding(instrument, stored.load_funding(instrument), source="test")
    journal = written(home)
    history = {each: (seen.start, seen.begin) for each in seen.instruments}
    session = LiveSession(journal, store, hypotheses(), history=history)
    for batch in seen.facts():
        session.take(*batch)
    journal.close()


def written(home: Path) -> Journal:
    return open_journal(home, JournalSettings(), writing=True)


def test_parity_of_a_clean_session_says_so_and_ends_well(run: Run, home: Path) -> None:
    said = run("parity", "--home", home)
    lines = said.out.splitlines()

    assert said.status == 0
    assert lines[0].startswith("matched ")
    assert lines[0].endswith(", 0 unexplained")
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("BTC/USD:USD") for line in lines)


def test_parity_as_json_is_one_document(run: Run, home: Path) -> None:
    document = run("parity", "--home", home, "--json").document

    assert document["matched"] == document["signals"] > 300
    assert document["unexplained"] == document["not_evaluated"] == document["duplicates"] == 0
    assert [each["instrument"] for each in document["instruments"]] == ["BTC/USD:USD", "ETH/USD:USD"]
    assert document["sessions"][0]["session"] == "s1"


def test_parity_of_a_span_or_a_session_compares_only_that(run: Run, home: Path) -> None:
    until = format_time(SEEN.begin + HOUR)
    document = run("parity", "--home", home, "--json", "--until", until, "--session", "s1").document

    assert document["end"] == until
    assert document["instruments"][0]["closes"] == 60


def test_parity_against_the_store_of_now_is_clean_where_nothing_changed(run: Run, home: Path) -> None:
    assert run("parity", "--home", home, "--against", "store").status == 0


def test_parity_without_a_session_says_what_to_do(run: Run, tmp_path: Path, home: Path) -> None:
    nothing = run("parity", "--home", tmp_path)
    assert nothing.status == 1
    assert "run edgeproof scan first" in nothing.err
    later = run("parity", "--home", home, "--since", "2030-01-01")
    assert later.status == 1
    assert "in the span asked for" in later.err


def test_parity_against_something_else_is_refused(run: Run, home: Path) -> None:
    said = run("parity", "--home", home, "--against", "luck")
    assert said.status == 2
    assert 'expected recorded or store, found "luck"' in said.err


def test_parity_with_an_invented_signal_ends_with_no(run: Run, tmp_path: Path) -> None:
    watch(tmp_path, world())
    journal = written(tmp_path)
    signal = next(journal.read(Decided)).record.decision.signal
    invented = replace(signal, time=signal.time + MINUTE)
    journal.append([Decided(session="s1", at=invented.time, decision=decision_on(invented))])
    journal.close()
    said = run("parity", "--home", tmp_path)

    assert said.status == 3
    assert "1 unexplained" in said.out.splitlines()[0]
    assert invented.id in said.out
    assert max(map(len, said.out.splitlines())) <= 80
