"""Trading whatever happens: random signals, markets, people, faults, restarts, and what must hold after each step."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.core.model.trading import StateCause
from edgeproof.core.risk.limits import RiskLimits
from tests.support.trading_judge import Judge
from tests.support.trading_world import INSTRUMENTS, TERMS, Happening, World

ONE = st.sampled_from(INSTRUMENTS)
HYPOTHESES = st.sampled_from(sorted(TERMS))
PEOPLE = (StateCause.PERSON_REDUCES, StateCause.PERSON_HALTS, *[StateCause.PERSON_RESUMES] * 6)
SIGNAL = st.tuples(
    ONE, HYPOTHESES, st.sampled_from([1, -1]), st.integers(3, 40), st.booleans(), st.sampled_from([0, 0, 0, -2, 2, 60])
)
MOVE = st.tuples(ONE, st.integers(-12, 12), st.sampled_from([0.01, 3.0, 500.0]))
GAP = st.tuples(ONE, st.integers(-90, 90))


KINDS: dict[str, tuple[int, st.SearchStrategy[tuple[object, ...]]]] = {
    # How often, and with what.
    "signal": (12, SIGNAL),
    "move": (14, MOVE),
    "gap": (2, GAP),
    "candle": (6, st.just(())),
    "pass": (1, st.just(())),
    "split": (2, st.tuples(st.integers(1, 3))),
    "hold": (1, st.just(())),
    "let_go": (2, st.just(())),
    "reject": (1, st.tuples(st.integers(1, 2))),
    "again": (1, st.tuples(st.integers(0, 20))),
    "restart": (1, st.just(())),
    "nonsense": (1, st.tuples(ONE, st.sampled_from([0.0, -1.0, float("nan"), float("inf")]))),
    "funding": (2, st.tuples(ONE, st.sampled_from([0.0001, -0.0003, 0.01, None]))),
    "condition": (1, st.tuples(ONE, HYPOTHESES)),
    "close": (1, st.tuples(st.none() | ONE)),
    "close_one": (1, st.tuples(st.integers(0, 3))),
    "ask": (4, st.tuples(st.sampled_from(PEOPLE))),
    "day": (1, st.just(())),
    "stale": (1, st.tuples(ONE)),
    "broken": (1, st.just(())),
}


def _happening(kind: str) -> st.SearchStrategy[Happening]:
    waits = st.sampled_from([0, 0, 1, 40, 200, 5_000, 20_000])
    return st.builds(Happening, st.just(kind), waits, st.sampled_from([False, False, False, True]), KINDS[kind][1])


HAPPENING = st.sampled_from([kind for kind, (often, _) in KINDS.items() for _ in range(often)]).flatmap(_happening)
HAPPENINGS = st.lists(HAPPENING, min_size=20, max_size=80)
LATENCIES = st.sampled_from([0, 0, 50, 300, 8_000])
LIMITS = st.builds(
    RiskLimits,
    risk_fraction=st.sampled_from([Decimal("0.02"), Decimal("0.01"), Decimal("0.005")]),
    max_positions=st.sampled_from([1, 2, 3, None]),
    max_leverage=st.sampled_from([Decimal(1), Decimal(5), None]),
    max_notional=st.sampled_from([Decimal(3_000), Decimal(100_000), None]),
    max_margin_share=st.sampled_from([Decimal("0.01"), Decimal("0.5")]),
    max_open_risk=st.sampled_from([Decimal("0.02"), Decimal("0.04"), None]),
    max_correlation=st.sampled_from([0.5, 0.85, 1.0]),
    halve_correlation=st.sampled_from([0.5, None]),
    flatten_loss=st.sampled_from([Decimal("0.03"), Decimal("0.1")]),
    max_drawdown=st.sampled_from([Decimal("0.04"), Decimal("0.15"), None]),
    loss_streak=st.sampled_from([3, None]),
)


def _lived(limits: RiskLimits, latency: int, happenings: list[Happening]) -> World:
    world = World(limits, latency)
    world.judge = Judge(world).look
    world.begin()
    for each in happenings:
        world.do(each)
    return world


@given(LATENCIES, HAPPENINGS)
@settings(max_examples=150)
def test_trading_by_the_default_limits_keeps_its_promises_after_every_event(
    latency: int, happenings: list[Happening]
) -> None:
    _lived(RiskLimits(), latency, happenings)


@given(LIMITS, LATENCIES, HAPPENINGS)
@settings(max_examples=150)
def test_trading_by_any_limits_keeps_its_promises_after_every_event(
    limits: RiskLimits, latency: int, happenings: list[Happening]
) -> None:
    _lived(limits, latency, happenings)
