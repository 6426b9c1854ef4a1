"""The signals and closes of a day, counted."""

from edgeproof.core.model.time import DAY
from edgeproof.services.dashboard.day import funnel, missed
from edgeproof.services.dashboard.rows import signal_row
from tests.support.sessions import CLOSE, ETHER, decisions, signal, told
from tests.support.sessions import missed as late
from tests.support.trading import denied, traded

TODAY = CLOSE // DAY * DAY


def test_funnel_counts_the_fates_of_the_day_and_what_trading_made_of_them() -> None:
    rows = [signal_row(each) for each in decisions()]
    taken, refused = signal(), signal("Other", ETHER)
    rows += [signal_row(told(taken), traded(taken).decided), signal_row(told(refused), denied(refused).decided)]
    rows.append(signal_row(told(signal(time=CLOSE - DAY))))
    assert funnel(rows, TODAY) == {
        "day": "2026-02-03",
        "fired": 9,
        "fates": {"told": 6, "vetoed": 1, "void": 1, "expired": 1},
        "vetoed_by": {"spread_bps": 1},
        "traded": {"taken": 1, "denied": 1},
        "denied_by": {"open_positions": 1},
    }


def test_funnel_of_nothing_has_every_fate() -> None:
    assert funnel([], TODAY)["fates"] == {"told": 0, "vetoed": 0, "void": 0, "expired": 0}


def test_missed_closes_are_counted_by_reason() -> None:
    found = missed([late(), late(ETHER), late(reason="start")])
    assert found == {"closes": 3, "by_reason": {"feed_gap": 2, "start": 1}}
