"""A browser, and homes to look at with it."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import PATIENCE_MS, Visiting, chromium, visiting
from tests.support.rich_home import RichHome, rich_home
from tests.support.web import served


# A browser a module and not one for all: while it is there, no test of this worker could run an event loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of this machine."""
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as found:
        yield found


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visiting]:
    """What opens a dashboard for somebody new."""
    with visiting(browser) as found:
        yield found


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> RichHome:
    """A home with something of everything, the same for all workers."""
    base = tmp_path_factory.getbasetemp()
    return rich_home((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "rich")


@pytest.fixture(scope="module")
def rich_url(browser: Browser, rich: RichHome) -> Iterator[str]:
    """The address of its dashboard. Without a browser nothing is made."""
    assert browser.is_connected()
    with served(rich.home) as url:
        yield url
