"""`edgeproof report` as its users meet it: a file that opens in a browser and asks nothing of any network."""

import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.simulated.market import generate_market, generated_source
from edgeproof.adapters.simulated.plant import Plant
from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.core.model.instrument import Instrument
from tests.support.chromium import Page, chromium

BTC, ETH = Instrument("BTC", "USD", "USD"), Instrument("ETH", "USD", "USD")
MINE = """
[[hypothesis]]
name = "Mine_Up"
timeframe = "5m"
direction = "long"
family = "trend"
reason = "says </script><b>bold</b> & more"
entry = ["close > sma(20)"]
stop = "close - 2 * atr(14)"
target = "2R"
"""

REBOUND = """
[[hypothesis]]
name = "Rebound"
timeframe = "5m"
direction = "long"
family = "mean_reversion"
reason = "what fell in a rush comes back"
entry = ["close < sma(12) - 2 * atr(14)"]
confirm = ["volume > 2 * sma(volume, 20)"]
stop = "close - 2 * atr(14)"
target = "2R"
max_hold = "1h"
"""


def edgeproof(*words: str, home: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "edgeproof", *words, "--home", str(home)],
        env=os.environ | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of part of the library and a hypothesis with hostile words on twenty generated days of two instruments."""
    folder = tmp_path_factory.mktemp("home")
    for instrument, (candles, funding) in generate_market([BTC, ETH], days=20, seed=7).items():
        ParquetStore(folder / "data").save_candles(instrument, candles, source=generated_source(7))
        ParquetStore(folder / "data").save_funding(instrument, funding, source=generated_source(7))
    (folder / "mine.toml").write_text(MINE)
    ran = edgeproof("backtest", "RSI*", "Placebo_R*", "Mine*", "--hypotheses", f"{folder}/mine.toml", home=folder)
    assert ran.returncode == 0, ran.stderr
    return folder


@pytest.fixture(scope="module")
def report(home: Path) -> Path:
    ran = edgeproof("report", home=home)
    assert ran.returncode == 0, ran.stderr
    return Path(ran.stdout.strip())


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def discovery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a discovery in a market with a planted edge, pooled over two instruments."""
    folder = tmp_path_factory.mktemp("planted")
    plants = (Plant(drift=6.0),)
    for instrument, (candles, funding) in generate_market([BTC, ETH], days=60, seed=3, plants=plants).items():
        ParquetStore(folder / "data").save_candles(instrument, candles, source=generated_source(3, plants))
        ParquetStore(folder / "data").save_funding(instrument, funding, source=generated_source(3, plants))
    (folder / "rebound.toml").write_text(REBOUND)
    words = ("Rebound", "RSI_O*", "Placebo_R*", "--hypotheses", f"{folder}/rebound.toml", "--pool")
    ran = edgeproof("discover", *words, home=folder)
    assert ran.returncode == 0, ran.stderr
    ran = edgeproof("report", home=folder)
    assert ran.returncode == 0, ran.stderr
    return Path(ran.stdout.strip())


def data_of(report: Path) -> dict[str, Any]:
    found = re.search(r'id="data">([^<]*)</script>', report.read_text())
    assert found is not None
    document: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return document


def test_report_of_the_newest_run_lies_beside_it(home: Path, report: Path) -> None:
    run = next((home / "runs").iterdir())
    assert report == (run / "report.html").resolve()
    assert data_of(report)["run"]["id"] == run.name


def test_report_of_the_same_run_is_the_same_to_the_byte(home: Path, report: Path) -> None:
    run = next((home / "runs").iterdir()).name
    ran = edgeproof("report", run[:6], "--html", f"{home}/elsewhere/again.html", "--json", home=home)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert Path(said["report"]).read_bytes() == report.read_bytes()
    assert said["bytes"] == report.stat().st_size


def test_report_of_an_unknown_run_names_those_there_are(home: Path) -> None:
    ran = edgeproof("report", "nosuchrun", home=home)
    assert ran.returncode == 2
    assert next((home / "runs").iterdir()).name in ran.stderr


def test_report_without_any_run_says_how_to_make_one(tmp_path: Path) -> None:
    ran = edgeproof("report", home=tmp_path)
    assert ran.returncode == 2
    assert "edgeproof backtest" in ran.stderr


def test_report_of_a_damaged_run_says_so(tmp_path: Path) -> None:
    (tmp_path / "runs" / "abc").mkdir(parents=True)
    (tmp_path / "runs" / "abc" / "run.json").write_text("{")
    ran = edgeproof("report", home=tmp_path)
    assert ran.returncode == 1
    assert "make the run again" in ran.stderr


def test_report_names_no_address_it_could_load_from(report: Path) -> None:
    text = report.read_text()
    addresses = set(re.findall(r"https?://[^\s\"'`<>)]+", text))
    # A name space, the licences of the chart libraries and the attribution they ask for: none of them is ever loaded.
    known = (
        "http://www.w3.org/",
        "https://www.apache.org/",
        "https://github.com/leeoniya/",
        "https://www.tradingview.com/",
    )
    assert {address for address in addresses if not address.startswith(known)} == set()
    assert re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)=", text) is None


def test_report_allows_only_the_scripts_it_carries(report: Path) -> None:
    text = report.read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "connect-src" not in policy[1]
    scripts = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert re.findall(r"'sha256-([^']*)'", policy[1]) == hashes


def test_report_shows_every_row_and_as_many_trades_as_the_run(home: Path, report: Path) -> None:
    run = json.loads((report.parent / "run.json").read_text())
    rows = data_of(report)["rows"]
    expected = {(each["hypothesis"], each["instrument"]): each["statistics"]["n"] for each in run["results"]}
    assert {(row["hypothesis"], row["on"][0]): row["of"] for row in rows} == expected
    assert all(len(row["shown"]) == min(row["of"], 40) for row in rows)


def test_page_opens_from_a_file_without_a_complaint_or_a_request(page: Page, report: Path) -> None:
    page.open(report, width=1440)
    assert page.says("document.querySelectorAll('.results tbody tr[data-row]').length") == len(data_of(report)["rows"])
    assert page.problems == []
    assert {url.split(":")[0] for url in page.requests} <= {"file", "about"}


def test_page_shows_hostile_words_as_words(page: Page, report: Path) -> None:
    number = next(n for n, row in enumerate(data_of(report)["rows"]) if row["hypothesis"] == "Mine_Up")
    page.open(report, width=1440, place=f"#row-{number}")
    assert "says </script><b>bold</b> & more" in page.says("document.querySelector('main').textContent")
    assert page.says("document.querySelectorAll('main b').length") == page.says(
        "document.querySelectorAll('.sheet b').length"
    )


def test_page_sorts_its_table_by_a_click(page: Page, report: Path) -> None:
    page.open(report, width=1440)
    page.says("document.querySelector('th[data-key=n] button').click()")
    cells = "[...document.querySelectorAll('.results td.n')].map((cell) => parseInt(cell.textContent.replace(',', '')))"
    down = page.says(cells)
    assert down == sorted(down, reverse=True)
    assert page.says("document.querySelector('th[data-key=n]').getAttribute('aria-sort')") == "descending"
    page.says("document.querySelector('th[data-key=n] button').click()")
    assert page.says(cells) == sorted(down)


def test_page_finds_rows_by_their_words(page: Page, report: Path) -> None:
    page.open(report, width=1440)
    page.says(
        "(() => { const box = document.querySelector('input[type=search]'); box.value = 'placebo eth'; "
        "box.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )
    names = page.says("[...document.querySelectorAll('.results td.name')].map((cell) => cell.textContent)")
    assert names
    assert all("Placebo" in name and "ETH" in name for name in names)


@pytest.mark.parametrize("dark", [False, True])
def test_row_opens_its_candles_and_curves(page: Page, report: Path, dark: bool) -> None:
    page.open(report, width=1440, dark=dark)
    page.says("document.querySelector('.results tbody tr[data-row=\"0\"]').click()")
    page.wait("document.querySelector('.chart')?.dataset.drawn !== undefined")
    page.wait("document.querySelectorAll('.uplot canvas').length === 2")
    assert page.says("document.querySelectorAll('.chart canvas').length") > 0
    assert page.says("document.querySelectorAll('.sheet dt').length") > 8
    assert page.says("document.querySelector('h1').textContent") != ""
    before = page.says("document.querySelector('.picker select').value")
    page.says("document.querySelector('button[aria-label=\"Next trade\"]').click()")
    assert page.says("document.querySelector('.picker select').value") != before
    assert page.problems == []


def test_chart_shows_the_prices_of_the_trade(page: Page, report: Path) -> None:
    document = data_of(report)
    row = next(each for each in document["rows"] if each["shown"])
    number = document["rows"].index(row)
    trade = dict(zip(document["trade_fields"], row["shown"][-1], strict=True))
    page.open(report, width=1440, place=f"#row-{number}")
    page.wait("document.querySelector('.chart')?.dataset.drawn !== undefined")
    sheet = page.says("document.querySelector('.sheet').textContent").replace(",", "")
    assert f"{trade['exit']:.8g}" in sheet
    assert f"{abs(trade['r']):.2f} R" in sheet


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("place", ["", "#row-0"])
def test_page_never_scrolls_sideways(page: Page, report: Path, width: int, place: str) -> None:
    page.open(report, width=width, place=place)
    page.wait("document.querySelector('svg, canvas') !== null")
    assert page.says("document.documentElement.scrollWidth") <= width


def test_report_of_a_discovery_has_the_verdicts_of_the_run(discovery: Path) -> None:
    edge = json.loads((discovery.parent / "edge.json").read_text())
    rows = data_of(discovery)["rows"]
    expected = {(each["hypothesis"], each["state"], each["verdict"]) for each in edge["analyses"]}
    assert {(row["hypothesis"], row["state"], row["line"]) for row in rows} == expected
    assert rows[0]["hypothesis"] == "Rebound"
    rebound = next(each for each in edge["analyses"] if each["hypothesis"] == "Rebound")
    assert rows[0]["of"] == rebound["whole"]["n"]
    assert {trade[0] for trade in rows[0]["shown"]} == {0, 1}


def test_page_of_a_discovery_shows_what_the_verdict_rests_on(page: Page, discovery: Path) -> None:
    edge = json.loads((discovery.parent / "edge.json").read_text())
    page.open(discovery, width=1440)
    counts = page.says("[...document.querySelectorAll('.count b')].map((node) => +node.textContent)")
    assert counts == [edge["states"][state] for state in ("qualified", "tested", "rejected", "draft")]
    said = page.says("document.querySelector('main').textContent")
    checks = edge["self_checks"]
    assert f"{checks['differences']} of {checks['checks']:,} checks differed" in said
    assert "What luck would give" in said
    page.says("document.querySelector('.results tbody tr[data-row=\"0\"]').click()")
    page.wait("document.querySelector('.chart')?.dataset.drawn !== undefined")
    assert page.says("document.querySelectorAll('.checks li').length") == len(edge["analyses"][0]["rules"])
    panels = page.says("[...document.querySelectorAll('main h3')].map((node) => node.textContent)")
    expected = {"What each confirmation is worth", "Walk-forward", "The same trades, other luck", "By regime"}
    assert expected | {"By instrument", "What costs take", "From signals to trades"} <= set(panels)
    assert page.problems == []


def test_page_of_a_discovery_filters_by_a_click_on_a_count(page: Page, discovery: Path) -> None:
    page.open(discovery, width=1440)
    page.says("document.querySelector('button.count[data-state=rejected]').click()")
    states = page.says("[...document.querySelectorAll('.results td.verdict .badge')].map((node) => node.className)")
    assert set(states) <= {"badge rejected"}
    assert len(states) == sum(row["state"] == "rejected" for row in data_of(discovery)["rows"])


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("place", ["", "#row-0"])
def test_page_of_a_discovery_never_scrolls_sideways(page: Page, discovery: Path, width: int, place: str) -> None:
    page.open(discovery, width=width, place=place)
    page.wait("document.querySelector('svg, canvas') !== null")
    assert page.says("document.documentElement.scrollWidth") <= width
