"""`edgeproof demo`: everything at once, in an empty home, with nothing to configure."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.storage.library import load_library
from edgeproof.core.signals.hypothesis import variants
from tests.support.data import shared
from tests.support.session_page import data_of

FAST = ("--speed", "1000000")
SMALL = ("--days", "8", "--instruments", "2", "--live-days", "1", *FAST)


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "edgeproof", "demo", *words, "--home", str(home)]


def demo(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(home, *words),
        env=os.environ | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_demo_says_what_is_planted_discovers_plays_the_days_after_and_says_what_to_do_next(tmp_path: Path) -> None:
    ran = demo(tmp_path, *SMALL, "--top", "0")
    assert ran.returncode == 0, ran.stderr
    said = " ".join(ran.stdout.split())
    library = [variant.name for each in load_library() for variant in variants(each)]
    assert said.startswith("Market generated: 2 instruments, 8 days of minutes, seed 0")
    assert "no result on it says anything about a real one" in said
    assert "+2.5 ATR within 60m of a 5m close 2 ATR below its hour on 2x volume" in said
    assert "-2.5 ATR within 60m of a 5m close 2 ATR above its hour on 2x volume" in said
    assert f"{len(library) + 2} hypotheses, judged on all instruments together" in said
    assert "each verdict has paid for all of them" in said
    assert "RSI_Oversold_5m_" in said
    assert "the day after, which the discovery has not seen" in said
    assert "joined BTC/USD:USD" in ran.stderr
    assert "[[hypothesis]]" in ran.stdout
    assert "edgeproof data import FILE --instrument BTC/USD:USD" in said
    assert Path(ran.stdout.splitlines()[-1].strip()).read_text().startswith("<!doctype html>")


def test_demo_of_its_usual_size_qualifies_what_was_planted_and_says_so_as_one_document(tmp_path: Path) -> None:
    ran = demo(tmp_path, "--json", *FAST)
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert set(document) == {"market", "discovery", "signals", "paper", "parity", "session_report"}
    assert set(document["discovery"]["qualified"]) == {"Demo_Rebound_5m", "Demo_Fade_5m"}
    assert document["discovery"]["states"]["qualified"] == 2
    assert (document["market"]["split"], document["market"]["end"]) == (
        "2025-04-01T00:00:00.000Z",
        "2025-04-03T00:00:00.000Z",
    )
    assert Path(document["discovery"]["report"]).exists()
    paper = document["paper"]
    told = [each for each in document["signals"] if each["trade"] is not None]
    assert sum(paper["fates"].values()) == len(told) == len(document["signals"])
    sized = [each for each in told if each["trade"]["fate"] == "taken"]
    assert len(sized) == paper["fates"]["taken"] >= len(paper["trades"]) > 1
    assert all(each["size"] > 0 for each in sized)
    made = sum(each["net_pnl"] for each in paper["trades"])
    assert paper["account"]["cash"] == pytest.approx(10_000 + made, abs=1e-6)
    assert document["parity"]["is_clean"]
    session = data_of(Path(document["session_report"]).read_text())
    assert session["all_trades"] == len(paper["trades"])
    assert session["curve"]["tested"] == len(paper["trades"])
    assert session["curve"]["money"]["band"] is not None
    assert all(each["step"] for each in session["trades"])


def test_demo_shows_the_table_of_the_library_by_what_it_says_to_do_next(tmp_path: Path) -> None:
    ran = demo(tmp_path, *SMALL, "--live-days", "0")
    assert ran.returncode == 0, ran.stderr
    line = next(line for line in ran.stdout.splitlines() if "the whole library on it:" in line)
    words = shlex.split(line.split(": ", 1)[1])
    tried = subprocess.run(
        [sys.executable, "-m", *words], env=os.environ | {"COLUMNS": "80"}, capture_output=True, text=True, check=False
    )
    assert tried.returncode == 0, tried.stderr
    said = " ".join(tried.stdout.split())
    library = [variant.name for each in load_library() for variant in variants(each)]
    assert said.startswith(f"{len(library) + 2} hypotheses on 2 instruments")
    assert "A generated market: no result on it says anything about a real one." in said
    assert "Placebos (entries without an idea) make" in said


def test_demo_without_live_days_ends_after_the_discovery(tmp_path: Path) -> None:
    ran = demo(tmp_path, "--days", "8", "--instruments", "1", "--live-days", "0")
    assert ran.returncode == 0, ran.stderr
    assert "Discovery" in ran.stdout
    assert "which the discovery has not seen" not in ran.stdout
    assert "joined" not in ran.stderr


def test_demo_prints_an_example_that_works(tmp_path: Path) -> None:
    ran = demo(tmp_path, "--days", "8", "--instruments", "1", "--live-days", "0")
    lines = ran.stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if "[[hypothesis]]" in line)
    end = next(number for number, line in enumerate(lines) if "target =" in line)
    mine = tmp_path / "mine.toml"
    mine.write_text("\n".join(line.strip() for line in lines[start : end + 1]))
    home = next((tmp_path / "demo").iterdir())
    words = [
        sys.executable,
        "-m",
        "edgeproof",
        "backtest",
        "My_Dip_15m",
        "--hypotheses",
        str(mine),
        "--home",
        str(home),
    ]
    tried = subprocess.run(words, capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert tried.stdout.startswith("My_Dip_15m on BTC/USD:USD")


def test_demo_with_another_seed_is_another_run_and_the_same_seed_the_same(tmp_path: Path) -> None:
    words = ("--days", "4", "--instruments", "1", "--live-days", "1", *FAST, "--json")
    runs = [json.loads(demo(tmp_path, *words, *more).stdout) for more in ((), (), ("--seed", "1"))]
    first, again, other = map(without_clocks, runs)
    assert first == again
    assert first["discovery"]["run"] != other["discovery"]["run"]
    assert other["market"]["seed"] == 1


def without_clocks(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what a clock on the wall decides: how fast each signal was, which closes came late."""
    parity = {key: document["parity"][key] for key in ("is_clean", "signals", "matched", "differences")}
    signals = [{key: value for key, value in each.items() if key != "latency_ms"} for each in document["signals"]]
    return {**document, "parity": parity, "signals": signals}


def test_demo_interrupted_while_it_plays_ends_with_130(tmp_path: Path) -> None:
    words = command(tmp_path, "--days", "8", "--instruments", "1", "--live-days", "50", "--speed", "60")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        heard = next((line for line in process.stderr if "joined" in line), "")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert heard
    assert process.returncode == 130
    assert "edgeproof: the session ended" in said


def test_demo_on_files_names_what_they_hold(tmp_path: Path) -> None:
    files = [
        shared("candles/binance_perp_BTCUSDT_5m_2025-11_2026-01.parquet"),
        shared("candles/binance_perp_ETHUSDT_5m_2025-11_2026-01.parquet"),
    ]
    ran = demo(tmp_path, "--json", "--candles", *map(str, files))
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert [(each["instrument"], each["base_timeframe"]) for each in document["data"]] == [
        ("BTC/USD:USD", "5m"),
        ("ETH/USD:USD", "5m"),
    ]
    reasons = {result["reason"] for result in document["results"] if "reason" in result}
    assert "needs 2m candles; the stored 5m ones cannot make them" in reasons


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--candles", "absent_BTCUSDT_1m.csv"), "expected a file with candles at absent_BTCUSDT_1m.csv"),
        (("--days", "0"), "--days"),
        (("--days", "many"), "--days"),
        (("--days", "100000"), "--days"),
        (("--live-days", "51"), "--live-days"),
        (("--speed", "0"), "--speed"),
    ],
)
def test_demo_refuses_wrong_words_and_changes_nothing(tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    ran = demo(tmp_path / "home", *words)
    assert ran.returncode == 2
    assert expected in ran.stderr
    assert not (tmp_path / "home").exists()


def test_demo_refuses_a_file_whose_name_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "candles.csv"
    file.write_text("timestamp,open,high,low,close,volume\n1735689600,1,1,1,1,1\n")
    ran = demo(tmp_path / "home", "--candles", str(file))
    assert ran.returncode == 2
    assert "say what it holds with --instrument" in ran.stderr
    named = demo(tmp_path / "home", "--candles", str(file), "--instrument", "BTC/USD:USD")
    assert named.returncode == 0, named.stderr
