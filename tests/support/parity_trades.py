"""A market of a few minutes by hand, one signal on it, and the journal of a session that traded it.

Flat at 100; the minute before `FIRED` closes at 105, which fires: reference 105, stop 100, so that R is 5. Everything
after that is for the test to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.candles.digest import history_digest
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.event import ClosedCandle, FundingPublished
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    CandleTaken,
    Decided,
    FundingTaken,
    HistoryUsed,
    OrderNoted,
    Record,
    SessionBegan,
    SignalTraded,
    StandingNoted,
    TradeClosed,
)
from edgeproof.core.model.order import ENTRY, order_id
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import HOUR, MINUTE, parse_time
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState, TradingStatus
from edgeproof.core.model.trading_event import FateDecided, StandingChanged, TradeEnded, TradeFate
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.research.parity.compare import compare
from edgeproof.research.parity.result import ParityResult
from edgeproof.research.parity.trades.result import TradesParity
from edgeproof.research.run_identity import code_version
from tests.support.live_session import decision_on
from tests.support.memory_journal import MemoryJournal
from tests.support.risk import dec

BITCOIN = Instrument("BTC", "USD", "USD")
BEGIN = parse_time("2026-02-03T10:00Z")
FIRED = BEGIN + 5 * MINUTE
LATENCY = 150

_TEXT = """
[[hypothesis]]
name = "Jump_1m"
timeframe = "1m"
direction = "long"
family = "trend"
reason = "fires where the price jumps above 104"
entry = ["crosses_above(close, 104)"]
stop = "close - 5"
targets = {targets}
slippage_bps = 10
{more}
"""

Bar = tuple[float, float, float, float]
FLAT: Bar = (100.0, 100.0, 100.0, 100.0)
QUIET: Bar = (105.0, 105.0, 105.0, 105.0)


def jump(targets: str = '[{ at = "close + 10", fraction = 1.0 }]', more: str = "") -> Hypothesis:
    """The hypothesis, with targets and exits."""
    (found,) = read_hypotheses(_TEXT.format(targets=targets, more=more), "test.toml")
    return found


@dataclass(kw_only=True)
class Story:
    """One signal, the minutes after it, and what a session made of it: orders and fills as the test says."""

    bars: Sequence[Bar]
    hypothesis: Hypothesis = field(default_factory=jump)
    quantity: str = "2"
    command: str = "paper"
    version: str = field(default_factory=code_version)
    rates: dict[int, float] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    corrections: dict[int, Bar] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def signal(self) -> Signal:
        """The signal that fires."""
        return Signal(
            hypothesis="Jump_1m",
            instrument=BITCOIN,
            timeframe=MINUTE,
            direction=1,
            time=FIRED,
            reference_price=105.0,
            stop_loss=100.0,
            targets=tuple(float(each.at.removeprefix("close + ")) + 105.0 for each in self.hypothesis.targets),
            fractions=tuple(each.fraction for each in self.hypothesis.targets),
            trail=None,
            expires_at=FIRED + self.hypothesis.expires_after,
        )

    def at(self, minute: int, ms: int = LATENCY) -> int:
        """A time in a minute after the signal, counted from 0."""
        return FIRED + minute * MINUTE + ms

    def note(self, leg: str, what: str, time: int, quantity: str | None = None, price: str | None = None) -> OrderNoted:
        """Write down that something happened to an order."""
        noted = OrderNoted(
            session="s1",
            at=time,
            instrument=BITCOIN,
            order_id=order_id(self.signal.id, leg),
            what=what,
            quantity=None if quantity is None else dec(quantity),
            price=None if price is None else dec(price),
        )
        self.records.append(noted)
        return noted

    def fill(self, leg: str, time: int, price: str, fee: str, quantity: str | None = None) -> None:
        """Write down a fill."""
        noted = self.note(leg, "filled", time, quantity or self.quantity, price)
        self.records[-1] = replace(noted, fee=dec(fee), is_maker=leg.startswith("target"))

    def enter(self, price: str, fee: str, *, stop: str = "100", target: str = "115") -> None:
        """Take the signal: the entry filled at once, then its stop and its target at the venue."""
        self.decide(TradeFate.TAKEN)
        self.fill(ENTRY, self.at(0), price, fee)
        self.note("stop", "intended", self.at(0), self.quantity, stop)
        self.note("target-1", "intended", self.at(0), self.quantity, target)

    def decide(self, fate: TradeFate, rule: str = "") -> None:
        """Write down what trading made of the signal."""
        quantity = dec(self.quantity) if fate is TradeFate.TAKEN else None
        decided = FateDecided(time=FIRED, signal_id=self.signal.id, fate=fate, rule=rule, quantity=quantity)
        self.records.append(SignalTraded(session="s1", at=FIRED, signal=self.signal, decided=decided))

    def stand(self, state: TradingState, time: int) -> None:
        """Write down that the account stands otherwise."""
        status = TradingStatus(state=state, cause=StateCause.DRAWDOWN, since=time)
        standing = StandingChanged(time=time, status=status, level=BreakerLevel.NORMAL)
        self.records.append(StandingNoted(session="s1", at=time, standing=standing))

    def end(self, time: int, *, funding: str = "0", more: str = "0") -> None:
        """Write down the end of the trade, with the result of its fills; `more` is what does not follow from them."""
        fills = [each for each in self.records if isinstance(each, OrderNoted) and each.what == "filled"]
        sums = [(each.order_id.partition("-")[2], each.quantity or dec("0"), each.price or dec("0")) for each in fills]
        entered = sum((quantity * price for leg, quantity, price in sums if leg == ENTRY), dec("0"))
        left = sum((quantity * price for leg, quantity, price in sums if leg != ENTRY), dec("0"))
        fees = sum((each.fee or dec("0") for each in fills), dec("0"))
        quantity = sum((quantity for leg, quantity, _ in sums if leg == ENTRY), dec("0"))
        trade = TradeEnded(
            time=time,
            signal_id=self.signal.id,
            instrument=BITCOIN,
            direction=1,
            opened_at=self.at(0),
            quantity=quantity,
            entry_price=entered / quantity,
            exit_price=left / quantity,
            fees=fees,
            funding=dec(funding),
            net_pnl=left - entered - fees - dec(funding) + dec(more),
            risk=5 * quantity,
            is_funding_complete=True,
            reason="stop",
        )
        self.records.append(TradeClosed(session="s1", at=time, hypothesis="Jump_1m", trade=trade))

    @cached_property
    def store(self) -> MemoryStore:
        """A day of flat minutes."""
        store = MemoryStore()
        times = np.arange(BEGIN - 24 * HOUR, BEGIN, MINUTE)
        flat = {name: np.full(len(times), 100.0) for name in ("open", "high", "low", "close", "volume")}
        candles = Candles(timeframe=MINUTE, open_time=times, filled=np.zeros(len(times), np.bool_), **flat)
        store.save_candles(BITCOIN, candles, source="test")
        rates = np.arange(BEGIN - 24 * HOUR, BEGIN, HOUR)
        store.save_funding(BITCOIN, Funding(time=rates, rate=np.zeros(len(rates))), source="test")
        return store

    @property
    def journal(self) -> MemoryJournal:
        """The journal of the session."""
        candles = self.store.load_candles(BITCOIN, MINUTE)
        funding = self.store.load_funding(BITCOIN)
        used = HistoryUsed(
            instrument=BITCOIN, start=BEGIN - 24 * HOUR, end=BEGIN, digest=history_digest(candles, funding)
        )
        began = SessionBegan(
            session="s1", at=BEGIN, command=self.command, venue="replica", version=self.version, pid=1, host="here",
            timeframe=MINUTE, hypotheses={"Jump_1m": hypothesis_toml(self.hypothesis)}, settings={}, history=(used,),
        )  # fmt: skip
        journal = MemoryJournal()
        journal.append([replace(began, settings=self.settings)])
        for time, rate in self.rates.items():
            funded = FundingPublished(instrument=BITCOIN, time=time, rate=rate)
            journal.append([FundingTaken(session="s1", at=time, funding=funded)])
        for number, bar in enumerate((FLAT, FLAT, FLAT, FLAT, (100.0, 105.0, 100.0, 105.0), *self.bars)):
            journal.append([_taken(BEGIN + number * MINUTE, bar)])
        for minute, bar in self.corrections.items():
            told = _taken(FIRED + minute * MINUTE, bar)
            journal.append([replace(told, candle=replace(told.candle, is_correction=True))])
        journal.append([Decided(session="s1", at=FIRED, decision=decision_on(self.signal))])
        journal.append(self.records)
        return journal

    def compared(self) -> ParityResult:
        """The comparison of all of it."""
        return compare(self.journal, self.store)

    def trades(self) -> TradesParity:
        """Its trades; that the signal itself agrees is taken for granted, and looked at."""
        found = self.compared()
        assert (found.matched, found.signals) == (1, 1)
        assert found.trades is not None
        return found.trades


def _taken(open_time: int, bar: Bar) -> CandleTaken:
    open_, high, low, close = bar
    candle = ClosedCandle(
        instrument=BITCOIN, timeframe=MINUTE, open_time=open_time,
        open=open_, high=high, low=low, close=close, volume=1.0,
    )  # fmt: skip
    return CandleTaken(session="s1", at=candle.close_time, candle=candle)


def money(found: TradesParity) -> dict[str, Decimal]:
    """What each cause comes to, where it is more than the arithmetic of floats, which is the backtest's."""
    rounded = {cause.value: round(amount, 12) for cause, (_, amount) in found.causes.items()}
    return {cause: amount for cause, amount in rounded.items() if amount}
