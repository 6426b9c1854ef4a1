"""A real `paper --ask` against the replica: a person takes, skips, comes too late; it is killed while one waits."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.simulated.drawn import drawn_candles
from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.bootstrap.drill import read_journal
from edgeproof.core.model.journal import Decided, SignalTraded
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time, parse_time
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.ports import Journal
from edgeproof.services.asking_first import NOBODY, PERSON, offers_of
from tests.support.processes import begin, edgeproof, replica
from tests.support.sessions import BITCOIN, ETHER

FROM = parse_time("2025-01-09T11:00:00Z")
UNTIL = FROM + 6 * HOUR
WORDS = ("--instrument", BITCOIN.unified, "--instrument", ETHER.unified)
PATIENCE_S = 120.0

HYPOTHESIS = """\
[[hypothesis]]
name = "Every_Close_5m"
timeframe = "5m"
direction = "long"
family = "breakout"
reason = "None: somebody is to be asked."
entry = ["close > 0"]
stop = "close * 0.98"
target = "1R"
expires_after = "30m"
"""
SETTINGS = """\
[risk]
max_open_risk = 0.2
max_correlation = false
halve_correlation = false
max_btc_beta = false
loss_streak = false
flatten_loss = false
no_entries_loss = 0.9
"""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A venue whose prices rise by 2 % in ten minutes, and a home with the history before."""
    venue, home = tmp_path_factory.mktemp("venue"), tmp_path_factory.mktemp("home")
    points = ((FROM, 1.0), (UNTIL, 1.72))
    for instrument, price in ((BITCOIN, 60_000.0), (ETHER, 3_000.0)):
        candles = drawn_candles(price, FROM - 9 * DAY, UNTIL, points)
        ParquetStore(venue / "data").save_candles(instrument, candles, source="drawn")
        ParquetStore(home / "data").save_candles(instrument, candles.between(None, FROM), source="drawn")
    (home / "hypotheses").mkdir()
    (home / "hypotheses" / "every.toml").write_text(HYPOTHESIS)
    (home / "edgeproof.toml").write_text(SETTINGS)
    return venue, home


@contextmanager
def asking(home: Path, url: str) -> Iterator["subprocess.Popen[str]"]:
    process = begin(
        "paper", "Every_*", "--all", "--ask", "--venue", "replica", "--url", url, "--no-preview", *WORDS, "--home", home
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(home: Path, process: "subprocess.Popen[str]", found: Callable[[Journal], Any]) -> Any:
    """What is in the journal once it is there."""
    limit = time.monotonic() + PATIENCE_S
    while time.monotonic() < limit:
        with read_journal(home) as journal:
            if answer := found(journal):
                return answer
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1])
        time.sleep(0.1)
    raise AssertionError("it did not come in time")


def waiting(journal: Journal) -> Decision | None:
    """The last of the signals that wait."""
    return next(reversed([*offers_of(journal).values()]), None)


def fate(journal: Journal, signal_id: str) -> tuple[TradeFate, str] | None:
    found = [each.record.decided for each in journal.read(SignalTraded) if each.record.decided.signal_id == signal_id]
    assert len(found) <= 1
    return (found[0].fate, found[0].rule) if found else None


def expired(journal: Journal) -> list[SignalTraded]:
    return [each.record for each in journal.read(SignalTraded) if each.record.decided.rule == NOBODY]


@pytest.mark.timeout(600)
def test_signals_wait_for_a_person_through_a_kill_and_each_ends_in_one_fate(places: tuple[Path, Path]) -> None:
    venue, home = places
    span = ("--from", format_time(FROM), "--to", format_time(UNTIL))
    pace = ("--speed", "60", "--ticker-every", "1m", "--trades-per-minute", "16")
    with replica("--home", venue, *WORDS, *span, *pace) as url:
        with asking(home, url) as process:
            first = until(home, process, waiting).signal.id
            said = edgeproof("take", first[:8], "--why", "looks good", "--home", home)
            assert (said.status, said.err) == (0, "")
            assert "granted: taken: " in said.out
            with read_journal(home) as journal:
                assert fate(journal, first) == (TradeFate.TAKEN, "")

            second = until(home, process, waiting).signal.id
            said = edgeproof("skip", second, "--home", home)
            assert said.out.endswith("granted: skipped\n")
            with read_journal(home) as journal:
                assert fate(journal, second) == (TradeFate.SKIPPED, PERSON)

            third = until(home, process, waiting).signal.id
            process.kill()
        with asking(home, url) as process:
            with read_journal(home) as journal:
                assert third in offers_of(journal)
            said = edgeproof("take", third, "--home", home, "--json")
            until(home, process, lambda journal: fate(journal, third))
            with read_journal(home) as journal:
                assert fate(journal, third) != (TradeFate.EXPIRED, NOBODY), said.out
            until(home, process, expired)
            again = edgeproof("take", first, "--home", home)
            assert again.status == 2
            assert f'no "{first}" waits' in again.err
    _expect_one_fate_each(home)
    _expect_parity_knows_why(home)


def _expect_one_fate_each(home: Path) -> None:
    with read_journal(home) as journal:
        told = [each.record.decision.signal for each in journal.read(Decided)]
        told_ids = {each.id for each in told}
        fates = [each.record.signal.id for each in journal.read(SignalTraded)]
        left = set(offers_of(journal))
        end = max(journal.taken_until().values())
        vetoed = {
            each.record.decision.signal.id
            for each in journal.read(Decided)
            if each.record.decision.fate is not Fate.TOLD
        }
    assert len(fates) == len(set(fates))
    assert {*fates} | left | vetoed == told_ids
    assert not {*fates} & left
    assert all(each.expires_at > end - 2 * MINUTE for each in told if each.id in left)


def _expect_parity_knows_why(home: Path) -> None:
    found = edgeproof("parity", "--json", "--home", home).json()["trades"]
    # Which of them the backtest has trades of is for its own positions to say.
    assert set(found["not_taken"]) & {f"skipped: {PERSON}", f"expired: {NOBODY}", "waits: person"}
    assert "unexplained" not in found["not_taken"]
    assert [each for each in found["differences"] if "unexplained" in each["causes"]] == []
