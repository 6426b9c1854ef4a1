"""`edgeproof web` and its commands, as somebody types them: who may enter, where it listens, and what it refuses."""

import io
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from edgeproof.bootstrap.dashboard.access import access_to
from edgeproof.bootstrap.push import device_of, devices_of
from edgeproof.cli.beside import dashboard_beside
from edgeproof.cli.context import Context
from tests.support.calls import Outcome, call
from tests.support.processes import begin, free_port
from tests.support.push_service import Browser
from tests.support.smtp_server import certificate

PASSWORD = "correct horse battery"
Web = Callable[..., Outcome]


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Web:
    """Calls `edgeproof web` with words; `typed` is what stdin says."""

    def run(*words: str, typed: str = "") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return call(["web", *words, "--home", str(tmp_path)], monkeypatch, capsys)

    return run


# --- passwords ---


def test_password_is_read_from_stdin_and_kept_as_a_hash(web: Web, tmp_path: Path) -> None:
    found = web("password", typed=f"{PASSWORD}\n")
    assert (found.status, found.err) == (0, "")
    assert found.out == "the password of operator is set; it is asked for from now on\n"
    assert access_to(tmp_path).passwords.role_of(PASSWORD) == "operator"
    kept = (tmp_path / "web" / "passwords.json").read_text()
    assert "$argon2id$" in kept
    assert PASSWORD not in kept


def test_password_of_a_viewer_alone_says_that_nobody_steers(web: Web) -> None:
    found = web("password", "--role", "viewer", typed=f"{PASSWORD}\n")
    assert "nobody can steer until operator has one too: edgeproof web password" in found.out


def test_password_as_json_names_the_roles(web: Web) -> None:
    web("password", typed=f"{PASSWORD}\n")
    found = web("password", "--role", "viewer", "--json", typed="another horse entirely\n")
    assert found.document == {"roles": ["operator", "viewer"], "browsers_forgotten": 0}


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        ((), "short\n", "12 to 1024 characters"),
        ((), "", "12 to 1024 characters"),
        ((), "x" * 1_025 + "\n", "12 to 1024 characters"),
        (("--role", "admin"), f"{PASSWORD}\n", "expected a role (operator, viewer)"),
    ],
    ids=["short", "none", "long", "a role there is not"],
)
def test_password_that_cannot_be_is_refused_and_not_repeated(
    web: Web, tmp_path: Path, words: tuple[str, ...], typed: str, says: str
) -> None:
    found = web("password", *words, typed=typed)
    assert (found.status, found.out) == (2, "")
    assert says in found.err
    assert not typed.strip() or typed.strip() not in found.err
    assert access_to(tmp_path).passwords.roles() == ()


def test_two_roles_do_not_share_a_password(web: Web) -> None:
    web("password", typed=f"{PASSWORD}\n")
    found = web("password", "--role", "viewer", typed=f"{PASSWORD}\n")
    assert found.status == 2
    assert "must not be that of the other role" in found.err


def test_new_password_says_which_browsers_are_told_no_more(web: Web, tmp_path: Path) -> None:
    web("password", typed=f"{PASSWORD}\n")
    given = {"endpoint": "https://push.example.com/x", **Browser().keys}
    devices_of(tmp_path).add(device_of(given, label="", role="operator", by="operator", at=""))
    found = web("password", typed="another horse entirely\n")
    assert "1 browser " in found.out
    assert "switched on again" in found.out
    assert devices_of(tmp_path).all() == ()


# --- tokens ---


def test_token_is_shown_once_alone_on_stdout(web: Web, tmp_path: Path) -> None:
    made = web("token", "grafana")
    token = made.out.strip()
    assert made.out == f"{token}\n"
    assert token.startswith("edgeproof_")
    assert "not shown again" in made.err
    found = access_to(tmp_path).tokens.find(token, now=0)
    assert found is not None
    assert (found.name, found.role) == ("grafana", "viewer")
    assert token not in (tmp_path / "web" / "tokens.json").read_text()


def test_tokens_are_listed_without_what_opens(web: Web) -> None:
    token = web("token", "grafana").out.strip()
    other = web("token", "phone", "--role", "operator", "--json").document
    assert (other["name"], other["role"]) == ("phone", "operator")
    listed = web("tokens").out
    assert "grafana: viewer, made " in listed
    assert "phone: operator, made " in listed
    assert "never used" in listed
    document = web("tokens", "--json")
    assert [each["name"] for each in document.document["tokens"]] == ["grafana", "phone"]
    assert [each for each in (token, other["token"]) if each in listed + document.out] == []


def test_home_without_a_token_says_how_to_make_one(web: Web) -> None:
    assert web("tokens").out == "there is no token; edgeproof web token NAME makes one\n"


def test_revoked_token_opens_nothing(web: Web, tmp_path: Path) -> None:
    token = web("token", "grafana").out.strip()
    assert web("revoke", "grafana").out == "grafana opens nothing any more\n"
    assert access_to(tmp_path).tokens.find(token, now=0) is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("token", "grafana"), 'there is a token "grafana" already: edgeproof web revoke grafana'),
        (("token", "two words"), "expected letters, digits, dots and dashes"),
        (("token", "phone", "--role", "root"), "expected a role (operator, viewer)"),
        (("revoke", "phone"), 'expected a token (grafana), found "phone"'),
    ],
)
def test_token_that_cannot_be_is_refused(web: Web, words: tuple[str, ...], says: str) -> None:
    web("token", "grafana")
    found = web(*words)
    assert (found.status, found.out) == (2, "")
    assert says in found.err


# --- where it listens ---


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7"])  # noqa: S104 - it is refused
def test_dashboard_for_others_without_a_password_says_how_to_set_one_and_how_to_encrypt(web: Web, host: str) -> None:
    found = web("--host", host)
    assert (found.status, found.out) == (2, "")
    assert f"{host}, where others can reach it, needs a password: edgeproof web password" in found.err
    assert "caddy reverse-proxy --from edge.example.com --to 127.0.0.1:8800" in found.err
    assert "--certificate FILE --key FILE" in found.err


def test_dashboard_behind_a_proxy_without_a_password_is_refused(web: Web, tmp_path: Path) -> None:
    (tmp_path / "edgeproof.toml").write_text('[web]\nurl = "https://edge.example.com"\nport = 8907\n')
    found = web()
    assert found.status == 2
    assert "https://edge.example.com needs a password: edgeproof web password" in found.err
    assert "127.0.0.1:8907" in found.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--certificate", "a.pem"), "expected --certificate FILE and --key FILE together"),
        (("--key", "a.pem"), "expected --certificate FILE and --key FILE together"),
        (("--certificate", "a.pem", "--key", "b.pem"), "which cannot be used (No such file or directory)"),
        (("--host", "300.1.1.1.example"), "needs a password"),
        (("--role", "viewer"), "--role"),
        (("--port", "0", "tokens"), "--port belongs after tokens, not before it"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(web: Web, words: tuple[str, ...], says: str) -> None:
    found = web(*words)
    assert (found.status, found.out) == (2, "")
    assert says in found.err


@pytest.mark.parametrize(
    "text", ["port = 65536", 'host = ""', 'url = "http://edge.example.com"', 'url = "https://x.example/path"', "a = 1"]
)
def test_settings_that_cannot_be_meant_are_refused_with_their_line(web: Web, tmp_path: Path, text: str) -> None:
    (tmp_path / "edgeproof.toml").write_text(f"[web]\n{text}\n")
    found = web()
    assert found.status == 2
    assert "edgeproof.toml: line 2: " in found.err


@contextmanager
def _running(*words: str | Path) -> Iterator[str]:
    """The address of a dashboard that runs as a process, while the block lasts."""
    process = begin("web", *words)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert " shows " in line, process.communicate()[1]
        yield line.split()[0]
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_port_that_is_taken_is_refused_with_what_to_do(web: Web, tmp_path: Path) -> None:
    with _running("--home", tmp_path, "--port", "0") as url:
        found = web("--port", url.rpartition(":")[2])
    assert found.status == 2
    assert "try another --port" in found.err


def test_dashboard_with_a_certificate_speaks_tls_and_nothing_else(web: Web, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    web("password", typed=f"{PASSWORD}\n")
    words = ("--home", tmp_path, "--host", "0.0.0.0", "--port", "0", "--certificate", cert, "--key", key)  # noqa: S104
    with _running(*words) as shown:
        assert shown.startswith("https://0.0.0.0:")
        url = shown.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - see above
        trusting = ssl.create_default_context(cafile=str(cert))
        with httpx.Client(base_url=url, verify=trusting) as client:
            assert client.get("/api/me").status_code == 401
            answer = client.post("/api/login", json={"password": PASSWORD}, headers={"Origin": url})
            assert answer.status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(url.replace("https", "http"))


# --- beside a session ---


def test_dashboard_beside_a_session_listens_where_the_settings_say_and_ends_with_it(tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "other.toml"
    config.write_text(f"[web]\nport = {port}\n")
    said: list[str] = []
    with dashboard_beside(Context(tmp_path, config, json=False, verbose=False), said.append) as found:
        url = found.wait(60)
        assert url == f"http://127.0.0.1:{port}", said
        assert httpx.get(f"{url}/api/me").json()["home"] == str(tmp_path)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/api/me")


def test_dashboard_that_may_not_begin_says_why_and_the_session_goes_on(tmp_path: Path) -> None:
    config = tmp_path / "edgeproof.toml"
    config.write_text('[web]\nhost = "0.0.0.0"\n')
    said: list[str] = []
    with dashboard_beside(Context(tmp_path, config, json=False, verbose=False), said.append) as found:
        assert found.wait(60) is None
    assert "needs a password" in " ".join(said)


@pytest.mark.parametrize("command", ["scan", "paper"])
def test_session_with_web_shows_the_dashboard_of_its_settings(tmp_path: Path, command: str) -> None:
    """The dashboard is there before the session is ready: here its venue never answers."""
    port = free_port()
    (tmp_path / "edgeproof.toml").write_text(f"[web]\nport = {port}\n")
    nobody = f"http://127.0.0.1:{free_port()}"
    words = ("--all", "--web", "--instrument", "BTC/USD:USD", "--venue", "replica", "--url", nobody, "--no-preview")
    process = begin(command, *words, "--home", tmp_path)
    try:
        line = _said(process, f"127.0.0.1:{port}")
    finally:
        process.kill()
        process.communicate(timeout=30)
    assert f"http://127.0.0.1:{port} shows {tmp_path}" in line


def _said(process: "subprocess.Popen[str]", words: str) -> str:
    """The line of a process that holds some words; "" where it ends without one."""
    lines: list[str] = []
    other = threading.Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
    other.start()
    for line in process.stderr or ():
        lines.append(line)
        if words in line:
            return line
    other.join(10)
    return next((each for each in lines if words in each), "".join(lines))
