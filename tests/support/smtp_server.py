"""A mail server on loopback, in its own thread: encryption, passwords, refusals and faults."""

import asyncio
import datetime
import ipaddress
import ssl
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "me@example.com", "kept-from-everybody"

Security = Literal["starttls", "tls"]
Drop = Literal["", "greeting", "data", "after data", "silent greeting", "silent data"]


def certificate(folder: Path, name: str = "127.0.0.1") -> tuple[Path, Path]:
    """A self-signed certificate for an address or a name, made now: certificate and key as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([_general(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "server.crt", folder / "server.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def server_context(paths: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    return context


class SmtpServer:
    """`mails` are those it took, each with its envelope's receivers. What it does wrong can be changed at any time.

    `refuses` has the answer for an address, `answers` the one for a command (MAIL, DATA).
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        security: Security = "starttls",
        needs_password: bool = False,
        port: int = 0,
    ) -> None:
        self._starttls = context if security == "starttls" else None
        self._tls = context if security == "tls" else None
        self._needs_password = needs_password
        self.port = port
        self.mails: list[tuple[tuple[str, ...], bytes]] = []
        self.refuses: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        self.drop: Drop = ""
        self.logins: list[tuple[str, str]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._connections: set[Any] = set()

    def parsed(self, number: int = -1) -> EmailMessage:
        mail = message_from_bytes(self.mails[number][1], policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def shut(self) -> None:
        """From now on connections are refused."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)

    async def _shut(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _start(self) -> None:
        self._server = await self._loop.create_server(self._protocol, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for each in list(self._connections):
            if each.transport is not None:
                each.transport.abort()
        waiting = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await self._server.wait_closed()

    def _protocol(self) -> SMTP:
        made = _Faulty(
            self,
            hostname="mail.test",
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
            auth_required=self._needs_password,
            auth_require_tls=self._starttls is not None,
            authenticator=self._logged_in if self._needs_password else None,
            loop=self._loop,
        )
        self._connections.add(made)
        return made

    def _logged_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.logins[-1] == (USER, PASSWORD), handled=False)


class _Handler:
    """What the server says at each step of the envelope."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        refused = self._server.answers.get("MAIL")
        if refused is not None:
            return refused
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:
        refused = self._server.refuses.get(address)
        if refused is not None:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        refused = self._server.answers.get("DATA")
        if refused is not None:
            return refused
        content = envelope.content
        assert isinstance(content, bytes)
        self._server.mails.append((tuple(envelope.rcpt_tos), content))
        return "250 taken"


class _Faulty(SMTP):
    def __init__(self, server: SmtpServer, **options: Any) -> None:
        super().__init__(_Handler(server), **options)
        self._faulty = server

    async def push(self, status: Any) -> None:
        drop = self._faulty.drop
        is_greeting = str(status).startswith("220 mail.test")
        is_taken = str(status).startswith("250 taken")
        if (drop == "silent greeting" and is_greeting) or (drop == "silent data" and is_taken):
            await asyncio.Event().wait()
        if (drop == "greeting" and is_greeting) or (drop == "after data" and is_taken):
            self._writer.transport.abort()
            return
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:
        if self._faulty.drop == "data":
            await self.push("354 go on")
            await self._reader.readline()
            self._writer.transport.abort()
            return
        await super().smtp_DATA(arg)
