"""Coming in to the dashboard with a password, by role; and going out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect

from edgeproof.web.app import web_app
from tests.support.browser import Visit, Visiting
from tests.support.trading import records
from tests.support.web import OPERATOR, VIEWER, app_served, place, write


@pytest.fixture
def url(browser: Browser, tmp_path: Path) -> Iterator[str]:
    """A dashboard with a password for each role, hashed quickly."""
    assert browser.is_connected()
    write(tmp_path, records())
    app = web_app(place(tmp_path))
    passwords = app.state.guard.access.passwords
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.set("operator", OPERATOR, at="2026-02-03T10:30:00.000Z")
    passwords.set("viewer", VIEWER, at="2026-02-03T10:30:00.000Z")
    with app_served(app) as found:
        yield found


@pytest.fixture
def looking(visit: Visiting, url: str) -> Iterator[Visit]:
    found: Visit = visit(url, None)
    found.expect("401")
    found.go("/performance")
    yield found
    found.context.close()


def _login(page: Page, password: str) -> None:
    page.get_by_label("Password", exact=True).fill(password)
    expect(page.get_by_role("button", name="Log in")).to_be_enabled()
    page.keyboard.press("Enter")


def test_password_opens_the_page_that_was_asked_for(looking: Visit) -> None:
    page = looking.page
    page.get_by_label("Your name").fill("Ada")
    _login(page, OPERATOR)
    expect(page.get_by_role("heading", level=1)).to_have_text("Performance")
    me = looking.api("/me")
    assert (me["name"], me["role"]) == ("Ada", "operator")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Performance")


def test_wrong_password_is_told_and_can_be_typed_anew(looking: Visit) -> None:
    page = looking.page
    _login(page, "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(VIEWER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Performance")


def test_too_many_tries_are_told_with_how_long_to_wait(looking: Visit) -> None:
    page = looking.page
    looking.expect("429")
    told = page.get_by_role("alert")
    for _ in range(12):
        with page.expect_response("**/api/login") as answer:
            _login(page, "not the password")
        if answer.value.status == 429:
            break
    expect(told).to_contain_text("too many tries; wait")


def test_viewer_sees_everything_and_is_offered_no_action(looking: Visit) -> None:
    page = looking.page
    _login(page, VIEWER)
    expect(page.get_by_role("heading", level=1)).to_have_text("Performance")
    looking.go("/")
    expect(page.get_by_role("region", name="Positions").get_by_role("article").first).to_be_visible()
    for name in ("Close", "Close all", "Pause", "Take back"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    page.get_by_role("button", name="Actions and looks").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Dark", f"Log out ({looking.api('/me')['name']})"])


def test_operator_is_offered_every_action(looking: Visit) -> None:
    page = looking.page
    _login(page, OPERATOR)
    expect(page.get_by_role("heading", level=1)).to_have_text("Performance")
    looking.go("/")
    page.get_by_role("button", name="Actions and looks").click()
    for name in ("Pause", "Resume", "Close everything", "Close everything and halt"):
        expect(page.get_by_role("menuitem", name=name, exact=True)).to_be_visible()


def test_logout_leads_back_to_the_door(looking: Visit) -> None:
    page = looking.page
    _login(page, OPERATOR)
    expect(page.get_by_role("heading", level=1)).to_have_text("Performance")
    page.get_by_role("button", name="Actions and looks").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    assert looking.context.request.get(f"{looking.url}/api/overview").status == 401


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_door_has_no_hurdle_and_fits(visit: Visiting, url: str, width: int, dark: bool) -> None:
    looking: Visit = visit(url, None, width=width, dark=dark)
    looking.expect("401")
    looking.go("/")
    expect(looking.page.get_by_label("Password", exact=True)).to_be_focused()
    assert looking.violations() == []
    assert looking.fits()
    looking.context.close()
