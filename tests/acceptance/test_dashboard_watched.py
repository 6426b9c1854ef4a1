"""Ten minutes of a page while a real session trades 300 instruments; and what fifty pages cost the server beside one.

Only in `make soak` (tests/conftest.py), which prints what was measured.
"""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from tests.support.browser import Visiting
from tests.support.crowd import cpu_seconds, resident_mb, watch
from tests.support.processes import begin, replica

INSTRUMENTS, DAYS, PAPER_S = 300, 2, 300
PAGES = {"/": 360, "/signals": 120, "/chart": 120}
"""Seconds on each: ten minutes in all."""

SETTLE_S, PARTS = 30, 5
FRAME_MS, FRAMES_IN_TIME = 50.0, 0.999
"""A machine of two cores that also trades and paints the pixels lets a frame fall now and then. None of it may be ours:
no task of the page is that long."""

GROWTH, SLACK_MB = 1.1, 1.0
VIEWERS, LISTEN_S, ROUNDS, MOST_TIMES = 50, 15.0, 2, 2.0

_MEASURE = """() => {
  const found = (window.measured = { frames: [], long: [] });
  new PerformanceObserver((list) => found.long.push(...list.getEntries().map((each) => each.duration)))
    .observe({ entryTypes: ["longtask"] });
  let last = performance.now();
  const next = (now) => { found.frames.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Address and process of the dashboard of a session that trades them all, which has its history."""
    assert browser is not None
    home = tmp_path_factory.mktemp("home")
    words = ("--generated", str(INSTRUMENTS), "--days", str(DAYS))
    with replica("--home", tmp_path_factory.mktemp("venue"), *words) as venue:
        names = [word for name in _instruments(venue) for word in ("-i", name)]
        paper = ["paper", "--all", "--venue", "replica", "--url", venue, "--home", str(home), *names]
        session = subprocess.Popen(  # what it says is not read, and no pipe may fill
            [sys.executable, "-m", "edgeproof", *paper], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        dashboard = begin("web", "--home", home, "--port", "0")
        try:
            yield str(dashboard.stdout.readline() if dashboard.stdout else "").split()[0], dashboard.pid
        finally:
            for each in (dashboard, session):
                each.terminate()
                each.communicate(timeout=60)


def _instruments(venue: str) -> list[str]:
    with urllib.request.urlopen(f"{venue}/derivatives/api/v3/instruments") as answer:  # noqa: S310 - of loopback
        listed = json.load(answer)["instruments"]
    return [f"{each['base'].replace('XBT', 'BTC')}/{each['quote']}:USD" for each in listed]


def test_page_of_300_instruments_is_quick_and_keeps_its_memory(served: tuple[str, int], visit: Visiting) -> None:
    somebody = visit(served[0])
    page = somebody.page
    # All are there, with prices.
    page.get_by_text("Facts a second").wait_for(timeout=PAPER_S * 1_000)
    tools = somebody.context.new_cdp_session(page)
    for path, seconds in PAGES.items():
        page.get_by_role("link", name=path.strip("/").title() or "Overview").first.click()
        page.wait_for_timeout(SETTLE_S * 1_000)
        _expect_quick_and_flat(page, tools, path, seconds)


def _expect_quick_and_flat(page: Page, tools: CDPSession, path: str, seconds: int) -> None:
    page.evaluate(_MEASURE)
    heaps = [_heap_mb(tools)]
    for _ in range(PARTS):
        page.wait_for_timeout(seconds * 1_000 / PARTS)
        heaps.append(_heap_mb(tools))
    found: dict[str, Any] = page.evaluate("window.measured")
    frames = sorted(found["frames"])
    in_time = sum(frame <= FRAME_MS for frame in frames) / len(frames)
    sys.stdout.write(
        f"\n{path}: {len(frames)} frames, median {frames[len(frames) // 2]:.1f} ms, p99.9 "
        f"{frames[int(len(frames) * FRAMES_IN_TIME)]:.1f}, slowest {frames[-1]:.1f}; long tasks of the page "
        f"{found['long']}; heap MB {', '.join(f'{each:.1f}' for each in heaps)}\n"
    )
    assert len(frames) > seconds * 10
    assert found["long"] == []
    assert in_time >= FRAMES_IN_TIME
    assert heaps[-1] <= heaps[1] * GROWTH + SLACK_MB


def _heap_mb(tools: CDPSession) -> float:
    """What the page holds and does not let go."""
    tools.send("HeapProfiler.collectGarbage")
    return float(tools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def test_fifty_pages_cost_the_server_at_most_twice_what_one_does(served: tuple[str, int]) -> None:
    url, process = served
    used = {1: 0.0, VIEWERS: 0.0}
    listeners = ThreadPoolExecutor(1)
    end = time.monotonic() + PAPER_S
    while min(listeners.submit(asyncio.run, watch(url, 1, 3.0)).result()) < 3:
        assert time.monotonic() < end, "expected a session that paints"
    for viewers in list(used) * ROUNDS:
        before = cpu_seconds(process)
        # In a thread of its own: the browser's loop runs in this one.
        shown = listeners.submit(asyncio.run, watch(url, viewers, LISTEN_S)).result()
        used[viewers] += cpu_seconds(process) - before
        assert min(shown) > LISTEN_S
    sys.stdout.write(f"\nCPU seconds of the server by pages: {used}; {resident_mb(process):.0f} MB\n")
    assert used[VIEWERS] <= MOST_TIMES * used[1]
