"""The replica as a whole: a market, its moving clock, its sessions, and what was asked of it."""

from collections import Counter

from edgeproof.exchange.channels import NOTICES, Outgoing
from edgeproof.exchange.market import Market
from edgeproof.exchange.options import Options
from edgeproof.exchange.session import Session
from edgeproof.exchange.stream import Stream
from edgeproof.exchange.wire import Wire, current_time


class Replica:
    """Everything one server serves. `served` counts requests by path and websocket connections."""

    def __init__(self, market: Market, options: Options) -> None:
        self.market = market
        self.options = options
        self.stream = Stream(market, options)
        self.sessions: set[Session] = set()
        self.served: Counter[str] = Counter()

    def enter(self, wire: Wire) -> Session:
        """A new session on a connection."""
        self.served["connections"] += 1
        session = Session(self.stream, wire, self.served["connections"])
        self.sessions.add(session)
        self.stream.listeners.add(session)
        self.stream.changed()
        return session

    def leave(self, session: Session) -> None:
        """Forget a session that has ended."""
        self.served["messages"] += session.sent
        self.sessions.discard(session)
        self.stream.listeners.discard(session)
        self.stream.changed()

    def announce(self, frame: bytes) -> None:
        """Tell every session, whatever it subscribed to."""
        batch: list[Outgoing] = [(NOTICES, frame)]
        for session in tuple(self.sessions):
            session.send([each for _, each in batch])

    def close_quiet_sessions(self) -> None:
        """End the sessions whose client has sent no frame, not even a ping, for too long."""
        longest = self.options.keep_alive_seconds
        for session in tuple(self.sessions):
            if current_time() - session.wire.heard_at > longest:
                session.wire.close(1000)
