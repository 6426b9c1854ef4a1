"""A real `scan` that is killed, told to stop, refused or meddled with: nothing lost, nothing doubled, all told."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest

from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.adapters.storage.states import keep_states
from edgeproof.core.model.journal import Decided, Noticed
from edgeproof.core.model.signal import Fate
from edgeproof.core.model.time import DAY, HOUR, format_time, parse_time
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.trials import state_key
from tests.parity.independent import hypothesis_text
from tests.support.postgres import postgres
from tests.support.processes import Finished, begin, edgeproof, replica
from tests.support.scanned import (
    Scanned,
    expect_each_signal_told_once,
    expect_late_closes_told,
    expect_nothing_missed,
    scan_words,
)
from tests.support.week import IS_SOAK, NAMES, chosen, instrument, make_market, source

FROM = parse_time("2025-05-18T00:00Z")
SOME = NAMES[:2]
INSTRUMENTS = [instrument(name) for name in SOME]
KILLS = 20 if IS_SOAK else 5
SPEED = "900"
"""A quarter of an hour of the market a second: a session that is killed comes back an hour later, or hours."""
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the recorded candles, and their funding."""
    return make_market(tmp_path_factory.mktemp("market"))


def _words(market: Path, speed: str = "max") -> tuple[str | Path, ...]:
    return ("--home", market, *chosen(SOME), "--from", format_time(FROM), "--speed", speed)


def _now(url: str) -> int:
    return parse_time(httpx.get(f"{url}/replica").json()["now"])


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def _taken_until(home: Path) -> int:
    with Scanned(home).journal() as journal:
        return min(journal.taken_until().values(), default=0)


# --- killed ----------------------------------------------------------------------------------------------------------


def _give_history(home: Path) -> None:
    """Store the days before: where its history begins moves the averages of a session."""
    store = ParquetStore(home / "data")
    for name in SOME:
        store.save_candles(instrument(name), source(name).between(FROM - 10 * DAY, FROM - HOUR), source="recorded")


def _kill_again_and_again(market: Path, home: Path) -> Scanned:
    """Kill sessions at moments drawn, every other one while it is still beginning, or about to; let the last end."""
    rng = np.random.default_rng(5)
    _give_history(home)
    with replica(*_words(market, SPEED)) as url:
        words = scan_words(home, url, SOME)
        for number in range(KILLS):
            before, is_on = _taken_until(home), number % 2 == 0
            process = begin(*words)
            if is_on:
                _wait(lambda before=before: _taken_until(home) > before)  # type: ignore[misc]
            with pytest.raises(subprocess.TimeoutExpired):
                process.communicate(timeout=float(rng.uniform(0.1, 1.5 if is_on else 3.0)))
            process.kill()
            process.communicate(timeout=PATIENCE_S)
        done = edgeproof(*words, "--until", format_time(_now(url) + HOUR // 2))
    assert done.status == 0, done.err
    return Scanned(home)


def test_session_killed_at_any_moment_decides_as_if_it_was_not_but_for_what_came_too_late(
    market: Path, tmp_path: Path
) -> None:
    killed = _kill_again_and_again(market, tmp_path / "killed")
    end = min(killed.closes(each)[-1] for each in INSTRUMENTS)
    assert len(killed.sessions) > KILLS // 2
    assert len(killed.endings) == 1, "those that were killed say nothing"
    expect_nothing_missed(killed, INSTRUMENTS, end)
    expect_each_signal_told_once(killed)
    expect_late_closes_told(killed)
    assert killed.missed["by_reason"]["restart_gap"] > 0

    _give_history(tmp_path / "calm")
    with replica(*_words(market)) as url:
        done = edgeproof(*scan_words(tmp_path / "calm", url, SOME), "--until", format_time(end))
    assert done.status == 0, done.err
    begun = max(killed.began_with(each).end for each in INSTRUMENTS)
    hard, calm = (
        {each.signal.id: each for each in scanned.decisions if begun < each.signal.time <= end}
        for scanned in (killed, Scanned(tmp_path / "calm"))
    )
    assert {key: each.signal for key, each in hard.items()} == {key: each.signal for key, each in calm.items()}
    other = {key for key in calm if hard[key].fate is not calm[key].fate}
    assert other <= {each for close in killed.late for each in close.signals}
    assert {hard[key].fate for key in other} == {Fate.EXPIRED}
    assert len(calm) > len(other) > 0
    if IS_SOAK:
        words = f"{len(killed.sessions)} sessions, {len(hard):,} signals, {len(other):,} of them expired for it"
        sys.stderr.write(f"\n{KILLS} kills: {words}\n")


# --- meddled with ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meddled:
    """A session that was meddled with while it ran, and told to stop at the end; `second` wanted its home too."""

    scanned: Scanned
    second: Finished
    pid: int
    status: int
    err: str
    seen_until: int


OWN = read_hypotheses(hypothesis_text("crowded"), "own.toml")[0]


@pytest.fixture(scope="module")
def meddled(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Meddled:
    """A session with a hypothesis of the user's own, whose file is broken and which is killed while it is watched."""
    scanned = Scanned(tmp_path_factory.mktemp("meddled"))
    file = scanned.home / "hypotheses" / "own.toml"
    file.parent.mkdir()
    file.write_text(hypothesis_text("crowded"))
    with replica(*_words(market, SPEED)) as url:
        words = scan_words(scanned.home, url, SOME)
        process = begin(*words)
        _wait(lambda: any(fate is Fate.TOLD for _, fate, _ in _own(scanned)))
        second = edgeproof(*words)
        file.write_text("[[hypothesis]\nname =")
        scopes = {" + ".join(map(str, INSTRUMENTS)): {"state": "killed", "verdict": ""}}
        keep_states(scanned.home, {state_key(OWN): {"name": OWN.name, "scopes": scopes}})
        _wait(lambda: sum(rule == "state" for *_, rule in _own(scanned)) > 3)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE_S)
    return Meddled(scanned, second, process.pid, process.returncode, err, _taken_until(scanned.home))


def _own(scanned: Scanned) -> list[tuple[int, Fate, str]]:
    """The fates of the user's own signals so far: where they stand, what they are, by which rule."""
    with scanned.journal() as journal:
        found = [(each.seq, each.record.decision) for each in journal.read(Decided)]
    return [(seq, each.fate, each.rule) for seq, each in found if each.signal.hypothesis == OWN.name]


def test_second_session_on_a_home_is_refused_and_says_who_holds_it(meddled: Meddled) -> None:
    assert meddled.second.status == 1
    assert "is held by" in meddled.second.err
    assert f"process {meddled.pid} on" in meddled.second.err
    assert "--home" in meddled.second.err
    assert len(meddled.scanned.sessions) == 1


def test_hypothesis_file_broken_while_it_is_watched_is_told_and_the_session_goes_on(meddled: Meddled) -> None:
    told = [each for each in meddled.scanned.notices if each.kind == "changed" and "own.toml" in each.detail]
    assert len(told) == 1
    assert "cannot be used as it is" in told[0].detail
    assert "this session goes on as it began" in told[0].detail
    assert meddled.seen_until > told[0].at


def test_hypothesis_killed_while_it_is_watched_has_no_more_signals_told(meddled: Meddled) -> None:
    with meddled.scanned.journal() as journal:
        notices = [(each.seq, each.record.detail) for each in journal.read(Noticed) if each.record.kind == "changed"]
    killed_at = next(seq for seq, detail in notices if "killed, no signal of it is told any more" in detail)
    before = {fate for seq, fate, _ in _own(meddled.scanned) if seq < killed_at}
    after = {(fate, rule) for seq, fate, rule in _own(meddled.scanned) if seq > killed_at}
    assert Fate.TOLD in before
    assert (Fate.VETOED, "state") in after
    assert after <= {(Fate.VETOED, "state"), (Fate.VOID, "levels"), (Fate.EXPIRED, "age_minutes")}
    others = [each for each in meddled.scanned.decisions if each.signal.hypothesis != OWN.name]
    assert "state" not in {each.rule for each in others}


def test_session_told_to_stop_ends_cleanly_and_differs_in_nothing(meddled: Meddled) -> None:
    assert meddled.status == 0, meddled.err
    assert [each.reason for each in meddled.scanned.endings] == ["stopped"]
    (meddled.scanned.home / "hypotheses" / "own.toml").unlink()
    expect_nothing_missed(meddled.scanned, INSTRUMENTS, meddled.seen_until)
    expect_each_signal_told_once(meddled.scanned)


def test_session_interrupted_at_the_keyboard_ends_cleanly(market: Path, tmp_path: Path) -> None:
    scanned = Scanned(tmp_path)
    with replica(*_words(market, SPEED)) as url:
        process = begin(*scan_words(tmp_path, url, SOME))
        _wait(lambda: _taken_until(tmp_path) > FROM)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert [each.reason for each in scanned.endings] == ["stopped"]


# --- damaged ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a session watched for six hours."""
    home = tmp_path_factory.mktemp("finished")
    with replica(*_words(market)) as url:
        done = edgeproof(*scan_words(home, url, SOME), "--until", format_time(FROM + 6 * HOUR))
    assert done.status == 0, done.err
    return home


def test_half_a_line_of_signals_is_kept_beside_and_told_again(market: Path, finished: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(finished, tmp_path / "home"))
    file = home / "signals.jsonl"
    whole = file.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    file.write_bytes(whole[: -len(last) // 2])
    with replica(*_words(market)) as url:
        done = edgeproof(*scan_words(home, url, SOME), "--until", format_time(FROM + 8 * HOUR))
    assert done.status == 0, done.err
    assert "the file of signals ended in half a line, which is kept in signals.jsonl.torn" in done.err
    assert "1 signals of the last session were not in the file of signals; they are now" in done.err
    assert last.startswith((home / "signals.jsonl.torn").read_bytes().strip())
    assert file.read_bytes().startswith(whole)
    expect_each_signal_told_once(Scanned(home))


def test_torn_page_of_the_journal_is_told_and_nothing_is_written_over_it(
    market: Path, finished: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(finished, tmp_path / "home"))
    file = home / "journal.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = np.random.default_rng(1).bytes(4096)
    file.write_bytes(content)
    with replica(*_words(market)) as url:
        done = edgeproof(*scan_words(home, url, SOME))
    assert done.status == 1
    assert f"the journal {file} is damaged" in done.err
    assert "put back a copy of it, or move it away" in done.err
    assert "Traceback" not in done.err
    assert file.read_bytes() == content


# --- elsewhere -------------------------------------------------------------------------------------------------------


def test_session_with_its_journal_in_postgres_does_all_that_another_does(market: Path, tmp_path: Path) -> None:
    with postgres() as server, replica(*_words(market)) as url:
        journal = server.format(database="postgres")
        (tmp_path / "edgeproof.toml").write_text(f"[journal]\nurl = {json.dumps(journal)}\n")
        (tmp_path / "edgeproof.toml").chmod(0o600)
        words = scan_words(tmp_path, url, SOME)
        for hours in (4, 8):
            done = edgeproof(*words, "--until", format_time(FROM + hours * HOUR))
            assert done.status == 0, done.err
        scanned = Scanned(tmp_path)
        assert not (tmp_path / "journal.db").exists()
        assert len(scanned.sessions) == 2
        expect_nothing_missed(scanned, INSTRUMENTS, FROM + 8 * HOUR)
        expect_each_signal_told_once(scanned)
        expect_late_closes_told(scanned)
        why = edgeproof("why", scanned.decisions[0].signal.id, "--home", tmp_path, "--json")
        assert why.status == 0, why.err


# --- not begun -------------------------------------------------------------------------------------------------------


def test_session_without_any_discovery_says_what_to_do(tmp_path: Path) -> None:
    done = edgeproof("scan", "--venue", "replica", "--home", tmp_path)
    assert done.status == 3
    assert "no hypothesis is qualified on BTC/USD:USD" in done.err
    assert "edgeproof discover" in done.err
    assert "edgeproof scan --all" in done.err


def test_session_with_the_network_away_says_so_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    done = edgeproof(*scan_words(tmp_path, "http://127.0.0.1:1", SOME))
    assert done.status == 1
    assert "127.0.0.1:1" in done.err
    assert "Traceback" not in done.err
    assert time.monotonic() - began < 15, "a few seconds, on a machine that is doing other things too"
