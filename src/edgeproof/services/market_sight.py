"""What the market tells a session that trades: its feed as events of trading."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from edgeproof.core.model.event import FundingPublished, MarketTrade, Quote
from edgeproof.core.model.execution import ExecutionEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import SECOND
from edgeproof.core.model.trading_event import FundingSettled, PriceSeen, TradingEvent
from edgeproof.ports import FeedEvent

QUOTED_MS = 10 * SECOND
"""While a quote is no older than this, a trade says nothing about the price that the quote does not."""


@dataclass(slots=True, eq=False)
class MarketSight:
    """Remembers when each instrument was quoted. Prices from before `known_until` say nothing about what is held."""

    known_until: int
    _quoted: dict[Instrument, int] = field(default_factory=dict)

    def seen(self, event: FeedEvent, prices: Mapping[Instrument, PriceSeen]) -> TradingEvent | None:
        """What an event of the feed means for trading while `prices` are the last ones; None for nothing."""
        match event:
            case Quote():
                return self._quote(event)
            case MarketTrade():
                quoted = self._quoted.get(event.instrument, -QUOTED_MS)
                if event.time - quoted < QUOTED_MS or event.time < self.known_until:
                    return None
                return PriceSeen(time=event.time, instrument=event.instrument, price=event.price)
            case FundingPublished():
                return _settled(event, prices)
            case _ if isinstance(event, ExecutionEvent):
                return event
            case _:
                return None

    def _quote(self, quote: Quote) -> PriceSeen | None:
        price = quote.last
        if quote.bid is not None and quote.ask is not None and quote.bid > 0:
            price = (quote.bid + quote.ask) / 2
            self._quoted[quote.instrument] = quote.time
        if price is None or not price > 0 or quote.time < self.known_until:
            return None
        return PriceSeen(time=quote.time, instrument=quote.instrument, price=price)


def _settled(funding: FundingPublished, prices: Mapping[Instrument, PriceSeen]) -> FundingSettled | None:
    """A settlement is paid at the price of its moment, which is the last one seen."""
    seen = prices.get(funding.instrument)
    if seen is None:
        return None
    return FundingSettled(time=funding.time, instrument=funding.instrument, rate=funding.rate, price=seen.price)
