"""Browsers that asked to be told: what each gave, kept in a document of the home.

An address that a browser gives is asked by this machine, from inside of the network it stands in. So only one in the
public internet is taken, here by its name and before each message by what the name stands for (push_wire.py).
"""

import hashlib
import ipaddress
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field

import httpx

from edgeproof.core.model.errors import InputError
from edgeproof.ports.kept import Kept

MOST = 20
"""For each role."""

_LONGEST = 2_048
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NEAR = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp", ".home")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser. `endpoint` is where its push service takes messages for it: who knows it can send.

    `p256dh` and `auth` are what only this browser can read messages with. `role` and `by` say who switched it on;
    `failures` counts attempts that failed since the last that did not.
    """

    id: str
    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    label: str
    role: str
    by: str
    since: str
    last_told: str | None = None
    failures: int = 0


class Devices:
    """The browsers of a home. With `may_be_local` one on this machine is taken too, over plain http: for tests."""

    def __init__(
        self, kept: Kept, *, may_be_local: bool = False, which: Callable[[Device], bool] = lambda _: True
    ) -> None:
        self._kept = kept
        self._may_be_local = may_be_local
        self._which = which

    def only(self, which: Callable[[Device], bool]) -> "Devices":
        """Some of them, as if there were no others."""
        return Devices(self._kept, may_be_local=self._may_be_local, which=which)

    def all(self) -> tuple[Device, ...]:
        """Each of them, the oldest first."""
        found = (Device(id=name, **each) for name, each in self._kept.read().items())
        return tuple(each for each in found if self._which(each))

    def add(self, device: Device) -> Device:
        """Tell a browser from now on; one that is there already is there as it is now.

        Raises
        ------
        InputError
            Its address cannot be that of a push service, or there are too many.
        """
        check_endpoint(device.endpoint, may_be_local=self._may_be_local)
        values = asdict(device)
        name = values.pop("id")
        with self._kept.changing() as document:
            others = [key for key, each in document.items() if key != name and each["role"] == device.role]
            if len(others) >= MOST:
                raise InputError(f"{MOST} browsers are told already; remove one of them (Settings, Notifications)")
            document[name] = values
        return device

    def forget(self, which: Callable[[Device], bool]) -> int:
        """Tell some no more; how many they were."""
        gone = [each.id for each in self.all() if which(each)]
        if gone:
            with self._kept.changing() as document:
                for each in gone:
                    document.pop(each, None)
        return len(gone)

    def note(self, *, told: Collection[str], failed: Collection[str], at: str) -> None:
        """Keep what came of a message."""
        with self._kept.changing() as document:
            for name in {*told, *failed} & document.keys():
                each = document[name]
                document[name] = (
                    each | {"last_told": at, "failures": 0}
                    if name in told
                    else each | {"failures": each["failures"] + 1}
                )


def device_id(endpoint: str) -> str:
    """What a browser is called: it follows from its address, and does not give it away."""
    return hashlib.sha256(endpoint.encode("utf-8", "replace")).hexdigest()[:16]


def device_of(subscription: Mapping[str, str], *, label: str, role: str, by: str, at: str) -> Device:
    """The device of what a browser gave: its `endpoint`, `p256dh` and `auth`."""
    endpoint = subscription["endpoint"]
    return Device(
        id=device_id(endpoint), endpoint=endpoint, p256dh=subscription["p256dh"], auth=subscription["auth"],
        label=label, role=role, by=by, since=at,
    )  # fmt: skip


def check_endpoint(endpoint: str, *, may_be_local: bool = False) -> None:
    """Refuse an address that cannot be that of a push service in the public internet.

    Raises
    ------
    InputError
        It cannot. What was found is not repeated: who knows it can send.
    """
    found = _read(endpoint)
    if may_be_local and found.host in _LOOPBACK and found.scheme in {"http", "https"}:
        return
    is_address = bool(found.host) and 0 < (found.port or 443) < 65_536 and len(endpoint) <= _LONGEST
    if found.scheme != "https" or not is_address or found.userinfo:
        raise InputError("endpoint: expected the https:// address of a push service, as a browser gives it")
    if not _is_public_name(found.host):
        raise InputError(
            "endpoint: expected a push service in the public internet, found an address of this machine or of a "
            "private network"
        )


def _read(endpoint: str) -> httpx.URL:
    """The address as who asks it will read it; an empty one where it is none."""
    is_plain = endpoint.isascii() and endpoint.isprintable() and not set(endpoint) & {" ", "\\"}
    try:
        return httpx.URL(endpoint if is_plain else "")
    except httpx.InvalidURL:
        return httpx.URL("")


def _is_public_name(host: str) -> bool:
    name = host.rstrip(".").lower()
    try:
        return is_public(ipaddress.ip_address(name))
    except ValueError:
        pass
    # Figures that are no address as we read them may be one as a resolver does (0x7f.1).
    is_name = "." in name and not name.rpartition(".")[2].isdecimal() and not name.rpartition(".")[2].startswith("0x")
    return is_name and not name.endswith(_NEAR)


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is one of the public internet.

    >>> [is_public(ipaddress.ip_address(each)) for each in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast
