"""How a session stands, and what it reports."""

from dataclasses import replace

import pytest

from edgeproof.core.model.signal import Fate
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.services.standing import InstrumentStanding, report, starting
from tests.support.sessions import BITCOIN, CLOSE, NOW, standing


def test_signals_of_today_begin_anew_with_the_day() -> None:
    found = InstrumentStanding()
    for time in (CLOSE, CLOSE + MINUTE, CLOSE + DAY, CLOSE):
        found.fired(time)
    assert (found.signals, found.signals_today(CLOSE + DAY), found.signals_today(CLOSE + 2 * DAY)) == (4, 1, 0)


def test_every_signal_has_one_fate_and_only_told_ones_are_open() -> None:
    found = standing()
    assert found.signals == 7
    assert [found.fates[fate] for fate in Fate] == [4, 1, 1, 1]
    assert len(found.open_signals(NOW)) == 4
    assert len(found.open_signals(NOW + 10 * MINUTE)) == 2


def test_signals_that_have_expired_are_let_go_of_though_nobody_asks_for_the_open_ones() -> None:
    found = standing()
    old = next(each for each in found.decisions if each.fate is Fate.TOLD)
    later = replace(old, signal=replace(old.signal, time=NOW + DAY, expires_at=NOW + DAY + MINUTE))
    found.decided([later])
    assert list(found.open_signals(0)) == [later]


def test_closes_in_time_leave_out_those_that_were_late() -> None:
    assert standing().closes_in_time == 7_202


def test_report_of_a_session_that_is_well_has_its_figures_and_those_of_the_feed() -> None:
    found = report(standing(), 10.0)
    assert (found.is_well, found.problems) == (True, ())
    figures = {(each.name, *each.labels.values()): each.value for each in found.samples}
    assert figures["feed_connected",] == 1.0
    assert figures["closes_evaluated",] == 7_205
    assert figures["closes_missed", "feed_gap"] == 2
    assert figures["signals", "vetoed"] == 1
    assert figures["signal_latency_seconds", "0.5"] == pytest.approx(0.0026)
    assert figures["close_age_seconds", "BTC/USD:USD"] == 18.0


def test_report_fails_when_no_close_is_evaluated_any_more() -> None:
    found = standing()
    found.instruments[BITCOIN].evaluated_until = NOW - 3 * MINUTE - 1
    assert report(found, 10.0).problems == ("no close of BTC/USD:USD was evaluated for 180 s of the venue's time",)
    found.instruments[BITCOIN].evaluated_until = 0
    assert report(found, 10.0).problems == ("no close of BTC/USD:USD was evaluated yet",)


def test_report_fails_when_the_feed_does() -> None:
    found = standing()
    found.health.is_connected = False
    assert report(found, 10.0).problems[0] == "not connected to the venue"


def test_report_of_a_session_that_begins_is_not_well_yet() -> None:
    assert starting().problems == ("starting: the history is being made ready",)
