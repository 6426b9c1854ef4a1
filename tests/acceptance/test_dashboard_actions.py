"""What a person asks of a session by the page: confirmed, granted by a real session, journalled, and seen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edgeproof.core.model.time import MINUTE, SECOND
from tests.support.browser import Visit, Visiting
from tests.support.figures import money
from tests.support.rich_home import RichHome
from tests.support.steered import Steered, steered
from tests.support.web import served

UNTIL_TWO_SIGNALS = 42 * MINUTE + 5 * SECOND
"""From where the rich home's session ended to just after a close at which both instruments have a signal."""


@pytest.fixture
def session(browser: Browser, rich: RichHome, tmp_path: Path) -> Iterator[Steered]:
    assert browser.is_connected()
    with steered(rich, tmp_path) as found:
        yield found


@pytest.fixture
def asking(browser: Browser, rich: RichHome, tmp_path: Path) -> Iterator[Steered]:
    assert browser.is_connected()
    with steered(rich, tmp_path, "--ask") as found:
        yield found


@pytest.fixture
def looking(visit: Visiting, session: Steered) -> Iterator[Visit]:
    with served(session.home) as url:
        found = visit(url)
        session.wait_until_painted()
        yield found
        found.context.close()


def _confirm(page: Page, label: str, why: str = "") -> None:
    dialog = page.get_by_role("dialog", name=f"{label}?")
    dialog.get_by_label("Why").fill(why)
    dialog.get_by_role("button", name=label, exact=True).click()
    expect(dialog).to_be_hidden()


def _from_menu(page: Page, label: str, why: str = "") -> None:
    page.get_by_role("button", name="Actions and looks").click()
    page.get_by_role("menuitem", name=label, exact=True).click()
    _confirm(page, label, why)


def test_pause_and_resume_are_granted_and_journalled_with_their_reason(looking: Visit, session: Steered) -> None:
    page = looking.page
    account = page.get_by_role("region", name="Account")
    expect(account).to_contain_text("live")
    account.get_by_role("button", name="Pause").click()
    _confirm(page, "Pause", "the news")
    expect(page.get_by_role("alert").filter(has_text="Pause: granted")).to_be_visible()
    expect(account).to_contain_text("No new entries")
    expect(account).to_contain_text("(the news)")
    account.get_by_role("button", name="Resume").click()
    _confirm(page, "Resume")
    expect(account).to_contain_text("Trading")
    assert [(each.wish, each.why) for each in session.asked()] == [("stop", "the news"), ("resume", "")]


def test_position_is_closed_and_then_everything(looking: Visit, session: Steered) -> None:
    page = looking.page
    short = page.get_by_role("article", name="ETHUSDT.P short")
    short.get_by_role("button", name="Close", exact=True).click()
    _confirm(page, "Close", "enough")
    session.lead_to(session.until + MINUTE)
    expect(short).to_be_hidden()
    expect(page.get_by_role("region", name="Last trades").get_by_role("listitem").first).to_contain_text("ETHUSDT.P")
    _from_menu(page, "Close everything and halt")
    session.lead_to(session.until + MINUTE)
    expect(page.get_by_role("region", name="Positions")).to_contain_text("Nothing is open")
    expect(page.get_by_role("region", name="Account")).to_contain_text("Halted")
    asked = session.asked()
    assert [(each.wish, each.why) for each in asked] == [("close", "enough"), ("halt", "")]
    assert all(each.by.endswith("(dashboard)") for each in asked)
    closed = looking.api("/overview")["last_trades"]
    made = [money(each["net_pnl"], signed=True) for each in closed[:2]]
    lines = page.get_by_role("region", name="Last trades").get_by_role("listitem")
    for each in made:
        expect(lines.filter(has_text=each)).to_be_visible()


def test_question_is_left_with_escape_and_nothing_is_asked(looking: Visit, session: Steered) -> None:
    page = looking.page
    page.get_by_role("region", name="Account").get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Pause?").get_by_label("Why")).to_be_focused()
    assert looking.violations() == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Pause?")).to_be_hidden()
    expect(page.get_by_role("region", name="Account").get_by_role("button", name="Pause")).to_be_focused()
    assert session.asked() == []


def test_wish_that_is_refused_says_why_where_it_was_asked(looking: Visit, session: Steered) -> None:
    page = looking.page
    looking.expect("422")
    short = page.get_by_role("article", name="ETHUSDT.P short")
    short.get_by_role("button", name="Close", exact=True).click()
    refuse = '{"error": "nothing of that name is open"}'
    page.route("**/api/actions", lambda route: route.fulfill(status=422, content_type="application/json", body=refuse))
    page.get_by_role("dialog", name="Close?").get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("dialog", name="Close?").get_by_role("alert")).to_have_text("nothing of that name is open")
    assert session.asked() == []


def test_signal_that_waits_is_taken_or_skipped(visit: Visiting, rich: RichHome, asking: Steered) -> None:
    with served(asking.home) as url:
        looking = visit(url)
        asking.wait_until_painted()
        asking.lead_to(rich.until + UNTIL_TWO_SIGNALS)
        page = looking.page
        offers = page.get_by_role("region", name="2 signals wait for you")
        btc, eth = (offers.get_by_role("article", name=f"{name} short") for name in ("BTCUSDT.P", "ETHUSDT.P"))
        btc.get_by_role("button", name="Take").click()
        _confirm(page, "Take", "looks right")
        eth_left = page.get_by_role("region", name="A signal waits for you")
        eth_left.get_by_role("button", name="Skip").click()
        _confirm(page, "Skip", "one is enough")
        expect(eth_left).to_be_hidden()
        asking.lead_to(asking.until + MINUTE)
        expect(page.get_by_role("article", name="BTCUSDT.P short")).to_be_visible()
        assert [(each.wish, each.why) for each in asking.asked()] == [
            ("take", "looks right"),
            ("skip", "one is enough"),
        ]
        expect(eth).to_be_hidden()
        looking.context.close()


def test_wish_is_kept_for_the_next_session_where_none_trades(visit: Visiting, rich: RichHome, tmp_path: Path) -> None:
    with served(rich.copied(tmp_path)) as url:
        looking = visit(url)
        page = looking.page
        _from_menu(page, "Pause", "until I am back")
        expect(page.get_by_role("alert").filter(has_text="Pause: kept")).to_be_visible()
        waiting = page.get_by_role("region", name="Asked, not granted yet")
        expect(waiting).to_contain_text("until I am back")
        (wish,) = looking.api("/actions")["wishes"]
        assert (wish["wish"], wish["why"]) == ("stop", "until I am back")
        looking.context.close()
