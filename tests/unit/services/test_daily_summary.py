"""The daily summary: what people are told of a day, from the records of a journal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from edgeproof.core.model.journal import (
    BookKept,
    CloseMissed,
    Decided,
    Noticed,
    ParityRun,
    Record,
    SignalTraded,
    StandingNoted,
)
from edgeproof.core.model.message import Message, Topic
from edgeproof.core.model.portfolio import TradingDay
from edgeproof.core.model.signal import Fate, Signal
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.core.model.trade import Account, Book
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState, TradingStatus
from edgeproof.core.model.trading_event import StandingChanged, TradeFate
from edgeproof.services.notifying.day import day_figures
from edgeproof.services.notifying.summary import Told, summary_message
from tests.support.asked import ListJournal
from tests.support.live_trades import BEGAN, live_trade
from tests.support.sessions import BITCOIN, signal
from tests.support.trading import began, closed, decided, traded, whole

SESSION = replace(began(), at=BEGAN + MINUTE)


def opened(day: int, equity: str) -> BookKept:
    start = BEGAN + day * DAY
    opening = TradingDay(start=start, opening_equity=Decimal(equity), opening_unrealized=Decimal(0))
    return whole(Book(account=Account(cash=Decimal(10_000), day=opening)), at=start + MINUTE)


def fired(number: int) -> Signal:
    return replace(signal(), hypothesis=f"H{number}", time=BEGAN + number * MINUTE)


def ended(number: int, net: str, **fields: Any) -> list[Record]:
    made = live_trade(number, net, **fields)
    end = replace(closed(made.signal), trade=made.trade, at=made.trade.time, hypothesis=made.signal.hypothesis)
    return [decided(made.signal), replace(traded(made.signal), at=made.signal.time), end]


def vetoed(number: int, rule: str) -> Decided:
    told = decided(fired(number))
    return replace(told, decision=replace(told.decision, fate=Fate.VETOED, rule=rule))


def refused(number: int, rule: str) -> SignalTraded:
    one = fired(number)
    return replace(traded(one, fate=TradeFate.DENIED, rule=rule, quantity=None), at=one.time)


def stands(hour: int, state: TradingState, cause: StateCause, level: BreakerLevel) -> StandingNoted:
    at = BEGAN + hour * HOUR
    status = TradingStatus(state=state, cause=cause, since=at)
    return StandingNoted(session="s", at=at, standing=StandingChanged(time=at, status=status, level=level))


def summary(records: Sequence[Record], told: Sequence[Told] = (), equity: str | None = None) -> Message:
    known = None if equity is None else Decimal(equity)
    return summary_message(day_figures(ListJournal(records), BEGAN, known), told)


def fields(message: Message) -> dict[str, str]:
    return dict(message.fields)


def test_summary_nothing_at_all_says_so() -> None:
    found = summary([])

    assert (found.id, found.topic, found.at) == ("summary:2026-02-03", Topic.SUMMARY, BEGAN + DAY)
    assert found.title == "3 Feb 2026: a quiet day"
    assert fields(found) == {"Signals": "none", "Closes missed": "none", "Backtest": "not compared"}
    assert found.document["equity"] == {"opening": None, "closing": None}
    assert found.document["trades"]["win_rate"] is None


def test_summary_session_without_a_signal_says_so() -> None:
    assert summary([SESSION]).title == "3 Feb 2026: no signals"


def test_summary_watching_only_tells_signals_and_no_money() -> None:
    found = summary([SESSION, decided(fired(1)), decided(fired(2)), vetoed(3, "spread_bps"), vetoed(4, "funding")])

    assert found.title == "3 Feb 2026: 4 signals"
    assert fields(found)["Signals"] == "2 told, 2 vetoed (funding 1, spread bps 1)"
    assert not {"Equity", "P&L", "Trades", "Traded"} & set(fields(found))
    assert found.document["traded"] is None


def test_summary_day_of_trading_tells_what_it_made() -> None:
    records = [SESSION, opened(0, "10000"), *ended(1, "200"), *ended(2, "-50"), *ended(3, "30"), opened(1, "10200")]
    found = summary(records)

    assert found.title == "3 Feb 2026: +200.00 USD (+2.00%)"
    assert fields(found)["Equity"] == "10,200.00 USD"
    assert fields(found)["P&L"] == "realised +180.00, open +20.00"
    assert fields(found)["Trades"] == "3 ended, 2 won (67%), +1.80 R"
    assert fields(found)["Costs"] == "fees 6.00, funding +3.00"
    assert fields(found)["Best"] == "+200.00 (+2.00 R) long BTC A"
    assert fields(found)["Worst"] == "-50.00 (-0.50 R) long BTC A"
    assert fields(found)["Traded"] == "3 taken"
    assert found.document["pnl"] == {"total": 200.0, "realised": 180.0, "open": 20.0, "fees": 6.0, "funding": 3.0}
    assert [each["net_pnl"] for each in found.document["ended"]] == [200.0, -50.0, 30.0]


def test_summary_all_winners_has_the_least_of_them_as_worst() -> None:
    found = summary([opened(0, "10000"), *ended(1, "200"), *ended(2, "50"), opened(1, "10250")])

    assert fields(found)["Trades"] == "2 ended, 2 won (100%), +2.50 R"
    assert fields(found)["Worst"].startswith("+50.00")


def test_summary_one_trade_is_not_told_twice() -> None:
    found = summary([opened(0, "10000"), *ended(1, "200"), opened(1, "10200")])

    assert "Best" in fields(found)
    assert "Worst" not in fields(found)


def test_summary_trade_without_risk_has_no_r() -> None:
    found = summary([opened(0, "10000"), *ended(1, "200", risk=Decimal(0)), opened(1, "10200")])

    assert fields(found)["Best"] == "+200.00 long BTC A"
    assert found.document["ended"][0]["r"] is None


def test_summary_trade_that_ended_again_counts_once() -> None:
    first, again = ended(1, "200"), ended(1, "150")
    found = summary([opened(0, "10000"), *first, again[-1], opened(1, "10150")])

    assert fields(found)["Trades"] == "1 ended, 1 won (100%), +1.50 R"


def test_summary_day_that_still_runs_is_worth_what_it_is_told() -> None:
    found = summary([opened(0, "10000"), *ended(1, "200")], equity="10150")

    assert found.title == "3 Feb 2026: +150.00 USD (+1.50%)"
    assert fields(found)["P&L"] == "realised +200.00, open -50.00"


def test_summary_equity_not_known_tells_what_was_realised() -> None:
    found = summary([opened(0, "10000"), *ended(1, "200")])

    assert found.title == "3 Feb 2026: +200.00 USD realised"
    assert fields(found)["Equity"] == "not known"
    assert fields(found)["P&L"] == "realised +200.00"


def test_summary_other_days_are_not_of_it() -> None:
    records = [opened(0, "10000"), opened(1, "10000"), *ended(25, "500"), *ended(-2, "500"), opened(2, "11000")]
    found = summary(records)

    assert found.title == "3 Feb 2026: +0.00 USD (+0.00%)"
    assert fields(found)["Trades"] == "none ended"
    assert fields(found)["Signals"] == "none"


def test_summary_refused_signals_are_told_by_rule() -> None:
    rules = ["open_positions", "open_positions", "cooldown", "a", "b", "c", "d"]
    found = summary([opened(0, "10000"), *(refused(each, rule) for each, rule in enumerate(rules))])

    assert fields(found)["Traded"] == "7 denied (open positions 2, a 1, b 1, c 1, cooldown 1, others 1)"


def test_summary_closes_missed_are_counted_by_reason_but_not_those_of_the_start() -> None:
    reasons = ["start", "feed_gap", "feed_gap", "restart_gap"]
    missed = [
        CloseMissed(session="s", at=BEGAN + each * MINUTE, instrument=BITCOIN, evaluated_at=BEGAN + HOUR, reason=reason)
        for each, reason in enumerate(reasons)
    ]

    assert fields(summary(missed))["Closes missed"] == "feed gap 2, restart gap 1"


def test_summary_limits_reached_are_told() -> None:
    found = summary(
        [
            opened(0, "10000"),
            stands(8, TradingState.ACTIVE, StateCause.NEW_DAY, BreakerLevel.WARN),
            stands(9, TradingState.REDUCING, StateCause.DAILY_LOSS, BreakerLevel.NO_NEW_ENTRIES),
            stands(10, TradingState.REDUCING, StateCause.DAILY_LOSS, BreakerLevel.FLATTEN),
        ]
    )

    assert fields(found)["Limits"] == "the day's loss: flatten; 08:00 active (new day); 09:00 reducing (daily loss)"
    assert found.document["level"] == "flatten"


def test_summary_drift_names_who_and_how_far() -> None:
    detail = "Rebound: half, weight 0.5: 31 live trades made -0.10 R each, 412 tested ones +0.22 R; the statistic is 9"
    found = summary([Noticed(session="s", at=BEGAN + HOUR, kind="drift", detail=detail)])

    assert fields(found)["Drift"] == "Rebound: half, weight 0.5"
    assert found.document["drift"] == [detail]


@pytest.mark.parametrize(
    ("unexplained", "document", "words"),
    [(0, {}, "agrees"), (2, {}, "2 differences unexplained"), (1, {"problem": "no history"}, "could not be compared")],
)
def test_summary_comparison_is_told(unexplained: int, document: dict[str, str], words: str) -> None:
    at = BEGAN + DAY + MINUTE
    run = ParityRun(session="s", at=at, start=BEGAN, end=at, unexplained=unexplained, document=document)

    assert fields(summary([run]))["Backtest"] == words


def test_summary_comparison_of_the_day_before_is_not_of_it() -> None:
    before = ParityRun(session="s", at=BEGAN, start=BEGAN - DAY, end=BEGAN, unexplained=3)

    assert fields(summary([before]))["Backtest"] == "not compared"


@dataclass(frozen=True)
class Spoke:
    """A channel that has told something."""

    channel: str
    words: str

    def document(self) -> dict[str, Any]:
        return {"channel": self.channel}


def test_summary_tells_how_channels_did() -> None:
    found = summary([], [Spoke("telegram", "14 delivered"), Spoke("email", "1 delivered, 1 given up")])

    assert fields(found)["Telegram"] == "14 delivered"
    assert fields(found)["Email"] == "1 delivered, 1 given up"
    assert found.document["channels"] == [{"channel": "telegram"}, {"channel": "email"}]


def test_summary_same_day_has_the_same_id_however_often_it_is_made() -> None:
    assert summary([]).id == summary([SESSION]).id
