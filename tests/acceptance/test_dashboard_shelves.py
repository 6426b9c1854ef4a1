"""What was run, what was written down and what is in force: research, the journal and the settings in a browser."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import Visit, Visiting
from tests.support.figures import multiple, percent, words
from tests.support.hook_server import SECRET, HookServer
from tests.support.local_http import in_thread
from tests.support.rich_home import RichHome
from tests.support.web import served

Document = dict[str, Any]


@pytest.fixture
def looking(visit: Visiting, rich_url: str) -> Visit:
    return visit(rich_url, None)


def _run(looking: Visit) -> Document:
    return looking.api(f"/runs/{looking.api('/runs')['runs'][0]['id']}")


def test_verdicts_of_a_run_are_those_of_its_document(looking: Visit) -> None:
    found = _run(looking)
    page = looking.go("/research")
    page.get_by_role("main").get_by_role("list").get_by_role("link").first.click()
    expect(page.get_by_role("tab", name=f"Verdicts ({len(found['analyses'])})")).to_be_visible()
    for row in found["analyses"][:3]:
        page.keyboard.press("/")
        page.keyboard.type(row["hypothesis"])
        main = page.get_by_role("main")
        expect(main).to_contain_text(row["hypothesis"])
        if row["n"]:
            expect(main).to_contain_text(percent(row["win_rate"]))
            expect(main).to_contain_text(multiple(row["expectancy_r"]))
        page.get_by_role("button", name="Show all").click()


def test_report_of_a_run_stands_in_its_sandbox(looking: Visit) -> None:
    found = _run(looking)["run"]["id"]
    page = looking.go(f"/research/{found}?show=report")
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_have_attribute("data-ready", "yes")
    assert page.frames[1].evaluate("origin") == "null"
    assert looking.fits()


def test_two_runs_are_compared_by_what_differs(visit: Visiting, rich: RichHome, tmp_path: Path) -> None:
    home = Path(shutil.copytree(rich.home, tmp_path / "home", ignore=shutil.ignore_patterns("venue", "data")))
    (first,) = (each for each in (home / "runs").iterdir() if each.is_dir())
    other = shutil.copytree(first, first.with_name(f"{'0' * len(first.name)}"))
    document = other / "run.json"
    document.write_text(document.read_text().replace(json.loads(document.read_text())["run"]["version"], "0.0.1"))
    with served(home) as url:
        looking = visit(url, "/research")
        page = looking.page
        expect(page.get_by_text("other version").first).to_be_visible()
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Compare").click()
        said = page.get_by_role("status").filter(has_text="What differs between them")
        expect(said).to_contain_text("0.0.1")
        assert looking.violations() == []
        looking.context.close()


def test_record_of_the_journal_is_found_opened_and_taken_away(looking: Visit) -> None:
    page = looking.go("/journal")
    wanted = looking.api("/journal?kind=closed&limit=1")["records"][0]
    expect(page.get_by_role("region", name="Records").get_by_role("button").first).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type(wanted["document"]["trade"]["signal_id"])
    head = (
        page.get_by_role("region", name="Records").get_by_role("button").filter(has_text=wanted["words"].split("  ")[0])
    )
    head.first.click()
    expect(head.first).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("main")).to_contain_text(f"no. {wanted['seq']}")
    with page.expect_download() as asked:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(asked.value.path().read_text(encoding="utf-8").splitlines()))
    assert str(wanted["seq"]) in {each["seq"] for each in rows}
    with page.expect_download() as asked:
        page.get_by_role("link", name="JSONL").click()
    lines = asked.value.path().read_text(encoding="utf-8").splitlines()
    assert [str(json.loads(each)["seq"]) for each in lines] == [each["seq"] for each in rows]


def test_filter_that_nothing_matches_says_so_and_is_taken_back(looking: Visit) -> None:
    page = looking.go("/journal?text=no-such-words")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("button", name="Show everything").click()
    expect(page.get_by_role("region", name="Records").get_by_role("button").first).to_be_visible()


def test_every_setting_is_shown_with_where_it_comes_from(looking: Visit) -> None:
    sections = looking.api("/settings")["sections"]
    page = looking.go("/settings")
    for section in sections:
        shown = page.get_by_role("region", name=words(section["name"]), exact=True)
        for setting in section["settings"]:
            line = shown.locator(".setting").filter(has=page.get_by_text(setting["key"], exact=True))
            expect(line).to_contain_text(setting["value"] or "–")  # noqa: RUF001 - the sign of the pages
            expect(line).to_contain_text(setting["source"])
    assert any(setting["source"].startswith("file line") for each in sections for setting in each["settings"])


@pytest.fixture
def hooked(tmp_path: Path) -> Iterator[tuple[Path, HookServer]]:
    """A home that tells a webhook of this machine."""
    hook = HookServer(secret=SECRET)
    with in_thread(hook):
        secret = tmp_path / "webhook.secret"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        settings = tmp_path / "edgeproof.toml"
        settings.write_text(f'[notify.webhook]\nurl = "{hook.hook}"\nsecret = "file:webhook.secret"\n')
        settings.chmod(0o600)
        yield tmp_path, hook


def test_channel_is_proven_from_the_page(visit: Visiting, hooked: tuple[Path, HookServer]) -> None:
    home, hook = hooked
    with served(home) as url:
        looking = visit(url, "/settings", width=360)
        page = looking.page
        page.get_by_role("button", name=re.compile("Send a test message by webhook")).click()
        expect(page.get_by_role("status").filter(has_text="It works")).to_be_visible()
        assert looking.violations() == []
        assert looking.fits()
        looking.context.close()
    assert len(hook.taken) + len(hook.tests) >= 1
