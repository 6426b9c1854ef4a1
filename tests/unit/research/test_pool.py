"""Trades of several instruments as one sequence, and the parts that time cuts them into."""

from dataclasses import fields

import numpy as np
import pytest

from edgeproof.core.model.candle import NO_FUNDING
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.round_trip import ExitReason, Fates, RoundTrips
from edgeproof.research.backtest import Fees, Market
from edgeproof.research.measure import Measured, packed, unpacked
from edgeproof.research.measure import measure as measured_on
from edgeproof.research.pool import Part, Pooled, pooled
from edgeproof.research.split import Span
from edgeproof.research.trials import Trial, with_ablations
from tests.support.candles import walk
from tests.support.discovery import hypothesis

BTC, ETH = parse_instrument("BTC/USD:USD"), parse_instrument("ETH/USD:USD")
TRIAL = Trial(hypothesis=hypothesis())


def trades(*times: tuple[int, int], r: float = 1.0, last_open: bool = False) -> RoundTrips:
    """Trades from signal (and entry) to exit, each of `r`."""
    n = len(times)
    signal, left = (np.array([each[k] for each in times], np.int64) for k in (0, 1))
    reason = np.full(n, ExitReason.TARGET, np.int8)
    if last_open:
        reason[-1] = ExitReason.END_OF_DATA
    columns = {field.name: np.full(n, r) for field in fields(RoundTrips)}
    columns |= {"signal_time": signal, "entry_time": signal.copy(), "exit_time": left, "exit_reason": reason}
    columns |= {"stop_kind": np.zeros(n, np.int8), "targets": np.ones((n, 1))}
    columns |= {"ambiguous": np.zeros(n, np.bool_), "funding_incomplete": np.zeros(n, np.bool_)}
    return RoundTrips(**columns)


def part(instrument: Instrument, held: RoundTrips | None, split: int = 100) -> Part:
    regimes = np.arange(0 if held is None else len(held), dtype=np.int8) % 4
    return Part(
        instrument=instrument,
        span=Span(start=0, split=split, end=150),
        digest="d",
        measured=Measured(trial=TRIAL, fates=Fates(), trades=held, regimes=regimes, reason=""),
    )


def seen(found: Pooled) -> list[tuple[int, int]]:
    return list(zip(found.trades.entry_time.tolist(), found.part.tolist(), strict=True))


def test_pooled_trades_are_in_the_order_of_their_entries() -> None:
    found = pooled([part(BTC, trades((10, 20), (50, 60))), part(ETH, trades((5, 70), (50, 55)))], 1)
    assert seen(found) == [(5, 1), (10, 0), (50, 1), (50, 0)]
    assert found.regimes.tolist() == [0, 0, 1, 1]


def test_trade_that_ends_at_the_split_is_in_sample_and_one_that_begins_there_is_not() -> None:
    found = pooled([part(BTC, trades((90, 100), (99, 101), (100, 110)))], 1)
    assert found.inside.tolist() == [True, False, False]
    assert found.outside.tolist() == [False, False, True]
    assert found.purged == 1


def test_each_instrument_is_cut_at_its_own_split() -> None:
    found = pooled([part(BTC, trades((40, 60))), part(ETH, trades((40, 60)), split=50)], 1)
    assert sorted(zip(found.part.tolist(), found.inside.tolist(), strict=True)) == [(0, True), (1, False)]


def test_trade_open_at_the_end_of_data_is_left_out_with_its_label() -> None:
    found = pooled([part(BTC, trades((10, 20), (30, 40), (110, 150), last_open=True))], 1)
    assert len(found.trades) == len(found.regimes) == 2


def test_instrument_that_could_not_be_tested_adds_nothing() -> None:
    found = pooled([part(BTC, None), part(ETH, trades((5, 70)))], 1)
    assert seen(found) == [(5, 1)]


def test_nothing_at_all_is_an_empty_sequence() -> None:
    found = pooled([part(BTC, None)], 2)
    assert (len(found.trades), found.purged, found.trades.targets.shape) == (0, 0, (0, 2))


@pytest.mark.parametrize("n", [0, 1, 20_000])
def test_findings_packed_and_unpacked_are_the_same_to_the_bit(n: int) -> None:
    trials = with_ablations([hypothesis("Dip", "rsi(14) < 40", "volume > 0"), hypothesis("Paid", "funding_rate < 0")])
    found = measured_on(Market(instrument=BTC, candles=walk(n), funding=NO_FUNDING), trials, Fees())
    again = unpacked(packed(found), BTC, trials)
    assert (again.span, again.digest, again.checks) == (found.span, found.digest, found.checks)
    for one, other in zip(found.measured, again.measured, strict=True):
        assert (one.trial, one.fates, one.reason) == (other.trial, other.fates, other.reason)
        assert one.regimes.tolist() == other.regimes.tolist()
        assert (one.trades is None) == (other.trades is None)
        for field in fields(RoundTrips) if one.trades is not None else ():
            np.testing.assert_array_equal(getattr(one.trades, field.name), getattr(other.trades, field.name))
            assert getattr(one.trades, field.name).dtype == getattr(other.trades, field.name).dtype
