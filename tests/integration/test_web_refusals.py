"""Every route of the application refuses who may not; whatever routes there are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from edgeproof.web.gate import LOOK_AGAIN_S
from tests.support.journals import began, noticed
from tests.support.web import HERE, OPERATOR, VIEWER, Dashboard, dashboard, write

STREAM = HERE.replace("http", "ws", 1)
OPEN = {("POST", "/api/login")}
OF_ONES_OWN = {
    ("POST", "/api/login"),
    ("POST", "/api/logout"),
    ("POST", "/api/push/subscriptions"),
    ("DELETE", "/api/push/subscriptions/x"),
    ("POST", "/api/push/test"),
}
_READS = {"GET", "HEAD", "OPTIONS"}


def _all(app: object) -> list[Any]:
    """The routes of an application. Those of an included router are made when they are asked for."""
    found: list[Any] = list(getattr(app, "routes", ()))
    while any(hasattr(each, "effective_candidates") for each in found):
        found = [
            inner
            for each in found
            for inner in (each.effective_candidates() if hasattr(each, "effective_candidates") else [each])
        ]
    return [getattr(each, "starlette_route", None) or each for each in found]


def _routes(found: Dashboard) -> list[tuple[str, str]]:
    """Method and address of each route of the API, parameters filled in; and of the document that describes them."""
    routes = [each for route in _all(found.client.app) for each in _of(route)]
    assert {("GET", "/api/openapi.json"), ("WEBSOCKET", "/api/live"), ("GET", "/api/me")} <= set(routes)
    return routes


def _of(route: Any) -> Iterator[tuple[str, str]]:
    path = re.sub(r"\{[^}]*\}", "x", route.path)
    if path.startswith("/api"):
        yield from ((method, path) for method in getattr(route, "methods", ("WEBSOCKET",)))


def _status(client: TestClient, method: str, path: str, headers: dict[str, str] | None = None) -> int:
    if method != "WEBSOCKET":
        return int(client.request(method, path, headers=headers).status_code)
    try:
        with client.websocket_connect(f"{STREAM}{path}", headers=headers or {}) as socket:
            socket.receive_text()
    except WebSocketDenialResponse as refusal:
        return int(refusal.status_code)
    return 200


@pytest.fixture
def shut(tmp_path: Path) -> Dashboard:
    return dashboard(tmp_path, operator=OPERATOR, viewer=VIEWER)


def test_every_route_refuses_who_has_not_logged_in(shut: Dashboard) -> None:
    found = {each: _status(shut.client, *each) for each in _routes(shut)}
    assert {each: status for each, status in found.items() if status != 401 and each not in OPEN} == {}


@pytest.mark.parametrize("cookie", ["x", "", "A" * 5_000])
def test_every_route_refuses_a_session_that_is_none(shut: Dashboard, cookie: str) -> None:
    shut.client.cookies.set("edgeproof-8800", cookie)
    shut.client.cookies.set("__Host-edgeproof", cookie)
    found = {each: _status(shut.client, *each) for each in _routes(shut)}
    assert {each: status for each, status in found.items() if status != 401 and each not in OPEN} == {}


def test_every_route_refuses_a_token_that_is_none(shut: Dashboard) -> None:
    shut.login(OPERATOR)  # a wrong token is no reason to look at the cookie
    headers = {"Authorization": "Bearer edgeproof_x"}
    found = {each: _status(shut.client, *each, headers) for each in _routes(shut)}
    assert {each: status for each, status in found.items() if status != 401 and each not in OPEN} == {}


def test_every_write_refuses_who_may_only_look(shut: Dashboard) -> None:
    shut.login(VIEWER)
    writes = [each for each in _routes(shut) if each[0] not in _READS | {"WEBSOCKET"} and each not in OF_ONES_OWN]
    found = {each: _status(shut.client, *each) for each in writes}
    assert {each: status for each, status in found.items() if status != 403} == {}


def test_every_write_refuses_a_page_that_does_not_know_the_session(shut: Dashboard) -> None:
    shut.login(OPERATOR)
    del shut.client.headers["X-CSRF-Token"]
    writes = [each for each in _routes(shut) if each[0] not in _READS | {"WEBSOCKET"} and each not in OPEN]
    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": ""}):
        found = {each: _status(shut.client, *each, headers) for each in writes}
        assert {each: status for each, status in found.items() if status != 403} == {}


def test_every_write_needs_the_pages_token_without_a_password_too(tmp_path: Path) -> None:
    found = dashboard(tmp_path)
    writes = [each for each in _routes(found) if each[0] not in _READS | {"WEBSOCKET"} and each not in OPEN]
    statuses = {each: _status(found.client, *each) for each in writes}
    assert {each: status for each, status in statuses.items() if status != 403} == {}


@pytest.mark.parametrize(
    "headers",
    [{"Host": "attacker.example:8800"}, {"Origin": "https://attacker.example"}, {"Origin": "null"}],
    ids=["a host that is not ours", "a page of another site", "a page of nowhere"],
)
def test_every_route_refuses_what_others_make_a_browser_send(shut: Dashboard, headers: dict[str, str]) -> None:
    shut.login(OPERATOR)
    found = {each: _status(shut.client, *each, headers) for each in _routes(shut)}
    assert {each: status for each, status in found.items() if status != 403} == {}


def test_stream_refuses_who_does_not_say_what_page_it_is(shut: Dashboard) -> None:
    shut.login(OPERATOR)
    client = TestClient(shut.client.app, base_url=HERE, cookies=dict(shut.client.cookies))
    assert _status(client, "WEBSOCKET", "/api/live") == 403


def test_stream_ends_soon_after_its_visitor_may_look_no_longer(shut: Dashboard, tmp_path: Path) -> None:
    shut.login(VIEWER)
    with shut.client.websocket_connect(f"{STREAM}/api/live") as socket:
        assert '"hello"' in socket.receive_text()
        assert socket.receive()["type"] == "websocket.send"  # that there is no picture
        shut.guard.access.passwords.set("viewer", "quite another password", at="now")
        shut.time.ticks += LOOK_AGAIN_S
        write(tmp_path, [began(), noticed(1)])
        end = socket.receive()
    assert (end["type"], end["code"]) == ("websocket.close", 4401)


def test_every_route_says_which_role_it_takes(shut: Dashboard) -> None:
    """The gate refuses strangers by itself; that a route forgets to say its role is a mistake all the same."""
    silent = []
    for route in _all(shut.client.app):
        if route.path.startswith("/api") and route.path != "/api/openapi.json":
            taken = {getattr(each.call, "__name__", "") for each in route.dependant.dependencies}
            silent += [] if taken & {"viewer", "operator"} or route.path == "/api/login" else [route.path]
    assert silent == []


def test_every_answer_tells_the_browser_what_to_keep_to(shut: Dashboard) -> None:
    shut.login(OPERATOR)
    paths = [path for method, path in _routes(shut) if method == "GET"]
    for path in [*paths, "/", "/signals", "/assets/none.js", "/api/none", "/icon.svg"]:
        answer = shut.client.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert "frame-ancestors" in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "no-store" in answer.headers["cache-control"] or not path.startswith("/api")
