"""Faults of the market itself, which happen at a time: maintenance, and instruments that come, go or change."""

from dataclasses import dataclass, field
from typing import Protocol

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import format_time
from edgeproof.exchange.faults import Active
from edgeproof.exchange.listing import Listing
from edgeproof.exchange.product import Product

GOING_AWAY = 1001
_TICK_GROWS = 10.0


class Venue(Protocol):
    """What such a fault does things to."""

    @property
    def listing(self) -> Listing:
        """The products as they are listed."""
        ...

    def close_sessions(self, code: int) -> None:
        """End every connection."""
        ...

    def refuse_until(self, moment: int) -> None:
        """Serve nothing before a moment."""
        ...

    def expire(self, product: Product) -> None:
        """Let a product trade no more."""
        ...


@dataclass(slots=True)
class Schedule:
    """What is to happen to a venue when, in market time."""

    venue: Venue
    entries: list["Entry"] = field(default_factory=list)
    notices: list[dict[str, str]] = field(default_factory=list)

    def add(self, active: Active, now: int) -> None:
        """Enter a fault; one that adds an instrument hides it until then."""
        at, name = now + active.fault.whole("after"), active.fault.name
        if name == "maintenance":
            back = at + active.fault.whole("down")
            self.notices.append(_notice(at))
            self.entries += [
                Entry(at, "down", active, None, back),
                Entry(back, "post_only", active),
                Entry(back + active.fault.whole("post_only"), "usual", active),
            ]
        else:
            product = _product(active, self.venue.listing)
            if name == "instrument_added":
                self.venue.listing.hidden.add(product.symbol)
            self.entries.append(Entry(at, name, active, product))
        self.entries.sort(key=lambda entry: entry.time)

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
            _play(entry, self.venue)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happens at a time; `until` is when it ends where that is known."""

    time: int
    what: str
    active: Active
    product: Product | None = None
    until: int = 0


def is_scheduled(name: str) -> bool:
    """Whether a fault is one that happens at a time."""
    return name in {"maintenance", "instrument_added", "instrument_expired", "tick_changed"}


def _play(entry: Entry, venue: Venue) -> None:
    listing, product = venue.listing, entry.product
    if entry.what == "down":
        venue.refuse_until(entry.until)
        venue.close_sessions(GOING_AWAY)
    elif entry.what in {"post_only", "usual"}:
        listing.is_post_only = entry.what == "post_only"
    elif product is not None and entry.what == "instrument_added":
        listing.hidden.discard(product.symbol)
    elif product is not None and entry.what == "instrument_expired":
        venue.expire(product)
    elif product is not None:
        tick = entry.active.fault.number("tick") or product.tick_size * _TICK_GROWS
        listing.tick_sizes[product.symbol] = tick


def _product(active: Active, listing: Listing) -> Product:
    symbol = active.fault.text("product")
    found = listing.market.find(symbol) if symbol else listing.market.products[0]
    if found is None:
        known = ", ".join(product.symbol for product in listing.market.products)
        raise InputError(f'the fault {active.fault.name}: no product is called "{symbol}"; there are {known}')
    return found


def _notice(at: int) -> dict[str, str]:
    note = "Scheduled maintenance: the venue will be back in post-only mode."
    return {"type": "maintenance", "priority": "high", "note": note, "effectiveTime": format_time(at)}
