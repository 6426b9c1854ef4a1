"""The replica as a whole: a market, its moving clock, its sessions, and the faults that were asked for."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from edgeproof.core.model.time import format_time
from edgeproof.exchange.distortion import is_of_stream
from edgeproof.exchange.disturbance import is_of_rest
from edgeproof.exchange.doors import Doors
from edgeproof.exchange.faults import Active, Fault
from edgeproof.exchange.market import Market
from edgeproof.exchange.options import Options
from edgeproof.exchange.schedule import Schedule, is_scheduled
from edgeproof.exchange.session import Fate, Session
from edgeproof.exchange.stream import Stream
from edgeproof.exchange.wire import Wire, current_time


class Replica:
    """Everything one server serves. `served` counts requests by path, connections and messages."""

    def __init__(self, market: Market, options: Options, faults: tuple[Fault, ...] = ()) -> None:
        self.market = market
        self.options = options
        self.stream = Stream(market, options)
        self.sessions: set[Session] = set()
        self.served: Counter[str] = Counter()
        self.faults: list[Active] = []
        self.doors = Doors(self.stream)
        self.schedule = Schedule(self)
        self.stream.agenda = self.schedule
        for fault in faults:
            self.inject(fault)

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
        self.doors.stay_deaf(fault.whole("outage"))
        session.wire.close(fault.whole("code"))

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
            "instruments": [listed.symbol for listed in stream.listing],
            "sessions": len(self.sessions),
            "faults": [_fault_document(active) for active in self.faults],
            "served": dict(self.served + waiting),
        }


_STRIKES = {"silent": Replica._silence, "drop": Replica._drop}  # noqa: SLF001 - its own


def _fault_document(active: Active) -> dict[str, Any]:
    words = {"fault": active.fault.name, **active.fault.values}
    return words | {"struck": active.struck, "is_spent": active.is_spent}
