"""A generated market is reproducible, says what it is, and looks like a market."""

import numpy as np
import pytest

from edgeproof.adapters.simulated.market import generate_market, generated_source
from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.quality import make_certificate
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.candle import COLUMNS, Candles, FloatArray, Funding
from edgeproof.core.model.errors import DataError, InputError
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import DAY, HOUR, parse_time

BTC, SOL = parse_instrument("BTC/USD:USD"), parse_instrument("SOL/USD:USD")


@pytest.fixture(scope="module")
def market() -> dict[Instrument, tuple[Candles, Funding]]:
    return generate_market(3, days=60, seed=3)


def returns(candles: Candles) -> FloatArray:
    moves: FloatArray = np.diff(np.log(fill_gaps(candles).close))
    return moves


def test_the_same_seed_gives_the_same_bits_and_another_seed_another_market() -> None:
    first, again, other = (generate_market([BTC], days=2, seed=seed)[BTC] for seed in (5, 5, 6))
    for name in ("open_time", *COLUMNS):
        np.testing.assert_array_equal(getattr(first[0], name), getattr(again[0], name))
    np.testing.assert_array_equal(first[1].rate, again[1].rate)
    assert not np.array_equal(first[0].close[:100], other[0].close[:100])


def test_an_instrument_does_not_change_with_the_others_asked_for() -> None:
    alone = generate_market([SOL], days=2, seed=5)[SOL][0]
    among = generate_market(4, days=2, seed=5)[SOL][0]
    np.testing.assert_array_equal(alone.close, among.close)


def test_candles_are_possible_candles(market: dict[Instrument, tuple[Candles, Funding]]) -> None:
    for candles, _ in market.values():
        body_high, body_low = np.maximum(candles.open, candles.close), np.minimum(candles.open, candles.close)
        assert (candles.low > 0).all()
        assert (candles.low <= body_low).all()
        assert (candles.high >= body_high).all()
        assert (candles.volume > 0).all()
        assert (np.diff(candles.open_time) > 0).all()
        assert np.isfinite([getattr(candles, name) for name in COLUMNS]).all()


def test_the_range_asked_for_is_covered() -> None:
    start = parse_time("2024-02-28T12:00Z")
    candles, funding = generate_market([BTC], days=3, seed=1, start=start)[BTC]
    assert (candles.open_time[0], candles.close_time[-1]) == (start, start + 3 * DAY)
    assert (funding.time[0], funding.time[-1]) == (start, start + 3 * DAY)
    assert set(np.diff(funding.time).tolist()) == {HOUR}


def test_there_are_holes_and_one_outage_and_the_certificate_has_no_objection(
    market: dict[Instrument, tuple[Candles, Funding]],
) -> None:
    for instrument, (candles, funding) in market.items():
        found = make_certificate(instrument.unified, candles, funding)
        assert found.gaps[0].missing >= 45
        assert found.gaps[1].missing < 10
        assert found.gap_count > 10
        assert (found.objections, found.funding) == ((), "complete")


def test_volatility_clusters_and_tails_are_fat_and_volume_goes_with_moves(
    market: dict[Instrument, tuple[Candles, Funding]],
) -> None:
    for candles, _ in market.values():
        moves = returns(candles)
        size = np.abs(moves)
        assert np.corrcoef(size[:-60], size[60:])[0, 1] > 0.1
        assert abs(np.corrcoef(moves[:-1], moves[1:])[0, 1]) < 0.05
        assert np.mean((moves - moves.mean()) ** 4) / np.var(moves) ** 2 > 6
        assert np.corrcoef(np.log(candles.high / candles.low), np.log(candles.volume))[0, 1] > 0.3
        assert 0.4 < moves.std() * np.sqrt(365 * 1440) < 2.0


def test_instruments_move_together_but_not_in_step(market: dict[Instrument, tuple[Candles, Funding]]) -> None:
    correlation = np.corrcoef([returns(candles) for candles, _ in market.values()])[np.triu_indices(3, 1)]
    assert (correlation > 0.25).all()
    assert (correlation < 0.8).all()


def test_funding_follows_the_trend(market: dict[Instrument, tuple[Candles, Funding]]) -> None:
    for candles, funding in market.values():
        hours = np.log(resample(fill_gaps(candles), HOUR).close)
        trend = hours[8:] - hours[:-8]
        assert np.corrcoef(trend, funding.rate[9 : 9 + len(trend)])[0, 1] > 0.4
        assert np.abs(funding.rate).max() < 0.003


def test_any_number_of_instruments_gets_names() -> None:
    names = [str(each) for each in generate_market(15, days=1)]
    assert names[:2] == ["BTC/USD:USD", "ETH/USD:USD"]
    assert names[-1] == "GEN15/USD:USD"
    assert len(set(names)) == 15


@pytest.mark.parametrize(("instruments", "days"), [(0, 1), ([], 1), ([BTC, BTC], 1), (1, 0), (1, 10_000)])
def test_what_cannot_be_generated_is_refused(instruments: int | list[Instrument], days: int) -> None:
    with pytest.raises(InputError, match="to generate"):
        generate_market(instruments, days=days)


def test_a_store_keeps_the_label_and_refuses_to_mix() -> None:
    store = MemoryStore()
    candles, _ = generate_market([BTC], days=1, seed=9)[BTC]
    store.save_candles(BTC, candles, source=generated_source(9))
    assert store.holdings()[0].sources == ("generated, seed 9",)
    with pytest.raises(DataError, match="never"):
        store.save_candles(BTC, candles, source="real.csv")
