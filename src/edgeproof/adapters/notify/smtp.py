"""One conversation with an SMTP server, and what its failures mean.

What the server answers decides: 4xx is passing (greylisting among it), 5xx is final.
"""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from edgeproof.adapters.notify.silence import unlogged
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.secret import SecretText

if TYPE_CHECKING:
    import aiosmtplib

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in. `certificates` is a file of CA certificates (PEM) that are trusted instead of the usual.

    Raises
    ------
    InputError
        A password would cross a network unencrypted, or the certificates cannot be used.
    """

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: SecretText | None = None
    certificates: str | None = None
    context: ssl.SSLContext | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if (self.user is None) != (self.password is None):
            raise InputError("expected both user and password in [notify.email], or neither")
        if self.security == "none" and self.password is not None and self.host not in _LOOPBACK:
            raise InputError(
                f'security = "none" in [notify.email] would send the password to {self.host} in the open; '
                'use "starttls" or "tls"'
            )
        if self.security != "none":
            # Read once: it takes a moment in which nothing else would happen.
            object.__setattr__(self, "context", self._trusted())

    def _trusted(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.certificates)
        except (OSError, ValueError) as error:
            raise InputError(
                f"certificates in [notify.email]: {self.certificates} is not a file of certificates in PEM ({error})"
            ) from error


@dataclass(frozen=True, slots=True)
class Refusal:
    """An address that the server refused, in its words."""

    code: int
    words: str

    @property
    def is_passing(self) -> bool:
        """Whether later may do."""
        return 400 <= self.code < 500

    def __str__(self) -> str:
        return f"{self.code} {self.words}"


class Conversation:
    """One connection. `has_sent` says that the mail itself went out and was not answered yet."""

    def __init__(self, server: MailServer, timeout: float) -> None:
        import aiosmtplib  # noqa: PLC0415 - an extra

        self.server = server
        self.has_sent = False
        self._transports: list[asyncio.WriteTransport] = []
        self.client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=False,
            tls_context=server.context,
            # Not asked of the network, which may be what is broken.
            local_hostname="[127.0.0.1]",
            timeout=timeout,
        )

    async def open(self) -> None:
        """Connect, encrypt, log in."""
        await self.client.connect()
        self._note_transport()
        if self.server.security == "starttls":
            await self.client.ehlo()
            if not self.client.supports_extension("starttls"):
                raise ChannelError(
                    f'e-mail: {self.server.host} offers no STARTTLS; try port 465 with security = "tls"',
                    blame="channel",
                )
            await self.client.starttls()
            self._note_transport()
        if self.server.user is not None and self.server.password is not None:
            await self.client.login(self.server.user, self.server.password.shown())

    async def offer(self, sender: str, to: list[str]) -> dict[str, Refusal]:
        """Those who are refused."""
        import aiosmtplib  # noqa: PLC0415 - an extra

        await self.client.mail(sender)
        refused: dict[str, Refusal] = {}
        for each in to:
            try:
                await self.client.rcpt(each)
            except aiosmtplib.SMTPRecipientRefused as error:
                if error.code == 421:
                    raise
                refused[each] = Refusal(error.code, said(error, self.server))
        return refused

    async def hand_in(self, mail: bytes, sender: str, to: list[str]) -> dict[str, Refusal]:
        """Hand in a mail; those who were refused, while all others have it."""
        refused = await self.offer(sender, to)
        if len(refused) < len(to):
            self.has_sent = True
            await self.client.data(mail)
            self.has_sent = False
        return refused

    async def hang_up(self) -> None:
        """Let go of the connection, without a word."""
        self.client.close()
        # To close an encrypted connection politely takes the other end, which need not answer.
        for each in self._transports:
            each.abort()
        await asyncio.sleep(0)  # the loop closes a socket at its next turn

    def _note_transport(self) -> None:
        if isinstance(self.client.transport, asyncio.WriteTransport):
            self._transports.append(self.client.transport)


@asynccontextmanager
async def connected(server: MailServer, timeout: float) -> AsyncIterator[Conversation]:
    """A conversation, begun and ended; whatever goes wrong in it leaves as a ChannelError, within `timeout` seconds."""
    import aiosmtplib  # noqa: PLC0415 - an extra

    talk = Conversation(server, timeout)
    try:
        with unlogged():
            async with asyncio.timeout(timeout):
                await talk.open()
                yield talk
            # What was taken is taken, whether the goodbye is heard or not.
            with suppress(TimeoutError, OSError, aiosmtplib.SMTPException):
                await asyncio.wait_for(talk.client.quit(), min(1.0, timeout))
    except (TimeoutError, OSError, ValueError, aiosmtplib.SMTPException) as error:
        raise _failed(error, talk, timeout) from error
    finally:
        await talk.hang_up()


def said(error: "aiosmtplib.SMTPResponseException", server: MailServer) -> str:
    """The server's words in one line, without the password, should it repeat it."""
    text = " ".join(str(error.message).split())
    for secret in _shapes(server):
        text = text.replace(secret, "***")
    return text[:200]


def _shapes(server: MailServer) -> Iterator[str]:
    if server.password is not None:
        raw, user = server.password.shown(), server.user or ""
        yield raw
        yield base64.b64encode(raw.encode()).decode()
        yield base64.b64encode(f"\0{user}\0{raw}".encode()).decode()


def _failed(error: Exception, talk: Conversation, timeout: float) -> ChannelError:
    import aiosmtplib  # noqa: PLC0415 - an extra

    who = f"e-mail through {talk.server.host}:{talk.server.port}"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _refused(error, talk.server, who)
    encryption = next((each for each in _chain(error) if isinstance(each, ssl.SSLError)), None)
    if encryption is not None:
        return _not_encrypted(encryption, talk.server, who)
    if isinstance(error, TimeoutError):
        return ChannelError(f"{who}: no answer within {timeout:g} s", may_have_arrived=talk.has_sent)
    if isinstance(error, OSError):
        is_new = isinstance(error, aiosmtplib.SMTPConnectError)
        words = f"it cannot be reached ({_why(error)})" if is_new else "the connection broke off"
        return ChannelError(f"{who}: {words}", may_have_arrived=talk.has_sent)
    if isinstance(error, aiosmtplib.SMTPException):
        return ChannelError(f"{who}: it cannot do what is asked of it ({error.message})", blame="channel")
    return ChannelError(f"{who}: user, password or an address has characters it cannot take", blame="channel")


def _refused(error: "aiosmtplib.SMTPResponseException", server: MailServer, who: str) -> ChannelError:
    import aiosmtplib  # noqa: PLC0415 - an extra

    answer = f"{error.code} {said(error, server)}"
    if not 500 <= error.code < 600:
        return ChannelError(f"{who}: not now ({answer})")
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            words = f"it refuses user and password ({answer}); check user and password in [notify.email]"
        case aiosmtplib.SMTPSenderRefused():
            words = f"it refuses the sender ({answer}); check sender, user and security in [notify.email]"
        case aiosmtplib.SMTPDataError():
            return ChannelError(f"{who}: it refuses this mail ({answer})", blame="message")
        case _:
            words = f"it refuses to talk ({answer}); check host, port and security in [notify.email]"
    return ChannelError(f"{who}: {words}", blame="channel")


def _not_encrypted(error: ssl.SSLError, server: MailServer, who: str) -> ChannelError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return ChannelError(
            f"{who}: its certificate cannot be trusted ({error.verify_message}); for a certificate of your own, name "
            "its CA in [notify.email] certificates",
            blame="channel",
        )
    return ChannelError(
        f'{who}: no encryption came about ({error.reason}); port 587 is for security = "starttls", 465 for "tls" '
        f'(now: "{server.security}")',
        blame="channel",
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _why(error: Exception) -> str:
    found = [each.strerror for each in _chain(error) if isinstance(each, OSError) and each.strerror]
    return found[-1] if found else "it closed the connection"
