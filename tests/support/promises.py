"""Commands at random, and what holds of a simulated venue's answers whatever it is asked."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from hypothesis import strategies as st

from edgeproof.core.model.execution import Accepted, Amended, Cancelled, ExecutionEvent, Filled, Rejected
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import AmendOrder, CancelOrder, OrderCommand, OrderIntent, PlaceOrder
from tests.support.orders import BTC, SHORT, bracket

Events = tuple[ExecutionEvent, ...]

LONG_ONE, SHORT_ONE = bracket(), bracket(SHORT)
BASE = [made for one in (LONG_ONE, SHORT_ONE) for made in (one.entry, one.stop, *one.targets)]
LOTS = st.integers(1, 15).map(lambda lots: Decimal(lots) / 10)


@dataclass(frozen=True)
class Wish:
    """A command before it is known what was placed: `which` names the kind of order, or one placed before."""

    kind: str
    which: int
    quantity: Decimal

    def command(self, placed: list[OrderIntent], instrument: Instrument) -> OrderCommand:
        """A new order, one that is placed again, or a change of one placed before."""
        before = placed[-1 - self.which % len(placed)] if placed else replace(BASE[0], instrument=instrument)
        match self.kind:
            case "amend":
                return AmendOrder(order_id=before.id, quantity=self.quantity)
            case "cancel":
                return CancelOrder(order_id=before.id, reason="asked")
            case "again":
                return PlaceOrder(intent=before)
        base = BASE[self.which % len(BASE)]
        placed.append(replace(base, instrument=instrument, quantity=self.quantity, attempt=len(placed) + 1))
        return PlaceOrder(intent=placed[-1])


WISHES = st.builds(
    Wish, st.sampled_from(["place", "place", "place", "amend", "cancel", "again"]), st.integers(0, 7), LOTS
)


@dataclass
class Watch:
    """What the events of a venue say of an instrument, with the promises checked on the way."""

    instrument: Instrument = BTC
    placed: list[OrderIntent] = field(default_factory=list)
    asked: dict[str, list[OrderIntent]] = field(default_factory=dict)
    orders: dict[str, OrderIntent] = field(default_factory=dict)
    filled: dict[str, Decimal] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    fill_ids: set[str] = field(default_factory=set)
    position: Decimal = Decimal(0)

    def ask(self, wish: Wish) -> OrderCommand:
        command = wish.command(self.placed, self.instrument)
        if isinstance(command, PlaceOrder):
            self.asked.setdefault(command.intent.id, []).append(command.intent)
        return command

    def hear(self, events: Events) -> None:
        for event in events:
            match event:
                case Accepted(order_id=name):
                    assert name not in self.orders, "an id was taken twice"
                    self.orders[name] = self.asked[name].pop(0)
                case Rejected(order_id=name):
                    self.asked[name].pop(0)
                case Amended(order_id=name, quantity=quantity):
                    self.orders[name] = replace(self.orders[name], quantity=quantity)
                case Cancelled(order_id=name):
                    self.over.add(name)
                case Filled():
                    self._fill(event)

    def _fill(self, event: Filled) -> None:
        name, fill, order = event.order_id, event.fill, self.orders[event.order_id]
        assert name not in self.over, "a cancelled order was filled"
        assert fill.id not in self.fill_ids
        self.fill_ids.add(fill.id)
        self.filled[name] = self.filled.get(name, Decimal(0)) + fill.quantity
        assert self.filled[name] <= order.quantity, "more was filled than ordered"
        after = self.position + order.side.sign * fill.quantity
        if order.is_reduce_only:
            assert abs(after) < abs(self.position)
            assert after * self.position >= 0, "a reduce-only order turned the position"
        self.position = after
