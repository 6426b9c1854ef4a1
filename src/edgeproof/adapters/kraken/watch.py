"""What has gone quiet: a connection, the quotes of a product, its trades. No I/O; time is a clock's that is passed in.

A live socket without data is a fault. Pings are answered by the venue's front, whatever happens behind it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from edgeproof.adapters.kraken.feed_settings import FeedSettings
from edgeproof.ports import Clock


@dataclass(slots=True)
class _Product:
    """When a product was heard of, in seconds of the monotonic clock; None where it is not waited for."""

    quoted: float
    subscribed: float
    apart_since: float | None = None
    gap_since: float | None = None
    funding_since: float | None = None
    resubscribed: int = 0


@dataclass(frozen=True, slots=True)
class Stale:
    """What has gone quiet: subscriptions as (product, feed, words), and the words for the connection if it is dead."""

    subscriptions: list[tuple[str, str, str]] = field(default_factory=list)
    connection: str = ""


class Watch:
    """Remembers when what was heard."""

    def __init__(self, settings: FeedSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.frames = 0
        """Messages so far. Counting is all that is done for each of them; the time is read when someone looks."""
        self._seen = 0
        self._heard = clock.monotonic()
        self._products: dict[str, _Product] = {}

    def connected(self, symbols: Iterable[str]) -> None:
        """A connection begins: everything is waited for from now on."""
        now = self._heard = self._clock.monotonic()
        self._products = {symbol: _Product(quoted=now, subscribed=now) for symbol in symbols}

    def acknowledged(self, feed: str, symbols: Iterable[str]) -> None:
        """A subscription was acknowledged."""
        for symbol in symbols:
            if feed == "trade" and symbol in self._products:
                self._products[symbol].subscribed = self._clock.monotonic()

    def quoted(self, symbol: str, last: float | None, traded: float | None) -> None:
        """A quote came: its last price should be the one of the last trade."""
        product = self._products.get(symbol)
        if product is None:
            return
        product.quoted = self._clock.monotonic()
        is_apart = last is not None and traded is not None and last != traded
        product.apart_since = (product.apart_since or product.quoted) if is_apart else None

    def is_overdue(self, symbol: str, has_gap: bool) -> bool:  # noqa: FBT001 - the state of the line beside its name
        """Whether missing trades have had their time to come by themselves; then that time begins anew."""
        return self._has_waited(symbol, "gap_since", has_gap, self._settings.hole_s)

    def has_waited_for_funding(self, symbol: str, is_waiting: bool) -> bool:  # noqa: FBT001 - as above
        """Whether candles have waited long enough for the funding rate of the hour."""
        return self._has_waited(symbol, "funding_since", is_waiting, self._settings.funding_patience_s)

    def has_waited_for_snapshot(self, symbol: str) -> bool:
        """Whether a subscription's snapshot should have come."""
        product = self._products.get(symbol)
        return product is not None and self._clock.monotonic() - product.subscribed > self._settings.ack_s

    def stale(self) -> Stale:
        """What has gone quiet since; what is told now is waited for anew."""
        now, limits = self._clock.monotonic(), self._settings
        if self.frames != self._seen:
            self._seen, self._heard = self.frames, now
        if now - self._heard > limits.silence_s:
            return Stale(connection=f"no message for {now - self._heard:.1f} s")
        found: list[tuple[str, str, str]] = []
        for symbol, product in self._products.items():
            if now - product.quoted > limits.quote_silence_s:
                found.append((symbol, "ticker", f"no quote for {now - product.quoted:.1f} s"))
                product.quoted, product.resubscribed = now, product.resubscribed + 1
            if product.apart_since is not None and now - product.apart_since > limits.trade_silence_s:
                words = f"no trade for {now - product.apart_since:.1f} s, though the last price has moved"
                found.append((symbol, "trade", words))
                product.apart_since, product.resubscribed = None, product.resubscribed + 1
                product.subscribed = now
        given_up = [symbol for symbol, _, _ in found if self._products[symbol].resubscribed > 2]
        return Stale(found, f"{given_up[0]} stays quiet though subscribed anew" if given_up else "")

    def _has_waited(self, symbol: str, what: str, is_so: bool, limit: float) -> bool:  # noqa: FBT001 - private
        product = self._products.get(symbol)
        if product is None:
            return False
        since: float | None = getattr(product, what)
        now = self._clock.monotonic()
        if not is_so or since is None:
            setattr(product, what, now if is_so else None)
            return False
        if now - since <= limit:
            return False
        setattr(product, what, now)
        return True
