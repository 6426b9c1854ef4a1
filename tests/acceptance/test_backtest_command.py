"""`edgeproof backtest` as its users meet it: a process, its words, its JSON, its exit status, its files."""

import json
import math
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from edgeproof.adapters.simulated.market import generate_market, generated_source
from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, MINUTE, parse_time
from tests.support import candles as make
from tests.support.data import shared

BTC, ETH = Instrument("BTC", "USD", "USD"), Instrument("ETH", "USD", "USD")
START = parse_time("2025-01-01")

MINE = """
[[hypothesis]]
name = "Mine_Up"
timeframe = "5m"
direction = "long"
family = "trend"
reason = "goes on as it went"
entry = ["close > sma({n})"]
stop = "close - 2 * atr(14)"
target = "2R"
max_hold = "2h"
vary = { n = [5, 20] }

[[hypothesis]]
name = "Mine_Never"
timeframe = "5m"
direction = "long"
family = "trend"
reason = "asks for what cannot be"
entry = ["close < 0"]
stop = "close * 0.99"
target = "2R"

[[hypothesis]]
name = "Mine_Void"
timeframe = "1h"
direction = "long"
family = "trend"
reason = "its stop is above the price"
entry = ["close > 0"]
stop = "close * 1.01"
target = "close * 1.02"

[[hypothesis]]
name = "Mine_Long_Memory"
timeframe = "1d"
direction = "long"
family = "trend"
reason = "looks back for longer than there is history"
entry = ["close > sma(200)"]
stop = "close * 0.99"
target = "2R"
"""


def edgeproof(*words: str, home: Path, columns: int = 80) -> "subprocess.CompletedProcess[str]":
    """Run the command line; its output is that of a terminal of `columns` characters."""
    return subprocess.run(
        [sys.executable, "-m", "edgeproof", *words, "--home", str(home)],
        env=os.environ | {"COLUMNS": str(columns)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def keep(home: Path, instrument: Instrument, candles: Candles, source: str = "test") -> None:
    """Put candles into the store of a home."""
    ParquetStore(home / "data").save_candles(instrument, candles, source=source)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten generated days of two instruments, one of them with funding, and hypotheses of one's own."""
    folder = tmp_path_factory.mktemp("home")
    market = generate_market([BTC, ETH], days=10, seed=7)
    for instrument, (candles, _) in market.items():
        keep(folder, instrument, candles, generated_source(7))
    ParquetStore(folder / "data").save_funding(BTC, market[BTC][1], source=generated_source(7))
    (folder / "mine.toml").write_text(MINE)
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_backtest_prints_a_row_or_a_reason_for_every_hypothesis_and_instrument(home: Path) -> None:
    ran = edgeproof("backtest", "Mine_*", "Funding_Rate_Extreme_15m", "--hypotheses", f"{home}/mine.toml", home=home)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0] == "6 hypotheses on 2 instruments"
    rows = [line.split() for line in lines]
    for variant in ("Mine_Up[n=5]", "Mine_Up[n=20]"):
        assert {row[1] for row in rows if row and row[0] == variant} == {"BTC", "ETH"}
    said = " ".join(ran.stdout.split())
    assert "Mine_Never BTC ETH never fired" in said
    assert re.search(r"Mine_Void BTC (ETH )?all 2\d\d fires void \(stop or target on the wrong side\)", said)
    assert "Mine_Long_Memory BTC ETH never fired: its values need 200d of history, there are 10d" in said
    assert "Funding_Rate_Extreme_15m ETH needs funding; none is stored for this instrument" in said
    assert "A generated market: no result on it says anything about a real one." in said
    assert "funding complete" in said
    assert "funding none" in said
    assert "taker 0.05 %, maker 0.02 %" in said


def test_backtest_table_fits_a_narrow_terminal_and_says_more_on_a_wide_one(home: Path) -> None:
    words = ("backtest", "Mine_Up", "--hypotheses", f"{home}/mine.toml")
    narrow, wide = (edgeproof(*words, home=home, columns=columns).stdout for columns in (80, 150))
    table = narrow[: narrow.index("How to read it")].splitlines()
    assert max(map(len, table)) <= 80
    head = next(line for line in table if line.startswith("hypothesis"))
    assert [word for word in ("trades", "win %", "PF", "exp R", "cost R", "exits %") if word not in head] == []
    wide_head = next(line for line in wide.splitlines() if line.startswith("hypothesis"))
    more = ("tf", "side", "signals", "best R", "DD R", "hold", "amb %")
    assert [word for word in more if word not in wide_head] == []
    assert [word for word in more if f" {word} " in head] == []


def test_backtest_rows_are_sorted_by_expectancy(home: Path) -> None:
    found = edgeproof("backtest", "--instrument", "BTCUSDT.P", home=home, columns=80).stdout
    table = found[: found.index("fewer than")].splitlines()[3:]
    signs = [
        float(word) for row in table for word in row.split() if word[0] in "+-" and word[1:].replace(".", "").isdigit()
    ]
    assert len(signs) > 10
    assert signs == sorted(signs, reverse=True)


JsonCheck = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and math.isfinite(value)


def _number_or_null(value: Any) -> bool:
    return value is None or _number(value)


def _time(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("Z") and parse_time(value) > 0


RUN: dict[str, JsonCheck] = {
    "id": _text,
    "version": _text,
    "config": lambda value: set(value) == {"instruments", "start", "end", "costs", "hypotheses"},
    "seed": _count,
}
DATA: dict[str, JsonCheck] = {
    "instrument": _text,
    "base_timeframe": lambda value: value == "1m",
    "start": _time,
    "end": _time,
    "candles": _count,
    "missing": _count,
    "filled_share": _number,
    "gaps": lambda value: all(_time(gap["start"]) and _time(gap["end"]) and _count(gap["missing"]) for gap in value),
    "funding": lambda value: value in {"complete", "incomplete", "none"},
}
RESULT: dict[str, JsonCheck] = {
    "hypothesis": _text,
    "instrument": _text,
    "timeframe": _text,
    "direction": lambda value: value in {"long", "short"},
    "signals": _count,
    "void": _count,
    "overlapped": _count,
    "unfilled": _count,
    "invalidated": _count,
    "statistics": lambda value: value is None or isinstance(value, dict),
    "trades": lambda value: isinstance(value, list),
}
STATISTICS: dict[str, JsonCheck] = {"n": _count} | dict.fromkeys(
    ("win_rate", "win_rate_low", "win_rate_high", "profit_factor", "expectancy_r", "cost_r"), _number_or_null
)
TRADE: dict[str, JsonCheck] = (
    dict.fromkeys(("signal_time", "entry_time", "exit_time"), _time)
    | dict.fromkeys(
        ("entry_price", "reference_price", "stop_loss", "risk_reward", "exit_price", "fees", "slippage", "funding"),
        _number,
    )
    | dict.fromkeys(("pnl", "r_multiple", "mae_r", "mfe_r"), _number)
    | {
        "targets": lambda value: len(value) > 0 and all(map(_number, value)),
        "exit_reason": lambda value: value in {"stop", "target", "time_stop", "exit_condition", "end_of_data"},
        "stop_kind": lambda value: value in {"initial", "break_even", "trailing"},
        "ambiguous": lambda value: isinstance(value, bool),
    }
)


def assert_shape(document: dict[str, Any], shape: dict[str, JsonCheck]) -> None:
    wrong = [
        f"{key}: {document.get(key)!r}"
        for key, check in shape.items()
        if key not in document or not check(document[key])
    ]
    assert wrong == []


def _strict(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_backtest_json_is_one_document_of_the_documented_shape(home: Path) -> None:
    ran = edgeproof("backtest", "--hypotheses", f"{home}/mine.toml", "--json", home=home)
    assert ran.returncode == 0, ran.stderr
    document = _strict(ran.stdout)
    assert list(document) == ["run", "data", "results"]
    assert_shape(document["run"], RUN)
    assert [each["instrument"] for each in document["data"]] == ["BTC/USD:USD", "ETH/USD:USD"]
    for each in document["data"]:
        assert_shape(each, DATA)
    trades = 0
    for result in document["results"]:
        assert_shape(result, RESULT)
        refused = sum(result[key] for key in ("void", "overlapped", "unfilled", "invalidated"))
        assert result["signals"] == refused + len(result["trades"]), result["hypothesis"]
        if result["statistics"] is not None:
            assert_shape(result["statistics"], STATISTICS)
        if not result["trades"]:
            assert _text(result["reason"])
        for trade in result["trades"]:
            assert list(trade) == list(TRADE_ORDER)
            assert_shape(trade, TRADE)
        trades += len(result["trades"])
    assert trades > 1_000


TRADE_ORDER = (
    *(
        "signal_time",
        "entry_time",
        "entry_price",
        "reference_price",
        "stop_loss",
        "targets",
        "risk_reward",
        "exit_time",
    ),
    *("exit_price", "exit_reason", "stop_kind", "fees", "slippage", "funding", "pnl", "r_multiple", "mae_r", "mfe_r"),
    "ambiguous",
)


def test_backtest_statistics_are_those_of_the_trades_beside_them(home: Path) -> None:
    ran = edgeproof(
        "backtest", "Mine_Up", "--hypotheses", f"{home}/mine.toml", "--json", "-i", "BTC/USD:USD", home=home
    )
    for result in json.loads(ran.stdout)["results"]:
        closed = [trade for trade in result["trades"] if trade["exit_reason"] != "end_of_data"]
        r = np.array([trade["r_multiple"] for trade in closed])
        statistics = result["statistics"]
        assert statistics["n"] == len(closed) > 100
        assert statistics["win_rate"] == pytest.approx(np.mean(r > 0), rel=1e-12)
        assert statistics["expectancy_r"] == pytest.approx(r.mean(), rel=1e-12)
        assert statistics["profit_factor"] == pytest.approx(r[r > 0].sum() / -r[r < 0].sum(), rel=1e-9)
        for trade in closed:
            risk = abs(trade["reference_price"] - trade["stop_loss"])
            earned = trade["exit_price"] - trade["entry_price"] - trade["fees"] - trade["funding"]
            assert trade["pnl"] == pytest.approx(earned, rel=1e-9, abs=1e-9)
            assert trade["r_multiple"] == pytest.approx(trade["pnl"] / risk, rel=1e-12)


def test_backtest_window_leaves_nothing_outside_of_it(home: Path) -> None:
    words = ("backtest", "Mine_Up", "--hypotheses", f"{home}/mine.toml", "--json")
    ran = edgeproof(*words, "--start", "2025-01-03", "--end", "2025-01-05T12:00Z", home=home)
    document = json.loads(ran.stdout)
    assert document["data"][0]["start"] == "2025-01-03T00:00:00.000Z"
    assert document["data"][0]["end"] == "2025-01-05T12:00:00.000Z"
    times = [
        trade[key]
        for result in document["results"]
        for trade in result["trades"]
        for key in ("entry_time", "exit_time")
    ]
    assert min(times) >= "2025-01-03T00:00:00.000Z"
    assert max(times) <= "2025-01-05T12:00:00.000Z"


def test_backtest_made_twice_keeps_the_same_bits_under_the_same_id(home: Path) -> None:
    words = ("backtest", "Mine_*", "--hypotheses", f"{home}/mine.toml", "--json", "--end", "2025-01-08")
    first = edgeproof(*words, home=home)
    folder = home / "runs" / json.loads(first.stdout)["run"]["id"]
    kept = files_of(folder)
    second = edgeproof(*words, home=home)
    assert second.stdout == first.stdout
    assert files_of(folder) == kept
    assert [name for name in os.listdir(home / "runs") if name.startswith(".")] == []
    assert sorted(kept) == ["run.json", "trades/part-0000.parquet"]
    other = edgeproof(*words[:-1], "2025-01-07", home=home)
    assert json.loads(other.stdout)["run"]["id"] != folder.name


def test_backtest_keeps_every_trade_it_reports(home: Path) -> None:
    ran = edgeproof("backtest", "Mine_Up", "--hypotheses", f"{home}/mine.toml", "--json", home=home)
    document = json.loads(ran.stdout)
    folder = home / "runs" / document["run"]["id"]
    trades = pl.read_parquet(folder / "trades" / "*.parquet")
    reported = [trade["r_multiple"] for result in document["results"] for trade in result["trades"]]
    assert trades["r_multiple"].to_list() == reported
    kept = json.loads((folder / "run.json").read_text())
    assert kept["run"] == document["run"]
    assert kept["data"] == document["data"]
    for ours, theirs in zip(kept["results"], document["results"], strict=True):
        assert ours == {key: value for key, value in theirs.items() if key != "trades"}


WRONG_CALLS = {
    "unknown hypothesis": (["RSI_Oversld_5m_Reversal"], 'did you mean "RSI_Oversold_5m_Reversal"?'),
    "unknown family": (["--family", "trnd"], 'did you mean "trend"?'),
    "instrument not stored": (["-i", "SOL/USD:USD"], "there are BTC/USD:USD, ETH/USD:USD"),
    "no instrument": (["-i", "bitcoin"], "expected an instrument such as BTC/USD:USD"),
    "start after end": (["--start", "2025-01-05", "--end", "2025-01-02"], "expected --start before --end"),
    "no date": (["--start", "yesterday"], "--start: expected an ISO 8601 time"),
    "far date": (["--end", "99999-01-01"], "--end: expected an ISO 8601 time"),
    "empty window": (["--start", "2031-01-01"], "stored are BTC/USD:USD 2025-01-01"),
    "no hypothesis file": (["--hypotheses", "absent.toml"], "expected a hypothesis file at absent.toml"),
    "no settings file": (["--config", "absent.toml"], "expected a settings file at absent.toml"),
    "unknown option": (["--instruments", "BTC"], "No such option: --instruments"),
}


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_backtest_refuses_wrong_words_and_changes_nothing(home: Path, case: str) -> None:
    words, expected = WRONG_CALLS[case]
    before = files_of(home)
    ran = edgeproof("backtest", *words, home=home)
    assert ran.returncode == 2
    assert expected in ran.stderr
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr
    assert files_of(home) == before


def test_backtest_refuses_a_broken_hypothesis_file_with_its_place(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(MINE.replace("close > sma({n})", "close > smaa({n})"))
    ran = edgeproof("backtest", "--hypotheses", str(broken), home=home)
    assert ran.returncode == 2
    assert f"{broken}, line 8, column 19" in ran.stderr
    assert 'did you mean "sma"' in ran.stderr


def test_backtest_refuses_broken_settings_with_their_line(home: Path, tmp_path: Path) -> None:
    settings = tmp_path / "edgeproof.toml"
    settings.write_text("[costs]\ntakr = 0.001\n")
    ran = edgeproof("backtest", "--config", str(settings), home=home)
    assert ran.returncode == 2
    assert 'line 2: unknown key "costs.takr"; did you mean "costs.taker"?' in ran.stderr


def test_backtest_uses_the_costs_of_the_settings(home: Path, tmp_path: Path) -> None:
    settings = tmp_path / "edgeproof.toml"
    settings.write_text("[costs]\ntaker = 0.0\nmaker = 0.0\n")
    words = ("backtest", "Mine_Up", "--hypotheses", f"{home}/mine.toml", "--json")
    free = json.loads(edgeproof(*words, "--config", str(settings), home=home).stdout)
    usual = json.loads(edgeproof(*words, home=home).stdout)
    assert all(trade["fees"] == 0 for result in free["results"] for trade in result["trades"])
    assert all(trade["fees"] > 0 for result in usual["results"] for trade in result["trades"])
    assert free["run"]["id"] != usual["run"]["id"]


def test_backtest_without_data_says_how_to_get_some(tmp_path: Path) -> None:
    ran = edgeproof("backtest", home=tmp_path / "new")
    assert ran.returncode == 2
    assert "edgeproof data import FILE --instrument BTC/USD:USD" in ran.stderr
    assert "edgeproof demo" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_backtest_in_a_home_that_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = edgeproof("backtest", home=tmp_path / "file")
    assert ran.returncode == 2
    assert "expected --home to be a folder, found a file" in ran.stderr


def _constant(n: int, price: float) -> Candles:
    return make.closes(*([price] * n), start=START)


def _walk(n: int, price: float) -> Candles:
    steps = np.sin(np.arange(n) / 7.0) + 0.3 * np.sin(np.arange(n) / 1.3)
    return make.closes(*(price * (1 + 0.01 * steps)), start=START)


def _with_hole(n: int) -> Candles:
    early, late = _walk(n, 100.0), _walk(n, 100.0)
    columns = {
        name: np.concatenate([getattr(early, name), getattr(late, name)])
        for name in ("open", "high", "low", "close", "volume")
    }
    time = np.concatenate([early.open_time, late.open_time + 400 * DAY])
    return Candles(timeframe=MINUTE, open_time=time, filled=np.zeros(2 * n, np.bool_), **columns)


ODD_MARKETS: dict[str, tuple[Callable[[], Candles], str]] = {
    "one candle": (lambda: _constant(1, 100.0), "expected at least 2 candles, found 1"),
    "constant price": (lambda: _constant(3_000, 100.0), "the price never changes"),
    "tiny prices": (lambda: _walk(3_000, 1e-10), "coverage 100.0 %"),
    "huge gap": (lambda: _with_hole(1_500), "too many candles are missing"),
}


@pytest.mark.parametrize("case", ODD_MARKETS)
def test_backtest_of_an_odd_market_is_a_plain_statement(tmp_path: Path, case: str) -> None:
    candles, expected = ODD_MARKETS[case]
    keep(tmp_path, BTC, candles())
    ran = edgeproof("backtest", home=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert expected in ran.stdout
    kept = next((tmp_path / "runs").glob("*/run.json"))
    assert len(_strict(kept.read_text())["results"]) > 100


def test_backtest_on_coarse_candles_names_the_hypotheses_that_need_finer_ones(tmp_path: Path) -> None:
    keep(tmp_path, BTC, make.closes(*(100 + np.sin(np.arange(600.0))), timeframe=5 * MINUTE, start=START))
    ran = edgeproof("backtest", "Micro_Mean_Reversion_2m", home=tmp_path, columns=120)
    assert ran.returncode == 0
    assert "needs 2m candles; the stored 5m ones cannot make them" in " ".join(ran.stdout.split())


def test_interrupted_backtest_ends_with_130_and_leaves_nothing_half_written(home: Path) -> None:
    words = [sys.executable, "-m", "edgeproof", "backtest", "--json", "--home", str(home), "--start", "2025-01-02"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        begun = process.stdout.read(8)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert begun == '{"run": '
    assert process.returncode == 130
    assert "interrupted" in said
    assert [name for name in os.listdir(home / "runs") if name.startswith(".")] == []


@pytest.mark.parametrize("command", [["backtest"], ["demo"], ["data", "import"], ["hypotheses", "list"]])
def test_help_of_a_command_imports_nothing_heavy(command: list[str]) -> None:
    program = f"""
import sys
from edgeproof.cli.main import main
sys.argv = ["edgeproof", *{command!r}, "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
loaded = sorted(set(sys.modules) & {{"numba", "polars", "pandas", "numpy", "rich"}})
assert not loaded, loaded
"""
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    assert "--home" in asked.stdout


def test_backtest_of_recorded_candles_and_funding_from_the_files_on(tmp_path: Path) -> None:
    files = {
        "candles": shared("candles/binance_perp_BTCUSDT_1m_2025-05_2025-06.parquet"),
        "funding": shared("funding/binance_perp_BTCUSDT_funding.parquet"),
    }
    for kind, file in files.items():
        imported = edgeproof("data", "import", str(file), "--instrument", "BTCUSDT.P", "--kind", kind, home=tmp_path)
        assert imported.returncode == 0, imported.stderr
    ran = edgeproof("backtest", "--json", home=tmp_path)
    document = _strict(ran.stdout)
    assert document["data"][0]["candles"] == 43_199
    assert document["data"][0]["funding"] == "complete"
    assert sum(len(result["trades"]) for result in document["results"]) > 3_000
    assert any(trade["funding"] != 0 for result in document["results"] for trade in result["trades"])


def test_backtest_of_a_market_with_little_trade_says_how_much_was_filled(tmp_path: Path) -> None:
    file = shared("candles/bitfinex_XRPUSD_1m_2019-01_2019-03.parquet")
    assert edgeproof("data", "import", str(file), "--instrument", "XRP/USD:USD", home=tmp_path).returncode == 0
    ran = edgeproof("backtest", "Double_Bottom_5m", home=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "too many candles are missing" in ran.stdout
    assert "filled 15.0 %" in ran.stdout
