"""The account as a clerk keeps it: from distinct fills and settlements alone."""

from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.model.execution import Filled
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import ENTRY, OrderIntent
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trading_event import FundingSettled
from tests.support.trading_world import CAPITAL

ZERO = Decimal(0)


@dataclass
class Ledger:
    """The account as a clerk would keep it: `held` is the signed quantity of each signal, `since` its first fill."""

    cash: Decimal = CAPITAL
    held: dict[str, Decimal] = field(default_factory=dict)
    paid: dict[str, Decimal] = field(default_factory=dict)
    on: dict[str, Instrument] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    settled: dict[Instrument, int] = field(default_factory=dict)

    def fill(self, intent: OrderIntent, event: Filled) -> None:
        """A fill, once."""
        fill, name = event.fill, intent.signal_id
        if fill.id in self.seen:
            return
        self.seen.add(fill.id)
        signed = intent.side.sign * fill.quantity
        self.cash -= signed * fill.price + fill.fee
        self.held[name] = self.held.get(name, ZERO) + signed
        self.on[name] = intent.instrument
        if intent.leg == ENTRY:
            self.paid[name] = self.paid.get(name, ZERO) + fill.price * fill.quantity
            self.since.setdefault(name, fill.time)

    def settle(self, event: FundingSettled) -> None:
        """A settlement, once, and only where its rate is known."""
        time = event.time - event.time % MINUTE
        if not any(each == event.instrument for each in self.on.values()):
            return
        if time <= self.settled.get(event.instrument, -1):
            return
        self.settled[event.instrument] = time
        if event.rate is None:
            return
        for name, quantity in self.held.items():
            if self.on[name] == event.instrument and self.since[name] < time:
                self.cash -= quantity * decimal_of(event.rate) * decimal_of(event.price)

    def position(self, instrument: Instrument) -> Decimal:
        """The signed quantity of an instrument."""
        return sum((each for name, each in self.held.items() if self.on[name] == instrument), ZERO)

    def equity(self, marks: dict[Instrument, Decimal]) -> Decimal:
        """Cash, and what is held at its marks."""
        return self.cash + sum((each * marks[self.on[name]] for name, each in self.held.items() if each), ZERO)
