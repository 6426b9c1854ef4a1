"""The replica as a whole: a market, its moving clock, its sessions, and the faults that were asked for."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from edgeproof.core.model.time import format_time
from edgeproof.exchange.distortion import is_of_stream
from edgeproof.exchange.disturbance import is_of_rest
from edgeproof.exchange.faults import Active, Fault
from edgeproof.exchange.listing import Listing
from edgeproof.exchange.market import Market
from edgeproof.exchange.notices import Notice
from edgeproof.exchange.options import Options
from edgeproof.exchange.product import Product
from edgeproof.exchange.schedule import Schedule, is_scheduled
from edgeproof.exchange.session import Fate, Session
from edgeproof.exchange.stream import Stream
from edgeproof.exchange.wire import Wire, current_time

_REFUSALS = 3
"""At most speed nothing but requests can make time pass while there is no service: so many make it all pass."""


class Replica:
    """Everything one server serves. `served` counts requests by path, connections and messages."""

    def __init__(self, market: Market, options: Options, faults: tuple[Fault, ...] = ()) -> None:
        self.market = market
        self.options = options
        self.stream = Stream(market, options)
        self.sessions: set[Session] = set()
        self.served: Counter[str] = Counter()
        self.faults: list[Active] = []
        self.schedule = Schedule(self)
        self._closed_until = 0
        self._deaf_until = 0
        self._refusal_takes = 0
        self.stream.agenda = self.schedule
        for fault in faults:
            self.inject(fault)

    @property
    def listing(self) -> Listing:
        """The products as they are listed."""
        return self.stream.listing

    # Sessions

    def enter(self, wire: Wire) -> Session:
        """A new session on a connection."""
        self.served["connections"] += 1
        session = Session(self.stream, wire, self.served["connections"])
        self.sessions.add(session)
        self.stream.listeners.add(session)
        self.stream.changed()
        self._give_fate(session)
        return session

    def leave(self, session: Session) -> None:
        """Forget a session that has ended."""
        self.served["messages"] += session.sent
        self.sessions.discard(session)
        self.stream.listeners.discard(session)
        self.stream.changed()

    def close_sessions(self, code: int) -> None:
        """End every connection."""
        for session in tuple(self.sessions):
            session.is_silent = True
            session.wire.close(code)

    def close_quiet_sessions(self) -> None:
        """End the sessions whose client has sent no frame, not even a ping, for too long."""
        longest = self.options.keep_alive_seconds
        for session in tuple(self.sessions):
            if current_time() - session.wire.heard_at > longest:
                session.wire.close(1000)

    # Faults

    def inject(self, fault: Fault) -> Active:
        """Let a fault work from now on."""
        active = Active(fault=fault, seed=self.options.seed, number=len(self.faults))
        if is_scheduled(fault.name):
            self.schedule.add(active, self.stream.now)
        self.faults.append(active)
        if is_of_stream(fault.name):
            self.stream.distortion.faults.append(active)
        elif fault.name == "clock_skew":
            self.stream.skew = fault.whole("ms")
        elif fault.name in _STRIKES or fault.name == "late_snapshot":
            for session in self.sessions:
                self._give_fate(session)
        return active

    def end_faults(self) -> None:
        """Let everything work again; what has happened to instruments stays."""
        for active in self.faults:
            active.is_ended = True
        self.faults.clear()
        self.stream.distortion.faults.clear()
        self.schedule.drop_all()
        self.stream.skew = 0
        for session in self.sessions:
            session.fate, session.snapshots_wait = None, 0

    def faults_of_rest(self) -> Iterator[Active]:
        """The faults that may strike a request."""
        return (active for active in self.faults if is_of_rest(active.fault.name))

    def _give_fate(self, session: Session) -> None:
        """Let the first fault of connections that is not spent be this one's."""
        for active in self.faults:
            name = active.fault.name
            if active.is_spent:
                continue
            if name == "late_snapshot" and not session.snapshots_wait:
                active.struck += 1
                session.snapshots_wait = active.fault.whole("by")
            elif name in _STRIKES and session.fate is None:
                session.fate = Fate(session.sent + active.fault.whole("after"), partial(self._strike, active))

    def _strike(self, active: Active, session: Session) -> bool:
        if active.is_spent:
            return False
        active.struck += 1
        session.is_silent = True
        _STRIKES[active.fault.name](self, active.fault, session)
        self.stream.changed()
        return True

    def _silence(self, fault: Fault, session: Session) -> None:
        session.wire.answers_pings = fault.text("pings") != "no"
        self.stream.let_pass(fault.whole("outage"))

    def _drop(self, fault: Fault, session: Session) -> None:
        outage = fault.whole("outage")
        if self.stream.pace.speed is None:
            self.stream.let_pass(outage)
        else:
            self._deaf_until = self.stream.now + outage
        session.wire.close(fault.whole("code"))

    def refuse_until(self, moment: int) -> None:
        """Serve nothing before a moment."""
        self._closed_until = moment
        self._refusal_takes = -(-(moment - self.stream.now) // _REFUSALS)

    def expire(self, product: Product) -> None:
        """Let a product trade no more."""
        self.stream.expire(product)

    def relist(self) -> None:
        """Take note of a change of the listing."""
        self.stream.changed()

    def notify(self, notice: Notice) -> None:
        """Keep a notice and tell those who want notices."""
        self.stream.notices.append(notice)
        self.stream.tell_notices()

    def refuses(self) -> bool:
        """Whether there is no service now; at most speed every refusal brings its end nearer."""
        if self.stream.now >= self._closed_until:
            return False
        self.stream.let_pass(self._refusal_takes)
        return True

    def refuses_connections(self) -> bool:
        """Whether a new websocket is turned away."""
        return self.refuses() or self.stream.now < self._deaf_until

    def describe(self) -> dict[str, Any]:
        """What this replica is and does, for whoever steers it."""
        pace, stream = self.options.pace, self.stream
        waiting = Counter({"messages": sum(session.sent for session in self.sessions)})
        return {
            "speed": "max" if pace.speed is None else pace.speed,
            "now": format_time(stream.now),
            "from": format_time(pace.start),
            "to": format_time(pace.end),
            "has_ended": stream.has_ended,
            "instruments": [listed.symbol for listed in self.listing],
            "sessions": len(self.sessions),
            "faults": [_fault_document(active) for active in self.faults],
            "served": dict(self.served + waiting),
        }


_STRIKES = {"silent": Replica._silence, "drop": Replica._drop}  # noqa: SLF001 - its own


def _fault_document(active: Active) -> dict[str, Any]:
    words = {"fault": active.fault.name, **active.fault.values}
    return words | {"struck": active.struck, "is_spent": active.is_spent}
