"""Performance: live against backtest for all hypotheses, and everything about one."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Visit, Visiting
from tests.support.figures import money, multiple, percent


@pytest.fixture
def looking(visit: Visiting, rich_url: str) -> Visit:
    return visit(rich_url, "/performance")


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True).first


def test_account_has_what_trading_came_to(looking: Visit) -> None:
    stats = looking.api("/performance")["stats"]
    trades, account = stats["trades"], stats["account"]
    for found in (
        f"Net{money(trades['net_pnl'], signed=True)}",
        f"In R{multiple(trades['total_r'])}",
        f"Trades{trades['n']}, {trades['n_wins']} won",
        f"Profit factor{trades['profit_factor']:.2f}",
        f"Equity{money(account['equity'])}",
        f"Deepest fall{percent(account['drawdown']['deepest'], 2)}",
        f"Fees{money(-trades['fees'], signed=True)}",
        f"between {percent(trades['win_rate_low'])} and {percent(trades['win_rate_high'])}",
    ):
        expect(panel(looking.page, "What trading came to")).to_contain_text(found)


def test_each_hypothesis_that_traded_has_its_line(looking: Visit) -> None:
    rows = panel(looking.page, "Live against backtest").get_by_role("row")
    for each in looking.api("/performance")["stats"]["hypotheses"][:8]:
        if each["live"]["n"] == 0:
            continue
        row = rows.filter(has=looking.page.get_by_role("link", name=each["hypothesis"], exact=True))
        expect(row).to_contain_text(money(each["live"]["net_pnl"], signed=True))
        expect(row).to_contain_text(multiple(each["live"]["expectancy_r"]))
        expect(row).to_contain_text(f"{each['live']['n']} / {each['expected_trades']:.1f}")


def test_heading_sorts_by_its_column(looking: Visit) -> None:
    rows = panel(looking.page, "Live against backtest")
    hypotheses = looking.api("/performance")["stats"]["hypotheses"]
    best = max((each for each in hypotheses if each["live"]["n"]), key=lambda each: float(each["live"]["net_pnl"]))
    rows.get_by_role("button", name="Net").click()
    expect(rows.get_by_role("columnheader", name="Net")).to_have_attribute("aria-sort", "descending")
    expect(rows.get_by_role("row").nth(1)).to_contain_text(best["hypothesis"])


def test_search_and_switch_choose_the_lines(looking: Visit) -> None:
    page, found = looking.page, panel(looking.page, "Live against backtest")
    expect(found).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("Demo_")
    expect(found.get_by_role("status")).to_have_text(re.compile(r"^\d+ of \d+$"))
    names = found.get_by_role("row").get_by_role("link")
    expect(names.filter(has_not_text="Demo_")).to_have_count(0)
    expect(names.first).to_be_visible()
    page.get_by_label("Search hypotheses").fill("nonsense")
    expect(found.get_by_text("Nothing matches")).to_be_visible()


@pytest.mark.parametrize("by", ["instrument", "day", "hour", "regime", "hypothesis"])
def test_groups_are_those_of_the_statistics(looking: Visit, by: str) -> None:
    groups = looking.api(f"/performance?by={by}")["stats"]["groups"]
    looking.page.get_by_role("radiogroup", name="Group by").get_by_text(by, exact=True).click()
    rows = panel(looking.page, f"Figures by {by}").get_by_role("row")
    expect(rows).to_have_count(len(groups) + 1)
    for row, group in zip(rows.all()[1:], groups, strict=True):
        expect(row).to_contain_text(money(group["net_pnl"], signed=True))
        expect(row).to_contain_text(multiple(group["total_r"]))


def test_parity_says_that_everything_is_explained(looking: Visit) -> None:
    parity = looking.api("/performance")["parity"]
    found = panel(looking.page, "Parity")
    expect(found).to_contain_text("Every difference is explained")
    expect(found).to_contain_text(f"{parity['matched']:,} of {parity['signals']:,} the same")
    expect(found).to_contain_text(f"Live{multiple(parity['trades']['r'])}")


def test_hypothesis_has_its_trades_its_test_and_its_definition(looking: Visit) -> None:
    name = looking.api("/performance")["stats"]["hypotheses"][0]["hypothesis"]
    looking.page.get_by_role("link", name=name, exact=True).first.click()
    one = looking.api(f"/performance/{name}")
    expect(looking.page.get_by_role("heading", level=1)).to_have_text(name)
    expect(panel(looking.page, "Table of trades").get_by_role("row")).to_have_count(len(one["trades"]) + 1)
    expect(panel(looking.page, "Definition")).to_contain_text(f'name = "{name}"')
    against = panel(looking.page, "Against its test").get_by_role("row")
    expect(against.filter(has_text="Win rate")).to_have_text(
        f"Win rate{percent(one['row']['live']['win_rate'])}{percent(one['tested']['win_rate'])}"
    )


def test_hypothesis_that_is_not_there_is_told(looking: Visit) -> None:
    looking.expect("404")
    looking.go("/performance/Nobody")
    expect(looking.page.get_by_role("alert")).to_contain_text("no hypothesis is called")
