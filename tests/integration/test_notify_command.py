"""`edgeproof notify test CHANNEL`, right and wrong set-ups, each against its server on loopback."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edgeproof.bootstrap.push import device_of, keep_device
from tests.support.bot_api_state import TOKEN, BotApi, Fault
from tests.support.bot_thread import bot_in_thread
from tests.support.calls import Outcome, call
from tests.support.discord_server import TOKEN as DISCORD_TOKEN
from tests.support.discord_server import DiscordServer
from tests.support.hook_server import SECRET, HookServer
from tests.support.local_http import LocalHttp, Reply, in_thread
from tests.support.push_service import Browser
from tests.support.smtp_server import PASSWORD, USER, SmtpServer, certificate, server_context

CHAT = 77
WRONG_TOKEN = "987654321:BBB-never_to_be_seen_0123456789abcde"  # noqa: S105 - of nobody
SECRETS = (TOKEN, WRONG_TOKEN, DISCORD_TOKEN, SECRET, PASSWORD, "not-the-one", "kept-from-view", "kept-password")

Prove = Callable[..., Outcome]


@pytest.fixture
def prove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Prove:
    """Calls the command with settings and files of secrets; no secret is ever shown."""

    def run(channel: str, settings: str, *words: str, mode: int = 0o600, **secrets: str) -> Outcome:
        (tmp_path / "edgeproof.toml").write_text(settings)
        for name, secret in secrets.items():
            (tmp_path / name).write_text(secret)
            (tmp_path / name).chmod(mode)
        found = call(["notify", "test", channel, "--home", str(tmp_path), *words], monkeypatch, capsys)
        assert [each for each in SECRETS if each in found.out + found.err] == []
        return found

    return run


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{found.getsockname()[1]}"


def expect_failure(found: Outcome, *says: str) -> None:
    assert (found.status, found.out) == (1, "")
    assert "does not work: " in found.err
    for each in says:
        assert each in found.err


def expect_refusal(found: Outcome, *says: str) -> None:
    assert (found.status, found.out) == (2, "")
    for each in says:
        assert each in found.err


# --- Telegram ---


def telegram(url: str, chat: int = CHAT, token: str = "file:token") -> str:  # noqa: S107 - where it is
    return f'[notify.telegram]\nurl = "{url}"\ntoken = "{token}"\nchats = [{{ id = {chat} }}]\n'


@pytest.fixture
def bot() -> Iterator[BotApi]:
    with bot_in_thread(CHAT) as api:
        yield api


def test_telegram_that_works_says_who_it_is_and_sends_a_test(prove: Prove, bot: BotApi) -> None:
    found = prove("telegram", telegram(bot.url), token=TOKEN)
    assert (found.status, found.err) == (0, "")
    assert found.out == "telegram works: bot @edgeproof_bot reaches 1 chat; a test message was taken as 77:1\n"
    assert "A test of edgeproof's notifications" in bot.said[0].text


def test_telegram_without_a_message_tells_nobody(prove: Prove, bot: BotApi) -> None:
    found = prove("telegram", telegram(bot.url), "--no-message", "--json", token=TOKEN)
    assert found.document == {
        "channel": "telegram", "works": True, "found": ["bot @edgeproof_bot reaches 1 chat"], "problem": None,
    }  # fmt: skip
    assert bot.said == []


def test_telegram_with_a_wrong_token_says_where_there_is_one(prove: Prove, bot: BotApi) -> None:
    expect_failure(prove("telegram", telegram(bot.url), token=WRONG_TOKEN), "@BotFather")


def test_telegram_with_an_unknown_chat_names_it_and_what_to_do(prove: Prove, bot: BotApi) -> None:
    found = prove("telegram", telegram(bot.url, 5), token=TOKEN)
    expect_failure(found, "chat 5", "press Start", "check the id")


def test_telegram_whose_bot_is_blocked_says_what_to_do(prove: Prove, bot: BotApi) -> None:
    bot.blocked.add(CHAT)
    expect_failure(prove("telegram", telegram(bot.url), token=TOKEN), f"chat {CHAT}", "blocked", "press Start again")


def test_telegram_of_which_one_chat_has_gone_says_so_beside_the_document(prove: Prove, bot: BotApi) -> None:
    bot.chats.add(88)
    settings = telegram(bot.url).replace("chats = [", "chats = [{ id = 88 }, ")
    bot.fail("sendMessage", Fault("status", 403, description="Forbidden: bot was blocked by the user"))
    found = prove("telegram", settings, "--json", token=TOKEN)
    assert (found.status, found.document["works"]) == (0, True)  # one document on stdout, and nothing else
    assert "blocked" in found.err


def test_telegram_with_a_token_that_cannot_be_one_is_refused(prove: Prove, bot: BotApi) -> None:
    expect_refusal(prove("telegram", telegram(bot.url), token="not-the-one"), "@BotFather")


# --- Discord ---

DISCORD = '[notify.discord]\nurl = "file:url"\n'


def test_discord_that_works_sends_a_test(prove: Prove) -> None:
    server = DiscordServer()
    with in_thread(server):
        found = prove("discord", DISCORD, url=server.webhook)
    assert (found.status, found.err) == (0, "")
    assert found.out.startswith("discord works: ")
    assert len(server.messages) == 1


def test_discord_whose_webhook_is_gone_says_to_make_another(prove: Prove) -> None:
    server = DiscordServer()
    server.is_gone = True
    with in_thread(server):
        expect_failure(prove("discord", DISCORD, url=server.webhook), "webhook", "new")


# --- webhook ---


def webhook(url: str, secret: str = "file:secret") -> str:  # noqa: S107 - where it is
    return f'[notify.webhook]\nurl = "{url}"\nsecret = "{secret}"\n'


def test_webhook_that_works_sends_a_test(prove: Prove) -> None:
    server = HookServer()
    with in_thread(server):
        found = prove("webhook", webhook(server.hook), secret=SECRET)
    assert (found.status, found.err) == (0, "")
    assert len(server.taken) == 1


def test_webhook_with_a_wrong_secret_says_what_the_receiver_said(prove: Prove) -> None:
    server = HookServer()
    with in_thread(server):
        expect_failure(prove("webhook", webhook(server.hook), secret="not-the-one"), "401", "secret")


@pytest.mark.parametrize("status", [404, 410])
def test_webhook_that_is_gone_says_so(prove: Prove, status: int) -> None:
    server = LocalHttp(lambda _: Reply(status=status))
    with in_thread(server):
        found = prove("webhook", webhook(f"{server.url}/hook"), secret=SECRET)
    expect_failure(found, str(status), "check [notify.webhook] url")


# --- e-mail ---


def email(server: SmtpServer, *, trusts: bool = True, host: str = "127.0.0.1") -> str:
    trusted = 'certificates = "server.crt"\n' if trusts else ""
    return (
        f'[notify.email]\nhost = "{host}"\nport = {server.port}\nuser = "{USER}"\npassword = "file:password"\n'
        f'sender = "bot@example.com"\nto = ["me@example.com"]\n{trusted}'
    )


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[SmtpServer]:
    with SmtpServer(context=server_context(certificate(tmp_path)), needs_password=True) as server:
        yield server


def test_email_that_works_sends_a_test(prove: Prove, mail: SmtpServer) -> None:
    found = prove("email", email(mail), password=PASSWORD)
    assert (found.status, found.err) == (0, "")
    assert "A test of edgeproof's notifications" in str(mail.parsed()["Subject"])


def test_email_with_a_wrong_password_says_so(prove: Prove, mail: SmtpServer) -> None:
    expect_failure(prove("email", email(mail), password="not-the-one"), "password")
    assert mail.mails == []


def test_email_with_a_certificate_that_fails_says_so_and_sends_no_password(prove: Prove, mail: SmtpServer) -> None:
    expect_failure(prove("email", email(mail, trusts=False), password=PASSWORD), "certificate")
    assert mail.logins == []


def test_email_to_an_address_that_bounces_names_it(prove: Prove, mail: SmtpServer) -> None:
    mail.refuses["me@example.com"] = "550 no such user here"
    expect_failure(prove("email", email(mail), password=PASSWORD), "me@example.com", "no such user")


# --- apprise ---

APPRISE = '[notify.apprise]\nurls = ["file:url"]\n'


def test_apprise_that_works_sends_a_test(prove: Prove) -> None:
    server = LocalHttp(lambda _: Reply())
    with in_thread(server):
        found = prove("apprise", APPRISE, url=f"json://me:kept-password@127.0.0.1:{server.port}/hook")
    assert (found.status, found.err) == (0, "")
    assert len(server.requests) == 1


def test_apprise_that_is_refused_says_so(prove: Prove) -> None:
    server = LocalHttp(lambda _: Reply(status=403))
    with in_thread(server):
        expect_failure(prove("apprise", APPRISE, url=f"json://me:kept-password@127.0.0.1:{server.port}/hook"))


# --- push ---


def test_push_that_no_browser_asked_for_says_where_to_switch_it_on(prove: Prove) -> None:
    expect_failure(prove("push", ""), "edgeproof web", "Settings, Notifications")


def test_push_sends_a_test_to_the_browsers_of_the_home(prove: Prove, tmp_path: Path) -> None:
    given = {"endpoint": "https://push.example.com/kept-from-view", **Browser().keys}
    keep_device(tmp_path, device_of(given, label="Firefox on Linux", role="operator", by="me", at=""))
    found = prove("push", "", "--no-message")
    assert (found.status, found.err) == (0, "")
    assert found.out == "push works: messages can be encrypted for 1 browser (Firefox on Linux)\n"


def test_push_without_its_library_says_what_to_install(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeproof.bootstrap.push.find_spec", lambda _: None)
    expect_refusal(prove("push", ""), "pip install 'edgeproof[web]'")


# --- what all of them have ---


@pytest.mark.parametrize("channel", ["telegram", "discord", "webhook", "email", "apprise"])
def test_channel_at_which_nobody_listens_says_so(prove: Prove, channel: str) -> None:
    where = nobody()
    host, _, port = where.partition(":")
    mail = f'[notify.email]\nhost = "{host}"\nport = {port}\nsender = "a@example.com"\nto = ["me@example.com"]\n'
    settings = {
        "telegram": (telegram(f"http://{where}"), {"token": TOKEN}),
        "discord": (DISCORD, {"url": f"http://{where}/api/webhooks/112233445566/{DISCORD_TOKEN}"}),
        "webhook": (webhook(f"http://{where}/hook"), {"secret": SECRET}),
        "email": (mail, {}),
        "apprise": (APPRISE, {"url": f"json://me:kept-password@{where}/hook"}),
    }
    text, secrets = settings[channel]
    expect_failure(prove(channel, text, **secrets), "be reached" if channel != "apprise" else "apprise")


def test_file_of_a_secret_that_others_can_read_is_refused(prove: Prove) -> None:
    found = prove("webhook", webhook("http://127.0.0.1:9/hook"), secret=SECRET, mode=0o644)
    expect_refusal(found, "secret", "chmod 600")


def test_file_of_a_secret_that_is_not_there_is_refused(prove: Prove) -> None:
    expect_refusal(prove("webhook", webhook("http://127.0.0.1:9/hook")), "secret")


def test_variable_that_is_not_set_is_refused_by_its_name(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    expect_refusal(prove("webhook", webhook("http://127.0.0.1:9/hook", "env:NOT_THERE")), "NOT_THERE")


def test_channel_that_is_not_set_up_is_refused_with_those_that_are(prove: Prove) -> None:
    found = prove("telegram", webhook("http://127.0.0.1:9/hook"), secret=SECRET)
    expect_refusal(found, "[notify.telegram]", "set up are webhook")


def test_unknown_key_is_refused_with_its_line(prove: Prove) -> None:
    found = prove("webhook", webhook("http://127.0.0.1:9/hook") + "colour = 1\n", secret=SECRET)
    expect_refusal(found, "colour", "line 4")


def test_secret_itself_in_the_settings_is_refused_and_not_repeated(prove: Prove) -> None:
    expect_refusal(prove("webhook", webhook("http://127.0.0.1:9/hook", SECRET)), "env:NAME")
