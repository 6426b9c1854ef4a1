"""What every trial ledger promises, asked of each one there is; then what the one on disk promises beyond."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edgeproof.adapters.storage.ledger import SCHEMA, SqliteLedger
from edgeproof.adapters.storage.memory import MemoryLedger
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.core.model.trial import TrialRecord
from edgeproof.ports import TrialLedger

BTC, ETH = "BTC/USD:USD", "ETH/USD:USD"


@pytest.fixture(params=["sqlite", "memory"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], TrialLedger]:
    """Open the same ledger again, as a new process would."""
    if request.param == "sqlite":
        return lambda: SqliteLedger(tmp_path / "home" / "ledger.sqlite")
    ledger = MemoryLedger()
    return lambda: ledger


def trial(identity: str = "a", *, instruments: tuple[str, ...] = (BTC,), start: int = 0, end: int = 100) -> TrialRecord:
    return TrialRecord(
        id=identity,
        kind="declared",
        hypothesis=f"H_{identity}",
        instruments=instruments,
        start=start,
        end=end,
        n=50,
        expectancy_r=0.1,
        p_value=0.25,
        sharpe=0.05,
    )


def test_trial_entered_comes_back_to_the_bit(reopen: Callable[[], TrialLedger]) -> None:
    given = replace(trial(), expectancy_r=1 / 3, p_value=0.1 + 0.2, sharpe=None)
    assert reopen().enter([given]) == 1
    assert reopen().concerning([BTC], 0, 100) == (given,)


def test_identical_trial_entered_again_counts_once(reopen: Callable[[], TrialLedger]) -> None:
    assert reopen().enter([trial(), trial()]) == 1
    assert reopen().enter([trial()]) == 0
    assert len(reopen().concerning([BTC], 0, 100)) == 1


def test_trial_entered_again_takes_new_figures_and_covers_both_windows(reopen: Callable[[], TrialLedger]) -> None:
    reopen().enter([trial(start=10, end=20)])
    reopen().enter([replace(trial(start=5, end=15), p_value=0.5, kind="search")])
    assert reopen().concerning([BTC], 0, 100) == (replace(trial(start=5, end=20), p_value=0.5),)


def test_new_variant_raises_the_count(reopen: Callable[[], TrialLedger]) -> None:
    reopen().enter([trial("a")])
    assert reopen().enter([trial("a"), trial("b")]) == 1
    assert [each.id for each in reopen().concerning([BTC], 0, 100)] == ["a", "b"]


def test_trials_on_other_instruments_or_times_do_not_concern(reopen: Callable[[], TrialLedger]) -> None:
    reopen().enter([trial("eth", instruments=(ETH,)), trial("late", start=101, end=200), trial("here")])
    assert [each.id for each in reopen().concerning([BTC], 0, 100)] == ["here"]


def test_pooled_trial_concerns_each_of_its_instruments(reopen: Callable[[], TrialLedger]) -> None:
    both = trial(instruments=(BTC, ETH))
    reopen().enter([both])
    assert reopen().concerning([ETH], 50, 60) == (both,)
    assert reopen().concerning([BTC, ETH], 50, 60) == (both,)


def test_windows_that_touch_overlap(reopen: Callable[[], TrialLedger]) -> None:
    reopen().enter([trial(start=0, end=100)])
    assert len(reopen().concerning([BTC], 100, 200)) == 1


def test_empty_ledger_concerns_nothing(reopen: Callable[[], TrialLedger]) -> None:
    assert reopen().concerning([BTC], 0, 100) == ()
    assert reopen().enter([]) == 0


def test_trial_with_an_impossible_p_value_is_refused() -> None:
    with pytest.raises(InputError, match="p-value from 0 to 1"):
        replace(trial(), p_value=1.5)


def test_ledger_that_was_only_read_leaves_no_file(tmp_path: Path) -> None:
    SqliteLedger(tmp_path / "ledger.sqlite").concerning([BTC], 0, 100)
    assert list(tmp_path.iterdir()) == []


def test_damaged_ledger_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"this is no database, but it is long enough to look like one" * 20)
    before = path.read_bytes()
    for ask in (lambda: SqliteLedger(path).concerning([BTC], 0, 100), lambda: SqliteLedger(path).enter([trial()])):
        with pytest.raises(StoreError, match=r"ledger\.sqlite is damaged.*put back a copy"):
            ask()
    assert path.read_bytes() == before


def test_ledger_damaged_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    SqliteLedger(path).enter([trial(f"{number:05}") for number in range(2_000)])
    content = bytearray(path.read_bytes())
    content[4096:-4096] = bytes(len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        SqliteLedger(path).concerning([BTC], 0, 100)


def test_ledger_of_a_later_version_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    SqliteLedger(path).enter([trial()])
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    with pytest.raises(
        StoreError, match=f"version {SCHEMA + 1}, this program knows version {SCHEMA}: use the edgeproof"
    ):
        SqliteLedger(path).enter([trial("b")])


def test_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="no trial ledger: move it away"):
        SqliteLedger(path).concerning([BTC], 0, 100)


def test_folder_in_the_place_of_the_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").mkdir()
    with pytest.raises(StoreError, match="could not be used"):
        SqliteLedger(tmp_path / "ledger.sqlite").enter([trial()])


_WRITER = """
import sys
from pathlib import Path
from edgeproof.adapters.storage.ledger import SqliteLedger
from edgeproof.core.model.trial import TrialRecord

name = sys.argv[2]
for batch in range(20):
    SqliteLedger(Path(sys.argv[1])).enter([
        TrialRecord(id=f"{owner}-{batch}-{number}", kind="search", hypothesis="H", instruments=("BTC/USD:USD",),
                    start=0, end=1, n=1, expectancy_r=None, p_value=1.0, sharpe=None)
        for owner in (name, "both") for number in range(25)
    ])
"""


def test_two_processes_that_enter_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(path), name]) for name in ("one", "two")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    held = SqliteLedger(path).concerning([BTC], 0, 1)
    owners = [each.id.split("-")[0] for each in held]
    assert {owner: owners.count(owner) for owner in owners} == {"one": 500, "two": 500, "both": 500}
