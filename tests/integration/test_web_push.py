"""Notifications of browsers, as the pages ask for them: key, subscriptions, a test; and who may see whose."""

from pathlib import Path
from typing import Any

import pytest

from edgeproof.bootstrap.dashboard.access import revoke_token, set_password
from edgeproof.bootstrap.push import devices_of
from tests.support.local_http import Reply, in_thread
from tests.support.push_service import KEPT, Browser, PushService
from tests.support.web import OPERATOR, VIEWER, Dashboard, dashboard
from tests.support.web_pushed import pushing

SOMEWHERE = "https://push.example.com/kept-from-view"


def _subscription(endpoint: str = SOMEWHERE, **changes: Any) -> dict[str, Any]:
    return {"endpoint": endpoint, "expirationTime": None, "keys": Browser().keys, "label": "Firefox"} | changes


def _switch_on(at: Dashboard, subscription: dict[str, Any]) -> str:
    answer = at.client.post("/api/push/subscriptions", json=subscription)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def _listed(at: Dashboard) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at.client.get("/api/push/subscriptions").json()["subscriptions"]
    return found


@pytest.fixture
def open_door(tmp_path: Path) -> Dashboard:
    """A dashboard of this machine's user, without a password."""
    at = dashboard(tmp_path)
    at.client.headers["X-CSRF-Token"] = at.client.get("/api/me").json()["csrf"]
    return at


@pytest.fixture
def shut(tmp_path: Path) -> Dashboard:
    return dashboard(tmp_path, operator=OPERATOR, viewer=VIEWER)


def test_browser_is_switched_on_told_and_switched_off(tmp_path: Path) -> None:
    service = PushService()
    with in_thread(service):
        at = pushing(tmp_path)
        service.key = at.client.get("/api/push/key").json()["key"]
        id_ = _switch_on(at, service.subscribe() | {"label": "  Firefox \n on Linux "})
        (listed,) = _listed(at)
        assert set(listed) == {"id", "label", "since", "last_told", "failures"}
        assert (listed["id"], listed["label"], listed["last_told"]) == (id_, "Firefox on Linux", None)
        answer = at.client.post("/api/push/test")
        assert answer.status_code == 200, answer.text
        (shown,) = service.browser().shown.values()
        assert shown["title"] == "A test of edgeproof's notifications"
        assert service.problems == []
        assert _listed(at)[0]["last_told"] is not None
        assert at.client.delete(f"/api/push/subscriptions/{id_}").status_code == 204
        assert at.client.delete(f"/api/push/subscriptions/{id_}").status_code == 404
        assert _listed(at) == []


def test_test_says_why_it_did_not_arrive_and_comes_seldom(tmp_path: Path) -> None:
    service = PushService()
    with in_thread(service):
        at = pushing(tmp_path)
        answer = at.client.post("/api/push/test")
        assert (answer.status_code, "no browser" in answer.json()["error"]) == (409, True)
        answer = at.client.post("/api/push/test")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
        at.time.ticks += 5.0
        _switch_on(at, service.subscribe())
        service.always = Reply(status=503)
        answer = at.client.post("/api/push/test")
        assert (answer.status_code, "503" in answer.json()["error"]) == (409, True)
        assert KEPT not in answer.text
        assert _listed(at)[0]["failures"] == 1


def test_browser_that_subscribes_anew_is_not_there_twice(open_door: Dashboard) -> None:
    assert _switch_on(open_door, _subscription()) == _switch_on(open_door, _subscription(label="Chrome"))
    assert [each["label"] for each in _listed(open_door)] == ["Chrome"]


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "http://push.example.com/kept-from-view"},
        {"endpoint": "https://127.0.0.1/kept-from-view"},
        {"endpoint": "https://10.0.0.1/kept-from-view"},
        {"endpoint": "https://intranet/kept-from-view"},
        {"keys": {"p256dh": "B" * 87, "auth": "A" * 22}},
        {"keys": {"p256dh": "no key at all!", "auth": "A" * 22}},
        {"keys": {"p256dh": "B" * 64}},
        {"keys": None},
        {"label": "x" * 81},
    ],
)
def test_what_no_browser_gives_is_refused_and_not_repeated(open_door: Dashboard, changes: dict[str, Any]) -> None:
    answer = open_door.client.post("/api/push/subscriptions", json=_subscription() | changes)
    assert answer.status_code == 422, answer.text
    assert "kept-from-view" not in answer.text
    assert _listed(open_door) == []


def test_address_and_keys_of_a_browser_never_come_out_again(open_door: Dashboard) -> None:
    subscription = _subscription()
    _switch_on(open_door, subscription)
    said = open_door.client.get("/api/push/subscriptions").text + open_door.client.get("/api/me").text
    assert [each for each in (subscription["endpoint"], *subscription["keys"].values()) if each in said] == []


def test_viewer_has_to_do_with_the_browsers_of_viewers_alone(shut: Dashboard) -> None:
    shut.login(OPERATOR)
    own = _switch_on(shut, _subscription())
    shut.login(VIEWER)
    assert _listed(shut) == []
    assert shut.client.delete(f"/api/push/subscriptions/{own}").status_code == 404
    _switch_on(shut, _subscription(f"{SOMEWHERE}/viewer"))
    assert len(_listed(shut)) == 1
    shut.login(OPERATOR)
    assert len(_listed(shut)) == 2


def test_test_of_a_viewer_disturbs_no_operator(tmp_path: Path) -> None:
    service = PushService()
    with in_thread(service):
        at = pushing(tmp_path, operator=OPERATOR, viewer=VIEWER)
        at.login(OPERATOR)
        _switch_on(at, service.subscribe("operator"))
        at.login(VIEWER)
        _switch_on(at, service.subscribe("viewer"))
        assert at.client.post("/api/push/test").status_code == 200
        assert service.browser("operator").shown == {}
        assert len(service.browser("viewer").shown) == 1


def test_new_password_ends_what_was_switched_on_with_the_old_one(shut: Dashboard, tmp_path: Path) -> None:
    shut.login(VIEWER)
    _switch_on(shut, _subscription())
    shut.login(OPERATOR)
    _switch_on(shut, _subscription(f"{SOMEWHERE}/operator"))
    assert set_password(tmp_path, "viewer", "quite another password", at="now") == 1
    assert [each.role for each in devices_of(tmp_path).all()] == ["operator"]


def test_first_password_leaves_the_owners_own_browsers(open_door: Dashboard, tmp_path: Path) -> None:
    _switch_on(open_door, _subscription())
    assert set_password(tmp_path, "operator", OPERATOR, at="now") == 0
    assert len(devices_of(tmp_path).all()) == 1


def test_revoked_token_takes_along_what_it_switched_on(tmp_path: Path) -> None:
    at = dashboard(tmp_path, operator=OPERATOR)
    token = at.guard.access.tokens.make("phone", "viewer", now=0)
    headers = {"Authorization": f"Bearer {token}"}
    assert at.client.post("/api/push/subscriptions", json=_subscription(), headers=headers).status_code == 201
    assert revoke_token(tmp_path, "phone") == 1
    assert devices_of(tmp_path).all() == ()


def test_dashboard_without_the_library_says_what_to_install(
    open_door: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeproof.bootstrap.push.find_spec", lambda _: None)
    assert open_door.client.get("/api/me").json()["push"] == {"available": False}
    answers = [
        open_door.client.get("/api/push/key"),
        open_door.client.post("/api/push/subscriptions", json=_subscription()),
        open_door.client.post("/api/push/test"),
    ]
    assert [each.status_code for each in answers] == [404, 422, 422]
    assert all("edgeproof[web]" in each.json()["error"] for each in answers)
