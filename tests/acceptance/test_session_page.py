"""The page of sessions as its readers meet it: in a browser, from a file, light and dark, on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeproof.research.report.session.page import build_session_page
from edgeproof.research.report.session.sources import Outcomes, SessionSources
from tests.support.chromium import Page, chromium
from tests.support.live_trades import BEGAN
from tests.support.session_page import HOSTILE, about, side, sources, trades_of
from tests.support.sessions import BITCOIN

MANY = [str(net) for net in (50, -100, 120, -100, 80, 75, -100, 150, -30, 60, -100, 210)]
TESTED = {"Rebound_5m": Outcomes(outcomes=np.tile([1.0, -0.5], 30), instruments=frozenset({BITCOIN}))}
NOTICE = {"at": "2026-02-03T00:00:00.000Z", "kind": "drift", "detail": HOSTILE, "instrument": None, "count": 2}
MISSED = {
    "first": "2026-02-03T00:00:00.000Z", "last": "2026-02-03T00:05:00.000Z", "closes": 6, "instrument": "BTC/USD:USD",
    "reason": "feed_gap", "words": HOSTILE, "late_ms": 90_000, "signals": ["0123456789abcdef"],
}  # fmt: skip


def open_only() -> SessionSources:
    [trade] = trades_of(["1"])
    return sources([], sides={trade.signal.id: side(trade, is_open=True)}, until=BEGAN + 1_800_000)


SITUATIONS: dict[str, SessionSources] = {
    "many": sources(MANY, tested=TESTED, notices=[NOTICE], missed=[MISSED]),
    "one": sources(["50"]),
    "winners": sources(["50"] * 4, tested=TESTED),
    "none": sources([]),
    "open": open_only(),
    "running": sources(["50"], about=about(running=HOSTILE)),
    "watched": SessionSources(about=about(command="scan"), until=BEGAN),
}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("pages")
    for name, each in SITUATIONS.items():
        (found / f"{name}.html").write_text(build_session_page(each))
    return found


def text_of(page: Page) -> str:
    said: str = page.says("document.body.innerText")
    return said


@pytest.mark.parametrize("name", SITUATIONS)
def test_page_opens_without_a_complaint_a_request_or_a_word_that_is_no_figure(
    page: Page, folder: Path, name: str
) -> None:
    page.problems.clear()
    page.requests.clear()
    page.open(folder / f"{name}.html", width=1400)
    assert page.problems == []
    assert {url.split(":")[0] for url in page.requests} <= {"file", "about"}
    words = text_of(page)
    assert not {"NaN", "undefined", "null", "Infinity", "[object"} & set(words.replace(",", " ").split())
    assert "nan" not in words.split()


@pytest.mark.parametrize("name", ["many", "none", "watched"])
@pytest.mark.parametrize("width", [390, 768, 1400])
def test_page_never_scrolls_sideways(page: Page, folder: Path, name: str, width: int) -> None:
    page.open(folder / f"{name}.html", width=width)
    page.wait("document.querySelector('.kpi') !== null")
    assert page.says("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
def test_page_draws_the_curve_in_its_band_and_the_last_trade_on_its_candles(
    page: Page, folder: Path, dark: bool
) -> None:
    page.open(folder / "many.html", width=1400, dark=dark)
    page.wait("document.querySelectorAll('.uplot canvas').length === 2")
    page.wait("document.querySelector('.chart')?.dataset.drawn === '11'")
    words = text_of(page)
    assert "12 trades made +315.00" in words
    assert "of the resampled backtests ended lower" in words
    page.says("[...document.querySelectorAll('button')].find((each) => each.textContent === 'in R').click()")
    assert "12 trades made +3.15 R" in text_of(page)
    assert page.problems == []


def test_page_opens_a_trade_by_a_click_on_its_row_and_sorts(page: Page, folder: Path) -> None:
    page.open(folder / "many.html", width=1400)
    page.wait("document.querySelector('.chart')?.dataset.drawn === '11'")
    page.says("[...document.querySelectorAll('.trades th button')].find((each) => each.textContent === 'net').click()")
    nets = page.says(
        "[...document.querySelectorAll('.trades td[data-label=net]')].map((each) => "
        "parseFloat(each.textContent.replace('−', '-')))"
    )
    assert nets == sorted(nets, reverse=True)
    page.says("document.querySelectorAll('.trades tbody tr')[1].click()")
    page.wait("document.querySelector('.chart')?.dataset.drawn === '7'")
    assert "+150.00" in page.says("document.querySelector('.sheet').innerText")


def test_page_shows_hostile_words_as_words(page: Page, folder: Path) -> None:
    page.open(folder / "many.html", width=1400)
    assert text_of(page).count("<b>bold</b> {{data}}") == 3
    assert page.says("[...document.querySelectorAll('b')].some((each) => each.textContent === 'bold')") is False


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none", "No trade is over yet: there is no curve"),
        ("none", "No signal has become a trade yet"),
        ("one", "There is no band: no hypothesis that traded has 30 tested trades or more"),
        ("winners", "no loss"),
        ("open", "still open"),
        ("running", "A session is running"),
        ("watched", "Nothing was traded: this was watching alone"),
    ],
)
def test_page_says_in_plain_words_what_is_not_there(page: Page, folder: Path, name: str, words: str) -> None:
    page.open(folder / f"{name}.html", width=1400)
    page.wait("document.querySelector('.kpi') !== null")
    assert words in text_of(page)


def test_every_situation_is_another_page() -> None:
    found: dict[str, Any] = {name: build_session_page(each) for name, each in SITUATIONS.items()}
    assert len(set(found.values())) == len(SITUATIONS)
