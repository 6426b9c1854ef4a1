"""Settings over the API: in force, against the running session, who may enter; and channels put to the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from edgeproof.adapters.storage.session_lock import Holder
from edgeproof.bootstrap.dashboard.settings import ChannelTests
from edgeproof.bootstrap.journal import hold_home
from edgeproof.bootstrap.trading import limits_document
from edgeproof.config import Settings
from tests.support.hook_server import SECRET, HookServer
from tests.support.journals import began
from tests.support.local_http import Reply, in_thread
from tests.support.web import OPERATOR, VIEWER, dashboard, looking, place, write


def _settings(home: Path, text: str) -> None:
    (home / "edgeproof.toml").write_text(text, encoding="utf-8")
    (home / "edgeproof.toml").chmod(0o600)


@contextmanager
def _running(home: Path) -> Iterator[None]:
    """A session that trades by the defaults."""
    risk = limits_document(Settings().risk.limits())
    begun = replace(began(), command="paper", settings={"costs": {"taker": 0.0005}, "risk": risk})
    write(home, [begun])
    claim = hold_home(home, Holder(pid=7, host="here", command="edgeproof paper", venue="kraken", since=0))
    try:
        yield
    finally:
        claim.release()


def test_home_that_is_not_there_has_the_defaults(tmp_path: Path) -> None:
    found = looking(tmp_path / "nothing").get("/api/settings").json()
    assert (found["exists"], found["limits_in_force"], found["differs"]) == (False, None, [])
    assert {each["source"] for section in found["sections"] for each in section["settings"]} == {"default"}
    assert [(each["name"], each["is_set_up"]) for each in found["channels"]] == [
        (name, False) for name in ("telegram", "discord", "email", "webhook", "apprise")
    ]


def test_settings_are_those_of_the_file(tmp_path: Path) -> None:
    browser = looking(tmp_path)
    _settings(tmp_path, "[risk]\nmax_positions = 3\n")
    found = browser.get("/api/settings").json()
    (risk,) = [each for each in found["sections"] if each["name"] == "risk"]
    (changed,) = [each for each in risk["settings"] if each["source"] != "default"]
    assert (changed["key"], changed["value"], changed["default"]) == ("risk.max_positions", "3", "2")
    assert (found["exists"], found["file"]) == (True, str(tmp_path / "edgeproof.toml"))


def test_running_session_goes_by_what_it_began_with_and_says_what_is_other_now(tmp_path: Path) -> None:
    with _running(tmp_path):
        browser = looking(tmp_path)
        assert browser.get("/api/settings").json()["differs"] == []
        _settings(tmp_path, "[risk]\nmax_positions = 3\nmax_leverage = false\n[costs]\ntaker = 0.001\n")
        found = browser.get("/api/settings").json()
    assert found["limits_in_force"]["max_positions"] == 2
    assert found["differs"] == [
        "costs.taker: 0.0005 in the session, 0.001 now in the settings",
        "risk.max_positions: 2 in the session, 3 now in the settings",
        "risk.max_leverage: 5.0 in the session, off now in the settings",
    ]


def test_session_that_has_ended_differs_from_nothing(tmp_path: Path) -> None:
    with _running(tmp_path):
        pass
    _settings(tmp_path, "[risk]\nmax_positions = 3\n")
    found = looking(tmp_path).get("/api/settings").json()
    assert (found["limits_in_force"], found["differs"]) == (None, [])


def test_file_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    browser = looking(tmp_path)
    _settings(tmp_path, "[risk]\nmax_positions = -1\n")
    answer = browser.get("/api/settings")
    assert (answer.status_code, "line 2" in answer.json()["error"]) == (422, True)


def test_who_may_enter_is_shown_to_operators_and_no_hash_of_anything(tmp_path: Path) -> None:
    there = dashboard(tmp_path, operator=OPERATOR, viewer=VIEWER)
    token = there.guard.access.tokens.make("grafana", "viewer", now=0)
    there.login(OPERATOR)
    answer = there.client.get("/api/settings")
    access = answer.json()["access"]
    assert sorted(access["users"]) == ["operator", "viewer"]
    assert [(each["name"], each["role"], each["last_used"]) for each in access["tokens"]] == [
        ("grafana", "viewer", None)
    ]
    assert "caddy" in access["how_to_tls"]
    assert set(access["tokens"][0]) == {"name", "role", "created", "last_used"}
    for secret in (token, "argon2", OPERATOR, VIEWER):
        assert secret not in answer.text


def test_viewer_sees_settings_and_not_who_may_enter_and_tests_no_channel(tmp_path: Path) -> None:
    there = dashboard(tmp_path, operator=OPERATOR, viewer=VIEWER)
    there.login(VIEWER, "viewer")
    assert there.client.get("/api/settings").json()["access"] is None
    assert there.client.post("/api/channels/webhook/test", json={}).status_code == 403


def _hook(home: Path, url: str, monkeypatch: pytest.MonkeyPatch, secret: str = SECRET) -> None:
    monkeypatch.setenv("EDGEPROOF_WEBHOOK_SECRET", secret)
    _settings(home, f'[notify.webhook]\nurl = "{url}"\n')


def test_channel_that_works_says_so_and_sends_a_message_where_it_is_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = HookServer()
    with in_thread(server):
        _hook(tmp_path, server.hook, monkeypatch)
        browser = looking(tmp_path)
        (hook,) = [each for each in browser.get("/api/settings").json()["channels"] if each["is_set_up"]]
        assert (hook["name"], "nothing told" in hook["words"]) == ("webhook", True)
        found = browser.post("/api/channels/webhook/test", json={"with_message": False}).json()
        assert (found["works"], found["problem"], len(server.taken)) == (True, None, 0)
        found = browser.post("/api/channels/webhook/test", json={"with_message": True}).json()
        assert (found["works"], len(found["found"]), len(server.taken)) == (True, 2, 1)


def test_channel_that_does_not_work_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = HookServer()
    server.always = Reply(status=403)
    with in_thread(server):
        _hook(tmp_path, server.hook, monkeypatch)
        found = looking(tmp_path).post("/api/channels/webhook/test", json={}).json()
    assert (found["works"], found["found"]) == (False, [])
    assert "403" in found["problem"]


def test_channel_whose_secret_is_not_there_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hook(tmp_path, "http://127.0.0.1:9/", monkeypatch)
    monkeypatch.delenv("EDGEPROOF_WEBHOOK_SECRET")
    found = looking(tmp_path).post("/api/channels/webhook/test", json={}).json()
    assert (found["works"], "EDGEPROOF_WEBHOOK_SECRET is not set" in found["problem"]) == (False, True)


def test_channel_that_is_not_set_up_or_unknown_or_asked_wrongly_is_refused(tmp_path: Path) -> None:
    browser = looking(tmp_path)
    assert "not set up" in browser.post("/api/channels/telegram/test", json={}).json()["error"]
    assert browser.post("/api/channels/telegram/test", json={}).status_code == 404
    assert browser.post("/api/channels/pigeon/test", json={}).status_code == 422
    assert browser.post("/api/channels/telegram/test", json={"to": "me"}).status_code == 422
    assert browser.post("/api/channels/telegram/test").status_code == 422


def test_channel_is_tested_once_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, leave = threading.Event(), threading.Event()

    async def slow(*_: object, **__: object) -> list[str]:
        entered.set()
        assert leave.wait(10)
        return ["well"]

    monkeypatch.setattr("edgeproof.bootstrap.dashboard.settings.try_channel", slow)
    _hook(tmp_path, "http://127.0.0.1:9/", monkeypatch)
    tests = ChannelTests(place(tmp_path))
    thread = threading.Thread(target=lambda: tests.test("webhook", with_message=True))
    thread.start()
    assert entered.wait(10)
    assert tests.test("webhook", with_message=True) is None
    leave.set()
    thread.join()
    assert tests.test("webhook", with_message=True) == {
        "channel": "webhook",
        "works": True,
        "found": ["well"],
        "problem": None,
    }
