"""One decision: a signal to its entry order under all limits, beside twenty instruments and what is open already."""

import time
from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from benchmarks.harness import Finding
from edgeproof.core.engine.state import EngineState
from edgeproof.core.engine.step import step
from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.execution import Accepted, Filled, Sent
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import PlaceOrder
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import steps_of
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trading_event import PriceSeen, RelationsSeen, SignalSeen, TradingEvent
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.research.engine_replay import limited

INSTRUMENTS = tuple(Instrument(f"C{number:02}", "USD", "USD") for number in range(20))
START = 1_770_114_600_000
PRICE = 100.0
DECISIONS = 20_000
MOST_US = 1_000.0
LIMITS = RiskLimits(max_positions=3, max_open_risk=Decimal("0.06"), max_orders_a_minute=None)
"""A third position may be opened beside two."""


def findings() -> Iterator[Finding]:
    """The middle and the slow end of many decisions, with nothing, one and two positions open."""
    for held in (0, 1, 2):
        cpu, wall = _microseconds(held)
        (median, late), seen = np.percentile(cpu, (50, 99)).tolist(), np.percentile(wall, (50, 99)).tolist()
        yield Finding(
            area="decision",
            case=f"signal to entry order, {len(INSTRUMENTS)} instruments, {held} positions open: us, p99",
            ours=f"{late:.0f} (p50 {median:.0f}; wall: p99 {seen[1]:.0f}, p50 {seen[0]:.0f})",
            ratio=late,
            required=MOST_US,
            at_most=True,
        )


def _microseconds(held: int) -> tuple[list[float], list[float]]:
    """CPU and wall microseconds of decisions that all begin at the same state, each about another signal.

    On a machine that others use as well, the wall's slow end is theirs.
    """
    state = _state(held)
    events = [
        SignalSeen(time=START, signal=_signal(INSTRUMENTS[held + number % (20 - held)], f"H{number}"))
        for number in range(DECISIONS)
    ]
    cpu, wall = list[float](), list[float]()
    for event in events:
        start, busy = time.perf_counter_ns(), time.process_time_ns()
        _, commands = step(state, event)
        cpu.append((time.process_time_ns() - busy) / 1e3)
        wall.append((time.perf_counter_ns() - start) / 1e3)
        if not any(isinstance(each, PlaceOrder) for each in commands):
            raise RuntimeError(f"expected an order for {event}, found {commands}")
    return cpu, wall


def _signal(instrument: Instrument, hypothesis: str) -> Signal:
    return Signal(
        hypothesis=hypothesis, instrument=instrument, timeframe=5 * MINUTE, direction=1, time=START,
        reference_price=PRICE, stop_loss=0.98 * PRICE, targets=(1.02 * PRICE, 1.04 * PRICE), fractions=(0.5, 0.5),
        trail=None, expires_at=START + 5 * MINUTE,
    )  # fmt: skip


def _state(held: int) -> EngineState:
    terms = ContractTerms(lot_size=Decimal("0.001"), initial_margin_fraction=Decimal("0.02"))
    contracts = dict.fromkeys(INSTRUMENTS, terms)
    state = limited(contracts, [], LIMITS, Decimal(10_000), dict.fromkeys(INSTRUMENTS, steps_of(0.01, 0.001)))
    relations = RelationsSeen(
        time=START,
        correlations={(one, other): 0.3 for one in INSTRUMENTS for other in INSTRUMENTS if one != other},
        betas=dict.fromkeys(INSTRUMENTS, 1.1),
    )
    state = _after(state, relations)
    for instrument in INSTRUMENTS:
        state = _after(state, PriceSeen(time=START, instrument=instrument, price=PRICE))
    for instrument in INSTRUMENTS[:held]:
        state = _opened(state, _signal(instrument, "Held"))
    return state


def _opened(state: EngineState, signal: Signal) -> EngineState:
    """The state with the signal traded: its entry filled, its stop and targets at the venue."""
    state, commands = step(state, SignalSeen(time=START, signal=signal))
    (entry,) = [each.intent for each in commands if isinstance(each, PlaceOrder)]
    fill = Fill(
        id=f"{entry.id}-1", order_id=entry.id, time=START, price=Decimal(100), quantity=entry.quantity,
        fee=Decimal(1), is_maker=False,
    )  # fmt: skip
    state = _after(state, Sent(order_id=entry.id, time=START))
    state, commands = step(state, Filled(fill=fill))
    for each in commands:
        if isinstance(each, PlaceOrder):
            state = _after(state, Sent(order_id=each.intent.id, time=START))
            state = _after(state, Accepted(order_id=each.intent.id, time=START, venue_id="1"))
    return state


def _after(state: EngineState, event: TradingEvent) -> EngineState:
    return step(state, event)[0]
