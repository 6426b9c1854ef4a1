"""A simulated venue as contrary as real ones: it splits fills, tells them late or twice, and rejects.

Behind it stands the real `StreamVenue`. What it decides is told over two streams, as venues do: what becomes of orders
at once, fills when they are let go. So a cancellation can overtake the fills of its order.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from edgeproof.core.model.event import MarketTrade, Quote
from edgeproof.core.model.execution import Cancelled, CancelRefused, ExecutionEvent, Filled, Rejected
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import OrderCommand, PlaceOrder
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.streaming import StreamRules, StreamVenue

COSTS = Costs(taker=0.0005, maker=0.0002, slippage=0.0002)
_EXACT = Decimal("1e-9")


@dataclass
class ContraryVenue:
    """`rejects` says how many of the next orders are rejected, `splits` how many of the next fills are told in parts.

    `holds`: fills wait until they are `let_go`; so does the second part of one that was split.
    """

    latency: int
    lots: Mapping[Instrument, Decimal]
    rejects: int = 0
    splits: int = 0
    holds: bool = False
    held: deque[Filled] = field(default_factory=deque)
    told: list[Filled] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.account = SimulatedAccount(lambda _: COSTS)
        self._stream = StreamVenue(self.account, StreamRules(latency_ms=self.latency))
        self._traded_on: dict[str, Instrument] = {}

    def submit(self, command: OrderCommand, time: int) -> list[ExecutionEvent]:
        """What a command does, perhaps a rejection of the venue's own."""
        if isinstance(command, PlaceOrder):
            self._traded_on[command.intent.id] = command.intent.instrument
            if self.rejects:
                self.rejects -= 1
                return [Rejected(order_id=command.intent.id, time=time, reason="insufficient_margin")]
        return self._heard(self._stream.submit(command, time))

    def advance(self, time: int) -> list[ExecutionEvent]:
        """What the time does."""
        return self._heard(self._stream.advance(time))

    def on_market(self, event: MarketTrade | Quote) -> list[ExecutionEvent]:
        """What the market does."""
        return self._heard(
            self._stream.on_trade(event) if isinstance(event, MarketTrade) else self._stream.on_quote(event)
        )

    def let_go(self) -> list[ExecutionEvent]:
        """The fills that were held back, in the order they happened."""
        self.holds = False
        fills = list(self.held)
        self.held.clear()
        return [*self._told(fills)]

    def again(self, number: int) -> list[ExecutionEvent]:
        """A fill that was told before."""
        return [self.told[number % len(self.told)]] if self.told else []

    def _heard(self, events: Sequence[ExecutionEvent]) -> list[ExecutionEvent]:
        at_once: list[ExecutionEvent] = []
        for event in events:
            if isinstance(event, Filled):
                parts = self._parts(event)
                now = [] if self.holds or self.held else parts[:1]
                self.held += parts[len(now) :]
                at_once += self._told(now)
            else:
                at_once.append(self._answer(event))
        return at_once

    def _answer(self, event: ExecutionEvent) -> ExecutionEvent:
        # What is filled and not told yet is cancelled, as far as the words of the venue go.
        if isinstance(event, CancelRefused) and any(each.order_id == event.order_id for each in self.held):
            return Cancelled(order_id=event.order_id, time=event.time, reason="cancelled_by_user")
        return event

    def _told(self, fills: Iterable[Filled]) -> list[Filled]:
        new = list(fills)
        self.told += new
        return new

    def _parts(self, event: Filled) -> list[Filled]:
        fill = event.fill
        lot = self.lots[self._traded_on[fill.order_id]]
        part = fill.quantity / lot // 3 * lot
        if not self.splits or not part:
            return [event]
        self.splits -= 1
        fee = (fill.fee / 3).quantize(_EXACT)
        first = replace(fill, id=f"{fill.id}-a", quantity=part, fee=fee)
        rest = replace(fill, id=f"{fill.id}-b", quantity=fill.quantity - part, fee=fill.fee - fee)
        return [Filled(fill=first), Filled(fill=rest)]
