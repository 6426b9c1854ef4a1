"""Every page of the dashboard as it looks: no wider than its window, readable for everybody, dark and light."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import Visiting

PAGES = ["/", "/signals", "/chart", "/performance", "/research", "/journal", "/settings"]


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_page_is_no_wider_than_its_window(visit: Visiting, rich_url: str, width: int) -> None:
    looking = visit(rich_url, None, width=width)
    for path in PAGES:
        page = looking.go(path)
        expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert looking.fits(), path


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page_has_no_hurdle(visit: Visiting, rich_url: str, path: str, dark: bool) -> None:
    looking = visit(rich_url, path, dark=dark)
    looking.page.wait_for_load_state("networkidle")
    assert looking.violations() == []
