"""What trading came to, from the records of a journal."""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import BookKept, HistoryUsed, Record, SessionBegan
from edgeproof.core.model.portfolio import TradingDay
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.core.model.trade import Account, Book
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.services.account_curve import account_curve
from edgeproof.services.evidence import TrackRecord
from edgeproof.services.live_trades import live_trades
from edgeproof.services.statistics import LiveStatistics, live_statistics, names_traded, watched_days
from edgeproof.services.trading_view import trading_view
from tests.support.asked import ListJournal
from tests.support.live_trades import BEGAN, live_trade
from tests.support.sessions import BITCOIN, ETHER
from tests.support.trading import began, closed, decided, denied, noted, traded, whole

CASH = Decimal(10_000)


def session(name: str, since: int, instruments: Sequence[Instrument] = (BITCOIN,)) -> SessionBegan:
    used = tuple(HistoryUsed(instrument=each, start=0, end=since, digest="") for each in instruments)
    return replace(began(), session=name, at=since, hypotheses={"A": "", "B": ""}, history=used)


def opened(day: int, equity: str) -> BookKept:
    """The book as it was a minute into a day."""
    start = BEGAN + day * DAY
    account = Account(
        cash=CASH, day=TradingDay(start=start, opening_equity=Decimal(equity), opening_unrealized=Decimal(0))
    )
    return whole(Book(account=account), at=start + MINUTE)


QUIET: tuple[Record, ...] = (session("s", BEGAN), opened(0, "10000"))


def trade(number: int, net: str, hypothesis: str = "A") -> list[Record]:
    """A signal, its decision, its entry and its end."""
    made = live_trade(number, net, hypothesis=hypothesis)
    fired: Signal = made.signal
    costs = {"reference": Decimal(100), "slippage": 0.0002, "assumed_slippage": 0.0003}
    fill = noted("entry", "filled", 60, fired, quantity=Decimal(100), price=Decimal(100), **costs)
    end = replace(closed(fired), trade=made.trade, at=made.trade.time, hypothesis=hypothesis)
    return [decided(fired), traded(fired), fill, end]


def asked(records: Sequence[Record], tested: dict[tuple[str, Instrument], TrackRecord] | None = None) -> LiveStatistics:
    account = Account(cash=CASH)
    view = trading_view(Book(account=account), {}, RiskLimits(), BEGAN + 3 * DAY)
    return live_statistics(ListJournal(records), view, tested or {})


def test_account_without_a_trade_has_figures_of_nothing() -> None:
    found = asked(QUIET)
    assert found.figures.n == 0
    assert math.isnan(found.figures.win_rate)
    assert found.exposure == 0.0
    assert found.account is not None
    assert found.account.drawdowns.deepest == 0.0
    assert math.isnan(found.account.sharpe)
    assert found.hypotheses == ()


def test_statistics_are_of_the_trades_of_the_journal() -> None:
    found = asked([*QUIET, *trade(1, "200"), *trade(2, "-500"), *trade(3, "100")])
    assert (found.figures.n, found.figures.n_wins) == (3, 2)
    assert found.figures.net_pnl == -200
    assert found.figures.slippage_bps == pytest.approx(1.0)
    assert found.figures.assumed_bps == pytest.approx(1.5)
    assert found.exposure == pytest.approx(3 * 29 * MINUTE / (3 * DAY - MINUTE))
    assert (found.streaks.wins, found.streaks.losses, found.streaks.current) == (1, 1, 1)
    assert found.account is not None
    assert found.account.drawdowns.deepest == pytest.approx(500 / 10_200)


def test_daily_returns_are_of_opening_equities_with_what_is_open() -> None:
    records = [*QUIET, opened(1, "10100"), opened(2, "10000")]
    curve = account_curve(ListJournal(records), (), Decimal(10_200), BEGAN + 3 * DAY)
    assert curve is not None
    assert curve.marked.equity.tolist() == [10_000, 10_100, 10_000, 10_200]
    assert [each - BEGAN for each in curve.marked.time.tolist()] == [0, DAY, 2 * DAY, 3 * DAY]


def over(days: int) -> LiveStatistics:
    """An account that wins 2 % on one day and loses 1 % on the next."""
    equity = [Decimal(10_000)]
    for each in range(days):
        equity.append(equity[-1] * (Decimal("1.02") if each % 2 == 0 else Decimal("0.99")))
    records: list[Record] = [session("s", BEGAN), *(opened(day, str(each)) for day, each in enumerate(equity))]
    view = trading_view(Book(account=Account(cash=CASH)), {}, RiskLimits(), BEGAN + days * DAY + HOUR)
    return live_statistics(ListJournal(records), view, {})


def test_account_has_ratios_from_thirty_whole_days_on() -> None:
    few, enough = over(29).account, over(30).account
    assert few is not None
    assert enough is not None
    assert (few.days, enough.days) == (29, 30)
    assert math.isnan(few.sharpe)
    assert math.isnan(few.growth_a_year)
    assert enough.sharpe == pytest.approx(0.005 / (0.015 * math.sqrt(30 / 29)) * math.sqrt(365))
    assert enough.sortino == pytest.approx(0.005 / (0.01 / math.sqrt(2)) * math.sqrt(365))
    assert enough.calmar == pytest.approx(((1.02 * 0.99) ** (15 * 365 / 30) - 1) / 0.01)


def test_days_without_a_record_keep_the_equity_before() -> None:
    curve = account_curve(ListJournal([opened(0, "10000"), opened(3, "11000")]), (), None, BEGAN + 3 * DAY + HOUR)
    assert curve is not None
    assert curve.marked.equity.tolist() == [10_000, 11_000]


def test_day_whose_equity_was_never_known_is_left_out() -> None:
    unknown = whole(Book(account=Account(cash=CASH)), at=BEGAN)
    curve = account_curve(ListJournal([unknown]), (), None, BEGAN + DAY)
    assert curve is not None
    assert curve.marked.equity.tolist() == [10_000]


def test_journal_that_never_traded_has_no_curve() -> None:
    assert account_curve(ListJournal([]), (), None, BEGAN) is None


def test_realised_curve_has_a_point_at_each_end() -> None:
    journal = ListJournal([opened(0, "10000"), *trade(1, "200"), *trade(2, "-500")])
    curve = account_curve(journal, live_trades(journal), None, BEGAN + DAY)
    assert curve is not None
    assert curve.realised.equity.tolist() == [10_000, 10_200, 9_700]


def test_hypothesis_counts_signals_taken_trades_and_expectation() -> None:
    lost = live_trade(5, "0").signal
    records = [*QUIET, *trade(1, "200"), denied(lost)]
    tested = {("A", BITCOIN): TrackRecord(n=60, win_rate=0.5, days=30.0)}
    found = live_statistics(
        _Taken(records, {BITCOIN: BEGAN + 3 * DAY}),
        trading_view(Book(account=Account(cash=CASH)), {}, RiskLimits(), BEGAN + 3 * DAY),
        tested,
    )
    (row,) = found.hypotheses
    assert (row.signals, row.taken, row.figures.n, row.state) == (2, 1, 1, "qualified")
    assert (row.watched_days, row.expected) == pytest.approx((3.0, 6.0))


def test_expectation_without_the_time_of_the_backtest_is_not_known() -> None:
    (row,) = asked([*QUIET, *trade(1, "200")], {("A", BITCOIN): TrackRecord(n=60, win_rate=0.5)}).hypotheses
    assert row.expected is None


def test_chosen_hypotheses_have_no_account_of_their_own() -> None:
    records = [*QUIET, *trade(1, "200"), *trade(2, "-100", "B")]
    view = trading_view(Book(account=Account(cash=CASH)), {}, RiskLimits(), BEGAN + DAY)
    found = live_statistics(ListJournal(records), view, {}, {"B"})
    assert (found.account, found.figures.n) == (None, 1)
    assert [each.row.hypothesis for each in found.hypotheses] == ["B"]
    assert names_traded(ListJournal(records)) == {"A", "B"}


def test_sessions_answer_for_the_time_until_the_next_begins() -> None:
    both = [session("s1", BEGAN), session("s2", BEGAN + DAY, (BITCOIN, ETHER))]
    found = watched_days(both, {BITCOIN: BEGAN + 3 * DAY, ETHER: BEGAN + 2 * DAY})
    assert found["A", BITCOIN] == 3.0
    assert found["B", ETHER] == 1.0


def test_session_that_took_nothing_in_watched_for_no_time() -> None:
    assert watched_days([session("s", BEGAN)], {})["A", BITCOIN] == 0.0


class _Taken(ListJournal):
    """A journal that has taken in candles up to some times."""

    def __init__(self, records: Sequence[Record], until: dict[Instrument, int]) -> None:
        super().__init__(records)
        self._until = until

    def taken_until(self) -> dict[Instrument, int]:
        return self._until
