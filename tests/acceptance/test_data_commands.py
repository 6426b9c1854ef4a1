"""`edgeproof data` as a user types it: exit status, words, JSON, and nothing on disk after a mistake."""

from pathlib import Path

import pytest

from tests.support.calls import Outcome, Run, call
from tests.support.data import shared

HEADER = "timestamp,open,high,low,close,volume"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run_here(*words: object) -> Outcome:
        return call(["data", *map(str, words), "--home", str(home)], monkeypatch, capsys)

    return run_here


def candle_file(tmp_path: Path, minutes: int, *left_out: int, name: str = "candles.csv") -> Path:
    path = tmp_path / name
    kept = [minute for minute in range(minutes) if minute not in left_out]
    lines = [f"{1709251200 + 60 * m},100,{101 + m % 3},{99 - m % 2},100.5,{m}" for m in kept]
    path.write_text("\n".join([HEADER, *lines]))
    return path


def test_importing_says_what_changed_and_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = candle_file(tmp_path, 100)
    first = run("import", path, "--instrument", "BTC/USD:USD")
    assert (first.status, first.out) == (0, "BTC/USD:USD candles: 100 rows read, 100 added, 0 there already\n")
    again = run("import", path, "--instrument", "PF_XBTUSD", "--json")
    assert again.document == {
        "imported": {
            "instrument": "BTC/USD:USD", "kind": "candles", "rows": 100, "added": 0, "replaced": 0, "unchanged": 100,
        }
    }  # fmt: skip


def test_list_shows_every_series(run: Run, tmp_path: Path) -> None:
    run("import", candle_file(tmp_path, 100, 5), "--instrument", "BTC/USD:USD")
    rates = tmp_path / "rates.csv"
    rates.write_text("timestamp,rate\n1709251200,0.0001\n")
    run("import", rates, "--instrument", "BTC/USD:USD", "--kind", "funding")
    shown = run("list")
    assert "99.0%" in shown.out
    assert "rates.csv" in shown.out
    series = run("list", "--json").document["series"]
    assert [(each["kind"], each["timeframe"], each["rows"]) for each in series] == [
        ("candles", "1m", 99),
        ("funding", None, 1),
    ]
    assert series[0]["first"] == "2024-03-01T00:00:00.000Z"


def test_an_empty_store_says_how_to_fill_it(run: Run, home: Path) -> None:
    assert "data import" in run("list").out
    checked = run("check")
    assert (checked.status, "data import" in checked.err) == (2, True)
    assert not home.exists()


def test_check_of_sound_data_exits_with_0_and_of_unfit_data_with_3(run: Run, tmp_path: Path) -> None:
    run("import", candle_file(tmp_path, 100, 5), "--instrument", "BTC/USD:USD")
    sound = run("check")
    assert (sound.status, "99.0%" in sound.out) == (0, True)
    run("import", candle_file(tmp_path, 100, *range(10, 30)), "--instrument", "ETH/USD:USD")
    unfit = run("check", "ETH/USD:USD")
    assert (unfit.status, "coverage is 80.0%, below 95%" in unfit.out) == (3, True)
    document = run("check", "--json")
    assert document.status == 3
    assert [each["candles"] for each in document.document["data"]] == [99, 80]
    assert document.document["data"][0]["gaps"][0]["missing"] == 1


WRONG = [
    (["--instrument", "bitcoin"], "expected an instrument such as BTC/USD:USD"),
    (["--instrument", "BTC/USD:USD", "--timeframe", "soon"], "expected a duration"),
    (["--instrument", "BTC/USD:USD", "--timeframe", "5m"], "use --timeframe 1m"),
    (["--instrument", "BTC/USD:USD", "--kind", "funding"], "name a column rate"),
    (["--instrument", "BTC/USD:USD", "--kind", "trades"], "name a column price"),
    (["--instrument", "BTC/USD:USD", "--kind", "ticks"], "candles"),
    ([], "--instrument"),
]


@pytest.mark.parametrize(("words", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_word_exits_with_2_and_leaves_nothing(
    run: Run, home: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    outcome = run("import", candle_file(tmp_path, 100), *words)
    assert (outcome.status, outcome.out) == (2, "")
    assert message in outcome.err
    assert not home.exists()


def test_a_bad_file_exits_with_2_and_leaves_what_was(run: Run, home: Path, tmp_path: Path) -> None:
    run("import", candle_file(tmp_path, 100), "--instrument", "BTC/USD:USD")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    bad = tmp_path / "bad.csv"
    bad.write_text(f"{HEADER}\n1709258200,100,101,99,100,1\n1709258260,100,98,99,100,1\n")
    outcome = run("import", bad, "--instrument", "BTC/USD:USD")
    assert outcome.status == 2
    assert "line 3: expected high >= low, found high 98.0 and low 99.0" in outcome.err
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_contradicting_candles_need_replace(run: Run, tmp_path: Path) -> None:
    path = candle_file(tmp_path, 100)
    run("import", path, "--instrument", "BTC/USD:USD")
    path.write_text(path.read_text().replace("100.5", "100.25", 1))
    refused = run("import", path, "--instrument", "BTC/USD:USD")
    assert (refused.status, "close is 100.5 in the store and 100.25 here" in refused.err) == (2, True)
    taken = run("import", path, "--instrument", "BTC/USD:USD", "--replace")
    assert (taken.status, "1 replaced" in taken.out) == (0, True)


def test_a_home_that_is_a_file_exits_with_2(run: Run, home: Path, tmp_path: Path) -> None:
    home.write_text("in the way")
    outcome = run("import", candle_file(tmp_path, 100), "--instrument", "BTC/USD:USD")
    assert (outcome.status, "expected --home to be a folder" in outcome.err) == (2, True)


def test_a_damaged_store_exits_with_1(run: Run, home: Path, tmp_path: Path) -> None:
    run("import", candle_file(tmp_path, 100), "--instrument", "BTC/USD:USD")
    next(home.rglob("*.parquet")).write_bytes(b"PAR1")
    outcome = run("check")
    assert (outcome.status, "is damaged" in outcome.err) == (1, True)


def test_three_years_of_bitcoin_are_imported_and_certified(run: Run) -> None:
    path = shared("candles/bitfinex_BTCUSD_1m_2017_2019.parquet")
    assert "1,538,435 added" in run("import", path, "--instrument", "BTC/USD:USD").out
    checked = run("check", "BTC/USD:USD")
    assert checked.status == 0
    assert "97.6%" in checked.out
    outage = next(line for line in checked.out.splitlines() if "2019-01-07 10:01" in line)
    assert "198m" in outage


def test_real_trades_are_imported_with_their_candles(run: Run) -> None:
    path = shared("ticks/binance_usdm_ETHUSDT_trades_2024-08-08T2354_T2400.parquet")
    outcome = run("import", path, "--instrument", "ETHUSDT.P", "--kind", "trades", "--json")
    assert outcome.document["imported"]["candles"]["added"] == 5
    assert run("check").status == 0
