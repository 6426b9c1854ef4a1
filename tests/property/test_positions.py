"""What holds for positions over random fills, settlements and candles: nothing is lost, and no stop moves away."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.core.kernels import bracket as kernel
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.margin import MarginLevel
from edgeproof.core.model.order import OrderIntent
from edgeproof.core.model.position import Guard, Position
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.positions.apply import apply_fill, take_closed
from edgeproof.core.positions.funding import accrue
from edgeproof.core.positions.liquidation import Exposure, liquidation_price
from edgeproof.core.positions.protect import after_close, is_overdue, note_target
from edgeproof.core.simulation.bracket import BracketSpec
from edgeproof.core.simulation.costs import Costs
from tests.support.orders import BTC, LONG, MINUTE, SHORT, T, bracket

CENT = Decimal("0.01")
HOUR = 60 * MINUTE
FIRST_HOUR = T - T % HOUR + HOUR

deeds = st.lists(
    st.tuples(
        st.integers(0, 2),  # whose
        st.sampled_from(["enter", "exit", "funding", "tidy"]),
        st.integers(1, 10_000),  # lots of 0.0001
        st.integers(400_000, 500_000),  # ticks of 0.1
        st.floats(-0.005, 0.005),
        st.integers(-1_000, 5_000),  # fee in basis points of basis points
    ),
    max_size=40,
)


class Cash:
    """The naive book: one account, one net position, everything as exact fractions."""

    def __init__(self) -> None:
        self.cash = Fraction(0)
        self.units = Fraction(0)

    def trade(self, intent: OrderIntent, fill: Fill) -> None:
        self.units += intent.side.sign * Fraction(fill.quantity)
        self.cash -= intent.side.sign * Fraction(fill.quantity) * Fraction(fill.price) + Fraction(fill.fee)

    def equity(self, mark: Decimal) -> Fraction:
        return self.cash + self.units * Fraction(mark)


@given(deeds=deeds, is_short=st.booleans(), mark=st.integers(400_000, 500_000))
def test_equity_is_conserved_to_the_cent_over_random_fills_fees_and_funding(
    deeds: list[tuple[int, str, int, int, float, int]], is_short: bool, mark: int
) -> None:
    signal = SHORT if is_short else LONG
    plans = [bracket(replace(signal, hypothesis=name)) for name in "ABC"]
    position, cash, banked = Position(instrument=BTC), Cash(), Decimal(0)
    price_now = Decimal(mark) / 10
    for number, (whose, deed, lots, ticks, rate, fee) in enumerate(deeds):
        price = Decimal(ticks) / 10
        if deed == "tidy":
            position, closed = take_closed(position)
            banked += sum((part.net_pnl(price_now) for part in closed), Decimal(0))
        elif deed == "funding":
            position = accrue(position, FIRST_HOUR + number * HOUR, rate, float(price))
            cash.cash -= Fraction(repr(rate)) * Fraction(price) * cash.units
        else:
            intent = plans[whose].entry if deed == "enter" else plans[whose].stop
            part = position.attribution(intent.signal_id)
            open_ = Decimal(0) if part is None else part.quantity
            quantity = Decimal(lots) / 10_000 if deed == "enter" else min(Decimal(lots) / 10_000, open_)
            if not quantity:
                continue
            paid = (quantity * price * fee / 10**7).quantize(Decimal("1e-8"))
            fill = Fill(
                id=str(number), order_id=intent.id, time=T, price=price, quantity=quantity, fee=paid, is_maker=False
            )
            position = apply_fill(position, intent, fill)
            cash.trade(intent, fill)
        assert Fraction(position.signed_quantity) == cash.units
        assert sum(part.direction * part.quantity for part in position.attributions) == position.signed_quantity
        equity = banked + position.net_pnl(price_now)
        assert abs(Fraction(equity) - cash.equity(price_now)) < Fraction(CENT) / 10**9
        split = position.realized_pnl + position.unrealized_pnl(price_now) - position.fees - position.funding
        assert abs(split - position.net_pnl(price_now)) < CENT / 10**9


candles = st.lists(st.tuples(st.integers(80, 120), st.integers(0, 9), st.integers(0, 9)), max_size=30)


@given(
    candles=candles,
    direction=st.sampled_from([1, -1]),
    trail=st.none() | st.integers(1, 20).map(float),
    has_break_even=st.booleans(),
    max_hold=st.sampled_from([0, MINUTE, 7 * MINUTE]),
)
@settings(max_examples=200)
def test_stop_follows_the_bracket_of_the_backtest_to_the_bit_and_never_moves_away(
    candles: list[tuple[int, int, int]],
    direction: int,
    trail: float | None,
    has_break_even: bool,
    max_hold: int,
) -> None:
    spec = BracketSpec(
        direction=direction,
        fractions=(0.5, 0.5),
        break_even=has_break_even,
        max_hold=max_hold,
        costs=Costs(slippage=2e-4),
    )
    targets, fractions = direction * np.array([100.0 + 4 * direction, 100.0 + 30 * direction]), np.array([0.5, 0.5])
    position = np.zeros(kernel.POSITION_SIZE)
    stop = 100.0 - 15 * direction
    kernel.enter(position, spec.rules, direction * 100.0, direction * stop, T)
    guard = Guard(
        signal_id="s",
        direction=direction,
        entry=direction * float(position[kernel.ENTRY]),
        stop=stop,
        trail=trail,
        has_break_even=has_break_even,
        deadline=T + max_hold if max_hold else None,
    )
    for number, (middle, up, down) in enumerate(candles):
        candle = ClosedCandle(
            instrument=BTC,
            timeframe=MINUTE,
            open_time=T + number * MINUTE,
            open=float(middle),
            high=float(middle + up),
            low=float(middle - down),
            close=float(middle),
            volume=1.0,
        )
        ended = _advance(position, spec, targets, fractions, trail, candle, is_entry=number == 0)
        filled = int(position[kernel.NEXT])
        if ended:
            by_time = int(position[kernel.REASON]) == kernel.BY_TIME
            assert by_time <= is_overdue(guard, candle.close_time)
            break
        assert not is_overdue(guard, candle.close_time)
        while guard.targets_filled < filled:
            guard = note_target(guard)
        before, guard = guard, after_close(guard, candle)
        assert direction * (guard.stop - before.stop) >= 0
        assert (guard.stop, guard.kind) == (direction * position[kernel.STOP], StopKind(int(position[kernel.KIND])))


def _advance(
    position: kernel.FloatArray,
    spec: BracketSpec,
    targets: kernel.FloatArray,
    fractions: kernel.FloatArray,
    trail: float | None,
    candle: ClosedCandle,
    *,
    is_entry: bool,
) -> bool:
    mirrored = sorted([spec.direction * candle.high, spec.direction * candle.low])
    return bool(
        kernel.advance(
            position,
            spec.rules,
            targets,
            fractions,
            np.nan if trail is None else trail,
            candle.close_time,
            is_entry,
            False,
            spec.direction * candle.open,
            mirrored[1],
            mirrored[0],
            spec.direction * candle.close,
        )
    )


@given(
    direction=st.sampled_from([1, -1]),
    units=st.integers(1, 1_000).map(lambda lots: Decimal(lots) / 10),
    entry=st.integers(1_000, 100_000).map(Decimal),
    leverage=st.integers(1, 90),
)
def test_liquidation_price_leaves_just_the_maintenance_margin_or_is_where_a_level_begins(
    direction: int, units: Decimal, entry: Decimal, leverage: int
) -> None:
    ladder = [(Decimal(0), "0.005"), (Decimal(1_000_000), "0.01"), (Decimal(3_000_000), "0.02")]
    levels = [MarginLevel(notional=at, initial=2 * Decimal(m), maintenance=Decimal(m)) for at, m in ladder]

    def rate(notional: Decimal) -> Decimal:
        return [level.maintenance for level in levels if level.notional <= notional][-1]

    collateral = units * entry / leverage
    price = liquidation_price(Exposure(direction=direction, units=units, entry=entry, collateral=collateral), levels)
    assert price is not None
    left = collateral + direction * units * (price - entry)
    judged = units * (entry if direction > 0 or price < entry else price)
    if price and price * units not in {at for at, _ in ladder}:
        assert abs(left - rate(judged) * judged) < CENT
    else:
        assert left <= rate(judged) * judged or price == 0
