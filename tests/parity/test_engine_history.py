"""The decider over two days of three recorded perpetuals: the backtest's trades, and with limits a fate for the rest.

The whole month of all seven is `make soak`'s (tests/acceptance/test_replay_month.py).
"""

from decimal import Decimal
from functools import cache

import pytest

from edgeproof.core.model.time import DAY, parse_time
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.signals.generate import Fires
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.backtest import Market, backtest, fires
from tests.support.replayed import (
    AS_WITHOUT,
    FLATTENED,
    WIDE,
    expect_trades_of,
    explained,
    library,
    recorded_market,
    replay_limited,
    replay_unlimited,
)

START = parse_time("2025-05-20T00:00Z")
SOME = library()[::5]


@cache
def world() -> tuple[tuple[Market, ...], tuple[tuple[Fires, ...], ...]]:
    markets = tuple(recorded_market(name, START, START + 2 * DAY) for name in ("BTC", "ETH", "ADA"))
    return markets, tuple(fires(each, SOME) for each in markets)


@pytest.mark.parametrize("hypothesis", SOME, ids=[each.name for each in SOME])
def test_recorded_days_without_limits_give_the_trades_of_the_backtest(hypothesis: Hypothesis) -> None:
    markets, own = world()
    number = SOME.index(hypothesis)
    replayed = replay_unlimited(markets, hypothesis, [each[number] for each in own])
    expect_trades_of(replayed, [backtest(each, [hypothesis])[0] for each in markets])


@pytest.mark.parametrize("limits", [RiskLimits(min_observations=3), WIDE], ids=["usual", "wide"])
def test_recorded_days_with_limits_give_every_other_signal_a_fate(limits: RiskLimits) -> None:
    markets, own = world()
    replayed = replay_limited(markets, SOME, own, limits)
    found = explained(replayed, markets, SOME, own)
    assert found.signals[AS_WITHOUT] > 0
    assert sum(count for word, count in found.signals.items() if word.startswith("denied: ")) > 0
    assert sum(found.signals.values()) == len(replayed.fates)


def test_breakers_that_trip_early_cut_trades_short_and_say_so() -> None:
    markets, own = world()
    tight = RiskLimits(
        min_observations=3,
        loss_streak=None,
        warn_loss=None,
        no_entries_loss=None,
        flatten_loss=Decimal("0.01"),
        max_drawdown=Decimal("0.02"),
    )
    found = explained(replay_limited(markets, SOME, own, tight), markets, SOME, own)
    assert found.signals[FLATTENED] > 0
