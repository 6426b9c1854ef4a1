"""Risk whatever happens: random markets, entries, people and unknowns in any order, and what must hold after each."""

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.core.model.entry import EntryMarket, TrackRecord
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.portfolio import OpenPosition, Portfolio, PositionPart, RestingEntry
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState
from edgeproof.core.risk.breaker import after_round_trip, begin_day, booked, led, level, must_flatten, observe
from edgeproof.core.risk.checks import Denied, Sized, check_entry
from edgeproof.core.risk.correlation import btc_exposure
from edgeproof.core.risk.kelly import kelly_risk_fraction
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.risk.sizing import Cap, size
from edgeproof.core.risk.trading_state import rests_entries
from tests.support.risk import BTC, ETH, MIDNIGHT, SOL, account, dec, entry_of, held, long_btc, market, resting

T = TypeVar("T")

LIMITS = RiskLimits(max_signals_per_position=2)
INSTRUMENTS = (BTC, ETH, SOL)
BETAS = {ETH: 1.2, SOL: -0.4}
LOTS = {BTC: "0.0001", ETH: "0.001", SOL: "1"}
PEOPLE = (StateCause.PERSON_REDUCES, StateCause.PERSON_HALTS, StateCause.PERSON_RESUMES)

MARKET_MOVES = st.tuples(st.just("move"), st.sampled_from(INSTRUMENTS), st.integers(-60, 60))
ENTRIES = st.tuples(
    st.just("enter"),
    st.sampled_from(INSTRUMENTS),
    st.integers(-400, 400).filter(bool),
    st.sampled_from([-0.9, 0.0, 0.7, 0.9, math.nan]),
    st.booleans(),
)
WAITS = st.tuples(st.just("wait"), st.integers(1, 2_000))
PERSONS = st.tuples(st.just("person"), st.sampled_from(PEOPLE))
FILLS = st.tuples(st.just("fill"))
EVENTS = st.lists(st.one_of(MARKET_MOVES, ENTRIES, ENTRIES, WAITS, PERSONS, FILLS), max_size=60)


@dataclass
class World:
    """An account that trades by the rules: stops fill at their price, what must be cancelled or flattened is."""

    portfolio: Portfolio
    marks: dict[Instrument, Decimal]
    cash: Decimal = Decimal(10_000)
    now: int = MIDNIGHT
    entered: int = 0

    def apply(self, event: tuple[object, ...]) -> None:
        """One event, in the order the breaker asks for."""
        self.portfolio = begin_day(self.portfolio, self.now, LIMITS)
        match event:
            case ("move", Instrument() as instrument, int() as permille):
                self._move(instrument, permille)
            case ("enter", Instrument() as instrument, int() as distance, float() as alike, bool() as rests):
                self._enter(instrument, distance, alike, rests=rests)
            case ("wait", int() as minutes):
                self.now += minutes * MINUTE
            case ("person", StateCause() as cause):
                self.portfolio = led(self.portfolio, cause, self.now, by="Ada")
            case _:
                self._fill()
        self._settle()

    def _move(self, instrument: Instrument, permille: int) -> None:
        self.marks[instrument] = (self.marks[instrument] * (1000 + permille) / 1000).quantize(Decimal("0.01"))
        for position in self.portfolio.positions:
            if position.instrument == instrument:
                kept = [part for part in position.parts if not self._stopped(part, self.marks[instrument])]
                gone = [part for part in position.parts if part not in kept]
                for part in gone:
                    assert part.protective_stop is not None
                    self._book(part.quantity * (part.protective_stop - part.entry_price))
                self._hold(instrument, kept)

    @staticmethod
    def _stopped(part: PositionPart, mark: Decimal) -> bool:
        assert part.protective_stop is not None
        return part.quantity * (mark - part.protective_stop) <= 0

    def _enter(self, instrument: Instrument, distance: int, alike: float, *, rests: bool) -> None:
        entry = self.marks[instrument]
        stop = (entry * (10_000 + distance) / 10_000).quantize(Decimal("0.01"))
        request = entry_of(instrument, float(entry), float(stop), signal_id=f"signal {self.entered}")
        self.entered += 1
        around: EntryMarket = market(
            lot=LOTS[instrument],
            now=self.now,
            price_at=self.now,
            correlations=dict.fromkeys(INSTRUMENTS, alike),
            betas=BETAS,
        )
        before = self.portfolio
        outcome = check_entry(request, before, around, LIMITS)
        if isinstance(outcome, Denied):
            return
        waiting = RestingEntry(
            signal_id=request.signal_id,
            instrument=instrument,
            quantity=request.direction * outcome.sizing.units,
            price=request.entry,
            protective_stop=request.stop,
        )
        self.portfolio = replace(before, resting=(*before.resting, waiting))
        _holds_after_an_entry(before, self.portfolio, outcome, request.entry - request.stop)
        if not rests:
            self._fill()

    def _fill(self) -> None:
        for entry in self.portfolio.resting[-1:]:
            own = [
                part for each in self.portfolio.positions if each.instrument == entry.instrument for part in each.parts
            ]
            filled = PositionPart(
                signal_id=entry.signal_id,
                quantity=entry.quantity,
                entry_price=entry.price,
                protective_stop=entry.protective_stop,
            )
            self.portfolio = replace(self.portfolio, resting=self.portfolio.resting[:-1])
            self._hold(entry.instrument, [*own, filled])

    def _hold(self, instrument: Instrument, parts: list[PositionPart]) -> None:
        others = [each for each in self.portfolio.positions if each.instrument != instrument]
        if parts:
            others.append(OpenPosition(instrument=instrument, mark_price=self.marks[instrument], parts=tuple(parts)))
        self.portfolio = replace(self.portfolio, positions=tuple(others))

    def _book(self, pnl: Decimal) -> None:
        self.cash += pnl
        self.portfolio = after_round_trip(booked(self.portfolio, pnl), pnl, self.now)

    def _settle(self) -> None:
        self._value()
        self.portfolio = observe(self.portfolio, self.now, LIMITS)
        if not rests_entries(self.portfolio.status.state):
            self.portfolio = replace(self.portfolio, resting=())
        if must_flatten(self.portfolio):
            for position in self.portfolio.positions:
                assert position.unrealized_pnl is not None
                self._book(position.unrealized_pnl)
                self._hold(position.instrument, [])
            self._value()

    def _value(self) -> None:
        marked = tuple(replace(each, mark_price=self.marks[each.instrument]) for each in self.portfolio.positions)
        self.portfolio = replace(self.portfolio, positions=marked)
        assert self.portfolio.unrealized_pnl is not None
        equity = self.cash + self.portfolio.unrealized_pnl
        self.portfolio = replace(self.portfolio, equity=equity, available_margin=equity)


def _world() -> World:
    start = Portfolio(equity=Decimal(10_000), available_margin=Decimal(10_000))
    marks = {BTC: Decimal(45_000), ETH: Decimal(2_500), SOL: Decimal(100)}
    return World(observe(start, MIDNIGHT, LIMITS), marks)


def _holds_after_an_entry(before: Portfolio, after: Portfolio, outcome: Sized, distance: Decimal) -> None:
    assert before.status.state == TradingState.ACTIVE
    assert level(before) < BreakerLevel.NO_NEW_ENTRIES
    assert before.equity is not None
    assert after.open_risk is not None
    assert after.gross_notional is not None
    equity = Fraction(before.equity)
    assert Fraction(outcome.sizing.units) * abs(Fraction(distance)) <= equity * Fraction("0.02")
    assert Fraction(after.open_risk) <= equity * Fraction("0.04")
    assert Fraction(after.gross_notional) <= equity * 5
    assert len(after.instruments) <= 2
    held_before, held_after = abs(btc_exposure(before, BETAS)), abs(btc_exposure(after, BETAS))
    assert held_after <= max(3.0, held_before) * (1 + 1e-12)


def _size_of(portfolio: Portfolio) -> dict[str, Decimal]:
    sizes = {part.signal_id: abs(part.quantity) for each in portfolio.positions for part in each.parts}
    return sizes | {each.signal_id: abs(each.quantity) for each in portfolio.resting}


@given(EVENTS)
@settings(max_examples=150)
def test_risk_is_within_its_limits_after_any_event(events: list[tuple[object, ...]]) -> None:
    world = _world()
    for event in events:
        before = world.portfolio
        world.apply(event)
        after = world.portfolio
        grown = {name for name, units in _size_of(after).items() if units > _size_of(before).get(name, Decimal(0))}
        assert not grown or before.status.state == TradingState.ACTIVE
        assert not after.resting or after.status.state == TradingState.ACTIVE
        if level(after) == BreakerLevel.FLATTEN and after.status.state != TradingState.HALTED:
            assert after.positions == ()
        if before.status.state == TradingState.HALTED != after.status.state:
            assert event[0] == "person"


@given(st.lists(st.integers(-400, 400), min_size=1, max_size=20))
def test_level_of_a_day_is_that_of_its_worst_moment_in_any_order(results: list[int]) -> None:
    start = observe(account(), MIDNIGHT, LIMITS)
    portfolio, lowest, sum_so_far = start, 0, 0
    for result in results:
        sum_so_far += result
        lowest = min(lowest, sum_so_far)
        portfolio = observe(booked(portfolio, dec(result)), MIDNIGHT, LIMITS)
    reached = [limit for limit in (150, 250, 300) if -lowest >= limit]
    assert level(portfolio) == len(reached)


AMOUNTS = st.decimals(Decimal("0.01"), Decimal(10_000_000), places=2)
PRICES = st.decimals(Decimal("0.00000001"), Decimal(100_000), places=8).filter(bool)
STEPS = st.integers(-4, 3).map(lambda power: Decimal(1).scaleb(power))
RISKS = st.decimals(Decimal("0.0001"), Decimal("0.1"), places=4)


@given(AMOUNTS, RISKS, PRICES, PRICES, STEPS, st.fractions(0, 10**9))
def test_size_is_the_most_whole_lots_within_the_risk_and_its_caps(
    equity: Decimal, risk: Decimal, entry: Decimal, stop: Decimal, step: Decimal, cap: Fraction
) -> None:
    if entry == stop:
        return
    sized = size(equity, risk, entry=entry, stop=stop, lot_size=step, caps=(Cap("cap", cap),))
    lots, distance = Fraction(sized.units) / Fraction(step), abs(Fraction(entry) - Fraction(stop))
    allowed, next_lot = Fraction(equity) * Fraction(risk), Fraction(sized.units) + Fraction(step)
    assert lots.denominator == 1
    assert Fraction(sized.units) * distance <= allowed
    assert Fraction(sized.units) <= cap
    assert next_lot * distance > allowed or next_lot > cap
    if lots >= 1_000 and not sized.cap:
        assert Fraction(sized.effective_risk_fraction) / Fraction(risk) >= Fraction("0.999")


UNKNOWNS = (
    "equity",
    "peak",
    "margin",
    "day",
    "orders",
    "mark",
    "stop",
    "terms",
    "price",
    "correlation",
    "beta",
    "initial",
)


@given(st.sets(st.sampled_from(UNKNOWNS)))
def test_entry_is_made_only_where_everything_is_known(unknown: set[str]) -> None:
    def known(name: str, value: T) -> T | None:
        return None if name in unknown else value

    position = held(ETH, 1, 2_500, None if "stop" in unknown else 2_490, -1 if "mark" in unknown else 2_500)
    portfolio = replace(
        account(positions=(position,)),
        equity=known("equity", Decimal(10_000)),
        peak_equity=known("peak", Decimal(10_000)),
        available_margin=known("margin", Decimal(10_000)),
        day=known("day", account().day),
        orders_last_minute=known("orders", 0),
    )
    around = market(
        margin=None if "initial" in unknown else 0.02,
        correlations={} if "correlation" in unknown else {ETH: 0.1},
        betas={} if "beta" in unknown else {ETH: 1.2},
    )
    around = replace(around, terms=known("terms", around.terms), price_at=known("price", around.price_at))
    assert isinstance(check_entry(long_btc(), portfolio, around, RiskLimits()), Denied) == bool(unknown)


@given(st.sampled_from([TradingState.REDUCING, TradingState.HALTED]), st.integers(1, 10_000), st.booleans())
def test_entry_is_never_made_unless_active(state: TradingState, distance: int, rests: bool) -> None:
    before = account(resting=(resting(ETH, 0.1, 2_500, 2_490),) if rests else ())
    portfolio = replace(before, status=replace(before.status, state=state))
    around = market(correlations={ETH: 0.1}, betas={ETH: 1.0})
    assert isinstance(check_entry(long_btc(stop=45_000 - distance), portfolio, around, RiskLimits()), Denied)


@given(st.integers(-5, 10_000), st.floats(), st.floats(), st.floats(), st.floats(0.01, 1))
def test_kelly_risks_between_nothing_and_the_fixed_rule(
    n: int, win_rate: float, win: float, loss: float, multiplier: float
) -> None:
    record = TrackRecord(n=n, win_rate=win_rate, average_win=win, average_loss=loss)
    assert 0 <= kelly_risk_fraction(record, multiplier, Decimal("0.02")) <= Decimal("0.02")
