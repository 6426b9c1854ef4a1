"""Browsers that are told, for the dashboard: viewers see and remove those of viewers, operators all of them."""

import asyncio

from edgeproof.adapters.clock import SystemClock
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.bootstrap.notify import prove
from edgeproof.bootstrap.push import Device, device_of, devices_of, keep_device, open_push
from edgeproof.config import load_settings
from edgeproof.core.model.time import format_time


def devices_document(place: Place, role: str) -> Document:
    """The browsers that a role has to do with."""
    return {
        "subscriptions": [
            {
                "id": each.id,
                "label": each.label,
                "since": each.since,
                "last_told": each.last_told,
                "failures": each.failures,
            }
            for each in devices_of(place.home).all()
            if _is_of(each, role)
        ]
    }


def add_device(place: Place, subscription: dict[str, str], *, label: str, role: str, by: str) -> str:
    """Tell a browser from now on; its id."""
    at = format_time(SystemClock().now())
    device = device_of(subscription, label=label, role=role, by=by, at=at)
    return keep_device(place.home, device, may_be_local=place.may_push_here).id


def remove_device(place: Place, id_: str, role: str) -> bool:
    """Tell a browser no more; whether there was one that the role has to do with."""
    return devices_of(place.home).forget(lambda each: each.id == id_ and _is_of(each, role)) > 0


def tell_devices(place: Place, role: str) -> list[str]:
    """Send a test to the browsers that a role has to do with; what was found.

    Raises
    ------
    ChannelError
        None was told, or one was not.
    """
    said: list[str] = []

    async def told() -> list[str]:
        channel = open_push(
            place.home, load_settings(place.config), said.append,
            which=lambda each: _is_of(each, role), may_be_local=place.may_push_here,
        )  # fmt: skip
        return await prove(channel, with_message=True)

    return [*asyncio.run(told()), *said]


def _is_of(device: Device, role: str) -> bool:
    return role in {"operator", device.role}
