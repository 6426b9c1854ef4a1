"""A home with every secret there is: none of them is in any document of the API, any page, the journal or a log."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.storage.private_file import PrivateFile
from edgeproof.bootstrap.journal import open_journal
from edgeproof.bootstrap.notify import Setup, messenger_of
from edgeproof.config import load_settings
from edgeproof.core.model.journal import DeliveryNoted, MessageQueued
from edgeproof.ports import Journal
from edgeproof.services.notifying.dispatch import Dispatcher
from tests.support.calls import call
from tests.support.local_http import LocalHttp, Reply, in_thread
from tests.support.push_service import Browser
from tests.support.trading import decided, records, traded
from tests.support.web import OPERATOR, VIEWER, Dashboard, dashboard, write

TELEGRAM = "123456789:AAF-kept-from-view_0123456789abcdefg"
DISCORD = "kept-Discord-0123456789abcdef-0123456789abcdef-0123456789abcdef_0123"
MAIL, HOOK, APPRISE, ROOM = "kept-mail-password", "kept-hook-secret", "kept-apprise-password", "kept-room"
ENDPOINT = "https://127.0.0.1:9/kept-endpoint"


def _settings(server: LocalHttp) -> str:
    return f"""\
[notify.telegram]
url = "{server.url}"
token = "file:telegram"
chats = [{{ id = 77 }}]
[notify.discord]
url = "env:EDGEPROOF_TEST_DISCORD"
[notify.email]
host = "127.0.0.1"
port = 9
security = "tls"
user = "me@example.com"
password = "file:mail"
sender = "bot@example.com"
to = ["me@example.com"]
least = "info"
[notify.webhook]
url = "{server.url}/hook?room={ROOM}"
secret = "file:hook"
[notify.apprise]
urls = ["file:apprise"]
"""


def _make(home: Path, server: LocalHttp, monkeypatch: pytest.MonkeyPatch) -> tuple[Dashboard, list[str]]:
    """A dashboard of a home with every secret, its browser logged in; and the secrets."""
    (home / "edgeproof.toml").write_text(_settings(server))
    apprise = f"json://me:{APPRISE}@127.0.0.1:{server.port}/kept"
    for name, secret in {"telegram": TELEGRAM, "mail": MAIL, "hook": HOOK, "apprise": apprise}.items():
        (home / name).write_text(secret)
        (home / name).chmod(0o600)
    monkeypatch.setenv("EDGEPROOF_TEST_DISCORD", f"{server.url}/api/webhooks/112233445566/{DISCORD}")
    at = dashboard(home, operator=OPERATOR, viewer=VIEWER)
    token = at.guard.access.tokens.make("grafana", "viewer", now=0)
    at.login(OPERATOR)
    (cookie,) = at.client.cookies.values()
    keys = Browser().keys
    device = {"endpoint": ENDPOINT, **keys, "label": "x", "role": "operator", "by": "", "since": ""}
    with PrivateFile(home / "web" / "push.json").changing() as document:
        document["x"] = device | {"last_told": None, "failures": 0}
    at.client.get("/api/push/key")
    vapid = PrivateFile(home / "web" / "vapid.json").read()["private"].splitlines()[1]
    own = [TELEGRAM, DISCORD, MAIL, HOOK, APPRISE, ROOM, "kept-endpoint", *keys.values(), vapid]
    return at, [*own, OPERATOR, VIEWER, token, cookie]


@contextmanager
def _journal(home: Path) -> Iterator[Journal]:
    journal = open_journal(home, load_settings(home / "edgeproof.toml").journal, writing=True)
    try:
        yield journal
    finally:
        journal.close()


def _tell(home: Path) -> list[str]:
    """Let every channel try to tell of what the journal has, in vain; what was said of it."""
    said: list[str] = []
    setup = Setup(home=home, config=home / "edgeproof.toml", settings=load_settings(home / "edgeproof.toml"))

    async def told(journal: Journal) -> None:
        messenger = messenger_of(setup, journal, 60_000, said.append)
        assert isinstance(messenger, Dispatcher)
        facts = [*records(), decided(), traded()]
        journal.append(messenger.begin("s1", lambda: 0, {}))
        messages = messenger.composed(facts)
        journal.append([*facts, *messages])
        messenger.queued(messages)
        messenger.start()
        await messenger.finish(2.0, is_patient=True)

    with _journal(home) as journal:
        asyncio.run(told(journal))
        channels = {name for each in journal.read(MessageQueued) for name in each.record.channels}
        assert channels == {"telegram", "discord", "email", "webhook", "apprise", "push"}
        failed = {each.record.channel for each in journal.read(DeliveryNoted) if each.record.reason}
        assert failed == channels
    return said


def _documents(at: Dashboard) -> Iterator[tuple[str, str]]:
    """Every document there is to get: parameters of addresses are filled in with what the home has."""
    described: dict[str, Any] = at.client.get("/api/openapi.json").json()
    signal = at.client.get("/api/signals").json()["signals"][0]
    filled = {"{id_}": signal["id"], "{id}": signal["id"], "{hypothesis}": signal["hypothesis"], "{name}": "webhook"}
    needed = {"symbol": signal["symbol"], "timeframe": "5m", "hypothesis": signal["hypothesis"], "format": "jsonl"}
    for path, ways in described["paths"].items():
        if "get" not in ways:
            continue
        asked = {each["name"] for each in ways["get"].get("parameters", ())}
        for name, value in filled.items():
            path = path.replace(name, value)  # noqa: PLW2901 - one after the other
        answer = at.client.get(path, params={name: value for name, value in needed.items() if name in asked})
        assert answer.status_code < 500, f"{path}: {answer.text}"
        yield path, answer.text
    for path in ("/api/openapi.json", "/", "/settings", "/sw.js"):
        yield path, at.client.get(path).text


def test_secret_is_in_no_document_no_journal_and_no_log(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    server = LocalHttp(lambda _: Reply(status=502))
    with in_thread(server):
        at, secrets = _make(tmp_path, server, monkeypatch)
        said = _tell(tmp_path)
    at.client.post("/api/login", json={"password": f"{OPERATOR}, mistyped"})
    at.client.post("/api/actions", json={"wish": "halt", "why": "to be on the safe side"})
    found = dict(_documents(at))
    found["the journal"] = "".join(each.read_bytes().decode("latin-1") for each in tmp_path.glob("journal.db*"))
    found["what the session said"] = "\n".join(said)
    found["the logs"] = "\n".join(f"{each.name} {each.getMessage()}" for each in caplog.records)
    for words in (["notify", "status", "--json"], ["status", "--json"], ["web", "tokens", "--json"]):
        done = call([*words, "--home", str(tmp_path)], monkeypatch, capsys)
        found[" ".join(words)] = done.out + done.err
    assert len(found) > 15
    assert [(where, secret) for where, text in found.items() for secret in secrets if secret in text] == []


def test_no_address_of_the_api_takes_a_secret(tmp_path: Path) -> None:
    """What stands in an address is logged by proxies and kept by browsers: secrets come in bodies and headers."""
    write(tmp_path, [])
    described = dashboard(tmp_path).client.get("/api/openapi.json").json()
    names = {
        each["name"]
        for ways in described["paths"].values()
        for way in ways.values()
        for each in way.get("parameters", ())
        if each["in"] in {"query", "path"}
    }
    assert [name for name in names if any(word in name for word in ("password", "token", "secret", "csrf"))] == []


def test_visitor_who_is_refused_is_not_told_what_they_brought(tmp_path: Path) -> None:
    at = dashboard(tmp_path, operator=OPERATOR)
    brought = "kept-from-view-0123456789"
    answers = [
        at.client.post("/api/login", json={"password": brought}),
        at.client.post("/api/login", json={"password": brought * 200}),
        at.client.post("/api/login", json={"password": [brought]}),
        at.client.get("/api/me", headers={"Authorization": f"Bearer {brought}"}),
        at.client.get("/api/me", headers={"Cookie": f"edgeproof-8800={brought}"}),
    ]
    assert [each.status_code for each in answers] == [401, 422, 422, 401, 401]
    assert [each.text for each in answers if brought in each.text] == []
