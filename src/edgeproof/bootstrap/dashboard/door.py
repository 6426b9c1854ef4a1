"""Where the dashboard can be entered: which addresses are its own, and which of them need a password."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from edgeproof.core.model.errors import InputError

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

HOW_TO_TLS = (
    "to let others in, leave it at 127.0.0.1 and put a proxy that speaks TLS in front, for example Caddy: "
    '`caddy reverse-proxy --from edge.example.com --to 127.0.0.1:{port}` with url = "https://edge.example.com" under '
    "[web] in the settings; or give it a certificate of its own: --certificate FILE --key FILE"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An address to listen at. `url` is what it is called outside, `has_tls` whether it speaks TLS itself."""

    host: str = "127.0.0.1"
    port: int = 8800
    url: str | None = None
    has_tls: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.host)

    @property
    def is_open(self) -> bool:
        """Whether others than this machine's users can come in, so that it needs a password."""
        return not self.is_loopback or self.url is not None

    @property
    def how_to_tls(self) -> str:
        """What to do to let others in."""
        return HOW_TO_TLS.format(port=self.port)

    def is_ours(self, host: str) -> bool:
        """Whether a Host that a request names is one of ours.

        A page of somebody else's can make a browser come here under its own name, by letting that name point here (DNS
        rebinding). It cannot do so under an address in figures.
        """
        name = name_of(host)
        if name in _LOCAL or (self.url is not None and host.lower() == urlsplit(self.url).netloc):
            return True
        return name == self.host.lower() or (self._is_any and _address(name) is not None)

    def is_safe(self, scheme: str, host: str) -> bool:
        """Whether a request came by TLS: here, or to a proxy before us."""
        is_ours = self.url is not None and host.lower() == urlsplit(self.url).netloc
        return scheme in {"https", "wss"} or (self.is_loopback and is_ours)

    def check(self, *, has_password: bool) -> None:
        """Refuse to open it to others without a password.

        Raises
        ------
        InputError
            It would be.
        """
        if self.is_open and not has_password:
            where = self.url if self.is_loopback else f"{self.host}, where others can reach it,"
            raise InputError(f"{where} needs a password: edgeproof web password; and {self.how_to_tls}")

    @property
    def _is_any(self) -> bool:
        found = _address(self.host)
        return found is not None and found.is_unspecified


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, for itself alone."""
    found = _address(host)
    return host.lower() == "localhost" if found is None else found.is_loopback


def name_of(host: str) -> str:
    """The name in a Host header, without its port.

    >>> name_of("[::1]:8800"), name_of("Edge.example.com:443"), name_of("localhost")
    ('::1', 'edge.example.com', 'localhost')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
