"""What the page of sessions shows of trades is what parity found of them, over the candles a session took in."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edgeproof import bootstrap
from edgeproof.bootstrap.session_report import Said, session_sources
from edgeproof.core.model.order import STOP
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.research.report.session.page_data import session_data
from tests.support.parity_trades import BEGIN, FIRED, QUIET, Story
from tests.support.sessions import BITCOIN


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A long from 105 that was stopped at 100 a minute later, and filled worse than the backtest on both sides."""
    story = Story(bars=[QUIET, (105.0, 105.0, 99.0, 99.0), QUIET])
    story.enter("105.3", "0.1053")
    story.fill(STOP, story.at(1, 30 * SECOND), "99.5", "0.0995")
    story.end(story.at(1, 30 * SECOND))
    home: Path = tmp_path_factory.mktemp("home")
    store = bootstrap.open_store(home)
    store.save_candles(BITCOIN, story.store.load_candles(BITCOIN, MINUTE), source="test")
    store.save_funding(BITCOIN, story.store.load_funding(BITCOIN), source="test")
    said = Said(about={"title": "t"}, stats=None, standing=None)
    return session_data(session_sources(home, story.journal, None, said, story.compared()))


def test_trade_has_both_sides_and_its_causes_add_up_to_their_difference(page: dict[str, Any]) -> None:
    [trade] = page["trades"]
    assert (trade["entry"], trade["exit"], trade["reason"]) == (105.3, 99.5, "stop")
    assert trade["backtest"]["reason"] == "stop"
    assert trade["backtest"]["entry_time"] == FIRED // SECOND
    difference = trade["net"] - trade["backtest"]["net"]
    assert difference < 0
    assert sum(trade["causes"].values()) == pytest.approx(difference, abs=1e-4)


def test_causes_of_all_trades_add_up_to_the_difference_of_the_curves(page: dict[str, Any]) -> None:
    found = page["parity"]["trades"]
    assert sum(each["money"] for each in found["causes"]) == pytest.approx(found["difference"], abs=1e-6)
    money = page["curve"]["money"]
    assert money["live"][-1] - money["backtest"][-1] == pytest.approx(found["difference"], abs=0.02)
    assert Decimal(str(found["unexplained"])) == 0


def test_candles_are_those_stored_and_those_taken_in(page: dict[str, Any]) -> None:
    [(name, packed)] = page["candles"].items()
    assert name == f"{BITCOIN.unified}|60"
    first, count = packed["runs"][0]
    assert first * 60 < BEGIN // SECOND
    assert (first + count) * 60 == FIRED // SECOND + 3 * 60


def test_signal_has_its_fate(page: dict[str, Any]) -> None:
    assert [(each["name"], each["n"]) for each in page["funnel"]] == [
        ("signals", 1), ("told", 1), ("taken", 1), ("trades", 1),
    ]  # fmt: skip
