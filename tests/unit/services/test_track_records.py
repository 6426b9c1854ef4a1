"""What discoveries kept of a hypothesis, as its track record on an instrument."""

from typing import Any

from edgeproof.core.model.instrument import Instrument
from edgeproof.services.track_records import killed, states_watched, track_record

BTC, ETH = Instrument("BTC", "USD", "USD"), Instrument("ETH", "USD", "USD")


def scope(state: str, n: int = 100) -> dict[str, Any]:
    record = {"n": n, "win_rate": 0.5, "win_rate_low": 0.4, "win_rate_high": 0.6, "expectancy_r": 0.1, "cost_r": 0.2}
    return {"state": state, "verdict": f"{state}: why", "run": "r1", "data_end": "2026-01-01", "record": record}


def test_a_hypothesis_nobody_tested_is_a_draft() -> None:
    record = track_record({}, BTC)
    assert (record.state, record.n, record.win_rate_low) == ("draft", None, None)


def test_a_scope_speaks_for_the_instruments_in_it() -> None:
    scopes = {"BTC/USD:USD + ETH/USD:USD": scope("qualified")}
    assert track_record(scopes, ETH).state == "qualified"
    assert track_record(scopes, Instrument("SOL", "USD", "USD")).state == "draft"


def test_of_several_scopes_the_one_that_says_most_speaks() -> None:
    scopes = {"BTC/USD:USD": scope("rejected", 50), "BTC/USD:USD + ETH/USD:USD": scope("qualified", 70)}
    found = track_record(scopes, BTC)
    assert (found.state, found.n) == ("qualified", 70)
    assert track_record({**scopes, "ETH/USD:USD": scope("killed")}, ETH).state == "killed"


def test_a_verdict_from_before_records_were_kept_has_no_figures() -> None:
    old = {key: value for key, value in scope("tested").items() if key != "record"}
    found = track_record({"BTC/USD:USD": old}, BTC)
    assert (found.state, found.verdict, found.n) == ("tested", "tested: why", None)


def test_hypotheses_are_counted_once_however_many_instruments() -> None:
    records = {
        ("A", BTC): track_record({"BTC/USD:USD": scope("qualified")}, BTC),
        ("A", ETH): track_record({}, ETH),
        ("B", BTC): track_record({"BTC/USD:USD": scope("killed")}, BTC),
    }
    assert states_watched(records) == {"qualified": 1, "killed": 1}
    assert killed(records) == frozenset({"B"})


def test_what_live_trades_led_to_speaks_on_every_instrument() -> None:
    scopes = {"BTC/USD:USD": scope("qualified")}
    live = {"state": "killed", "why": "killed by drift", "at": 7, "since": 0}
    on_btc, on_eth = (track_record(scopes, each, live) for each in (BTC, ETH))
    assert (on_btc.state, on_btc.verdict, on_btc.n, on_eth.state) == ("killed", "killed by drift", 100, "killed")
    assert track_record(scopes, BTC, {**live, "state": ""}).state == "qualified"
