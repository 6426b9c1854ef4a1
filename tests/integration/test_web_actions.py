"""Actions of the dashboard: wishes that a session grants, that are kept, or that are refused before they are asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from edgeproof.adapters.storage.wishes import FolderWishes
from edgeproof.core.model.journal import ASKS_FIRST, Asked, HistoryUsed
from edgeproof.core.model.time import HOUR
from tests.support.calls import call
from tests.support.granting import OUTCOME, trading_session
from tests.support.sessions import BITCOIN, CLOSE
from tests.support.trading import SHORT, WAITING, began, candles, decided, records, whole
from tests.support.web import write
from tests.support.web_asked import browsing


def test_wish_is_granted_by_the_session_that_runs(tmp_path: Path) -> None:
    asked: list[Asked] = []
    with trading_session(tmp_path, records(), asked), browsing(tmp_path) as browser:
        found = browser.post("/actions", wish="close", target=SHORT.id[:5], why="news")
        listed = browser.get("/actions")
    assert (found["state"], found["outcome"]) == ("granted", OUTCOME)
    assert [(each.wish, each.target, each.why) for each in asked] == [("close", SHORT.id, "news")]
    assert asked[0].by.endswith("(dashboard)")
    assert (listed["wishes"], listed["asked"][0]["outcome"]) == ([], OUTCOME)
    assert FolderWishes(tmp_path).waiting() == ()


def test_wish_is_kept_where_no_session_trades(tmp_path: Path) -> None:
    write(tmp_path, records())
    with browsing(tmp_path) as browser:
        found = browser.post("/actions", wish="stop")
        assert browser.get("/actions")["wishes"] == [found["wish"]]
    assert (found["state"], found["outcome"], found["held_by"]) == ("kept", None, None)


def test_wishes_left_at_once_are_all_kept(tmp_path: Path) -> None:
    write(tmp_path, records())
    with browsing(tmp_path) as browser:
        for _ in range(5):
            browser.post("/actions", wish="stop")
    assert len(FolderWishes(tmp_path).waiting()) == 5


def test_signal_that_waits_is_taken_by_its_id(tmp_path: Path) -> None:
    used = HistoryUsed(instrument=BITCOIN, start=0, end=CLOSE - HOUR, digest="ab")
    asks = replace(began(), settings={ASKS_FIRST: True}, history=(used,))
    write(tmp_path, [asks, whole(), *candles(), decided(WAITING)])
    with browsing(tmp_path) as browser:
        assert browser.post("/actions", wish="take", target=WAITING.id)["wish"]["target"] == WAITING.id


@pytest.mark.parametrize(
    ("wish", "target", "command"),
    [
        ("close", "nonsense", ["close", "nonsense"]),
        ("close", "", ["close"]),
        ("take", "ffff", ["take", "ffff"]),
        ("skip", "", ["skip"]),
    ],
)
def test_what_the_command_line_refuses_is_refused_in_the_same_words(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wish: str,
    target: str,
    command: list[str],
) -> None:
    write(tmp_path, records())
    said = call([*command, "--home", str(tmp_path)], monkeypatch, capsys).err
    with browsing(tmp_path) as browser:
        error = browser.post("/actions", 422, wish=wish, target=target)["error"]
    assert said.removeprefix("edgeproof: ").strip() == error.strip()
    assert FolderWishes(tmp_path).waiting() == ()


def test_nothing_to_close_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [began()])
    with browsing(tmp_path) as browser:
        assert "nothing to close" in browser.post("/actions", 422, wish="close_all")["error"]


def test_word_that_says_it_all_takes_no_target(tmp_path: Path) -> None:
    with browsing(tmp_path) as browser:
        assert "without a target" in browser.post("/actions", 422, wish="stop", target="BTC")["error"]


def test_home_that_is_not_there_swallows_no_wish(tmp_path: Path) -> None:
    home = tmp_path / "nothing"
    with browsing(home) as browser:
        assert "nothing was asked" in browser.post("/actions", 422, wish="stop")["error"]
        assert browser.get("/actions") == {"wishes": [], "asked": []}
    assert not home.exists()


@pytest.mark.parametrize("body", [{"wish": "sell"}, {}, {"wish": "stop", "why": "x" * 501}, {"wish": "stop", "a": "b"}])
def test_what_is_no_wish_is_refused(tmp_path: Path, body: dict[str, str]) -> None:
    with browsing(tmp_path) as browser:
        browser.post("/actions", 422, **body)
