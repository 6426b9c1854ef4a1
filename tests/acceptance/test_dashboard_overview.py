"""The overview: the figures of the account, of what is open and of the day, as the API knows them."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Document, Visit, Visiting
from tests.support.figures import money, multiple, percent, price, quantity, short, utc, words


@pytest.fixture
def looking(visit: Visiting, rich_url: str) -> Visit:
    return visit(rich_url)


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def test_account_has_the_figures_of_trading(looking: Visit) -> None:
    trading, account = looking.api("/overview")["trading"], panel(looking.page, "Account")
    for found in (
        money(trading["equity"]),
        f"cash {money(trading['cash'])}",
        money(trading["day"]["pnl"], signed=True),
        f"Drawdown{percent(trading['drawdown'], 2)} of {percent(trading['max_drawdown'], 0)}",
        f"Leverage{trading['leverage']:.2f}× of {trading['max_leverage']:.1f}×",
        f"Open risk{percent(trading['open_risk_share'], 2)} of {percent(trading['max_open_risk'])}",
        f"Positions{trading['instruments']} of {trading['max_positions']}",
        f"Losses in a row{trading['losses_in_a_row']}",
        f"as of {short(trading['at'])}",
    ):
        expect(account).to_contain_text(found)


def test_breaker_has_a_line_for_each_level(looking: Visit) -> None:
    levels = looking.api("/overview")["trading"]["day"]["levels"]
    lines = panel(looking.page, "Circuit breaker").get_by_role("listitem")
    expect(lines).to_have_text([f"{words(each['level'])} at {percent(-each['limit'])}{_left(each)}" for each in levels])


def _left(level: Document) -> str:
    return "reached" if level["is_reached"] else f"{money(level['left'])} left"


def test_position_has_its_size_its_prices_and_what_it_makes(looking: Visit) -> None:
    positions = looking.api("/overview")["trading"]["positions"]
    assert len(positions) == 2
    for each in positions:
        card = looking.page.get_by_role("article", name=f"{each['instrument']} {each['direction']}")
        for found in _of_position(each):
            expect(card).to_contain_text(found)


def _of_position(each: Document) -> list[str]:
    sign = 1 if each["direction"] == "long" else -1
    target = next(one["price"] for one in each["targets"] if not one["is_done"])
    return [
        each["signal"],
        f"{money(each['net_pnl'], signed=True)}{multiple(each['net_r'])}",
        f"Size{quantity(each['quantity'])}",
        f"Entry{price(each['entry_price'])}",
        f"Mark{price(each['mark_price'])}",
        f"To stop{percent(sign * (each['mark_price'] - each['stop']) / each['mark_price'], 2)}",
        f"To target{percent(sign * (target - each['mark_price']) / each['mark_price'], 2)}",
        f"Risk left{money(each['open_risk'])}",
        f"stop {price(each['stop'])}target {price(target)}",
        "✓ stop at the venue",
    ]


def test_funnel_counts_the_signals_of_the_day(looking: Visit) -> None:
    funnel = looking.api("/overview")["funnel"]
    assert funnel["fired"] > 0
    steps = panel(looking.page, "Signals today").locator("ol > li")
    taken = funnel["traded"].get("taken", 0)
    expect(steps).to_have_text([f"{funnel['fired']}fired", f"{funnel['fates']['told']}told", f"{taken}taken"])


def test_last_trades_are_listed_newest_first_with_what_they_made(looking: Visit) -> None:
    trades = sorted(looking.api("/overview")["last_trades"], key=lambda each: str(each["closed_at"]), reverse=True)
    lines = panel(looking.page, "Last trades").get_by_role("listitem")
    expect(lines.first).to_contain_text(short(trades[0]["closed_at"]))
    for line, trade in zip(lines.all(), trades[:7], strict=True):
        expect(line).to_contain_text(f"{money(trade['net_pnl'], signed=True)} {multiple(trade['r_multiple'])}")
        expect(line).to_contain_text(f"{price(trade['entry_price'])} to {price(trade['exit_price'])}")


def test_curve_says_how_many_trades_it_has_and_what_they_made(looking: Visit) -> None:
    curve = looking.api("/equity?session=all")["curve"]
    made, again = curve["money"]["live"][-1], curve["money"]["backtest"][-1]
    found = panel(looking.page, "Equity against what was expected")
    for said in (f"{curve['n']} trades", money(made, signed=True), money(again, signed=True)):
        expect(found).to_contain_text(said)
    expect(found.get_by_role("img", name=f"Made by {curve['n']} trades: {money(made, signed=True)}")).to_be_visible()


def test_time_is_in_the_zone_of_who_looks_and_in_utc_on_hover(looking: Visit) -> None:
    newest = looking.api("/overview")["last_signals"][0]
    time = panel(looking.page, "Last signals").locator("time").first
    expect(time).to_have_text(short(newest["at"]))
    expect(time).to_have_attribute("title", f"{utc(newest['at'])} (shown in Europe/Berlin)")


def test_session_that_has_ended_is_told_with_its_command_and_venue(looking: Visit) -> None:
    session = looking.api("/overview")["session"]
    said = f"edgeproof {session['command']} on {session['venue']}, {session['hypotheses']} hypotheses on 2 instruments"
    expect(looking.page.get_by_role("main")).to_contain_text(said)
    expect(looking.page.get_by_role("banner").get_by_role("status")).to_contain_text("the last session has ended")


def test_keyboard_leads_to_every_page_and_says_how(looking: Visit) -> None:
    page = looking.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    for key, heading in (("s", "Signals"), ("p", "Performance"), ("o", "Overview")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text(heading)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_first_tab_skips_to_the_page(looking: Visit) -> None:
    page = looking.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
