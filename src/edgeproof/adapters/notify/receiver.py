"""A receiver of webhooks on loopback, for drills: it verifies, remembers what came, and can be away.

It takes the first signal and hangs up without an answer, so that this one must come again and be known by its key.
"""

import json
import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from edgeproof.adapters.notify.webhook import verify
from edgeproof.core.model.drill import Arrival, Received
from edgeproof.core.model.message import Topic
from edgeproof.core.model.time import SECOND
from edgeproof.ports import Clock

HANG_UP = "hung up"
IN_TROUBLE = "503"
_TAKEN, _UNSIGNED = 204, 401
_HOST = "127.0.0.1"
_QUIET_S = 30.0

Witness = Callable[[Sequence[str]], tuple[bool, int]]
"""Whether all of some messages are in the journal, and the close of the last candle there."""


@dataclass(slots=True, eq=False)
class Receiver:
    """Takes what was signed with `secret`, unless it is away; see the module."""

    secret: str
    witness: Witness
    clock: Clock
    _arrivals: list[Arrival] = field(default_factory=list)
    _refused: Counter[str] = field(default_factory=Counter)
    _unsigned: int = 0
    _back_at: int | None = None
    _is_away: bool = False
    _has_lost: bool = False
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def go_away(self) -> None:
        """Refuse from now on: with 503 and by hanging up, in turns."""
        with self._turn:
            self._is_away = True

    def come_back(self) -> None:
        """Take messages again."""
        with self._turn:
            self._is_away, self._back_at = False, self.clock.now()

    def received(self) -> Received:
        """What came so far."""
        with self._turn:
            return Received(
                arrivals=tuple(self._arrivals),
                refused=dict(self._refused),
                unsigned=self._unsigned,
                back_at=self._back_at,
            )

    def answer(self, headers: dict[str, str], body: bytes) -> int | None:
        """The status a delivery is answered with, None for none at all."""
        with self._turn:
            if self._is_away:
                how = HANG_UP if self._refused.total() % 2 else IN_TROUBLE
                self._refused[how] += 1
                return None if how == HANG_UP else int(IN_TROUBLE)
            if not verify(self.secret, headers, body, self.clock.now() / SECOND):
                self._unsigned += 1
                return _UNSIGNED
            return self._take(headers.get("idempotency-key", ""), json.loads(body))

    def _take(self, key: str, document: dict[str, Any]) -> int | None:
        ids = tuple(each["id"] for each in (document, *document["updates"]))
        is_known, market_at = self.witness(ids)
        self._arrivals.append(
            Arrival(
                key=key,
                at=self.clock.now(),
                market_at=market_at,
                ids=ids,
                is_late=document["late"],
                is_known=is_known,
                is_again=any(each.key == key for each in self._arrivals),
            )
        )
        if self._has_lost or document["topic"] != Topic.SIGNAL:
            return _TAKEN
        self._has_lost = True
        return None


@contextmanager
def receiving(receiver: Receiver) -> Iterator[str]:
    """Receive in threads while the block lasts; the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _QUIET_S

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status = receiver.answer({name.lower(): value for name, value in self.headers.items()}, body)
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: what came is in `received`."""

    with _Server((_HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="receiver", daemon=True)
        thread.start()
        try:
            yield f"http://{_HOST}:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True  # a connection that is kept open must not keep the program from its end

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing is said: a session that is killed breaks its connection off, and what was not taken comes again."""
