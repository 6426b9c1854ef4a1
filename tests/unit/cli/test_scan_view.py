"""What `edgeproof scan` shows, as text within the width and the height of a terminal."""

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console, RenderableType

from edgeproof.cli.decision_view import decision_view
from edgeproof.cli.scan_view import Size, picture, starting_picture
from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.trade import Account, Book
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.services.scoreboard import Scoreboard
from edgeproof.services.standing import InstrumentStanding, Standing, Watched
from edgeproof.services.trading_view import trading_view
from tests.support.sessions import BITCOIN, INSTRUMENTS, NOW, decisions, health, signal, standing, told, vetoed
from tests.support.trading import LONG, trading_standing


def lines_of(view: RenderableType, width: int) -> list[str]:
    """A view as the lines of a terminal."""
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(view)
    return [line.rstrip() for line in console.export_text().splitlines()]


def shown(width: int, height: int = 50, of: Standing | None = None) -> list[str]:
    """The picture of a session."""
    return lines_of(picture(of or standing(), 10.0, Size(width, height)), width)


def quiet() -> Standing:
    """A session in which nothing fired yet."""
    return Standing(
        watched=Watched(command="scan", venue="replica", states={"qualified": 1}, warming_up={}, left_out={}),
        health=health(),
        instruments={each: InstrumentStanding() for each in INSTRUMENTS},
    )


@pytest.mark.parametrize("width", [80, 99, 100, 115, 116, 120, 200])
@pytest.mark.parametrize("height", [24, 40])
@pytest.mark.parametrize("of", [standing, trading_standing])
def test_picture_fits_the_terminal(width: int, height: int, of: Callable[[], Standing]) -> None:
    lines = shown(width, height, of())
    assert max(map(len, lines)) <= width
    assert len(lines) <= height


def test_picture_with_more_instruments_than_lines_says_how_many_are_left_out() -> None:
    many = tuple(Instrument(f"COIN{number}", "USD", "USD") for number in range(60))
    crowd = standing()
    crowd.health = health(many)
    crowd.instruments = {each: InstrumentStanding() for each in many}
    lines = shown(80, 40, crowd)
    assert len(lines) <= 40
    [more] = [line for line in lines if line.startswith("and ")]
    rows = sum(line.startswith("COIN") for line in lines)
    assert more == f"and {60 - rows} more"


def test_head_says_how_the_session_is_doing() -> None:
    text = "\n".join(shown(80))
    assert "scan kraken  connected  2026-02-03 10:31:18 UTC  clock +35 ms" in text
    assert "7,202 of 7,205 closes in time  late: feed_gap 2, slow 1" in text
    assert "latency p50 2.6 ms, p99 9.8 ms" in text
    assert "3 qualified  41 unproven  12 rejected" in text


def test_instrument_shows_price_clock_regime_funding_spread_and_signals() -> None:
    [row] = [line for line in shown(80) if line.startswith("BTC ")]
    assert row.split() == ["BTC", "45,012.50", "42", "s", "ranging", "+0.00125%", "p71", "0.40", "bp", "1", "1", "s"]
    [wide] = [line for line in shown(120) if line.startswith("SOL/USD:USD")]
    assert "trending, volatile" in wide
    assert wide.endswith("18 s ago")


def test_open_signal_shows_everything_needed_to_act_on_it() -> None:
    lines = shown(80)
    at = next(number for number, line in enumerate(lines) if line.startswith("LONG  BTC"))
    assert lines[at].split() == ["LONG", "BTC", "5m", "RSI_Oversold_5m_Reversal", "win", "39%+", "3m", "42s"]
    ident = signal(targets=2).id[:6]
    assert lines[at + 1].split() == (f"entry 45,012.50 stop 44,517.36 target 45,507.64 46,002.78 1.5:1 {ident}".split())


def test_unproven_signals_are_marked() -> None:
    text = "\n".join(shown(120))
    assert text.count("REJECTED") == 1
    assert text.count("UNPROVEN") == 1


def test_long_names_are_cut_in_the_middle_and_never_wrap() -> None:
    [row] = [line for line in shown(120) if line.startswith("LONG") and "Placebo" in line]
    assert "Placebo_Shift24h" in row
    assert "Breakout_30m" in row


def test_decision_shows_the_rule_that_decided() -> None:
    lines = [line for line in shown(120) if line[:2].isdigit()]
    assert any("vetoed" in line and "spread_bps 12.34 > 8" in line for line in lines)
    assert any("expired" in line and "age_minutes 42 > 30" in line for line in lines)
    assert any("void" in line and "its stop is on the wrong side" in line for line in lines)


def test_preview_is_no_signal_and_says_so() -> None:
    lines = shown(80)
    at = lines.index("would fire if the candle closed now (no signal yet)")
    assert lines[at + 1].startswith("LONG ETH 15m Support_Resistance_Bounce_15m")
    assert lines[at + 1].endswith("closes in 13m 42s at 2,431.35")


def test_quiet_session_says_that_nothing_fired() -> None:
    lines = shown(80, of=quiet())
    assert lines[lines.index("open signals") + 1] == "none"
    assert "none yet" in lines
    assert "no latency yet" in "\n".join(lines)


def test_session_that_begins_shows_what_it_does() -> None:
    assert lines_of(starting_picture(["BTC/USD:USD: looking for history"]), 80) == [
        "starting",
        "BTC/USD:USD: looking for history",
    ]


def test_decision_in_full_shows_rules_conditions_candles_market_and_record() -> None:
    text = "\n".join(lines_of(decision_view(decisions()[3], 80), 80))
    for words in (
        "told: nothing spoke against it",
        "at most 0.25",
        "at least 5",
        "rsi(14) 27.31",
        "30m old",
        "percentile 71 of the last 30 days",
        "44.1%, 95 % interval 39.4% to 48.9%",
        "0.110 R a trade",
    ):
        assert words in text


def test_decision_in_full_names_the_rule_that_failed() -> None:
    lines = lines_of(decision_view(decisions()[2], 80), 80)
    assert any(line.split()[:3] == ["fate", "vetoed", "(spread_bps"] for line in lines)
    assert any(line.split()[:5] == ["FAILS", "spread_bps", "12.34", "at", "most"] for line in lines)


def test_decision_without_evidence_says_what_is_not_known() -> None:
    bare = replace(told(signal()), evidence={}, checks=(), state="draft", confidence=None)
    text = "\n".join(lines_of(decision_view(bare, 80), 80))
    assert "never tested as it stands" in text
    assert "draft: it was never tested as it stands" in text
    assert "funding an hour  not known" in text


def test_rule_without_a_value_is_shown_as_not_known() -> None:
    unknown = vetoed(signal(instrument=BITCOIN), "spread_bps", None, 8.0)
    lines = lines_of(decision_view(unknown, 120), 120)
    assert any(line.startswith("FAILS") and "not known" in line and "limit 8" in line for line in lines)


@pytest.mark.parametrize("height", [24, 30, 50])
def test_everything_that_is_open_is_shown_whatever_else_has_no_room(height: int) -> None:
    text = "\n".join(shown(80, height, trading_standing()))
    assert [each in text for each in ("3dd8fa", "2afa37", "32312a")] == [True] * 3


def test_picture_of_a_session_that_trades_says_what_became_of_signals_and_trades() -> None:
    text = "\n".join(shown(120, 60, trading_standing()))
    assert "open_positions 3 > 2" in text
    assert "break-even  1h 59m  +184.12  +0.92" in text


def test_session_that_trades_shows_live_beside_tested() -> None:
    lines = shown(80, 60, trading_standing())
    at = next(number for number, line in enumerate(lines) if line.startswith("scoreboard: live against tested"))
    rows = [lines[at + 2], lines[at + 3]]
    assert any(row.endswith("1 of 50") and " 44% " in row for row in rows)
    assert any(row.endswith("not tested") for row in rows)


def weighed(traded: Standing) -> Standing:
    half = SignalWeight(weight=Decimal("0.5"), stage="half", value=3.2, limit=4.0, trades=9)
    others = {"Another_1h": SignalWeight(stage="steady", value=0.0), "New_1h": SignalWeight(stage="untested")}
    traded.see_weights = lambda: {LONG.hypothesis: half, **others}
    return traded


@pytest.mark.parametrize("width", [80, 120])
def test_scoreboard_shows_the_weight_and_the_stage_of_each_hypothesis(width: int) -> None:
    lines = shown(width, 60, weighed(trading_standing()))
    at = next(number for number, line in enumerate(lines) if line.startswith("scoreboard: live against tested"))
    assert "weight" in lines[at + 1]
    assert lines[at + 2] == "without a trade: 1 weighs 1 (ok), 1 weighs 1 (untested)"
    assert any("0.5 half" in line for line in lines[at + 3 : at + 5])
    assert max(map(len, lines)) <= width


def test_session_without_a_trade_shows_what_its_hypotheses_weigh() -> None:
    fresh = weighed(trading_standing())
    fresh.scoreboard = Scoreboard()
    lines = shown(80, 60, fresh)
    at = next(number for number, line in enumerate(lines) if line.startswith("scoreboard: live against tested"))
    assert lines[at + 1].startswith("without a trade: ")
    assert "1 weighs 0.5 (half)" in lines[at + 1]


def test_session_that_only_watches_has_no_scoreboard() -> None:
    assert not [line for line in shown(80, 60) if line.startswith("scoreboard")]


def test_picture_shows_what_waits_for_a_person() -> None:
    waits, of = told(signal()), standing()
    view = trading_view(Book(account=Account(cash=Decimal(10_000))), {}, RiskLimits(), NOW)
    assert not [line for line in shown(80, of=of) if "wait for you" in line]
    of.see_trading = lambda: replace(view, offers=(waits,))
    lines = shown(80, of=of)
    place = next(number for number, line in enumerate(lines) if "signals that wait for you" in line)
    assert "expires in" in lines[place + 1]
    assert waits.signal.id[:6] in lines[place + 2]
