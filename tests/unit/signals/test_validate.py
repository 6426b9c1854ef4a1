"""May a signal be told? A table of one rule after the other, as a trader reads it."""

from dataclasses import replace

import pytest

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.signal import Fate, Signal
from edgeproof.core.model.time import MINUTE
from edgeproof.core.signals.validate import Limits, Surroundings, checks, fate_of

T = 1_770_114_600_000
SIGNAL = Signal(
    hypothesis="Rebound",
    instrument=Instrument("BTC", "USD", "USD"),
    timeframe=5 * MINUTE,
    direction=1,
    time=T,
    reference_price=45_000.0,
    stop_loss=44_500.0,
    targets=(46_000.0,),
    fractions=(1.0,),
    trail=None,
    expires_at=T + 5 * MINUTE,
)
CALM = Surroundings(
    now=T,
    state="qualified",
    admits=("qualified",),
    admits_words="qualified",
    cost=0.0013,
    spread_bps=1.0,
    funding_rate=1e-5,
    quiet=0.0,
    regime="ranging",
    regimes=(),
)


def test_a_sound_signal_in_a_calm_market_is_told_with_every_rule_on_record() -> None:
    found = checks(SIGNAL, CALM, Limits())
    assert [each.rule for each in found] == [
        "levels", "age_minutes", "state", "stop_distance_bps", "cost_r", "spread_bps", "funding_against",
        "quiet_share", "regime",
    ]  # fmt: skip
    assert all(each.holds for each in found)
    assert fate_of(found) == (Fate.TOLD, None)
    values = {each.rule: each.value for each in found}
    # 500 of 45,000 is 111.1 bps; 0.13 % of the price is 58.5 of the 500 that are at risk.
    assert values["stop_distance_bps"] == pytest.approx(111.111, abs=1e-3)
    assert values["cost_r"] == pytest.approx(0.117)


CASES = [
    ("the stop is above the entry", {"stop_loss": 45_100.0}, {}, Fate.VOID, "levels"),
    ("the stop is the entry", {"stop_loss": 45_000.0}, {}, Fate.VOID, "levels"),
    ("the stop is no number", {"stop_loss": float("nan")}, {}, Fate.VOID, "levels"),
    ("a target is below the entry", {"targets": (44_900.0,)}, {}, Fate.VOID, "levels"),
    ("it has expired to the millisecond", {}, {"now": T + 5 * MINUTE}, Fate.EXPIRED, "age_minutes"),
    ("a millisecond before that it has not", {}, {"now": T + 5 * MINUTE - 1}, Fate.TOLD, None),
    ("its hypothesis was killed", {}, {"state": "killed"}, Fate.VETOED, "state"),
    ("the stop is 4 bps away", {"stop_loss": 44_982.0}, {"cost": 0.0}, Fate.VETOED, "stop_distance_bps"),
    ("costs are 0.585 R", {"stop_loss": 44_900.0}, {}, Fate.VETOED, "cost_r"),
    ("the spread is 21 bps", {}, {"spread_bps": 21.0}, Fate.VETOED, "spread_bps"),
    ("longs pay 0.06 % an hour", {}, {"funding_rate": 6e-4}, Fate.VETOED, "funding_against"),
    ("longs are paid 0.06 % an hour", {}, {"funding_rate": -6e-4}, Fate.TOLD, None),
    ("nobody traded in 31 of 60 minutes", {}, {"quiet": 31 / 60}, Fate.VETOED, "quiet_share"),
    ("another regime than declared, which does not gate", {}, {"regimes": ("trending",)}, Fate.TOLD, None),
    ("nothing is known of the market", {}, {"spread_bps": None, "funding_rate": None, "quiet": None}, Fate.TOLD, None),
    ("void goes before expired", {"stop_loss": 45_100.0}, {"now": T + 9 * MINUTE}, Fate.VOID, "levels"),
]


@pytest.mark.parametrize(("caption", "signal", "around", "fate", "rule"), CASES, ids=[each[0] for each in CASES])
def test_each_rule_decides_in_its_turn(
    caption: str, signal: dict[str, object], around: dict[str, object], fate: Fate, rule: str | None
) -> None:
    found = checks(replace(SIGNAL, **signal), replace(CALM, **around), Limits())  # type: ignore[arg-type]
    decided, failed = fate_of(found)
    assert (decided, None if failed is None else failed.rule) == (fate, rule)


def test_a_short_is_judged_in_the_mirror() -> None:
    short = replace(SIGNAL, direction=-1, stop_loss=45_500.0, targets=(44_000.0,))
    assert fate_of(checks(short, replace(CALM, funding_rate=6e-4), Limits()))[0] is Fate.TOLD
    decided, failed = fate_of(checks(short, replace(CALM, funding_rate=-6e-4), Limits()))
    assert decided is Fate.VETOED
    assert failed is not None
    assert failed.value == 6e-4


def test_declared_regimes_gate_where_they_are_asked_to() -> None:
    around = replace(CALM, regimes=("trending", "volatile"))
    decided, failed = fate_of(checks(SIGNAL, around, Limits(within_regimes=True)))
    assert decided is Fate.VETOED
    assert failed is not None
    assert (failed.rule, failed.value, failed.limit) == ("regime", "ranging", "trending or volatile")
    assert fate_of(checks(SIGNAL, replace(around, regime="volatile"), Limits(within_regimes=True)))[0] is Fate.TOLD
    assert fate_of(checks(SIGNAL, CALM, Limits(within_regimes=True)))[0] is Fate.TOLD


def test_a_rule_that_is_switched_off_vetoes_nothing() -> None:
    off = Limits(max_cost_r=None, min_stop_bps=None, max_spread_bps=None, max_funding=None, max_quiet=None)
    around = replace(CALM, cost=1.0, spread_bps=500.0, funding_rate=0.1, quiet=1.0)
    assert fate_of(checks(replace(SIGNAL, stop_loss=44_999.9), around, off))[0] is Fate.TOLD


def test_a_reference_price_of_zero_is_void_and_not_a_crash() -> None:
    found = checks(replace(SIGNAL, reference_price=0.0, stop_loss=0.0), CALM, Limits())
    assert fate_of(found)[0] is Fate.VOID
