"""A session without a socket: whatever a client says, it gets an answer."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.exchange.channels import PRIVATE_FEEDS, PRODUCT_FEEDS
from edgeproof.exchange.market import Market
from edgeproof.exchange.options import Options, Pace
from edgeproof.exchange.product import product_of_candles
from edgeproof.exchange.session import Session
from edgeproof.exchange.stream import Stream
from tests.support.replica import candles_of

MARKET = Market([product_of_candles(parse_instrument("BTC/USD:USD"), candles_of([100.0, 101.0, 99.0]))])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
EVENTS = st.sampled_from(["subscribe", "unsubscribe", "challenge"]) | VALUES
FEEDS = st.sampled_from([*PRODUCT_FEEDS, *PRIVATE_FEEDS, "heartbeat"]) | VALUES
REQUESTS = st.fixed_dictionaries(
    {"event": EVENTS},
    optional={"feed": FEEDS, "product_ids": st.just(["pf_xbtusd"]) | VALUES, "api_key": VALUES},
)


class Paper:
    """A wire that keeps what is written."""

    def __init__(self) -> None:
        self.answers_pings = True
        self.heard_at = 0.0
        self.written: list[bytes] = []
        self.waiting = 0
        self.closed: int | None = None

    def write(self, frames: bytes) -> None:
        self.written.append(frames)

    def close(self, code: int) -> None:
        self.closed = code

    async def drain(self) -> None:
        """Nothing waits."""

    async def catch_up(self) -> None:
        """Nothing waits."""

    async def flush(self) -> None:
        """Nothing waits."""


def session(paper: Paper) -> Session:
    stream = Stream(MARKET, Options(pace=Pace(start=MINUTE, end=2 * MINUTE)))
    found = Session(stream, paper, 1)
    stream.listeners.add(found)
    return found


@given(st.lists(REQUESTS | VALUES, min_size=1, max_size=6))
def test_session_answers_whatever_json_it_is_sent(requests: list[Any]) -> None:
    paper = Paper()
    own = session(paper)
    for request in requests:
        before = len(paper.written)
        own.hear(json.dumps(request))
        assert len(paper.written) > before


@given(st.binary(max_size=30))
def test_session_answers_whatever_bytes_it_is_sent(noise: bytes) -> None:
    paper = Paper()
    session(paper).hear(noise)
    assert b"error" in paper.written[0]


def test_session_that_leaves_too_much_unread_is_cut_off() -> None:
    paper = Paper()
    own = session(paper)
    paper.waiting = 1 << 40
    own.take([])
    assert paper.closed == 1006
