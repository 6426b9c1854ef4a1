"""Stories a trader can read: what happens on the left of each line, on the right what the decider makes of it.

    A: Plain's signal BTC long 45000 stop 44500 | A taken 0.4
                                                | A entry: buy 0.4
    A entry fills 0.4 at 45000                  | A stop: sell 0.4 at 44500

A line without a right side is not checked, "nothing" says that nothing is asked for. The account begins with 10,000 USD
at noon. The venue accepts every order and every change at once, without a word; fills, rejections and cancellations
are told by the story. Targets are at 1 R and 2 R, half at each; instruments are alike by 0.1 unless the story says so.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from edgeproof.core.engine.risk import by_risk, equity_of
from edgeproof.core.engine.state import EngineState, Rules
from edgeproof.core.engine.step import step
from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.execution import Accepted, Amended, Cancelled, CancelRefused, Filled, Rejected, Sent
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import AmendOrder, CancelOrder, PlaceOrder
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import DAY, MINUTE, parse_duration
from edgeproof.core.model.trade import Account, Terms
from edgeproof.core.model.trading import StateCause
from edgeproof.core.model.trading_event import (
    CandleSeen,
    CloseAsked,
    ExitConditionMet,
    FateDecided,
    FundingSettled,
    InvariantBroken,
    PriceSeen,
    RelationsSeen,
    SignalSeen,
    StandingChanged,
    StateAsked,
    TradeEnded,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.risk.limits import RiskLimits
from tests.support.orders import told
from tests.support.risk import BTC, ETH, NOON, SOL
from tests.support.trading_world import INSTRUMENTS, MARGIN, STEPS

_NAMED = {"BTC": BTC, "ETH": ETH, "SOL": SOL}
_WISHES = {
    "halts": StateCause.PERSON_HALTS,
    "reduces": StateCause.PERSON_REDUCES,
    "resumes": StateCause.PERSON_RESUMES,
}
TERMS = {"Even": Terms(break_even=True), "Brief": Terms(max_hold=10 * MINUTE)}


NO_BREAKER: dict[str, Any] = {"warn_loss": None, "no_entries_loss": None, "flatten_loss": None}
NO_BETA: dict[str, Any] = {"max_btc_beta": None}
Stories = dict[str, str | tuple[str, dict[str, Any]]]
"""Stories by their captions, with the limits that are not the usual ones."""


class Story:
    """An account, told line by line, that trades by `limits` and `TERMS`."""

    def __init__(self, limits: RiskLimits) -> None:
        self.now = NOON
        contracts = {
            each: ContractTerms(lot_size=steps.lot_size, initial_margin_fraction=MARGIN)
            for each, steps in STEPS.items()
        }
        rules = Rules(steps=STEPS, ask=by_risk, limits=limits, terms=TERMS, contracts=contracts)
        self.state = EngineState(rules=rules, account=Account(cash=Decimal(10_000)))
        self._names: dict[str, str] = {}
        self._alike: dict[tuple[Instrument, Instrument], float] = {}
        self._sizing: dict[str, str] = {}
        self._fills = 0
        self._relate("BTC", "ETH", "0.1")
        self._relate("BTC", "SOL", "0.1")
        self._relate("ETH", "SOL", "0.1")

    def tell(self, line: str) -> str:
        """What a line makes the decider do, in words."""
        for pattern, act in self._acts():
            if (found := pattern.fullmatch(line)) is not None:
                return act(*found.groups())
        raise AssertionError(f"no such line in a story: {line!r}")

    def _acts(self) -> Iterable[tuple[re.Pattern[str], Callable[..., str]]]:
        number = r"(-?[\d.]+)"
        yield re.compile(rf"(\w+) at {number}"), self._price
        yield re.compile(rf"(\w+) closes at {number}(?: from {number} to {number})?"), self._close_of
        prices = rf"{number} stop {number}(?: trail {number})?"
        yield re.compile(rf"(\w): (\w+)'s signal (\w+) (long|short) {prices}"), self._signal
        yield re.compile(rf"(\w) (\S+) fills {number} at {number}"), self._fill
        yield re.compile(r"(\w) (\S+) (rejected|cancelled|not cancelled)"), self._answer
        yield re.compile(r"(Ada) (halts|reduces|resumes)"), self._wish
        yield re.compile(r"close (.+)"), self._close
        yield re.compile(rf"funding (\w+) (?:{number} %|unknown)"), self._funding
        yield re.compile(r"exit condition of (\w+) on (\w+)"), self._condition
        yield re.compile(rf"(\w+) and (\w+) alike by {number}"), self._relate
        yield re.compile(r"wait (\w+)"), self._wait
        yield re.compile(r"the day ends"), self._day
        yield re.compile(r"invariant broken"), self._broken
        yield re.compile(r"equity"), self._equity
        yield re.compile(r"sizing of (\w)"), self._sizing_of
        yield re.compile(r"funding of (\w)"), self._funding_of

    def _step(self, event: TradingEvent) -> str:
        self.state, commands = step(self.state, event)
        said = [self._said(each) for each in commands]
        for each in commands:
            self._accept(each)
        return "; ".join(said) or "nothing"

    def _accept(self, command: TradingCommand) -> None:
        match command:
            case PlaceOrder(intent=intent):
                self._quietly(Sent(order_id=intent.id, time=self.now), Accepted(order_id=intent.id, time=self.now))
            case AmendOrder(order_id=name, quantity=quantity, limit_price=limit, trigger_price=trigger):
                self._quietly(
                    Amended(order_id=name, time=self.now, quantity=quantity, limit_price=limit, trigger_price=trigger)
                )

    def _quietly(self, *events: TradingEvent) -> None:
        for each in events:
            self.state, more = step(self.state, each)
            for command in more:
                self._accept(command)

    def _said(self, command: TradingCommand) -> str:
        names = {signal: name for name, signal in self._names.items()}
        match command:
            case FateDecided(fate=fate, rule=rule, value=value, limit=limit, quantity=quantity):
                name = names[command.signal_id]
                if quantity is not None:
                    self._sizing[command.signal_id] = command.sizing
                    return f"{name} {fate} {quantity.normalize():f}"
                numbers = "" if limit is None else f" ({_short(value)} against {_short(limit)})"
                return f"{name} {fate}: {rule}{numbers}"
            case TradeEnded():
                return f"{names[command.signal_id]} ended by {command.reason}: {command.net_pnl:+.2f}"
            case StandingChanged(status=status, level=level):
                return f"{status.state.upper()} ({status.cause}), {level.word}"
        signal = (command.intent.id if isinstance(command, PlaceOrder) else command.order_id).partition("-")[0]
        verb, space, rest = told([command])[0].partition(" ")
        name = names[signal]
        return (
            f"{verb} {name} {rest}" if isinstance(command, AmendOrder | CancelOrder) else f"{name} {verb}{space}{rest}"
        )

    # --- the lines ---

    def _price(self, base: str, price: str) -> str:
        return self._step(PriceSeen(time=self.now, instrument=_NAMED[base], price=float(price)))

    def _close_of(self, base: str, price: str, low: str | None, high: str | None) -> str:
        self.now += MINUTE - self.now % MINUTE
        close = float(price)
        candle = ClosedCandle(
            instrument=_NAMED[base], timeframe=MINUTE, open_time=self.now - MINUTE, open=close,
            high=close if high is None else float(high), low=close if low is None else float(low), close=close,
            volume=1.0,
        )  # fmt: skip
        return self._step(CandleSeen(candle=candle))

    def _signal(
        self, name: str, hypothesis: str, base: str, side: str, price: str, stop: str, trail: str | None
    ) -> str:
        reference, distance = float(price), float(price) - float(stop)
        signal = Signal(
            hypothesis=hypothesis, instrument=_NAMED[base], timeframe=5 * MINUTE, direction=1 if side == "long" else -1,
            time=self.now, reference_price=reference, stop_loss=float(stop),
            targets=(reference + distance, reference + 2 * distance), fractions=(0.5, 0.5),
            trail=None if trail is None else float(trail), expires_at=self.now + 5 * MINUTE,
        )  # fmt: skip
        self._names[name] = signal.id
        return self._step(SignalSeen(time=self.now, signal=signal))

    def _fill(self, name: str, leg: str, quantity: str, price: str) -> str:
        self._fills += 1
        fill = Fill(
            id=f"fill-{self._fills}", order_id=f"{self._names[name]}-{leg}", time=self.now, price=Decimal(price),
            quantity=Decimal(quantity), fee=Decimal(0), is_maker=False,
        )  # fmt: skip
        return self._step(Filled(fill=fill))

    def _answer(self, name: str, leg: str, answer: str) -> str:
        order = f"{self._names[name]}-{leg}"
        match answer:
            case "rejected":
                return self._step(Rejected(order_id=order, time=self.now, reason="would trigger"))
            case "cancelled":
                return self._step(Cancelled(order_id=order, time=self.now, reason="asked"))
        return self._step(CancelRefused(order_id=order, time=self.now, reason="unknown_order"))

    def _wish(self, by: str, wish: str) -> str:
        return self._step(StateAsked(time=self.now, cause=_WISHES[wish], by=by))

    def _close(self, what: str) -> str:
        return self._step(CloseAsked(time=self.now, instrument=_NAMED.get(what), signal_id=self._names.get(what)))

    def _funding(self, base: str, percent: str | None) -> str:
        rate = None if percent is None else float(Decimal(percent) / 100)
        price = self.state.prices[_NAMED[base]].price
        return self._step(FundingSettled(time=self.now, instrument=_NAMED[base], rate=rate, price=price))

    def _condition(self, hypothesis: str, base: str) -> str:
        return self._step(ExitConditionMet(time=self.now, hypothesis=hypothesis, instrument=_NAMED[base]))

    def _relate(self, one: str, two: str, alike: str) -> str:
        for pair in ((_NAMED[one], _NAMED[two]), (_NAMED[two], _NAMED[one])):
            self._alike[pair] = float(alike)
        betas = dict.fromkeys(INSTRUMENTS, 1.0)
        return self._step(RelationsSeen(time=self.now, correlations=dict(self._alike), betas=betas))

    def _wait(self, duration: str) -> str:
        self.now += parse_duration(duration)
        return "nothing"

    def _day(self) -> str:
        self.now += DAY - self.now % DAY
        return "nothing"

    def _broken(self) -> str:
        return self._step(InvariantBroken(time=self.now, why="a position nobody ordered"))

    def _equity(self) -> str:
        equity = equity_of(self.state)
        return "not known" if equity is None else f"{equity:,.2f}"

    def _sizing_of(self, name: str) -> str:
        return re.sub(r" in steps of [\d.]+", "", self._sizing[self._names[name]])

    def _funding_of(self, name: str) -> str:
        signal = self._names[name]
        instrument = self.state.trades[signal].signal.instrument
        part = self.state.position(instrument).attribution(signal)
        assert part is not None
        return f"{part.funding:.2f}" + ("" if part.is_funding_complete else ", incomplete")


def tell_story(story: str | tuple[str, dict[str, Any]]) -> None:
    """Tell a story, and hold what is said to its right side; a line of a right side alone goes on with the last."""
    text, limits = story if isinstance(story, tuple) else (story, {})
    account = Story(RiskLimits(**limits))
    for line in re.sub(r"\n +\| ", "; ", text.strip()).splitlines():
        happens, _, expected = (part.strip() for part in line.partition("|"))
        said = account.tell(happens)
        assert not expected or said == expected, happens


def _short(value: float | str | None) -> str:
    return f"{value:.4g}" if isinstance(value, float | int) else str(value)
