"""What people are answered who ask on a phone: the texts, who may do what, and the wishes that are left."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.journal import ASKS_FIRST, Decided, ParityRun, Record, SessionEnded
from edgeproof.core.model.time import format_time
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.ports import Report
from edgeproof.ports.channels import Answer, Heard
from edgeproof.services.answers.phone import WIDTH
from tests.support.answered import Home, home_of
from tests.support.sessions import BITCOIN, CLOSE, NOW, SESSION, SOLANA, decisions, missed
from tests.support.trading import (
    LONG,
    SHORT,
    WAITING,
    began,
    closed,
    decided,
    denied,
    history,
    records,
    signal_of,
    traded,
)
from tests.unit.cli.test_stats import TESTED, three

SAW = [Decided(session=SESSION, at=each.signal.time, decision=each) for each in decisions()]
STEERS = ("/pause", "/resume", "/close BTC", "/closeall", "/stop", f"/take {LONG.id}", f"/skip {LONG.id}")


def told_home() -> Home:
    """A session that trades, saw signals, and ended one trade."""
    more: Sequence[Record] = [decided(), traded(), *history(), closed(), missed()]
    return home_of([*records(), *SAW, *more])


def ask(home: Home, text: str, *, role: str = "operator", is_confirmed: bool = False) -> Answer:
    """The answer to a command."""
    name, *words = text[1:].split()
    heard = Heard(
        name=name,
        words=tuple(words),
        text=text,
        channel="telegram",
        chat="1",
        user="1",
        by="ann",
        role=role,
        is_confirmed=is_confirmed,
    )
    return asyncio.run(home.answers().answer(heard))


# --- what tells ---


@pytest.mark.parametrize(
    "text",
    ["/status", "/signals", f"/why {LONG.id[:6]}", "/positions", "/stats", "/edge", "/risk", "/parity", "/health"],
)
@pytest.mark.parametrize("home", [told_home, lambda: home_of([began()]), home_of])
def test_answers_in_columns_fit_a_phone(text: str, home: object) -> None:
    try:
        answer = ask(home(), text)  # type: ignore[operator]
    except InputError:
        return
    assert answer.is_monospace
    assert answer.outcome == "told"
    assert max(map(len, answer.text.split("\n"))) <= WIDTH


def test_status_says_what_runs_and_what_became_of_todays_signals() -> None:
    lines = ask(told_home(), "/status").text.split("\n")
    assert lines[0] == "Session  paper runs on kraken since"
    assert "Today    1 expired, 5 told, 1" in lines
    assert "Closes   1 late: /missed" in lines


@pytest.mark.parametrize(
    ("more", "holder", "says"),
    [
        ([SessionEnded(session=SESSION, at=NOW, reason="stopped")], None, "ended 02-03 10:31: stopped"),
        ([], None, "was killed"),
    ],
)
def test_status_of_a_session_that_is_over_says_how(more: list[Record], holder: str | None, says: str) -> None:
    home = home_of([began(), *more])
    home.holder = holder
    assert says in ask(home, "/status").text.replace("\n         ", " ")


def test_signals_come_with_the_newest_first() -> None:
    lines = ask(told_home(), "/signals").text.split("\n")
    assert lines[:3] == ["02-03 01:15  long BTC 15m", "  Support_Resistance_Bounce_15m", f"  told  {LONG.id[:6]}"]


def test_why_says_fate_levels_record_and_result() -> None:
    text = ask(told_home(), f"/why {LONG.id[:6]}").text
    assert text.startswith("LONG BTC 15m\nSupport_Resistance_Bounce_15m\n")
    assert "Reward:risk  3.0:1" in text
    assert "Result       +184.12 (+0.92 R)" in text
    assert text.endswith(f"id {LONG.id}")


def test_why_of_a_denied_signal_names_the_rule() -> None:
    home = home_of([*records(), decided(), denied()])
    assert "Traded       denied: open positions" in ask(home, f"/why {LONG.id}").text.replace("_", " ")


@pytest.mark.parametrize(
    ("text", "says"), [("/why", "expected the ID"), ("/why ffff", "no signal has"), ("/why ", "ID")]
)
def test_why_of_no_signal_says_where_they_are(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        ask(told_home(), text)


def test_positions_say_result_stop_and_risk() -> None:
    lines = ask(told_home(), "/positions").text.split("\n")
    assert lines[:4] == [
        f"long BTC 0.2 @ 45,000.00  {LONG.id[:6]}",
        "  now 46,250.00  +438.62 (+2.19 R)",
        "  stop 45,000.00  risk 0.00",
        "  to 47,000.00",
    ]
    assert "waits: long SOL 20" in lines


def test_risk_says_what_the_limits_leave() -> None:
    text = ask(told_home(), "/risk").text
    assert "Open risk    180.00, 1.73 of 4 %" in text
    assert "at 1.5 %     warn: 524.84 left" in text


def test_stats_and_edge_say_what_trading_came_to() -> None:
    home = home_of(three())
    home.records = {(name, BITCOIN): TESTED for name in ("Rebound_5m", "Momentum_Shift_15m")}
    assert "Net       +150.00 (+1.50 R)" in ask(home, "/stats").text
    assert ask(home, "/edge").text.split("\n")[1:5] == [
        "Rebound_5m",
        "  2 won 50%  +0.50 R  +1.0 R",
        "  400 won 50%  +0.20 R  tested",
        "  too few trades",
    ]


@pytest.mark.parametrize("text", ["/positions", "/risk", "/stats", "/edge"])
def test_trading_that_never_was_is_said(text: str) -> None:
    assert ask(home_of([began()]), text).text == "nothing was traded yet"


def test_parity_says_how_the_last_comparison_ended() -> None:
    run = ParityRun(session=SESSION, at=NOW, start=CLOSE - 1_000, end=CLOSE, unexplained=2, document={})
    assert "2 differences" in ask(home_of([began(), run]), "/parity").text


def test_health_says_what_is_not_well() -> None:
    home = told_home()
    home.report = Report(is_well=False, problems=("the feed is silent for 12 s",), samples=())
    assert ask(home, "/health").text == "- the feed is silent for 12 s"
    home.report = Report(is_well=True, problems=(), samples=())
    assert ask(home, "/health").text == "all is well"


def test_missed_tells_closes_signals_and_messages() -> None:
    assert ask(told_home(), "/missed").text.split("\n")[1] == "feed gap  1 close"
    assert "2 messages wait for telegram" in ask(told_home(), "/missed").text


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_help_offers_what_the_chat_may_do(role: str) -> None:
    text = ask(told_home(), "/help", role=role).text
    assert ("/stop" in text) == (role == "operator")
    assert "/positions" in text
    assert ask(told_home(), "/start", role=role).text == text


def test_unknown_command_points_to_help() -> None:
    answer = ask(told_home(), "/buy")
    assert (answer.text, answer.outcome) == ("there is no /buy; /help says what there is", "unknown")


# --- what steers ---


@pytest.mark.parametrize("text", STEERS)
def test_viewer_may_not_steer(text: str) -> None:
    home = told_home()
    answer = ask(home, text, role="viewer", is_confirmed=True)
    assert answer.outcome == "refused: needs an operator"
    assert "needs an operator" in answer.text
    assert home.wishes == []


def test_pause_is_asked_of_the_session_at_once_with_who_asked() -> None:
    home = told_home()
    answer = ask(home, "/pause")
    assert (answer.text, answer.outcome) == ("asked: no new entries\ngranted: done", "granted: done")
    (wish,) = home.wishes
    assert (wish.wish, wish.target, wish.by) == ("stop", "", "telegram:ann")


@pytest.mark.parametrize(
    ("text", "wish", "target"),
    [
        ("/resume", "resume", ""),
        ("/closeall", "close_all", ""),
        ("/stop", "halt", ""),
        ("/close BTC", "close", "BTC/USD:USD"),
        (f"/close {SHORT.id[:5]}", "close", SHORT.id),
    ],
)
def test_what_cannot_be_taken_back_is_done_only_after_it_was_confirmed(text: str, wish: str, target: str) -> None:
    home = told_home()
    asked = ask(home, text)
    assert asked.confirm.startswith("Yes")
    assert asked.outcome.startswith("asked to confirm")
    assert home.wishes == []
    assert ask(home, text, is_confirmed=True).outcome == "granted: done"
    assert [(each.wish, each.target) for each in home.wishes] == [(wish, target)]


def test_close_of_what_is_not_open_says_what_is() -> None:
    with pytest.raises(InputError, match="nothing that is open or waits is called"):
        ask(told_home(), "/close DOGE")
    answer = ask(told_home(), "/close")
    assert "long BTC 0.2" in answer.text
    assert not answer.confirm


def test_closeall_of_nothing_has_nothing_to_confirm() -> None:
    home = home_of([began()])
    home.holder = None
    assert ask(home, "/closeall").outcome == "nothing to close"


@pytest.mark.parametrize(("holder", "outcome"), [(None, "kept"), ("edgeproof paper", "unanswered")])
def test_wish_that_nobody_grants_is_kept_and_said_so(holder: str | None, outcome: str) -> None:
    home = replace(told_home(), holder=holder, grants=None)
    assert ask(home, "/pause").outcome == outcome


def test_skip_takes_back_an_entry_that_waits() -> None:
    home = home_of([*records(), decided(WAITING), traded(WAITING)])
    assert ask(home, f"/skip {WAITING.id}").outcome == "granted: done"
    assert [(each.wish, each.target) for each in home.wishes] == [("close", WAITING.id)]


@pytest.mark.parametrize(
    ("text", "says"),
    [(f"/skip {LONG.id}", "/close closes it"), (f"/take {LONG.id}", "is open already")],
)
def test_take_or_skip_of_an_open_trade_does_nothing(text: str, says: str) -> None:
    home = told_home()
    assert says in ask(home, text).text
    assert home.wishes == []


@pytest.mark.parametrize(("word", "says"), [("take", "you took it"), ("skip", "you leave it out")])
def test_take_or_skip_where_nothing_is_traded_is_noted(word: str, says: str) -> None:
    home = home_of([began(), decided()])
    answer = ask(home, f"/{word} {LONG.id}")
    assert f"noted that {says}" in answer.text
    assert answer.outcome == f"noted: {word} {LONG.id}"
    assert home.wishes == []


FRESH = signal_of("Fresh_15m", SOLANA, (150, 147, 156), time=CLOSE)


def asking_home(*more: Record, now: int = FRESH.time) -> Home:
    """A session that asks first and has told of a signal."""
    asks = replace(began(), settings={ASKS_FIRST: True})
    return replace(home_of([asks, *records()[1:], decided(FRESH), *more]), now=now)


@pytest.mark.parametrize("word", ["take", "skip"])
@pytest.mark.parametrize("id_", [FRESH.id, FRESH.id[:4]])
def test_take_or_skip_of_a_signal_that_waits_is_asked_of_the_session(word: str, id_: str) -> None:
    home = asking_home()
    answer = ask(home, f"/{word} {id_}")
    assert answer.outcome == "granted: done"
    assert answer.text == f"asked: {word} {FRESH.id}\ngranted: done"
    assert [(each.wish, each.target, each.by) for each in home.wishes] == [(word, FRESH.id, "telegram:ann")]


@pytest.mark.parametrize(
    ("fate", "rule", "says"),
    [
        (TradeFate.SKIPPED, "person", "skipped: person"),
        (TradeFate.EXPIRED, "nobody_took_it", "expired: nobody_took_it"),
        (TradeFate.DENIED, "open_positions", "denied: open_positions"),
    ],
)
def test_late_press_is_answered_with_why_not(fate: TradeFate, rule: str, says: str) -> None:
    home = asking_home(traded(FRESH, fate=fate, rule=rule))
    answer = ask(home, f"/take {FRESH.id}")
    assert f"it does not wait any more ({says}" in answer.text
    assert answer.outcome.startswith("refused: take")
    assert home.wishes == []


def test_press_on_a_signal_that_expired_just_now_is_answered_with_why_not() -> None:
    home = asking_home(now=FRESH.expires_at)
    assert "does not wait any more (expired)" in ask(home, f"/take {FRESH.id}").text
    assert home.wishes == []


def test_viewer_can_not_take_a_signal() -> None:
    home = asking_home()
    assert ask(home, f"/take {FRESH.id}", role="viewer").outcome == "refused: needs an operator"
    assert home.wishes == []


def test_why_of_a_signal_that_waits_says_until_when() -> None:
    until = format_time(FRESH.expires_at)[11:16]
    assert f"for you until {until}" in ask(asking_home(), f"/why {FRESH.id}").text
