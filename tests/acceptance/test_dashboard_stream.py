"""What happens while somebody looks is there without a reload, once, also after a break."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edgeproof.core.model.time import MINUTE, SECOND
from tests.support.browser import Visiting
from tests.support.figures import money
from tests.support.journals import began, candle_taken, decided
from tests.support.rich_home import RichHome
from tests.support.steered import Steered, steered
from tests.support.web import served, write

LOST = ("WebSocket connection", "ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")


@pytest.fixture
def session(browser: Browser, rich: RichHome, tmp_path: Path) -> Iterator[Steered]:
    assert browser.is_connected()
    with steered(rich, tmp_path) as found:
        yield found


def _told(page: Page) -> list[str]:
    """The ids of the signals in the list, from the top."""
    options = page.get_by_role("listbox", name="Signals, newest first").get_by_role("option")
    return [str(each.get_attribute("id")).removeprefix("signal-") for each in options.all()]


def _count(page: Page, number: int) -> None:
    foot = page.get_by_role("main").get_by_role("status").filter(has_text=re.compile("signals?$"))
    expect(foot).to_have_text(f"{number} signal{'' if number == 1 else 's'}")


def test_signal_of_a_session_arrives_without_a_reload(visit: Visiting, rich: RichHome, session: Steered) -> None:
    with served(session.home) as url:
        looking = visit(url, "/signals")
        page = looking.page
        before = looking.api("/signals?limit=1")["total"]
        _count(page, before)
        page.evaluate("window.isSame = true")
        session.wait_until_painted()
        session.lead_to(rich.until + 3 * MINUTE + 5 * SECOND)
        _count(page, before + 1)
        newest = looking.api("/signals?limit=1")["signals"][0]
        assert _told(page)[0] == newest["id"]
        # What trading made of it arrives after it.
        assert newest["trade"] is not None
        expect(page.locator(f"#signal-{newest['id']}")).to_contain_text(newest["trade"]["fate"])
        assert page.evaluate("window.isSame")
        looking.context.close()


def test_figures_move_while_the_session_paints_them(visit: Visiting, rich: RichHome, session: Steered) -> None:
    with served(session.home) as url:
        looking = visit(url)
        page = looking.page
        session.wait_until_painted()
        account = page.get_by_role("region", name="Account")
        expect(account).to_contain_text("live")
        before = money(looking.api("/overview")["trading"]["equity"])
        for minute in range(2, 6):
            session.lead_to(rich.until + minute * MINUTE)
        equity = page.get_by_role("banner").get_by_title("Equity")
        expect(equity).not_to_have_text(before)
        expect(page.get_by_role("region", name="Feed")).to_contain_text("connected and well")
        assert looking.violations() == []
        looking.context.close()


def test_break_of_the_stream_leaves_no_hole_and_doubles_nothing(visit: Visiting, tmp_path: Path) -> None:
    write(tmp_path, [began(), candle_taken(0), decided(0)])
    with served(tmp_path) as url:
        looking = visit(url, "/signals")
        page = looking.page
        _count(page, 1)
        write(tmp_path, [decided(1)])
        _count(page, 2)
        port = int(url.rsplit(":", 1)[1])
    looking.expect(*LOST)
    expect(page.get_by_role("alert").filter(has_text="The server is not reached")).to_be_visible()
    write(tmp_path, [decided(2), decided(3)])
    with served(tmp_path, port=port):
        _count(page, 4)
        expect(page.get_by_role("alert").filter(has_text="The server is not reached")).to_be_hidden()
        write(tmp_path, [decided(4)])
        _count(page, 5)
        rows = looking.api("/signals")["signals"]
        assert _told(page) == [each["id"] for each in rows]
        looking.context.close()


def test_list_that_is_read_stays_in_place_and_says_what_is_new(visit: Visiting, tmp_path: Path) -> None:
    write(tmp_path, [began(), candle_taken(0), *(decided(minute) for minute in range(60))])
    with served(tmp_path) as url:
        looking = visit(url, "/signals")
        page = looking.page
        _count(page, 60)
        page.get_by_role("listbox").evaluate("(box) => box.scrollTo({ top: 600 })")
        expect(page.get_by_role("option").first).not_to_have_attribute("aria-posinset", "1")
        write(tmp_path, [decided(60)])
        page.get_by_role("button", name="1 new").click()
        expect(page.get_by_role("option").first).to_have_attribute("aria-posinset", "1")
        looking.context.close()
