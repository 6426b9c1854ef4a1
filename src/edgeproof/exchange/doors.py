"""Whether the venue serves: its doors, which maintenance and outages shut for a while of market time."""

from dataclasses import dataclass

from edgeproof.exchange.stream import Stream

_REFUSALS = 3
"""At most speed nothing but requests can make time pass while there is no service: so many make it all pass."""


@dataclass(slots=True)
class Doors:
    """Open, shut to all, or shut to new websockets only."""

    stream: Stream
    _shut_until: int = 0
    _deaf_until: int = 0
    _refusal_takes: int = 0

    def shut(self, until: int) -> None:
        """Serve nothing before a moment."""
        self._shut_until = until
        self._refusal_takes = -(-(until - self.stream.now) // _REFUSALS)

    def stay_deaf(self, duration: int) -> None:
        """Take no new websocket for a while; at most speed the while passes at once, unseen."""
        if not self.stream.pace.is_by_the_wall:
            self.stream.let_pass(duration)
        else:
            self._deaf_until = self.stream.now + duration

    def refuse_request(self) -> bool:
        """Whether there is no service now; at most speed every refusal brings its end nearer."""
        if self.stream.now >= self._shut_until:
            return False
        self.stream.let_pass(self._refusal_takes)
        return True

    def refuse_connection(self) -> bool:
        """Whether a new websocket is turned away."""
        return self.refuse_request() or self.stream.now < self._deaf_until
