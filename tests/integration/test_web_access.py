"""Coming in to the dashboard: passwords, sessions, tokens, and who is turned away at the gate."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from edgeproof.bootstrap.dashboard.door import Door
from edgeproof.core.model.time import HOUR
from tests.support.web import HERE, OPERATOR, OUTSIDE, VIEWER, Dashboard, dashboard, looking


@pytest.fixture
def shut(tmp_path: Path) -> Dashboard:
    """A dashboard that both roles have a password for."""
    return dashboard(tmp_path, operator=OPERATOR, viewer=VIEWER)


def test_visitor_of_a_home_without_a_password_is_an_operator_on_this_machine(tmp_path: Path) -> None:
    client = looking(tmp_path)
    found = client.get("/api/me").json()
    assert (found["role"], found["needs_login"]) == ("operator", False)
    assert len(found["csrf"]) == 64


def test_visitor_is_asked_for_the_password_once_one_is_set(tmp_path: Path) -> None:
    at = dashboard(tmp_path)
    assert at.client.get("/api/me").status_code == 200
    at.guard.access.passwords.set("viewer", VIEWER, at="now")
    answer = at.client.get("/api/me")
    assert answer.status_code == 401
    assert answer.json()["needs_login"] is True


@pytest.mark.parametrize(("password", "role"), [(OPERATOR, "operator"), (VIEWER, "viewer")])
def test_login_gives_the_role_whose_password_it_is(shut: Dashboard, password: str, role: str) -> None:
    answer = shut.login(password, name=" Ada \x1b[1m")
    assert answer.status_code == 200
    assert (answer.json()["role"], answer.json()["name"]) == (role, "Ada [1m")
    assert shut.client.get("/api/me").json() == answer.json() | {"now": shut.client.get("/api/me").json()["now"]}


def test_cookie_on_this_machine_is_for_this_site_and_no_script(shut: Dashboard) -> None:
    cookie = shut.login(OPERATOR).headers["set-cookie"]
    assert cookie.startswith("edgeproof-8800=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie


def test_cookie_outside_is_secure_and_of_the_host_alone(tmp_path: Path) -> None:
    at = dashboard(tmp_path, Door(url=OUTSIDE), base=OUTSIDE, operator=OPERATOR)
    answer = at.login(OPERATOR)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-edgeproof=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_files_of_access_are_its_owners_alone_and_open_nothing(shut: Dashboard, tmp_path: Path) -> None:
    shut.login(OPERATOR)
    (cookie,) = shut.client.cookies.values()
    token = shut.guard.access.tokens.make("grafana", "viewer", now=0)
    files = [each for each in (tmp_path / "web").iterdir() if each.is_file()]
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
    assert (tmp_path / "web").stat().st_mode & 0o777 == 0o700
    kept = "".join(each.read_text() for each in files)
    csrf = shut.client.get("/api/me").json()["csrf"]
    assert [each for each in (cookie, token, csrf, OPERATOR) if each in kept] == []


def test_file_of_access_that_others_can_read_is_refused(shut: Dashboard, tmp_path: Path) -> None:
    (tmp_path / "web" / "passwords.json").chmod(0o644)
    answer = shut.client.get("/api/me")
    assert answer.status_code == 500
    assert "chmod 600" in answer.json()["error"]


def test_logout_ends_the_session_and_not_only_the_cookie(shut: Dashboard) -> None:
    shut.login(OPERATOR)
    cookies = dict(shut.client.cookies)
    assert shut.client.post("/api/logout").status_code == 204
    shut.client.cookies.update(cookies)
    assert shut.client.get("/api/me").status_code == 401


def test_new_login_ends_the_session_before(shut: Dashboard) -> None:
    shut.login(OPERATOR)
    earlier = dict(shut.client.cookies)
    shut.login(VIEWER)
    shut.client.cookies.clear()
    shut.client.cookies.update(earlier)
    assert shut.client.get("/api/me").status_code == 401


@pytest.mark.parametrize(("steps", "status"), [([11.9, 11.9, 11.9], 200), ([12.1], 401), ([11.0] * 16, 401)])
def test_session_ends_unused_or_old(shut: Dashboard, steps: list[float], status: int) -> None:
    shut.login(OPERATOR)
    for hours in steps:
        shut.time.at += int(hours * HOUR)
        answer = shut.client.get("/api/me")
    assert answer.status_code == status


def test_session_outlives_the_server(shut: Dashboard, tmp_path: Path) -> None:
    shut.login(OPERATOR)
    again = dashboard(tmp_path, time=shut.time)
    again.client.cookies.update(dict(shut.client.cookies))
    assert again.client.get("/api/me").json()["role"] == "operator"


def test_new_password_ends_the_sessions_of_its_role_alone(shut: Dashboard, tmp_path: Path) -> None:
    other = dashboard(tmp_path, time=shut.time)
    shut.login(OPERATOR)
    other.login(VIEWER)
    shut.guard.access.passwords.set("operator", "quite another password", at="now")
    assert shut.client.get("/api/me").status_code == 401
    assert other.client.get("/api/me").status_code == 200


def test_wrong_passwords_are_made_to_wait_and_told_how_long(shut: Dashboard) -> None:
    for _ in range(5):
        assert shut.login("not the password").status_code == 401
    answer = shut.login(OPERATOR)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    shut.time.ticks += 1.1
    assert shut.login(OPERATOR).status_code == 200


def test_login_in_the_clear_is_refused_with_words_about_tls(tmp_path: Path) -> None:
    at = dashboard(tmp_path, Door(host="0.0.0.0"), base="http://192.0.2.7:8800", operator=OPERATOR)  # noqa: S104
    answer = at.login(OPERATOR)
    assert answer.status_code == 403
    assert "plain http" in answer.json()["error"]
    assert "caddy" in answer.json()["error"]


def test_program_with_a_token_needs_no_page_of_ours(shut: Dashboard) -> None:
    token = shut.guard.access.tokens.make("grafana", "viewer", now=shut.time.at)
    client = TestClient(shut.client.app, base_url=HERE, headers={"Authorization": f"Bearer {token}"})
    assert client.get("/api/me").json()["name"] == "token grafana"
    assert client.get("/api/overview").status_code == 200
    shut.guard.access.tokens.revoke("grafana")
    assert client.get("/api/me").status_code == 401


def test_use_of_a_token_is_known_to_the_hour(shut: Dashboard) -> None:
    token = shut.guard.access.tokens.make("grafana", "viewer", now=shut.time.at)
    assert shut.guard.access.tokens.all()[0].last_used is None
    shut.guard.access.tokens.find(token, now=shut.time.at)
    assert shut.guard.access.tokens.all()[0].last_used is not None


@pytest.mark.parametrize(
    ("door", "has_password", "is_refused"),
    [
        (Door(), False, False),
        (Door(host="::1"), False, False),
        (Door(host="localhost"), False, False),
        (Door(host="0.0.0.0"), False, True),  # noqa: S104
        (Door(host="::"), False, True),
        (Door(host="192.0.2.7"), False, True),
        (Door(host="edge.example.com"), False, True),
        (Door(url=OUTSIDE), False, True),
        (Door(host="0.0.0.0"), True, False),  # noqa: S104
    ],
)
def test_door_that_others_reach_needs_a_password(door: Door, has_password: bool, is_refused: bool) -> None:
    if not is_refused:
        door.check(has_password=has_password)
        return
    with pytest.raises(Exception, match=r"edgeproof web password.*caddy"):
        door.check(has_password=has_password)


@pytest.mark.parametrize(
    ("door", "host", "is_ours"),
    [
        (Door(), "127.0.0.1:8800", True),
        (Door(), "localhost:8800", True),
        (Door(), "[::1]:8800", True),
        (Door(), "LOCALHOST", True),
        (Door(), "attacker.example:8800", False),
        (Door(), "127.0.0.1.attacker.example", False),
        (Door(), "192.0.2.7", False),
        (Door(), "", False),
        (Door(url=OUTSIDE), "edge.example.com", True),
        (Door(url=OUTSIDE), "edge.example.com:444", False),
        (Door(host="0.0.0.0"), "192.0.2.7:8800", True),  # noqa: S104
        (Door(host="0.0.0.0"), "attacker.example", False),  # noqa: S104
        (Door(host="192.0.2.7"), "192.0.2.7:8800", True),
        (Door(host="192.0.2.7"), "192.0.2.8:8800", False),
    ],
)
def test_host_of_a_request_is_known_or_not(door: Door, host: str, is_ours: bool) -> None:
    assert door.is_ours(host) is is_ours


def test_request_a_proxy_passed_on_is_refused_without_a_password(tmp_path: Path) -> None:
    answer = looking(tmp_path).get("/api/me", headers={"X-Forwarded-For": "192.0.2.7"})
    assert answer.status_code == 403
    assert "edgeproof web password" in answer.json()["error"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://127.0.0.1:3000"}, 403),
        ({"Origin": "https://127.0.0.1:8800"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
    ],
)
def test_pages_of_others_read_nothing(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    client = TestClient(looking(tmp_path).app, base_url=HERE)
    assert client.get("/api/overview", headers=headers).status_code == status


def test_body_that_is_too_long_is_refused(shut: Dashboard) -> None:
    answer = shut.client.post("/api/login", content=json.dumps({"password": "x" * 100_000}))
    assert answer.status_code == 413


def test_wrong_words_are_not_repeated(shut: Dashboard) -> None:
    answer = shut.client.post("/api/login", json={"password": ["kept-from-view"]})
    assert answer.status_code == 422
    assert "kept-from-view" not in answer.text
    assert "password" in answer.json()["error"]
