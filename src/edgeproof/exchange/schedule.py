"""Faults of the market itself, which happen at a time: maintenance, and instruments that come, go or change."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from edgeproof.core.model.errors import InputError
from edgeproof.exchange.doors import Doors
from edgeproof.exchange.faults import Active
from edgeproof.exchange.listing import Listing
from edgeproof.exchange.notices import Notice
from edgeproof.exchange.product import Product
from edgeproof.exchange.stream import Stream

GOING_AWAY = 1001
_TICK_GROWS = 10.0
_ANNOUNCED = "Scheduled maintenance: connections will end, and the venue will be back in post-only mode."
_OVER = "Post-only mode has ended: trading is as usual."


class Venue(Protocol):
    """What such a fault does things to."""

    @property
    def stream(self) -> Stream:
        """The market that moves."""
        ...

    @property
    def doors(self) -> Doors:
        """Whether anybody is served."""
        ...

    def close_sessions(self, code: int) -> None:
        """End every connection."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that is to happen at a time."""

    time: int
    active: Active
    act: Callable[[], None]


@dataclass(slots=True)
class Schedule:
    """What is to happen to a venue when, in market time."""

    venue: Venue
    entries: list[Entry] = field(default_factory=list)

    def add(self, active: Active, now: int) -> None:
        """Enter a fault; an instrument that is to be added is hidden until then."""
        planned = _PLANS[active.fault.name](self.venue, active, now + active.fault.whole("after"))
        self.entries += [Entry(time, active, act) for time, act in planned]
        self.entries.sort(key=lambda entry: entry.time)

    def drop_all(self) -> None:
        """Let nothing of it happen."""
        self.entries.clear()

    def is_due(self, now: int) -> bool:
        """Whether something is to happen now."""
        return bool(self.entries) and self.entries[0].time <= now

    def next_time(self) -> int | None:
        """When something is to happen next."""
        return self.entries[0].time if self.entries else None

    def play(self, now: int) -> None:
        """Let happen what is due."""
        while self.is_due(now):
            entry = self.entries.pop(0)
            entry.active.struck += 1
            entry.act()


def is_scheduled(name: str) -> bool:
    """Whether a fault is one that happens at a time."""
    return name in _PLANS


_Planned = list[tuple[int, Callable[[], None]]]


def _maintenance(venue: Venue, active: Active, at: int) -> _Planned:
    back = at + active.fault.whole("down")
    usual = back + active.fault.whole("post_only")
    venue.stream.notify(Notice(time=at, note=_ANNOUNCED))

    def down() -> None:
        venue.doors.shut(back)
        venue.close_sessions(GOING_AWAY)

    def post_only() -> None:
        venue.stream.listing.is_post_only = True

    def over() -> None:
        venue.stream.listing.is_post_only = False
        venue.stream.notify(Notice(time=usual, note=_OVER))

    return [(at, down), (back, post_only), (usual, over)]


def _added(venue: Venue, active: Active, at: int) -> _Planned:
    symbol = _product(active, venue.stream.listing).symbol
    venue.stream.listing.hidden.add(symbol)
    venue.stream.changed()

    def show() -> None:
        venue.stream.listing.hidden.discard(symbol)
        venue.stream.changed()

    return [(at, show)]


def _expired(venue: Venue, active: Active, at: int) -> _Planned:
    return [(at, partial(venue.stream.expire, _product(active, venue.stream.listing)))]


def _tick_changed(venue: Venue, active: Active, at: int) -> _Planned:
    product = _product(active, venue.stream.listing)
    tick = active.fault.number("tick") or product.tick_size * _TICK_GROWS

    def change() -> None:
        venue.stream.listing.tick_sizes[product.symbol] = tick

    return [(at, change)]


_PLANS: dict[str, Callable[[Venue, Active, int], _Planned]] = {
    "maintenance": _maintenance,
    "instrument_added": _added,
    "instrument_expired": _expired,
    "tick_changed": _tick_changed,
}


def _product(active: Active, listing: Listing) -> Product:
    symbol = active.fault.text("product")
    found = listing.market.find(symbol) if symbol else listing.market.products[0]
    if found is None:
        known = ", ".join(product.symbol for product in listing.market.products)
        raise InputError(f'the fault {active.fault.name}: no product is called "{symbol}"; there are {known}')
    return found
