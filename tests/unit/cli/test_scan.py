"""`edgeproof scan` around a session that is played: what goes where, and how it ends."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from edgeproof.bootstrap.session import ScanCall
from edgeproof.core.model.errors import NothingQualified, StoreError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.services.plan import Fates
from edgeproof.services.standing import Standing
from tests.support.calls import Outcome, call
from tests.support.data import REPOSITORY
from tests.support.sessions import CLOSE, decisions, missed, standing

Play = Callable[["PlayedSession"], Awaitable[None]]


class PlayedSession:
    """A session that does what a test says."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.standing: Standing | None = None
        self.call: ScanCall | None = None
        self.decided: Callable[[Sequence[Decision], Fates], None]
        self.say: Callable[[str], None]

    def open(
        self,
        call: ScanCall,
        *,
        on_decisions: Callable[[Sequence[Decision], Fates], None],
        on_words: Callable[[str], None],
    ) -> "PlayedSession":
        self.call, self.decided, self.say = call, on_decisions, on_words
        return self

    async def run(self) -> None:
        await self.play(self)


@pytest.fixture
def scan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object) -> Any:
    async def reached(*_: object) -> None:
        return None

    def run(play: Play, *words: str) -> tuple[PlayedSession, Outcome]:
        session = PlayedSession(play)
        monkeypatch.setattr("edgeproof.bootstrap.session.open_session", session.open)
        monkeypatch.setattr("edgeproof.bootstrap.live.reach", reached)
        monkeypatch.setattr("edgeproof.cli.kernel_cache.compile_apart", lambda _: None)
        return session, call(["scan", "--home", str(tmp_path), *words], monkeypatch, capsys)

    return run


async def some_decisions(session: PlayedSession) -> None:
    session.say("BTC/USD:USD: looking for history")
    session.standing = standing()
    session.decided(decisions(), {})


def test_scan_as_json_prints_told_signals_only_and_all_else_on_stderr(scan: Any) -> None:
    _, found = scan(some_decisions, "--json")
    lines = [json.loads(line) for line in found.out.splitlines()]
    assert [line["signal"] for line in lines] == [
        "RSI_Oversold_5m_Reversal",
        "Momentum_Fade_15m",
        "Placebo_Shift24h_Bollinger_Squeeze_Breakout_30m",
        "Micro_Mean_Reversion_2m",
    ]
    assert [line["qualified"] for line in lines] == [True, True, False, False]
    assert found.status == 0
    assert found.err.startswith("edgeproof: BTC/USD:USD: looking for history\n")


def test_scan_without_a_terminal_prints_a_line_a_signal(scan: Any) -> None:
    _, found = scan(some_decisions)
    lines = found.out.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("10:30:00  LONG  BTC/USD:USD  5m  RSI_Oversold_5m_Reversal  entry 45,012.50")
    assert "UNPROVEN" in lines[3]


def test_scan_says_at_its_end_how_it_went(scan: Any) -> None:
    _, found = scan(some_decisions)
    assert "closes   7,202 of 7,205 closes in time  late: feed_gap 2, slow 1" in found.err
    assert "signals  7: 4 told, 1 vetoed, 1 void, 1 expired" in found.err
    assert "latency p50 2.6 ms, p99 9.8 ms" in found.err


def test_scan_without_a_terminal_tells_what_happened_once(scan: Any) -> None:
    async def happening(session: PlayedSession) -> None:
        session.standing = standing()
        session.standing.missed.clear()
        session.standing.missed["feed_gap"] = 1
        await asyncio.sleep(0.3)
        session.standing.last_missed.extend(missed(at=CLOSE + number * MINUTE) for number in range(60))
        session.standing.missed["feed_gap"] += 60
        await asyncio.sleep(0.3)

    _, found = scan(happening)
    assert found.err.count("gap BTC/USD:USD 3 trades") == 1
    assert found.err.count("hypotheses my.toml was changed") == 1
    assert found.err.count("missed BTC/USD:USD: evaluated 4.2 s after the close") == 1
    assert "10:41:00 to 11:30:00 missed BTC/USD:USD: 50 closes evaluated up to 4.2 s after" in found.err
    assert "and 10 closes more were missed: edgeproof missed" in found.err


def test_scan_hands_the_words_of_the_call_to_the_session(scan: Any) -> None:
    async def nothing(_: PlayedSession) -> None:
        return None

    words = [
        "micro_mean_reversion_2m",
        "Funding_*",
        "--all",
        "--venue",
        "replica",
        "--url",
        "http://127.0.0.1:1",
        "-i",
        "PF_XBTUSD",
    ]
    session, _ = scan(
        nothing, *words, "--url", "http://127.0.0.1:1", "--history", "30d", "--until", "2026-02-03", "--no-preview"
    )
    found = session.call
    names = [each.name for each in found.hypotheses]
    assert "Micro_Mean_Reversion_2m" in names
    assert all(name.startswith("Funding_") for name in names if name != "Micro_Mean_Reversion_2m")
    assert (found.everything, found.preview) == (True, False)
    assert (found.venue, found.url) == ("replica", "http://127.0.0.1:1")
    assert found.instruments == (parse_instrument("BTC/USD:USD"),)
    assert (found.history, found.until) == (30 * DAY, 1_770_076_800_000)


def test_scan_without_a_qualified_hypothesis_says_so_with_status_3(scan: Any) -> None:
    async def none_qualified(_: PlayedSession) -> None:
        raise NothingQualified("no hypothesis is qualified: edgeproof discover, or edgeproof scan --all")

    _, found = scan(none_qualified)
    assert (found.status, found.out) == (3, "")
    assert found.err == "edgeproof: no hypothesis is qualified: edgeproof discover, or edgeproof scan --all\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_scan_that_is_told_to_stop_tidies_up_and_says_how_it_went(scan: Any, number: int, status: int) -> None:
    tidied = []

    async def told_to_stop(session: PlayedSession) -> None:
        session.standing = standing()
        await asyncio.sleep(0.05)
        os.kill(os.getpid(), number)
        try:
            await asyncio.sleep(60)
        finally:
            tidied.append(True)

    # Whoever runs the tests in the background may have had Ctrl-C ignored: the session is one in front of a person.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _, found = scan(told_to_stop)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (found.status, tidied) == (status, [True])
    assert "edgeproof: the session ended at 2026-02-03 10:31:18 UTC" in found.err


def test_scan_that_cannot_write_its_end_says_so(scan: Any) -> None:
    async def fails_at_the_end(_: PlayedSession) -> None:
        await asyncio.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.sleep(60)
        finally:
            raise StoreError("the disk is full")

    _, found = scan(fails_at_the_end)
    assert (found.status, found.err) == (1, "edgeproof: the disk is full\n")


def test_scan_whose_reader_went_away_ends_and_says_so(tmp_path: Any) -> None:
    program = f"""
import asyncio, sys
import edgeproof.bootstrap.live as live, edgeproof.bootstrap.session as sessions
import edgeproof.cli.kernel_cache as kernels
from edgeproof.cli.main import main
from tests.support.sessions import decisions
from tests.unit.cli.test_scan import PlayedSession

async def reached(*_): pass
async def talk(session):
    while True:
        session.decided(decisions(), {{}})
        await asyncio.sleep(0.01)

live.reach = reached
kernels.compile_apart = lambda _: None
sessions.open_session = PlayedSession(talk).open
sys.argv = ["edgeproof", "scan", "--json", "--home", {str(tmp_path)!r}]
main()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    json.loads(process.stdout.readline())
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1
    assert said.startswith("edgeproof: nobody reads the signals on stdout any more")
