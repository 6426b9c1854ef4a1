"""What is not as it should be: each is told plainly, and nothing breaks."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Visit, Visiting
from tests.support.journals import began, candle_taken, decided, noticed
from tests.support.web import served, write

AWAY = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection", "ERR_CONNECTION_REFUSED", "ERR_FAILED")
JUST_NOW = re.compile(r"^(in )?\d+ m?s( ago)?$")
PATHS = ("/", "/signals", "/performance")


def _alert(page: Page, title: str) -> None:
    expect(page.get_by_role("main").get_by_text(title, exact=True)).to_be_visible()


def test_browser_without_javascript_is_told_what_to_type(visit: Visiting, rich_url: str) -> None:
    looking: Visit = visit(rich_url, None, java_script_enabled=False)
    looking.expect("assets/.* csp")  # what the page would need next is not fetched
    said = looking.go("/").locator("body").inner_text()
    assert "These pages are drawn by JavaScript, and it is off in this browser." in said
    for command in ("edgeproof status", "edgeproof positions", "edgeproof stats", "edgeproof why"):
        assert command in said


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page_of_an_empty_home_says_what_to_type(visit: Visiting, tmp_path: Path, path: str, dark: bool) -> None:
    with served(tmp_path / "nothing") as url:
        looking: Visit = visit(url, path, dark=dark, width=360)
        expect(looking.page.get_by_role("main").get_by_text("edgeproof ").first).to_be_visible()
        assert looking.violations() == []
        assert looking.fits()
        looking.context.close()
    assert not (tmp_path / "nothing").exists()


def test_session_of_another_version_is_told_and_shown_as_it_is(visit: Visiting, tmp_path: Path) -> None:
    write(tmp_path, [replace(began(), version="0.0.1"), candle_taken(0), decided(0)])
    with served(tmp_path) as url:
        looking: Visit = visit(url)
        _alert(looking.page, "Another version")
        expect(looking.page.get_by_role("main")).to_contain_text("The session ran edgeproof 0.0.1")
        expect(looking.page.get_by_role("region", name="Last signals").get_by_role("listitem")).to_have_count(1)
        assert looking.violations() == []
        looking.context.close()


def test_session_that_was_killed_is_told_with_what_to_do(visit: Visiting, tmp_path: Path) -> None:
    write(tmp_path, [began(), candle_taken(0)])
    with served(tmp_path) as url:
        looking: Visit = visit(url)
        _alert(looking.page, "The last session was killed")
        assert looking.violations() == []
        looking.context.close()


@pytest.mark.parametrize(("hours", "said"), [(5, "5 h 00 min ahead of"), (-5, "5 h 00 min behind")])
def test_clock_that_is_hours_off_is_told_and_ages_go_by_the_server(
    visit: Visiting, tmp_path: Path, hours: int, said: str
) -> None:
    write(tmp_path, [began(), candle_taken(0)])
    with served(tmp_path) as url:
        looking: Visit = visit(url, None)
        shift = f"const now = Date.now; Date.now = () => now() + {hours} * 3600000;"
        looking.context.add_init_script(shift)
        page = looking.go("/")
        _alert(page, "This device's clock is off")
        expect(page.get_by_role("main")).to_contain_text(f"It is {said}")
        page.get_by_role("button", name="Actions and looks").click()
        page.get_by_role("menuitem", name="Pause", exact=True).click()
        page.get_by_role("dialog", name="Pause?").locator("button[type=submit]").click()
        asked = page.get_by_role("region", name="Asked, not granted yet")
        expect(asked.locator("time")).to_have_text(JUST_NOW)
        looking.context.close()


def test_ten_thousand_signals_are_listed_and_searched(visit: Visiting, tmp_path: Path) -> None:
    many = [decided(minute, hypothesis=f"Rebound_{minute % 40}") for minute in range(10_000)]
    write(tmp_path, [began(), candle_taken(0), *many])
    with served(tmp_path) as url:
        looking: Visit = visit(url, "/signals")
        page = looking.page
        foot = page.get_by_role("main").get_by_role("status")
        expect(foot.filter(has_text="10,000 signals")).to_be_visible()
        assert page.get_by_role("listbox").get_by_role("option").count() < 100
        page.get_by_label("Search signals").fill("Rebound_39")
        expect(foot.filter(has_text="250 signals")).to_be_visible()
        page.get_by_label("Search signals").fill("")
        expect(foot.filter(has_text="10,000 signals")).to_be_visible()
        page.get_by_role("listbox").evaluate("(box) => box.scrollTo({ top: 1e9 })")
        expect(page.get_by_role("option").last).to_be_visible()
        assert page.get_by_role("listbox").get_by_role("option").count() < 100
        looking.context.close()


def test_signals_that_are_too_many_to_list_are_said_to_be_missing(visit: Visiting, rich_url: str) -> None:
    looking: Visit = visit(rich_url, None)
    page = looking.page
    many = looking.api("/signals") | {"older_left_out": True}
    today = looking.api("/overview")
    page.route("**/api/signals?*", lambda route: route.fulfill(json=many))
    cut = today | {"funnel": today["funnel"] | {"is_whole": False}}
    page.route("**/api/overview", lambda route: route.fulfill(json=cut))
    looking.go("/signals")
    expect(page.get_by_role("main")).to_contain_text("of the newest 20,000")
    looking.go("/")
    expect(page.get_by_role("region", name="Signals today")).to_contain_text("More have fired than are counted")


def test_page_that_is_offline_says_so_and_since_when(visit: Visiting, tmp_path: Path) -> None:
    write(tmp_path, [began(), candle_taken(0), decided(0)])
    with served(tmp_path) as url:
        looking: Visit = visit(url)
        page = looking.page
        expect(page.get_by_role("region", name="Last signals").get_by_role("listitem")).to_have_count(1)
        looking.expect(*AWAY)
        port = int(url.rsplit(":", 1)[1])
    _alert(page, "The server is not reached")
    expect(page.get_by_role("main")).to_contain_text("what is shown is from before")
    expect(page.get_by_role("region", name="Last signals").get_by_role("listitem")).to_have_count(1)
    # A day of events is more than the stream tells again: everything is fetched anew.
    write(tmp_path, [*(noticed(minute) for minute in range(2_100)), decided(2_000)])
    with served(tmp_path, port=port):
        expect(page.get_by_role("region", name="Last signals").get_by_role("listitem")).to_have_count(2)
        expect(page.get_by_text("The server is not reached")).to_be_hidden()
        looking.context.close()


def test_app_that_is_opened_offline_says_that_it_is(visit: Visiting, rich_url: str) -> None:
    looking: Visit = visit(rich_url, workers=True)
    page = looking.page
    looking.wait("navigator.serviceWorker.controller !== null")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    looking.expect(*AWAY)
    looking.context.set_offline(True)
    looking.go("/signals")
    expect(page.get_by_role("heading", level=1)).to_have_text("The dashboard is not reached")
    assert looking.violations() == []
    looking.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signals")


def test_pages_of_an_older_build_offer_the_new_ones(
    visit: Visiting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path) as url:
        looking: Visit = visit(url)
        page = looking.page
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
        port = int(url.rsplit(":", 1)[1])
    looking.expect(*AWAY)
    monkeypatch.setattr("edgeproof.web.app.build_id", lambda: "another")
    with served(tmp_path, port=port):
        _alert(page, "These pages are of an older version")
        monkeypatch.undo()
    with served(tmp_path, port=port):
        with page.expect_event("load"):
            page.get_by_role("button", name="Open the new ones").click()
        expect(page.get_by_text("These pages are of an older version")).to_be_hidden()
        looking.context.close()
