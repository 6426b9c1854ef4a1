"""The decider, event by event: what a trader would expect of it when things go as planned, and when they do not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from edgeproof.core.engine.state import EngineState, Rules, Sizing, begin
from edgeproof.core.engine.step import step
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.execution import Accepted, Amended, AmendRefused, Cancelled, Filled, Rejected, Sent
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import AmendOrder, CancelOrder, OrderIntent, OrderType, PlaceOrder
from edgeproof.core.model.signal import Check, Signal
from edgeproof.core.model.steps import steps_of
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.core.model.trade import MOST_OVER, Account, Terms
from edgeproof.core.model.trading import StateCause
from edgeproof.core.model.trading_event import (
    CandleSeen,
    CloseAsked,
    ExitConditionMet,
    FateDecided,
    FundingSettled,
    PriceSeen,
    SignalSeen,
    StateAsked,
    TradeEnded,
    TradeFate,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.risk.limits import without_limits

BTC = Instrument("BTC", "USD", "USD")
T = 1_770_114_600_000
SIGNAL = Signal(
    hypothesis="Rebound",
    instrument=BTC,
    timeframe=5 * MINUTE,
    direction=1,
    time=T,
    reference_price=45_000.0,
    stop_loss=44_500.0,
    targets=(45_500.0, 46_000.0),
    fractions=(0.5, 0.5),
    trail=None,
    expires_at=T + 5 * MINUTE,
)


class Desk:
    """A state, and all that was wished for so far."""

    def __init__(self, *, quantity: str = "0.4", denied: Check | None = None, terms: Terms | None = None) -> None:
        rules = Rules(
            steps={BTC: steps_of(1.0, 0.0001)},
            terms={} if terms is None else {SIGNAL.hypothesis: terms},
            limits=without_limits(),
            ask=lambda _state, _seen: Sizing(quantity=Decimal(quantity), denied_by=denied),
        )
        self.state = EngineState(rules=rules, account=Account(cash=Decimal(10_000)))

    def do(self, *events: TradingEvent) -> list[TradingCommand]:
        commands: list[TradingCommand] = []
        for event in events:
            self.state, more = step(self.state, event)
            commands += more
        return commands

    def entered(self) -> None:
        """The signal was taken, and its entry filled at 45,010; stop and targets are accepted."""
        self.do(SignalSeen(time=T, signal=SIGNAL))
        self.do(Sent(order_id=name("entry"), time=T), Accepted(order_id=name("entry"), time=T))
        for command in self.do(fill("entry", "45010", "0.4")):
            assert isinstance(command, PlaceOrder)
            self.do(Accepted(order_id=command.intent.id, time=T + 1))

    @property
    def open(self) -> Decimal:
        return self.state.position(BTC).quantity


def name(leg: str) -> str:
    return f"{SIGNAL.id}-{leg}"


def fill(leg: str, price: str, quantity: str, number: int = 1, time: int = T + 1) -> Filled:
    return Filled(
        fill=Fill(
            id=f"{leg}-{number}", order_id=name(leg), time=time, price=Decimal(price), quantity=Decimal(quantity),
            fee=Decimal(1), is_maker=False,
        )
    )  # fmt: skip


def placed(commands: list[TradingCommand]) -> dict[str, OrderIntent]:
    return {each.intent.leg: each.intent for each in commands if isinstance(each, PlaceOrder)}


def candle(close: float, *, high: float | None = None, open_time: int = T) -> CandleSeen:
    top = close if high is None else high
    return CandleSeen(
        candle=ClosedCandle(
            instrument=BTC,
            timeframe=MINUTE,
            open_time=open_time,
            open=close,
            high=top,
            low=close,
            close=close,
            volume=1.0,
        )
    )


def fate(commands: list[TradingCommand]) -> FateDecided:
    (found,) = [each for each in commands if isinstance(each, FateDecided)]
    return found


def test_a_signal_is_taken_with_an_entry_at_market_and_nothing_else() -> None:
    desk = Desk()
    commands = desk.do(SignalSeen(time=T, signal=SIGNAL))
    assert fate(commands).fate is TradeFate.TAKEN
    (entry,) = placed(commands).values()
    assert (entry.type, entry.quantity, entry.is_reduce_only) == (OrderType.MARKET, Decimal("0.4"), False)


def test_a_filled_entry_is_guarded_at_once_the_stop_first() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=SIGNAL), Sent(order_id=name("entry"), time=T))
    commands = desk.do(fill("entry", "45010", "0.4"))
    assert list(placed(commands)) == ["stop", "target-1", "target-2"]
    assert placed(commands)["stop"].trigger_price == 44_500
    assert [each.quantity for each in placed(commands).values()] == [Decimal("0.4"), Decimal("0.2"), Decimal("0.2")]


def test_the_guards_follow_an_entry_that_fills_in_parts() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=SIGNAL), Sent(order_id=name("entry"), time=T))
    for command in desk.do(fill("entry", "45010", "0.1")):
        assert isinstance(command, PlaceOrder)
        desk.do(Accepted(order_id=command.intent.id, time=T))
    commands = desk.do(fill("entry", "45010", "0.3", 2))
    amended = {each.order_id: each.quantity for each in commands if isinstance(each, AmendOrder)}
    assert amended[name("stop")] == Decimal("0.4")


def test_a_stop_that_fills_ends_the_trade_and_takes_its_targets_back() -> None:
    desk = Desk()
    desk.entered()
    commands = desk.do(fill("stop", "44490", "0.4"))
    assert {each.order_id for each in commands if isinstance(each, CancelOrder)} == {name("target-1"), name("target-2")}
    (ended,) = [each for each in commands if isinstance(each, TradeEnded)]
    assert (ended.reason, ended.net_pnl) == ("stop", Decimal("-210.0"))  # 0.4 x -520 - 2 fees
    assert desk.state.account.cash == Decimal("9790.0")
    assert (desk.open, dict(desk.state.trades)) == (Decimal(0), {})


def test_after_the_first_target_the_stop_moves_to_the_entry_with_the_next_close() -> None:
    desk = Desk(terms=Terms(break_even=True))
    desk.entered()
    amended = [each for each in desk.do(fill("target-1", "45500", "0.2")) if isinstance(each, AmendOrder)]
    assert [(each.quantity, each.trigger_price) for each in amended] == [(Decimal("0.2"), Decimal(44_500))]
    desk.do(*[accepted for accepted in answers(amended)])
    moved = [each for each in desk.do(candle(45_400.0)) if isinstance(each, AmendOrder)]
    assert [each.trigger_price for each in moved] == [Decimal(45_010)]


def answers(amended: list[AmendOrder]) -> list[TradingEvent]:
    return [
        Amended(order_id=each.order_id, time=T, quantity=each.quantity, trigger_price=each.trigger_price)
        for each in amended
    ]


def test_a_stop_that_was_filled_before_it_could_grow_is_placed_again_for_the_rest() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=SIGNAL), Sent(order_id=name("entry"), time=T))
    desk.do(fill("entry", "45010", "0.1"), Sent(order_id=name("stop"), time=T), Accepted(order_id=name("stop"), time=T))
    desk.do(fill("entry", "45010", "0.3", 2), fill("stop", "44490", "0.1"))
    commands = desk.do(AmendRefused(order_id=name("stop"), time=T, reason="unknown_order"))
    assert {each.id: each.quantity for each in placed(commands).values()} == {name("stop-again-2"): Decimal("0.3")}


def test_a_change_the_venue_refuses_is_asked_for_again_at_the_next_close() -> None:
    desk = Desk()
    desk.entered()
    desk.do(fill("target-1", "45500", "0.2"))
    assert desk.do(AmendRefused(order_id=name("stop"), time=T, reason="busy")) == []
    asked = [each for each in desk.do(candle(45_400.0)) if isinstance(each, AmendOrder)]
    assert [each.quantity for each in asked if each.order_id == name("stop")] == [Decimal("0.2")]


def test_a_late_fill_while_its_stop_is_taken_back_gets_a_new_one() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=SIGNAL), Sent(order_id=name("entry"), time=T))
    desk.do(fill("entry", "45010", "0.1"), *[Accepted(order_id=name(leg), time=T) for leg in ("stop", "target-1")])
    desk.do(CloseAsked(time=T + 2), fill("emergency", "45000", "0.1"))
    commands = desk.do(fill("entry", "45010", "0.3", 2))
    assert [each.id for each in placed(commands).values()] == [name("stop-again-2"), name("emergency-again-2")]


def test_a_stop_that_halted_does_not_let_move_still_grows_with_its_position() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=replace(SIGNAL, trail=300.0)), Sent(order_id=name("entry"), time=T))
    desk.do(fill("entry", "45010", "0.1"), Sent(order_id=name("stop"), time=T))
    # The trail moves the stop to 45,100, which cannot be asked for before the venue has the order.
    assert desk.do(candle(45_300.0, high=45_400.0), fill("entry", "45010", "0.3", 2)) == []
    desk.do(StateAsked(time=T, cause=StateCause.PERSON_HALTS, by="Ada"))
    (grown,) = [each for each in desk.do(Accepted(order_id=name("stop"), time=T)) if isinstance(each, AmendOrder)]
    assert (grown.quantity, grown.trigger_price) == (Decimal("0.4"), Decimal(44_500))
    assert (
        desk.do(Amended(order_id=name("stop"), time=T, quantity=grown.quantity, trigger_price=grown.trigger_price))
        == []
    )


def test_a_restart_takes_up_the_book() -> None:
    desk = Desk()
    desk.entered()
    again = begin(desk.state.rules, desk.state.book)
    assert again.book == desk.state.book
    assert again.mark(BTC) is None


def test_a_price_told_late_is_not_the_last_one() -> None:
    desk = Desk()
    desk.do(PriceSeen(time=T, instrument=BTC, price=45_000.0), PriceSeen(time=T - 1, instrument=BTC, price=44_000.0))
    assert desk.state.mark(BTC) == 45_000


def test_an_entry_is_taken_back_before_it_went_out() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=SIGNAL))
    (cancel,) = [each for each in desk.do(CloseAsked(time=T)) if isinstance(each, CancelOrder)]
    assert cancel.order_id == name("entry")
    assert desk.do(Sent(order_id=name("entry"), time=T), Cancelled(order_id=name("entry"), time=T, reason="")) == []
    assert dict(desk.state.trades) == {}


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf")])
def test_a_price_that_is_none_is_not_taken_for_one(price: float) -> None:
    desk = Desk()
    desk.do(PriceSeen(time=T, instrument=BTC, price=45_000.0), PriceSeen(time=T + 1, instrument=BTC, price=price))
    assert desk.state.mark(BTC) == 45_000


@pytest.mark.parametrize(("cause", "by"), [(StateCause.PERSON_RESUMES, " "), (StateCause.DAILY_LOSS, "Ada")])
def test_a_wish_that_is_nobodys_or_no_persons_is_refused_before_trading_hears_of_it(cause: StateCause, by: str) -> None:
    with pytest.raises(InputError, match="expected a wish of a person"):
        StateAsked(time=T, cause=cause, by=by)


def test_a_trade_held_too_long_goes_at_market_at_the_close_of_the_backtest_and_is_asked_for_once() -> None:
    desk = Desk(terms=Terms(max_hold=10 * MINUTE))
    desk.entered()  # a moment after T, which is when the backtest enters
    assert desk.do(candle(45_100.0, open_time=T + 8 * MINUTE)) == []
    exit_ = placed(desk.do(candle(45_100.0, open_time=T + 9 * MINUTE)))
    assert exit_["exit"].quantity == Decimal("0.4")
    assert desk.do(candle(45_100.0, open_time=T + 10 * MINUTE)) == []


def test_an_exit_condition_ends_trades_of_its_hypothesis_that_began_before_it() -> None:
    desk = Desk()
    desk.entered()
    assert desk.do(ExitConditionMet(time=T, hypothesis="Rebound", instrument=BTC)) == []
    assert desk.do(ExitConditionMet(time=T + HOUR, hypothesis="Other", instrument=BTC)) == []
    assert list(placed(desk.do(ExitConditionMet(time=T + HOUR, hypothesis="Rebound", instrument=BTC)))) == ["exit"]


@pytest.mark.parametrize("instrument", [BTC, None])
def test_a_person_gets_out_of_one_or_of_everything(instrument: Instrument | None) -> None:
    desk = Desk()
    desk.entered()
    assert list(placed(desk.do(CloseAsked(time=T + 2, instrument=instrument)))) == ["emergency"]
    other = Instrument("ETH", "USD", "USD")
    assert desk.do(CloseAsked(time=T + 2, instrument=other)) == []


def test_a_second_signal_of_a_hypothesis_overlaps() -> None:
    desk = Desk()
    desk.entered()
    assert fate(desk.do(SignalSeen(time=T, signal=SIGNAL))).fate is TradeFate.OVERLAPPED


@pytest.mark.parametrize(
    ("price", "time", "expected"),
    [
        (44_500.0, T, (TradeFate.INVALIDATED, "beyond_stop")),
        (46_000.0, T, (TradeFate.INVALIDATED, "beyond_target")),
        (45_000.0, SIGNAL.expires_at, (TradeFate.EXPIRED, "expires_at")),
    ],
)
def test_a_signal_that_is_no_longer_good_is_not_asked_about(
    price: float, time: int, expected: tuple[TradeFate, str]
) -> None:
    desk = Desk()
    desk.do(PriceSeen(time=T, instrument=BTC, price=price))
    found = fate(desk.do(SignalSeen(time=time, signal=SIGNAL)))
    assert (found.fate, found.rule) == expected


def test_a_denial_is_recorded_with_its_rule_value_and_limit() -> None:
    check = Check(rule="max_positions", value=3.0, limit=2.0, holds=False)
    found = fate(Desk(denied=check).do(SignalSeen(time=T, signal=SIGNAL)))
    assert (found.fate, found.rule, found.value, found.limit) == (TradeFate.DENIED, "max_positions", 3.0, 2.0)


def test_a_quantity_that_is_no_order_is_a_denial_too() -> None:
    found = fate(Desk(quantity="0.00005").do(SignalSeen(time=T, signal=SIGNAL)))
    assert (found.fate, found.rule, found.limit) == (TradeFate.DENIED, "lot_size", 0.0001)


def test_an_entry_that_is_rejected_leaves_nothing_at_work() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=SIGNAL), Sent(order_id=name("entry"), time=T))
    assert desk.do(Rejected(order_id=name("entry"), time=T, reason="insufficient margin")) == []
    assert dict(desk.state.trades) == {}


def test_an_entry_that_waits_too_long_is_taken_back() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=SIGNAL), Sent(order_id=name("entry"), time=T))
    desk.do(Accepted(order_id=name("entry"), time=T))
    assert desk.do(candle(45_000.0, open_time=T)) == []
    (cancel,) = desk.do(candle(45_000.0, open_time=T + 4 * MINUTE))
    assert cancel == CancelOrder(order_id=name("entry"), reason="expired")
    assert desk.do(candle(45_000.0, open_time=T + 5 * MINUTE)) == []


def test_a_late_fill_of_a_trade_that_was_over_is_guarded_again() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=SIGNAL), Sent(order_id=name("entry"), time=T))
    desk.do(Accepted(order_id=name("entry"), time=T), Cancelled(order_id=name("entry"), time=T + 1, reason="expired"))
    assert dict(desk.state.trades) == {}
    commands = desk.do(fill("entry", "45010", "0.1"))
    assert placed(commands)["stop"].quantity == Decimal("0.1")
    assert (desk.open, list(desk.state.trades), dict(desk.state.over)) == (Decimal("0.1"), [SIGNAL.id], {})


def test_what_comes_late_and_moves_nothing_opens_no_trade_again() -> None:
    desk = Desk()
    desk.entered()
    desk.do(fill("stop", "44490", "0.4"))
    assert desk.do(Cancelled(order_id=name("target-1"), time=T + 2, reason="closed")) == []
    assert dict(desk.state.trades) == {}


def test_a_stop_the_venue_rejects_gets_the_position_out_at_market() -> None:
    desk = Desk()
    desk.do(SignalSeen(time=T, signal=SIGNAL), Sent(order_id=name("entry"), time=T))
    desk.do(fill("entry", "45010", "0.4"))
    commands = desk.do(Rejected(order_id=name("stop"), time=T + 1, reason="would trigger"))
    assert list(placed(commands)) == ["emergency"]


def test_the_same_fill_twice_counts_once() -> None:
    desk = Desk()
    desk.entered()
    assert desk.do(fill("entry", "45010", "0.4")) == []
    assert desk.open == Decimal("0.4")


def test_orders_of_others_are_left_alone() -> None:
    desk = Desk()
    assert desk.do(Accepted(order_id="web-0815", time=T), Accepted(order_id=f"{0:016x}-stop", time=T)) == []


def test_funding_is_paid_by_what_is_open_and_is_part_of_the_result() -> None:
    desk = Desk()
    desk.do(FundingSettled(time=T, instrument=BTC, rate=0.0001, price=45_000.0))
    desk.entered()
    desk.do(FundingSettled(time=T + HOUR, instrument=BTC, rate=0.0001, price=45_000.0))
    assert desk.state.position(BTC).funding == Decimal("1.8")
    again = desk.state
    desk.do(FundingSettled(time=T + HOUR, instrument=BTC, rate=0.0001, price=45_000.0))
    assert desk.state is again
    (ended,) = [each for each in desk.do(fill("stop", "44490", "0.4")) if isinstance(each, TradeEnded)]
    assert ended.net_pnl == Decimal("-211.8")


def test_only_the_last_trades_are_kept_for_late_fills() -> None:
    desk = Desk()
    for k in range(MOST_OVER + 5):
        signal = Signal(
            **{each: getattr(SIGNAL, each) for each in SIGNAL.__slots__} | {"time": T + k, "hypothesis": f"H{k}"}
        )
        desk.do(SignalSeen(time=T + k, signal=signal), Rejected(order_id=f"{signal.id}-entry", time=T, reason="no"))
    assert len(desk.state.over) == MOST_OVER
