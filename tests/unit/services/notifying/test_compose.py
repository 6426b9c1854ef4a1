"""Records as people read them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from edgeproof.core.model.journal import (
    ASKS_FIRST,
    Asked,
    CandleTaken,
    CloseMissed,
    Decided,
    Noticed,
    OrderNoted,
    ParityRun,
    Record,
    SessionBegan,
    SessionEnded,
    SignalTraded,
    StandingNoted,
    TradeClosed,
)
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import HOUR, MINUTE, format_time
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState, TradingStatus
from edgeproof.core.model.trading_event import FateDecided, StandingChanged, TradeEnded, TradeFate
from edgeproof.services.notifying.compose import Composer
from tests.support.journals import BTC, ETH, START, began, candle_taken, decided

QUEUED = START + HOUR


def told() -> Decided:
    """A signal at 100, stop 99, targets 101 and 102, with a record."""
    record = decided()
    evidence = {"regime": "ranging", "backtest": {"n": 96, "win_rate": 0.44, "expectancy_r": 0.12}}
    decision = replace(record.decision, state="qualified", confidence=0.37, evidence=evidence)
    return replace(record, decision=decision)


def traded(fate: TradeFate = TradeFate.TAKEN, **more: object) -> SignalTraded:
    signal = told().decision.signal
    quantity = Decimal("0.40") if fate is TradeFate.TAKEN else None
    fated = FateDecided(time=START, signal_id=signal.id, fate=fate, quantity=quantity, **more)  # type: ignore[arg-type]
    return SignalTraded(session="s1", at=START, signal=signal, decided=fated)


def only(*records: Record) -> Message:
    (found,) = Composer().messages(records, QUEUED)
    return found


def test_a_signal_says_all_that_is_needed_to_act_on_it() -> None:
    found = only(told())
    signal = told().decision.signal

    assert found.title == "LONG BTC/USD:USD 5m · Rebound"
    assert dict(found.fields) == {
        "Entry": "100.0000",
        "Stop": "99.0000 (-1.00 %)",
        "Target 1": "101.0000 (+1.00 %, 50%)",
        "Target 2": "102.0000 (+2.00 %, 50%)",
        "Reward:risk": "1.5:1",
        "Record": "qualified: won 44% of 96, 37% at least, +0.12 R each",
        "Regime": "ranging",
        "Expires": f"{found.fields[-2][1][:5]} UTC, 5m after its close",
        "Id": signal.id,
    }
    assert (found.id, found.signal_id, found.expires_at) == (f"signal:{signal.id}", signal.id, signal.expires_at)
    assert (found.topic, found.severity, found.queued_at, found.latency_ms) == (
        Topic.SIGNAL,
        Severity.INFO,
        QUEUED,
        3.5,
    )
    assert found.document["id"] == signal.id
    assert found.levels is not None
    assert (found.levels.entry, found.levels.stop_loss, found.levels.targets) == (100.0, 99.0, (101.0, 102.0))


def test_a_signal_that_is_traded_says_its_size_and_the_money_at_risk() -> None:
    signal = next(each for each in Composer().messages([told(), traded()], QUEUED))
    fields = dict(signal.fields)
    assert (fields["Size"], fields["Risk"]) == ("0.4 BTC", "0.40 USD")


def test_a_signal_that_is_not_traded_says_why() -> None:
    denied = traded(TradeFate.DENIED, rule="open_positions", value=3, limit=2)
    assert dict(only(told(), denied).fields)["Not traded"] == "denied: open_positions 3 > 2"


def test_an_unproven_signal_says_so() -> None:
    assert "never tested" in dict(only(decided()).fields)["Record"]
    assert only(decided()).text != ""


@pytest.mark.parametrize("fate", [Fate.VETOED, Fate.VOID, Fate.EXPIRED])
def test_a_signal_that_was_not_told_is_no_message(fate: Fate) -> None:
    record = told()
    decision: Decision = replace(record.decision, fate=fate, rule="spread")
    assert Composer().messages([replace(record, decision=decision)], QUEUED) == []


def asks(*, asks_first: bool = True) -> SessionBegan:
    return replace(began(), settings={ASKS_FIRST: asks_first})


def test_a_signal_that_waits_for_a_person_says_until_when_and_can_be_taken_or_skipped() -> None:
    _, alert = Composer().messages([asks(), told()], QUEUED)
    signal = told().decision.signal
    until = format_time(signal.expires_at)[11:16]
    assert alert.text == f"Waits for you until {until} UTC: edgeproof take or skip {signal.id[:8]}"
    assert alert.actions == ("take", "skip")


def test_a_signal_of_a_session_that_does_not_ask_has_nothing_to_press() -> None:
    _, alert = Composer().messages([asks(asks_first=False), told()], QUEUED)
    assert (alert.actions, alert.text) == ((), "")
    assert only(told()).actions == ()


@pytest.mark.parametrize(
    ("fate", "more", "title", "fields"),
    [
        (TradeFate.TAKEN, {}, "Taken", {"Size": "0.4 BTC", "Risk": "0.40 USD"}),
        (TradeFate.SKIPPED, {"rule": "person", "value": "ann"}, "Skipped by ann", {}),
        (TradeFate.EXPIRED, {"rule": "nobody_took_it"}, "Expired, nobody took it", {}),
        (
            TradeFate.DENIED,
            {"rule": "open_positions", "value": 3, "limit": 2},
            "Not taken, denied (open_positions 3 > 2)",
            {},
        ),
    ],
)
def test_the_end_of_a_signal_that_waited_is_added_to_its_alert_without_anything_to_press(
    fate: TradeFate, more: dict[str, object], title: str, fields: dict[str, str]
) -> None:
    composer = Composer()
    _, alert = composer.messages([asks(), told()], QUEUED)
    (end,) = composer.messages([traded(fate, **more)], QUEUED)
    assert end.title == f"{title}: LONG BTC/USD:USD 5m"
    assert dict(end.fields) == fields
    assert (end.is_update, end.subject, end.actions) == (True, alert.subject, ())
    assert composer.messages([traded(fate, **more)], QUEUED) == []


def test_a_signal_that_expired_as_it_was_told_does_not_wait() -> None:
    _, alert = Composer().messages([asks(), told(), traded(TradeFate.EXPIRED, rule="nobody_took_it")], QUEUED)
    assert alert.actions == ()


def test_what_is_open_can_be_closed() -> None:
    *_, opened = Composer().messages([told(), traded(), order("filled")], QUEUED)
    assert opened.actions == ("close",)


def order(what: str, leg: str = "entry", **more: object) -> OrderNoted:
    noted = OrderNoted(
        session="s1", at=START, instrument=BTC, order_id=f"{told().decision.signal.id}-{leg}", what=what,
        quantity=Decimal("0.4"), price=Decimal(100), fee=Decimal("0.02"), slippage=0.0002,
    )  # fmt: skip
    return replace(noted, **more)  # type: ignore[arg-type]


def test_an_entry_belongs_to_the_alert_of_its_signal() -> None:
    composer = Composer()
    alert, opened = composer.messages([told(), traded(), order("filled")], QUEUED)
    assert opened.title == "Opened long BTC/USD:USD 5m"
    assert opened.is_update
    assert opened.subject == alert.subject
    assert dict(opened.fields) == {"Size": "0.4 BTC", "Price": "100.0000", "Slippage": "2.0 bps", "Fee": "0.02"}


@pytest.mark.parametrize(
    ("note", "title", "severity"),
    [
        (order("filled", "target-1"), "Target 1 of BTC/USD:USD", Severity.INFO),
        (order("rejected", "stop", reason="too close"), "The stop of BTC/USD:USD was rejected", Severity.CRITICAL),
        (order("unanswered", "emergency"), "The emergency of BTC/USD:USD was unanswered", Severity.CRITICAL),
    ],
)
def test_orders_that_matter_are_told(note: OrderNoted, title: str, severity: Severity) -> None:
    found = only(note)
    assert (found.title, found.severity) == (title, severity)


@pytest.mark.parametrize("note", [order("sent"), order("accepted", "stop"), order("filled", "stop"), order("rejected")])
def test_orders_that_do_not_are_not(note: OrderNoted) -> None:
    assert Composer().messages([note], QUEUED) == []


def test_a_trade_that_is_over_says_what_it_made() -> None:
    trade = TradeEnded(
        time=START + 2 * HOUR, signal_id="ab", instrument=BTC, direction=-1, opened_at=START, quantity=Decimal("0.4"),
        entry_price=Decimal(100), exit_price=Decimal(98), fees=Decimal("0.04"), funding=Decimal("-0.01"),
        net_pnl=Decimal("0.77"), risk=Decimal("0.4"), is_funding_complete=True, reason="target-1",
    )  # fmt: skip
    found = only(TradeClosed(session="s1", at=trade.time, hypothesis="Rebound", trade=trade))
    assert found.title == "Closed short BTC/USD:USD: +0.77 USD (+1.93 R)"
    assert dict(found.fields)["Held"] == "2h"
    assert found.document["pnl"] == "0.77"

    riskless = replace(trade, risk=Decimal(0))
    assert only(TradeClosed(session="s1", at=1, hypothesis="R", trade=riskless)).title.endswith("+0.77 USD")


def standing(state: TradingState, level: BreakerLevel, cause: StateCause | None = None) -> StandingNoted:
    status = TradingStatus(
        state=state, cause=cause, since=START, by="ann" if cause in {StateCause.PERSON_HALTS} else ""
    )
    return StandingNoted(session="s1", at=START, standing=StandingChanged(time=START, status=status, level=level))


@pytest.mark.parametrize(
    ("record", "severity", "words"),
    [
        (standing(TradingState.ACTIVE, BreakerLevel.NORMAL), Severity.INFO, "Trading goes on"),
        (standing(TradingState.ACTIVE, BreakerLevel.WARN), Severity.WARNING, "nears its limit"),
        (standing(TradingState.REDUCING, BreakerLevel.NO_NEW_ENTRIES), Severity.CRITICAL, "only REDUCES"),
        (standing(TradingState.HALTED, BreakerLevel.NORMAL, StateCause.DRAWDOWN), Severity.CRITICAL, "HALTED"),
        (standing(TradingState.HALTED, BreakerLevel.NORMAL, StateCause.PERSON_HALTS), Severity.WARNING, "HALTED"),
    ],
)
def test_limits_that_are_reached_are_told_by_how_grave_they_are(
    record: StandingNoted, severity: Severity, words: str
) -> None:
    found = only(record)
    assert (found.severity, words in found.title) == (severity, True)


def test_a_wish_of_a_person_is_told_with_what_came_of_it() -> None:
    asked = Asked(
        session="s1", at=START, id="w1", wish="close_all", target="", by="ann", why="news", outcome="2 are being closed"
    )
    assert only(asked).title == "ann asked to close all"
    assert dict(only(asked).fields) == {"Outcome": "2 are being closed"}


def test_a_session_that_ends_by_an_error_is_critical() -> None:
    def ended(reason: str, *, goes_on: bool = False) -> Severity:
        return only(SessionEnded(session="s1", at=START, reason=reason, goes_on=goes_on)).severity

    assert ended("done") is ended("stopped") is Severity.INFO
    assert ended("disk full") is Severity.CRITICAL
    assert ended("a hole", goes_on=True) is Severity.WARNING
    assert only(began()).title == "edgeproof scan began on desk"


def test_a_comparison_is_told_by_what_it_found() -> None:
    clean = ParityRun(session="s1", at=START, start=START, end=START + HOUR, unexplained=0)
    assert only(clean).severity is Severity.INFO
    assert only(replace(clean, unexplained=3)).title == "3 differences to the backtest that nothing explains"


def test_candles_are_no_messages() -> None:
    record: CandleTaken = candle_taken()
    assert Composer().messages([record], QUEUED) == []


# --- what goes on ---


def stale(minute: float) -> Noticed:
    return Noticed(session="s1", at=START + round(minute * MINUTE), kind="stale", detail="no word", instrument=ETH)


def test_what_goes_on_is_told_again_at_doubling_intervals_with_how_often_it_was() -> None:
    composer = Composer(repeat_after=5 * MINUTE)
    found = [(minute, each.text) for minute in range(40) for each in composer.messages([stale(minute)], QUEUED)]
    moments = [minute for minute, _ in found]
    assert moments == [0, 5, 15, 35]
    assert [text.partition("(")[2].partition(" ")[0] for _, text in found] == ["", "5", "10", "20"]


def test_what_was_over_for_long_is_told_at_once_again() -> None:
    composer = Composer(repeat_after=5 * MINUTE)
    for minute in (0, 5, 6):
        composer.messages([stale(minute)], QUEUED)
    assert len(composer.messages([stale(60)], QUEUED)) == 1


def test_another_instrument_is_another_thing() -> None:
    composer = Composer()
    other = replace(stale(1), instrument=BTC)
    assert [len(composer.messages([each], QUEUED)) for each in (stale(0), other, stale(2))] == [1, 1, 0]


def test_what_is_mended_in_passing_disturbs_nobody() -> None:
    for kind in ("connected", "joined", "duplicate", "repaired"):
        assert Composer().messages([replace(stale(0), kind=kind)], QUEUED) == []


def test_closes_that_were_late_come_in_one_message_for_each_reason() -> None:
    missed = [
        CloseMissed(
            session="s1", at=START + minute, instrument=BTC, evaluated_at=START + HOUR, reason=reason, signals=()
        )
        for minute, reason in ((1, "feed_gap"), (2, "feed_gap"), (3, "start"), (4, "restart_gap"))
    ]
    found = Composer().messages(missed, QUEUED)
    assert [each.title for each in found] == ["2 closes evaluated late", "1 close evaluated late"]


def test_ids_are_pure_functions_of_what_is_told() -> None:
    records: list[Record] = [
        told(),
        traded(),
        order("filled"),
        stale(0),
        standing(TradingState.HALTED, BreakerLevel.NORMAL),
    ]
    first, again = (Composer().messages(records, queued) for queued in (QUEUED, QUEUED + 7))
    assert [each.id for each in first] == [each.id for each in again]
    assert len({each.id for each in first}) == len(first)
