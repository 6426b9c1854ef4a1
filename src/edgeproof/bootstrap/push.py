"""Browsers that are told: where they are kept, and the channel to them."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.notify.push_devices import Device, Devices, check_endpoint, device_of
from edgeproof.adapters.storage.private_file import PrivateFile
from edgeproof.config import Settings
from edgeproof.core.model.errors import InputError

if TYPE_CHECKING:
    from edgeproof.adapters.notify.push import PushChannel
    from edgeproof.adapters.notify.push_wire import Sealer

__all__ = ["Device", "Devices", "can_push", "device_of", "devices_of", "keep_device", "open_push", "push_key"]

_FOLDER = "web"
_NOBODY = "edgeproof@example.com"
"""Whom keepers of push services can write to where nobody says: Apple's takes no message that names none."""

WITHOUT = "notifications of browsers need webpush, which is not installed: pip install 'edgeproof[web]'"


def can_push() -> bool:
    """Whether the library that push needs is there: it comes with the dashboard's."""
    return find_spec("webpush") is not None


def devices_of(home: Path, *, may_be_local: bool = False) -> Devices:
    """The browsers of a home that are told. With `may_be_local` they may be on this machine: for tests."""
    return Devices(PrivateFile(home / _FOLDER / "push.json"), may_be_local=may_be_local)


def push_key(home: Path) -> str:
    """The key of a home that browsers want to know, made when it is first asked for.

    Raises
    ------
    InputError
        The library is not installed.
    """
    if not can_push():
        raise InputError(WITHOUT)
    from edgeproof.adapters.notify.push_wire import vapid_keys  # noqa: PLC0415 - an extra

    return vapid_keys(_keys(home)).shown


def keep_device(home: Path, device: Device, *, may_be_local: bool = False) -> Device:
    """Tell a browser from now on.

    Raises
    ------
    InputError
        What it gave cannot be an address and keys of a browser, or there are too many.
    """
    if not can_push():
        raise InputError(WITHOUT)
    check_endpoint(device.endpoint, may_be_local=may_be_local)
    _sealer(home, Settings()).sealed(device, b"{}")
    return devices_of(home, may_be_local=may_be_local).add(device)


def open_push(
    home: Path,
    settings: Settings,
    tell: Callable[[str], None],
    *,
    which: Callable[[Device], bool] | None = None,
    may_be_local: bool = False,
) -> "PushChannel":
    """The channel to the browsers of a home, or to some of them."""
    if not can_push():
        raise InputError(WITHOUT)
    from edgeproof.adapters.notify.push import PushChannel  # noqa: PLC0415 - an extra
    from edgeproof.adapters.notify.push_wire import PushWire  # noqa: PLC0415 - an extra

    devices = devices_of(home, may_be_local=may_be_local)
    wire = PushWire(_sealer(home, settings), may_be_local=may_be_local)
    return PushChannel(devices if which is None else devices.only(which), wire, clock=SystemClock(), on_words=tell)


def _sealer(home: Path, settings: Settings) -> "Sealer":
    from edgeproof.adapters.notify.push_wire import Sealer, vapid_keys  # noqa: PLC0415 - an extra

    return Sealer(vapid_keys(_keys(home)), _contact(settings))


def _contact(settings: Settings) -> str:
    if settings.notify.push.contact is not None:
        return settings.notify.push.contact
    host = None if settings.web.url is None else urlsplit(settings.web.url).hostname
    return _NOBODY if host is None or "." not in host else f"edgeproof@{host}"


def _keys(home: Path) -> PrivateFile:
    return PrivateFile(home / _FOLDER / "vapid.json")
