"""What a replay is told of how instruments move is what a session would have known at that hour."""

from dataclasses import replace

import numpy as np
import pytest

from edgeproof.adapters.simulated.market import generate_market
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.time import DAY, HOUR
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.research.backtest import Market
from edgeproof.research.relations import hourly_relations
from edgeproof.services.relations import Relations

LIMITS = RiskLimits(correlation_window=100, min_observations=24)


def markets() -> list[Market]:
    made = generate_market(3, days=6, seed=8)
    first, *others = (
        Market(instrument=each, candles=fill_gaps(candles), funding=funding)
        for each, (candles, funding) in made.items()
    )
    start = int(first.candles.open_time[0])
    return [first, *(replace(each, candles=each.candles.between(start + DAY, None)) for each in others)]


def test_relations_of_an_hour_are_those_a_session_would_see() -> None:
    told = hourly_relations(markets(), LIMITS)
    for each in (told[30], told[80], told[-1]):
        live = Relations(LIMITS)
        for market in markets():
            live.remember(market.instrument, market.candles.between(None, each.time))
        seen = live.seen(each.time)
        assert dict(each.correlations) == pytest.approx(dict(seen.correlations), nan_ok=True)
        assert dict(each.betas) == pytest.approx(dict(seen.betas), nan_ok=True)
        assert not np.isnan([*told[-1].correlations.values()]).any()


def test_relations_are_told_every_hour_and_not_known_at_first() -> None:
    told = hourly_relations(markets(), LIMITS)
    assert {b.time - a.time for a, b in zip(told, told[1:], strict=False)} == {HOUR}
    assert np.isnan([*told[20].correlations.values()]).all()


def test_betas_are_missing_without_bitcoin() -> None:
    others = [each for each in markets() if each.instrument.base != "BTC"]
    assert hourly_relations(others, LIMITS)[-1].betas == {}
