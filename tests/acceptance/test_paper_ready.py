"""Four weeks of paper trading on a market with edges planted in it, after which every figure of `ready` holds.

Only in `make soak` (tests/conftest.py). The market is generated, so that it has an edge at all: the library has none on
recorded candles (test_paper_month.py). All else is as it would be: the discovery qualifies what it finds in 90 days,
and a real `paper` process trades the four weeks after them, which it has not seen, with faults. It is not killed: the
next session would fetch what it missed from the replica, and that is never stored beside generated candles.
"""

import sys

import pytest

from edgeproof.bootstrap.demo import PlantedMarket, planted_market
from edgeproof.core.model.time import DAY, format_time
from tests.support.papered import FAULTS, PACE, Call, expect_money_adds_up, expect_nothing_unexplained
from tests.support.processes import edgeproof, replica
from tests.support.scanned import Scanned, expect_clean_on_every_day
from tests.support.traded import audit
from tests.support.week import chosen

INSTRUMENTS, HISTORY_DAYS, WEEKS, SEED = 7, 90, 4, 0


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """The home in which all of it happened, drills last."""
    home = tmp_path_factory.mktemp("home")
    market = planted_market(home, INSTRUMENTS, HISTORY_DAYS, 7 * WEEKS + 1, SEED)
    discovered = edgeproof("discover", "--pool", "--home", market.home, timeout=900)
    assert discovered.status == 0, discovered.err
    _play(market)
    drilled = edgeproof("drill", "--home", market.home)
    assert drilled.status == 0, drilled.out + drilled.err
    return Scanned(market.home)


def _play(market: PlantedMarket) -> None:
    words = chosen(each.base for each in market.instruments)
    span = ("--from", format_time(market.split), "--to", format_time(market.end))
    with replica("--home", market.venue, *span, *PACE, faults=FAULTS) as url:
        Call(words=words, until=market.split + 7 * WEEKS * DAY).run(market.home, url)


@pytest.mark.timeout(3_600)
def test_paper_trading_of_a_planted_edge_keeps_its_promises(traded: Scanned) -> None:
    with traded.journal() as journal:
        found = audit(journal)
    assert found.problems == []
    document = traded.parity.json()
    _print(edgeproof("parity", "--home", traded.home).out)
    assert traded.parity.status == 0
    expect_nothing_unexplained(document["trades"])
    expect_money_adds_up(document["trades"])
    expect_clean_on_every_day(traded)


def test_ready_after_four_weeks_that_held_says_so(traded: Scanned) -> None:
    ran = edgeproof("ready", "--home", traded.home, "--json")
    _print(edgeproof("ready", "--home", traded.home).out)
    checks = ran.json()["checks"]
    assert [each["what"] for each in checks if not each["holds"]] == []
    assert ran.json()["ready"]
    assert ran.status == 0


def _print(words: str) -> None:
    sys.stderr.write(f"\n{words}\n")
