"""The data certificate: gaps, flash moves, funding, objections."""

import json

import numpy as np
import pytest

from edgeproof.adapters.storage.importing.candles import read_candles
from edgeproof.core.candles.quality import Certificate, certificate_document, make_certificate
from edgeproof.core.model.candle import COLUMNS, NO_FUNDING, Candles, Funding
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time, parse_time
from tests.support.candles import closes, funding, rows, walk
from tests.support.data import shared

START = parse_time("2024-03-01")


def certificate(candles: Candles, paid: Funding = NO_FUNDING) -> Certificate:
    return make_certificate("BTC/USD:USD", candles, paid, sources=("file.csv",))


def without(candles: Candles, *minutes: int) -> Candles:
    kept = {name: np.delete(getattr(candles, name), minutes) for name in ("open_time", *COLUMNS, "filled")}
    return Candles(timeframe=candles.timeframe, **kept)


def test_gaps_are_named_longest_first() -> None:
    found = certificate(without(walk(100, start=START), 10, 50, 51, 52))
    assert [(gap.start, gap.end, gap.missing, gap.between) for gap in found.gaps] == [
        (START + 50 * MINUTE, START + 53 * MINUTE, 3, 4 * MINUTE),
        (START + 10 * MINUTE, START + 11 * MINUTE, 1, 2 * MINUTE),
    ]
    assert (found.candles, found.missing, found.gap_count, found.coverage, found.filled_share) == (96, 4, 2, 0.96, 0.04)


def test_a_history_below_95_percent_is_unfit() -> None:
    found = certificate(without(walk(100), *range(10, 16)))
    assert found.objections == ("coverage is 94.0%, below 95%: too many candles are missing",)
    assert certificate(without(walk(100), *range(10, 15))).objections == ()


def test_a_price_that_never_changes_is_unfit_and_has_no_flash_moves() -> None:
    found = certificate(closes(*[1e-10] * 50))
    assert found.objections == ("the price never changes",)
    assert found.outliers == ()


@pytest.mark.parametrize("n", [0, 1])
def test_no_candle_or_one_proves_nothing(n: int) -> None:
    found = certificate(walk(1)[:n])
    assert found.objections == (f"expected at least 2 candles, found {n}",)
    assert (found.candles, found.missing, found.gaps, found.outliers) == (n, 0, (), ())


def test_a_flash_move_is_found_by_its_reach_though_it_closes_where_it_opened() -> None:
    quiet = [(100, 100.1, 99.9, 100.0)] * 30
    found = certificate(rows(*quiet, (100, 100.05, 80, 100), *quiet))
    assert [(each.time, each.change) for each in found.outliers] == [(30 * MINUTE, 0.0)]
    assert found.outliers[0].reach == pytest.approx(-0.2)


def test_a_move_across_a_gap_is_no_flash_move() -> None:
    quiet = [(100, 100.1, 99.9, 100.0)] * 30
    jump = rows(*quiet, *quiet, *[(120, 120.1, 119.9, 120)] * 30)
    assert len(certificate(jump).outliers) == 1
    assert certificate(without(jump, 58, 59, 60)).outliers == ()


def hourly(first: int, last: int, *left_out: int) -> Funding:
    hours = [hour for hour in range(first, last + 1) if hour not in left_out]
    return funding([START + hour * HOUR for hour in hours], [1e-5] * len(hours))


@pytest.mark.parametrize(
    ("paid", "cover", "reason"),
    [
        (hourly(-5, 30), "complete", "every 1h"),
        (hourly(1, 24), "complete", "every 1h"),
        (hourly(1, 23), "complete", "every 1h"),
        (NO_FUNDING, "none", "no funding rates in this range"),
        (hourly(-9, 0), "none", "no funding rates in this range"),
        (hourly(3, 30), "incomplete", "funding begins at 2024-03-01T03:00:00.000Z"),
        (hourly(-5, 20), "incomplete", "funding ends at 2024-03-01T20:00:00.000Z"),
        (hourly(-5, 30, 7, 12, 13), "incomplete", "holes in the funding: 2, the first after 2024-03-01T06:00:00.000Z"),
        (hourly(-5, 30, -1, 0, 1), "incomplete", "holes in the funding: 1, the first after 2024-03-01T00:00:00.000Z"),
    ],
)
def test_funding_is_complete_only_when_no_settlement_is_missing(paid: Funding, cover: str, reason: str) -> None:
    found = certificate(walk(DAY // MINUTE, start=START), paid)
    assert (found.funding, found.funding_reason) == (cover, reason)


def test_the_document_is_plain_json() -> None:
    document = certificate_document(certificate(without(walk(100, start=START), 10), hourly(0, 3)))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["gaps"] == [
        {"start": "2024-03-01T00:10:00.000Z", "end": "2024-03-01T00:11:00.000Z", "missing": 1, "between": "2m"}
    ]
    assert (document["base_timeframe"], document["candles"], document["missing"]) == ("1m", 99, 1)


def test_three_years_of_a_real_venue_are_certified_with_their_outage_and_flash_crash() -> None:
    found = certificate(read_candles(shared("candles/bitfinex_BTCUSD_1m_2017_2019.parquet"), MINUTE))
    assert f"{found.coverage:.1%}" == "97.6%"
    longest = found.gaps[0]
    assert (format_time(longest.start)[:16], longest.missing, longest.between) == (
        "2019-01-07T10:01",
        197,
        198 * MINUTE,
    )
    crash = next(each for each in found.outliers if each.time == parse_time("2017-03-10T13:28Z"))
    assert f"{crash.change:.1%}" == "-17.5%"
    assert found.objections == ()


def test_a_real_quiet_market_is_unfit() -> None:
    found = certificate(read_candles(shared("candles/bitfinex_XRPUSD_1m_2019-01_2019-03.parquet"), MINUTE))
    assert found.objections == ("coverage is 85.0%, below 95%: too many candles are missing",)


def test_real_perpetuals_have_complete_candles() -> None:
    found = certificate(read_candles(shared("candles/binance_perp_BTCUSDT_1m_2025-05_2025-06.parquet"), MINUTE))
    assert (found.missing, found.gaps, found.objections, found.outliers) == (0, (), (), ())
