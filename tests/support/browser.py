"""Pages of the dashboard in a real browser. Whatever goes wrong in one and was not expected fails the test."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.support.chromium import browser as browser_of_this_machine

PATIENCE_MS = 20_000
"""On a machine that is busy with other tests. What is there is seen at once."""

_FLAGS = ["--no-sandbox", "--disable-quic", "--disable-dev-shm-usage"]
_ALWAYS = (
    re.compile("Service Worker registration blocked by Playwright"),
    re.compile("net::ERR_ABORTED"),  # what a page had asked for when it was left
)

Document = dict[str, Any]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine; skips where there is none."""
    path = browser_of_this_machine()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """Somebody at a dashboard: a browser with a memory of its own, and a page in it."""

    url: str
    context: BrowserContext
    page: Page
    problems: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, *words: str) -> None:
        """Let problems that are said like this pass."""
        self.expected += [re.compile(each) for each in words]

    def unexpected(self) -> list[str]:
        """What went wrong and should not have."""
        return [each for each in self.problems if not any(one.search(each) for one in (*_ALWAYS, *self.expected))]

    def go(self, path: str = "/") -> Page:
        """The page at a path."""
        self.page.goto(self.url + path)
        return self.page

    def api(self, path: str) -> Document:
        """What the API answers to this browser."""
        answer = self.context.request.get(f"{self.url}/api{path}")
        assert answer.ok, answer.text()
        found: Document = answer.json()
        return found

    def fits(self) -> bool:
        """Whether the page is no wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    def violations(self) -> list[str]:
        """What a page does to people who cannot see, hear or point as others do, by axe-core."""
        found = Axe().run(self.page)
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found.response["violations"]
            for node in each["nodes"]
        ]

    def wait(self, condition: str) -> None:
        """Wait until a condition of the page holds. Asked again and again: the page itself may evaluate nothing."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"expected in time: {condition}"
            self.page.wait_for_timeout(50)

    def listen(self) -> None:
        """Keep what goes wrong from now on."""
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.problems.append(f"error in the page: {error.error}"))
        self.context.on("requestfailed", self._failed)
        self.context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"{message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        self.problems.append(f"failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"answered {response.status}: {response.request.method} {response.url}")


Visiting = Callable[..., Visit]


@contextmanager
def visiting(browser: Browser) -> Iterator[Visiting]:
    """What opens a dashboard for somebody new; at the end, what went wrong at any of them."""
    visits: list[Visit] = []
    with ExitStack() as stack:

        def visit(
            url: str,
            path: str | None = "/",
            *,
            width: int = 1440,
            dark: bool = False,
            workers: bool = False,
            **more: Any,
        ) -> Visit:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                locale="en-GB",
                timezone_id="Europe/Berlin",
                service_workers="allow" if workers else "block",
                **more,
            )
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            found = Visit(url, context, context.new_page())
            found.listen()
            visits.append(found)
            if path is not None:
                found.go(path)
            return found

        yield visit
        problems = [each for visit_ in visits for each in visit_.unexpected()]
    assert problems == [], problems
