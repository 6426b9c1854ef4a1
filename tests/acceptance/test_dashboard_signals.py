"""The list of signals and the drawer of one: filters, keyboard, and everything a signal rests on."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Document, Visit, Visiting
from tests.support.figures import multiple, percent, price, short, words


@pytest.fixture
def looking(visit: Visiting, rich_url: str) -> Visit:
    return visit(rich_url, "/signals")


def lines(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Signals, newest first").get_by_role("option")


def drawer(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Signal")


def count(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("status").filter(has_text=re.compile("signals?$"))


def test_list_has_every_signal_and_draws_those_in_sight(looking: Visit) -> None:
    document = looking.api("/signals")
    expect(count(looking.page)).to_have_text(f"{document['total']} signals")
    for line, row in zip(lines(looking.page).all()[:5], document["signals"], strict=False):
        for found in (short(row["at"]), row["hypothesis"], price(row["entry"]), price(row["stop_loss"]), row["fate"]):
            expect(line).to_contain_text(found)
    assert 10 < lines(looking.page).count() < document["total"]


@pytest.mark.parametrize(
    ("label", "facet", "word"),
    [("instrument", "symbols", "symbol"), ("fate", "fates", "fate"), ("traded", "traded", "traded")],
)
def test_filter_leaves_those_that_match_and_stands_in_the_address(
    looking: Visit, label: str, facet: str, word: str
) -> None:
    page, counts = looking.page, looking.api("/signals?limit=1")["facets"][facet]
    name, times = min(counts.items(), key=lambda each: int(each[1]))
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=f"{words(name)} ({times})").click()
    expect(count(page)).to_have_text(re.compile(f"^{times} signals?$"))
    assert looking.api(f"/signals?{word}={name}&limit=1")["total"] == times
    page.reload()
    expect(count(page)).to_have_text(re.compile(f"^{times} signals?$"))
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page).to_have_url(f"{looking.url}/signals")


def test_search_finds_by_the_rule_that_spoke_against_it(looking: Visit) -> None:
    page = looking.page
    expect(count(page)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("signals_per_position")
    found = looking.api("/signals?text=signals_per_position&limit=1")["total"]
    expect(count(page)).to_have_text(f"{found} signals")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Search signals")).to_have_value("")


def test_what_matches_nothing_is_told(looking: Visit) -> None:
    looking.page.get_by_label("Search signals").fill("nonsense")
    expect(looking.page.get_by_text("No signal is like that")).to_be_visible()


def test_keys_walk_the_list_open_a_signal_and_close_it(looking: Visit) -> None:
    page, rows = looking.page, looking.api("/signals")["signals"]
    expect(count(page)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("option", selected=True)).to_have_attribute("id", f"signal-{rows[1]['id']}")
    page.keyboard.press("Enter")
    expect(drawer(page)).to_contain_text(rows[1]["id"])
    page.keyboard.press("j")
    expect(page).to_have_url(f"{looking.url}/signals/{rows[2]['id']}")
    expect(drawer(page)).to_contain_text(rows[2]["id"])
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    expect(page).to_have_url(f"{looking.url}/signals")


def _one(looking: Visit, query: str) -> Document:
    row = looking.api(f"/signals?limit=1&{query}")["signals"][0]
    looking.go(f"/signals/{row['id']}")
    return looking.api(f"/signals/{row['id']}")


def test_drawer_has_the_rules_the_values_and_the_record(looking: Visit) -> None:
    found = _one(looking, "fate=vetoed")
    opened, evidence = drawer(looking.page), found["signal"]["evidence"]
    expect(opened).to_contain_text(f"{words(found['fate'])} by {words(found['rule'])}")
    rows = opened.get_by_role("region", name="Checks of the signal").get_by_role("row")
    expect(rows).to_have_count(len(found["checks"]) + 1)
    expect(rows.nth(1)).to_contain_text("does not hold")
    for condition, parts in evidence["entry"].items():
        expect(opened).to_contain_text(condition)
        for part, value in parts.items():
            expect(opened).to_contain_text(f"{part}{price(value)}")
    record = opened.get_by_role("region", name="Record in the backtest")
    expect(record).to_contain_text(percent(evidence["backtest"]["win_rate"]))
    expect(record).to_contain_text(multiple(evidence["backtest"]["expectancy_r"]))


def test_drawer_has_what_trading_made_of_it_order_by_order(looking: Visit) -> None:
    trade = next(each for each in looking.api("/overview")["last_trades"] if each["reason"] == "exit")
    looking.go(f"/signals/{trade['id']}")
    trading = looking.api(f"/signals/{trade['id']}")["trading"]
    part = drawer(looking.page).get_by_role("region", name="Trading")
    expect(part).to_contain_text(multiple(trading["result"]["r_multiple"]))
    expect(part).to_contain_text(trading["sizing"])
    expect(part.get_by_role("region", name="Orders").get_by_role("row")).to_have_count(len(trading["orders"]) + 1)


def test_signal_that_is_not_there_is_told(looking: Visit) -> None:
    looking.expect("404")
    looking.go("/signals/ffffffffffffffff")
    expect(drawer(looking.page).get_by_role("alert")).to_contain_text("ffffffffffffffff")


@pytest.mark.parametrize("width", [360, 1440])
def test_drawer_has_no_hurdle_and_fits(visit: Visiting, rich_url: str, width: int) -> None:
    looking = visit(rich_url, None, width=width)
    _one(looking, "traded=taken")
    expect(drawer(looking.page).get_by_role("region", name="Candles used")).to_be_visible()
    assert looking.violations() == []
    assert looking.fits()
