"""Mail through a real SMTP server on loopback: encryption, passwords, refusals, and mails that are the same twice."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.notify.email import EmailChannel
from edgeproof.adapters.notify.smtp import MailServer
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.message import Severity
from edgeproof.core.model.secret import SecretText
from edgeproof.ports.channels import Outgoing
from tests.support.outgoing import PNG, message, outgoing
from tests.support.smtp_server import PASSWORD, USER, Security, SmtpServer, certificate, server_context

TO = ("me@example.com", "you@example.com")


def _channel(server: SmtpServer, *, to: tuple[str, ...] = TO, timeout: float = 3.0, **options: Any) -> EmailChannel:
    where = MailServer(host="127.0.0.1", port=server.port, **({"security": "none"} | options))
    return EmailChannel(where, sender="edgeproof <bot@example.com>", to=to, timeout=timeout)


def _send(channel: EmailChannel, *mails: Outgoing) -> str:
    async def run() -> str:
        receipts = [await channel.send(each) for each in mails or (outgoing(),)]
        return receipts[-1]

    return asyncio.run(run())


def _failure(work: Awaitable[str]) -> ChannelError:
    async def run() -> ChannelError:
        with pytest.raises(ChannelError) as caught:
            await work
        return caught.value

    return asyncio.run(run())


def test_mail_has_plain_text_a_page_and_the_chart_inside_it() -> None:
    with SmtpServer() as server:
        _send(_channel(server), outgoing(severity=Severity.CRITICAL, chart=lambda: PNG))
        mail = server.parsed()
    assert server.mails[0][0] == TO
    assert mail["Subject"] == "LONG BTC/USD:USD · RSI_Oversold_5m_Reversal"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Importance"] == "high"
    assert mail["Date"].datetime.isoformat() == "2026-02-03T10:30:00+00:00"
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "entry   45,000" in plain.get_content()
    assert 'name="color-scheme" content="light dark"' in page.get_content()
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content() == PNG
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in page.get_content()
    assert "http" not in page.get_content()


def test_mail_sent_twice_is_the_same_to_the_byte_and_another_is_another() -> None:
    with SmtpServer() as server:
        one = outgoing("a", chart=lambda: PNG)
        _send(_channel(server), one)
        _send(_channel(server), one, outgoing("b"))
        assert server.mails[0] == server.mails[1]
        assert server.parsed(0)["Message-ID"] != server.parsed(2)["Message-ID"]
        assert server.parsed(0)["Message-ID"].endswith("@example.com>")


def test_mails_of_one_subject_are_one_thread() -> None:
    with SmtpServer() as server:
        _send(
            _channel(server),
            outgoing("a"),
            outgoing("b"),
            outgoing("c", subject="another"),
            outgoing("d", subject=""),
        )
        roots = [server.parsed(number)["References"] for number in range(4)]
    assert roots[0] == roots[1] != roots[2]
    assert roots[3] is None


def test_markup_in_a_mail_is_text() -> None:
    with SmtpServer() as server:
        _send(_channel(server), outgoing(title="<b>x</b>", fields=(("<i>", "<img src=x>"),), text="</pre><script>"))
        page = server.parsed().get_body(("html",))
    assert page is not None
    assert "<script>" not in page.get_content()
    assert "&lt;img src=x&gt;" in page.get_content()


def test_line_break_in_a_title_adds_no_header() -> None:
    with SmtpServer() as server:
        _send(_channel(server), outgoing(title="one\r\nBcc: two@example.com"))
        assert server.parsed()["Bcc"] is None
        assert server.mails[0][0] == TO


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_mail_with_a_password_is_taken(tmp_path: Path, security: Security) -> None:
    paths = certificate(tmp_path)
    context = server_context(paths)
    # A server that speaks TLS from the start does not ask for STARTTLS before it takes a password.
    is_asked = security == "starttls"
    with SmtpServer(context=context, security=security, needs_password=is_asked) as server:
        options: dict[str, Any] = {"user": USER, "password": SecretText(PASSWORD)} if is_asked else {}
        channel = _channel(server, security=security, certificates=str(paths[0]), **options)
        assert asyncio.run(channel.test()).endswith("mail from bot@example.com to me@example.com, you@example.com")
        assert not server.mails
        _send(channel)
        assert len(server.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_certificate_nobody_vouches_for_is_told_plainly(tmp_path: Path, security: Security) -> None:
    with SmtpServer(context=server_context(certificate(tmp_path)), security=security) as server:
        channel = _channel(server, security=security)
        error = _failure(channel.test())
    assert error.blame == "channel"
    assert "certificate cannot be trusted (self-signed certificate)" in str(error)
    assert "[notify.email] certificates" in str(error)


def test_wrong_password_is_told_without_the_password(tmp_path: Path) -> None:
    paths = certificate(tmp_path)
    with SmtpServer(context=server_context(paths), needs_password=True) as server:
        wrong = SecretText("not-the-password")
        channel = _channel(server, security="starttls", certificates=str(paths[0]), user=USER, password=wrong)
        error = _failure(channel.send(outgoing()))
    assert error.blame == "channel"
    assert "check user and password" in str(error)
    assert "not-the-password" not in str(error)


def test_missing_password_is_told(tmp_path: Path) -> None:
    paths = certificate(tmp_path)
    with SmtpServer(context=server_context(paths), needs_password=True) as server:
        error = _failure(_channel(server, security="starttls", certificates=str(paths[0])).test())
    assert error.blame == "channel"
    assert "refuses the sender (530" in str(error)


def test_server_without_starttls_is_told() -> None:
    with SmtpServer() as server:
        error = _failure(_channel(server, security="starttls").test())
    assert error.blame == "channel"
    assert "offers no STARTTLS" in str(error)


def test_port_without_encryption_is_told() -> None:
    with SmtpServer() as server:
        error = _failure(_channel(server, security="tls").test())
    assert error.blame == "channel"
    assert 'port 587 is for security = "starttls"' in str(error)


def test_address_that_bounces_leaves_the_others_with_their_mail() -> None:
    with SmtpServer() as server:
        server.refuses["you@example.com"] = "550 no such user"
        receipt = _send(_channel(server))
        assert [to for to, _ in server.mails] == [("me@example.com",)]
    assert "(not to you@example.com (550 no such user))" in receipt


def test_addresses_that_all_bounce_are_the_channels_fault() -> None:
    with SmtpServer() as server:
        server.refuses |= dict.fromkeys(TO, "550 no such user")
        channel = _channel(server)
        for work in (channel.send(outgoing()), channel.test()):
            error = _failure(work)
            assert error.blame == "channel"
            assert "you@example.com (550 no such user)" in str(error)
        assert not server.mails


def test_greylisted_address_gets_the_mail_later_and_the_others_once() -> None:
    with SmtpServer() as server:
        channel = _channel(server)
        server.refuses["you@example.com"] = "450 greylisted"
        error = _failure(channel.send(outgoing()))
        assert error.blame == "passing"
        assert "you@example.com (450 greylisted)" in str(error)
        server.refuses.clear()
        _send(channel)
        assert [to for to, _ in server.mails] == [("me@example.com",), ("you@example.com",)]


@pytest.mark.parametrize(
    ("command", "answer", "blame"),
    [
        ("MAIL", "451 later", "passing"),
        ("MAIL", "553 not from you", "channel"),
        ("DATA", "451 later", "passing"),
        ("DATA", "421 going down", "passing"),
        ("DATA", "552 too large", "message"),
        ("DATA", "554 looks like spam", "message"),
    ],
)
def test_refusal_is_blamed_on_whom_it_belongs_to(command: str, answer: str, blame: str) -> None:
    with SmtpServer() as server:
        server.answers[command] = answer
        error = _failure(_channel(server).send(outgoing()))
    assert (error.blame, error.may_have_arrived) == (blame, False)
    assert answer in str(error)


def test_server_that_goes_down_among_the_addresses_is_passing() -> None:
    with SmtpServer() as server:
        server.refuses["me@example.com"] = "421 going down"
        assert _failure(_channel(server).send(outgoing())).blame == "passing"


@pytest.mark.parametrize(
    ("drop", "may_have_arrived"),
    [("greeting", False), ("silent greeting", False), ("data", True), ("after data", True), ("silent data", True)],
)
def test_connection_that_breaks_off_says_whether_it_may_be_there(drop: Any, may_have_arrived: bool) -> None:
    with SmtpServer() as server:
        server.drop = drop
        error = _failure(_channel(server, timeout=1.0).send(outgoing()))
    assert (error.blame, error.may_have_arrived) == ("passing", may_have_arrived)


def test_server_that_is_away_is_passing() -> None:
    with SmtpServer() as server:
        channel = _channel(server)
    error = _failure(channel.test())
    assert (error.blame, error.may_have_arrived) == ("passing", False)
    assert "cannot be reached" in str(error)


def test_password_over_an_open_line_is_refused() -> None:
    password = SecretText(PASSWORD)
    with pytest.raises(InputError, match="in the open"):
        MailServer(host="mail.example.com", security="none", user=USER, password=password)
    assert PASSWORD not in repr(MailServer(host="127.0.0.1", security="none", user=USER, password=password))


@pytest.mark.parametrize("options", [{"user": USER}, {"password": SecretText(PASSWORD)}])
def test_half_a_login_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="both user and password"):
        MailServer(host="mail.example.com", **options)


def test_certificates_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing of the kind")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(InputError, match="not a file of certificates"):
            MailServer(host="mail.example.com", certificates=str(path))


@pytest.mark.parametrize(
    "address", ["", "me", "me@", "@example.com", "a b@example.com", "me@example.com\r\nBcc: x@y.z"]
)
def test_address_that_is_none_is_refused(address: str) -> None:
    where = MailServer(host="127.0.0.1", security="none")
    with pytest.raises(InputError, match="to in"):
        EmailChannel(where, sender="bot@example.com", to=(address,))
    with pytest.raises(InputError, match="sender in"):
        EmailChannel(where, sender=address, to=TO)


def test_mail_in_place_of_updates_tells_them_all() -> None:
    with SmtpServer() as server:
        _send(_channel(server), outgoing("a", updates=(message("b", title="Half is out"), message("c", title="Done"))))
        plain = server.parsed().get_body(("plain",))
    assert plain is not None
    assert plain.get_content().index("Half is out") < plain.get_content().index("Done")
