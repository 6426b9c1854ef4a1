"""E-mail: one mail a message, to all who get it. Who did not get it yet gets it at the next attempt, the others not."""

from email.policy import SMTP
from email.utils import parseaddr
from importlib.util import find_spec

from edgeproof.adapters.notify.letter import letter_of
from edgeproof.adapters.notify.picture import picture
from edgeproof.adapters.notify.smtp import MailServer, Refusal, connected
from edgeproof.adapters.notify.taken import Taken
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.ports.channels import Outgoing, Traits

_SEVEN_BITS = SMTP.clone(cte_type="7bit")


class EmailChannel:
    """A `Channel` by mail from `sender` to `to`.

    Raises
    ------
    InputError
        An address is none, or the extra is not installed.
    """

    def __init__(self, server: MailServer, *, sender: str, to: tuple[str, ...], timeout: float = 20.0) -> None:
        if find_spec("aiosmtplib") is None:
            raise InputError("e-mail needs the library aiosmtplib: pip install 'edgeproof[notify]'")
        self._server = server
        self._from = sender
        self._sender = _address(sender, "sender")
        self._to = tuple(dict.fromkeys(_address(each, "to") for each in to))
        self._timeout = timeout
        self._taken = Taken()

    @property
    def name(self) -> str:
        """As in the settings."""
        return "email"

    @property
    def traits(self) -> Traits:
        """What mail servers take kindly. The same Message-ID comes twice, and many mail programs show both."""
        return Traits(per_second=0.2, burst=5)

    async def send(self, outgoing: Outgoing) -> str:
        """Send; the Message-ID, and where others took it, the addresses that were refused for good."""
        message_id = outgoing.message.id
        mail = letter_of(outgoing, self._from, self._to, await picture(outgoing))
        waiting = [each for each in self._to if each not in self._taken.of(message_id)]
        async with connected(self._server, self._timeout) as talk:
            refused = await talk.hand_in(mail.as_bytes(policy=_SEVEN_BITS), self._sender, waiting)
        for each in waiting:
            if each not in refused:
                self._taken.note(message_id, each)
        self._check(refused, is_taken=bool(self._taken.of(message_id)))
        self._taken.forget(message_id)
        return str(mail["Message-ID"]) + (f" (not to {_listed(refused)})" if refused else "")

    def _check(self, refused: dict[str, Refusal], *, is_taken: bool) -> None:
        for_now = {address: refusal for address, refusal in refused.items() if refusal.is_passing}
        if for_now:
            raise ChannelError(f"e-mail through {self._server.host}: not now for {_listed(for_now)}")
        if refused and not is_taken:
            raise ChannelError(
                f"e-mail through {self._server.host}: it refuses {_listed(refused)}; check to in [notify.email]",
                blame="channel",
            )

    async def edit(self, receipt: str, outgoing: Outgoing) -> str:
        """A mail that was sent cannot be changed."""
        raise ChannelError(f"e-mail: what was sent cannot be changed ({receipt})", blame="message")

    async def test(self) -> str:
        """Connect, encrypt, log in, offer sender and addresses; no mail is handed in."""
        async with connected(self._server, self._timeout) as talk:
            refused = await talk.offer(self._sender, list(self._to))
        self._check(refused, is_taken=False)
        return f"{self._server.host}:{self._server.port} would take mail from {self._sender} to {', '.join(self._to)}"

    async def close(self) -> None:
        """Nothing is held open between mails."""


def _address(text: str, key: str) -> str:
    found = parseaddr(text)[1]
    user, _, domain = found.rpartition("@")
    if not user or not domain or not found.isascii() or not text.isprintable() or any(each in found for each in " <>,"):
        raise InputError(f'expected {key} in [notify.email] to be an address such as me@example.com, found "{text}"')
    return found


def _listed(refused: dict[str, Refusal]) -> str:
    return ", ".join(f"{address} ({refusal})" for address, refusal in refused.items())
