"""`edgeproof exchange`: the replica as a program."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.talk import enough, of_feed, subscribe, talk_to

GENERATED = ("--generated", "2", "--days", "2", "--seed", "3")


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "edgeproof", "exchange", "--home", str(home), *words]


@contextmanager
def running(home: Path, *words: str) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    with subprocess.Popen(
        command(home, "--port", "0", "--json", *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def refused(home: Path, *words: str) -> str:
    ran = subprocess.run(command(home, "--port", "0", *words), capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 2
    return ran.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_exchange_serves_until_it_is_stopped_and_ends_well(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path, *GENERATED) as (process, said):
        rows = httpx.get(f"{said['url']}/derivatives/api/v3/tickers").json()["tickers"]
        process.send_signal(number)
        assert process.wait(20) == 0
    assert [row["symbol"] for row in rows] == said["instruments"] == ["PF_ETHUSD", "PF_XBTUSD"]
    assert said["pid"] == process.pid


def test_exchange_ends_with_its_market_where_asked_to(tmp_path: Path) -> None:
    with running(tmp_path, *GENERATED, "--speed", "max", "--exit-at-end", "--warmup", "47h") as (process, said):
        heard = talk_to(said["url"], subscribe("trade", "PF_XBTUSD"), until=lambda heard: "closed" in heard[-1])
        assert process.wait(20) == 0
    assert len(heard) > 4 * 50


def test_exchange_makes_as_many_trades_of_a_minute_as_it_is_told_to(tmp_path: Path) -> None:
    words = ("--speed", "max", "--exit-at-end", "--warmup", "47h", "--trades-per-minute", "12")
    with running(tmp_path, *GENERATED, *words) as (_, said):
        heard = talk_to(said["url"], subscribe("trade", "PF_XBTUSD"), until=lambda heard: "closed" in heard[-1])
    assert 12 * 50 < len(of_feed(heard, "trade")) <= 12 * 60


def test_exchange_takes_faults_by_its_words(tmp_path: Path) -> None:
    with running(tmp_path, *GENERATED, "--fault", "drop:after=3,code=1000") as (_, said):
        heard = talk_to(said["url"], subscribe("trade", "PF_XBTUSD"), until=enough(9))
    assert heard[-1] == {"closed": 1000}
    assert len(heard) == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--host", "0.0.0.0"), "expected --host to be 127.0.0.1"),
        (("--generated", "1", "--days", "2", "--fault", "dropp"), 'did you mean "drop"?'),
        (("--generated", "1", "--days", "2", "--fault", "drop:aftr=1"), 'did you mean "after"?'),
        (("--generated", "1", "--days", "2", "--speed", "fast"), 'above 0 such as 1 or 60, or "max", found "fast"'),
        (("--generated", "1", "--days", "2", "--from", "2031-01-01"), "expected the clock to start within the history"),
        (("--generated", "1", "--days", "2", "--api-secret", "?"), "expected a secret in base64"),
        (("nothing.parquet",), "expected a file with candles at nothing.parquet"),
        ((*GENERATED, "--trades-per-minute", "3"), "should be greater than or equal to 4"),
        ((*GENERATED, "--trades-per-minute", "61"), "should be less than or equal to 60"),
        ((), "there are no candles"),
    ],
)
def test_exchange_with_wrong_words_says_which(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    assert message in refused(tmp_path, *words)


def test_exchange_on_a_taken_port_says_so(tmp_path: Path) -> None:
    with running(tmp_path, *GENERATED) as (_, said):
        port = said["url"].rsplit(":", 1)[1]
        assert "try --port 0" in refused(tmp_path, "--port", port, *GENERATED)


def test_exchange_help_needs_no_server() -> None:
    code = "import sys, edgeproof.cli.exchange; print({'starlette', 'uvicorn', 'polars'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
