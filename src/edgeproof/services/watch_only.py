"""A session that only watches: nobody trades its signals, and nobody can wish for anything."""

from collections.abc import Callable, Mapping, Sequence

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import Record
from edgeproof.core.signals.watch import ExitMet
from edgeproof.ports import FeedEvent, MarketFeed, TradingFeed
from edgeproof.ports.wishes import Wish
from edgeproof.services.notifying.view import ChannelView
from edgeproof.services.prepare import Prepared
from edgeproof.services.trading_view import TradingView


class NobodyTrades:
    """The trader of a session that only watches."""

    def begin(self, prepared: Mapping[Instrument, Prepared], now: int) -> list[Record]:  # noqa: ARG002
        """Nothing."""
        return []

    def open(self, feed: MarketFeed) -> TradingFeed:
        """The market as it is."""
        return feed

    def seen(
        self,
        events: Sequence[FeedEvent],  # noqa: ARG002
        records: Sequence[Record],  # noqa: ARG002
        exits: Sequence[ExitMet],  # noqa: ARG002
    ) -> list[Record]:
        """Nothing."""
        return []

    def wished(self, wish: Wish, now: int) -> list[Record]:  # noqa: ARG002
        """Nothing: the wish waits for a session that trades."""
        return []

    async def send(self) -> None:
        """Nothing."""

    def view(self) -> TradingView | None:
        """None."""
        return None

    def weights(self) -> Mapping[str, SignalWeight]:
        """None."""
        return {}


class NobodyIsTold:
    """The messenger where no channel is set up."""

    def begin(
        self,
        session: str,  # noqa: ARG002
        venue_now: Callable[[], int],  # noqa: ARG002
        history: Mapping[Instrument, Candles],  # noqa: ARG002
    ) -> list[Record]:
        """Nothing."""
        return []

    def composed(self, records: Sequence[Record]) -> list[Record]:  # noqa: ARG002
        """Nothing."""
        return []

    def queued(self, records: Sequence[Record]) -> None:
        """Nothing."""

    async def summed_up(self, now: int) -> list[Record]:  # noqa: ARG002
        """Nothing."""
        return []

    def start(self) -> None:
        """Nothing."""

    def check(self) -> None:
        """Nothing."""

    def view(self) -> Sequence[ChannelView]:
        """Nothing."""
        return ()

    async def finish(self) -> None:
        """Nothing."""


class NoWishes:
    """A box that stays empty for a session that could not grant anything; what is in the real one waits there."""

    def waiting(self) -> tuple[Wish, ...]:
        """None."""
        return ()

    def granted(self, wish: Wish) -> None:
        """Nothing."""
