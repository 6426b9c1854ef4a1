"""`edgeproof stats`, asked of a journal: text, JSON, and plain words where there is nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from edgeproof.cli.score_lines import score_table
from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.journal import Record, TradeClosed
from edgeproof.core.model.trade import Account, Book
from edgeproof.services.evidence import TrackRecord
from edgeproof.services.scoreboard import Tally, score
from tests.support.asked import ListJournal, ask
from tests.support.calls import Outcome, call
from tests.support.live_trades import live_trade
from tests.support.sessions import BITCOIN
from tests.support.trading import began, candles, closed, decided, denied, traded, whole

Asked = Callable[..., Outcome]
TESTED = TrackRecord(
    state="qualified", n=400, win_rate=0.5, expectancy_r=0.2, mean_win_r=1.4, mean_loss_r=-1.0, days=400.0,
    version="0.0.9",
)  # fmt: skip


def begun() -> list[Record]:
    return [began(), whole(Book(account=Account(cash=Decimal(10_000)))), *candles()]


def trade(number: int, net: str, hypothesis: str = "Rebound_5m") -> list[Record]:
    made = live_trade(number, net, hypothesis=hypothesis)
    end = replace(closed(made.signal), trade=made.trade, at=made.trade.time, hypothesis=hypothesis)
    return [decided(made.signal), traded(made.signal), end]


def three() -> list[Record]:
    lost = live_trade(9, "0", hypothesis="Quiet_5m").signal
    return [*begun(), *trade(1, "200"), *trade(2, "-100"), *trade(3, "50", "Momentum_Shift_15m"), denied(lost)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object) -> Asked:
    def run(
        *words: str,
        records: list[Record],
        tested: bool = True,
        columns: int = 120,
        weights: dict[str, SignalWeight] | None = None,
    ) -> Outcome:
        ask(monkeypatch, ListJournal(records))
        monkeypatch.setattr("edgeproof.bootstrap.statistics.weights_of_journal", lambda _home, _journal: weights or {})
        found = {(name, BITCOIN): TESTED for name in ("Rebound_5m", "Momentum_Shift_15m")} if tested else {}
        monkeypatch.setattr("edgeproof.bootstrap.statistics.records_of_journal", lambda _home, _journal: found)
        return call(["stats", *words, "--home", str(tmp_path)], monkeypatch, capsys, columns=columns)

    return run


def test_stats_of_a_home_that_never_traded_say_so(asked: Asked) -> None:
    outcome = asked(records=[began()])
    assert outcome.status == 0
    assert "nothing was traded yet; edgeproof paper trades on paper" in outcome.out
    assert asked("--json", records=[began()]).document == {"account": None, "trades": None, "hypotheses": []}


def test_stats_before_a_trade_is_over_make_up_nothing(asked: Asked) -> None:
    outcome = asked("--by", "day", records=begun())
    assert "no trade is over yet: there is nothing to make figures of" in outcome.out
    assert "by day: no trade is over yet" in outcome.out
    assert "nan" not in outcome.out.lower()


def test_stats_say_what_trading_came_to(asked: Asked) -> None:
    text = asked(records=three()).out
    assert "3 trades, 2 won (67%, 95 % interval 21-94)  profit factor 2.50" in text
    assert "a trade +50.00 and +0.50 R  in all +1.50 R" in text
    assert "realised +150.00 net  +159.00 gross  fees 6.00  funding 3.00" in text
    assert "in a row 1 won, 1 lost at most, now 1 won" in text
    assert "Sharpe, Sortino, Calmar: need 30 whole days of equity" in text


def test_stats_set_each_hypothesis_beside_its_backtest(asked: Asked) -> None:
    lines = asked(records=three()).out.splitlines()
    [row] = [line for line in lines if line.startswith("Rebound_5m")]
    assert row.split() == ["Rebound_5m", "2", "50%", "9-91", "50%", "2.00", "1.40", "+0.50", "+0.20", "2", "of", "50"]
    assert any("signals 2, 2 taken" in line for line in lines)
    assert "1 more without a trade that is over (signals 1, 0 taken; each: --json)" in lines[-3]


def test_hypothesis_without_a_tested_record_has_no_verdict(asked: Asked) -> None:
    lines = asked(records=three(), tested=False).out.splitlines()
    [row] = [line for line in lines if line.startswith("Rebound_5m")]
    assert row.endswith("not tested")


def test_backtest_of_another_version_is_told(asked: Asked) -> None:
    text = asked(records=three()).out
    assert "2 tested by another version: 0.0.9;" in text
    assert "edgeproof discover tests anew" in text


def test_one_winner_has_no_loss_to_divide_by(asked: Asked) -> None:
    outcome = asked(records=[*begun(), *trade(1, "100")])
    assert "1 trade, 1 won (100%, 95 % interval 21-100)  profit factor no loss" in outcome.out


@pytest.mark.parametrize("by", ["hypothesis", "instrument", "day", "hour", "regime"])
@pytest.mark.parametrize("columns", [80, 100, 120])
def test_stats_fit_the_terminal(asked: Asked, by: str, columns: int) -> None:
    lines = asked("--by", by, records=three(), columns=columns).out.splitlines()
    assert max(map(len, lines)) <= columns
    assert any(line.startswith(by) for line in lines)


def test_stats_of_one_hypothesis_are_of_its_trades_alone(asked: Asked) -> None:
    text = asked("momentum_*", records=three()).out
    assert "1 trade, 1 won" in text
    assert "Rebound" not in text
    assert "equity" not in text


def test_stats_of_an_unknown_hypothesis_name_the_nearest(asked: Asked) -> None:
    outcome = asked("Rebond_5m", records=three())
    assert outcome.status == 2
    assert 'no hypothesis that was traded is called "Rebond_5m"; did you mean "Rebound_5m"?' in outcome.err


def test_stats_as_json_have_null_where_a_figure_does_not_exist(asked: Asked) -> None:
    document = asked("--json", "--by", "instrument", records=[*begun(), *trade(1, "100")]).document
    assert document["trades"]["net_pnl"] == 100.0
    assert document["trades"]["profit_factor"] is None
    assert document["account"]["sharpe"] is None
    (row,) = document["hypotheses"]
    assert row["against_tested"]["verdict"] == "too few trades"
    assert row["against_tested"]["tested"]["win_rate"] == 0.5
    assert [(each["label"], each["n"]) for each in document["groups"]] == [("BTC/USD:USD", 1)]


def test_details_of_a_hypothesis_stand_on_one_line_of_a_narrow_terminal(asked: Asked) -> None:
    lines = asked(records=three(), columns=80).out.splitlines()
    assert "    signals 2, 2 taken  slip 0.00 bp (0.00 assumed)  net +100.00" in lines


@pytest.mark.parametrize(("wins", "words"), [(30, "as tested"), (40, "+17 points"), (15, "-25 points")])
def test_scoreboard_says_by_how_much_a_win_rate_is_off(wins: int, words: str) -> None:
    row = score("A", {BITCOIN: Tally(n=60, n_wins=wins)}, {("A", BITCOIN): TESTED})
    _, (line,) = score_table([row], 80)
    assert line.plain.endswith(words)


# --- weights ---

WEIGHTS = {
    "Rebound_5m": SignalWeight(weight=Decimal("0.5"), stage="half", value=31.98, limit=35.01, trades=2),
    "Momentum_Shift_15m": SignalWeight(
        weight=Decimal("1.14"), stage="gaining", value=0.0, limit=33.0, trades=1, note="on probation: 1 of 50 trades"
    ),
    "Quiet_5m": SignalWeight(stage="untested", note="no verdict: it was never tested"),
    "Calm_1h": SignalWeight(stage="steady", value=0.0),
    "Gone_1h": SignalWeight(weight=Decimal(0), stage="kill", note="killed: edgeproof hypotheses revive lets it trade"),
}


def test_stats_show_the_weight_and_the_stage_of_each_hypothesis(asked: Asked) -> None:
    lines = asked(records=three(), weights=WEIGHTS).out.splitlines()
    [row] = [line for line in lines if line.startswith("Rebound_5m")]
    assert row.split()[-5:] == ["0.5", "half", "2", "of", "50"]
    assert any("drift 32.0, killed above 35.0" in line for line in lines)
    [row] = [line for line in lines if line.startswith("Momentum_Shift_15m")]
    assert "1.14 gaining" in row
    assert any(line.endswith("on probation: 1 of 50 trades") for line in lines)


def test_stats_show_the_weight_of_what_has_not_traded_too(asked: Asked) -> None:
    lines = asked(records=three(), weights=WEIGHTS).out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("3 more without a trade that is over"))
    assert sorted(lines[at + 1 : at + 4]) == [
        "    weight 0 kill:  Gone_1h",
        "    weight 1 ok:  Calm_1h",
        "    weight 1 untested:  Quiet_5m",
    ]


def test_stats_as_json_have_the_weight_of_every_hypothesis(asked: Asked) -> None:
    rows = asked("--json", records=begun(), weights=WEIGHTS).document["hypotheses"]
    found = {each["hypothesis"]: each["weight"] for each in rows}
    assert found.keys() == WEIGHTS.keys()
    assert found["Rebound_5m"] == {
        "weight": 0.5, "stage": "half", "value": 31.98, "limit": 35.01, "trades": 2, "note": None,
    }  # fmt: skip
    assert (found["Quiet_5m"]["weight"], found["Quiet_5m"]["value"]) == (1.0, None)
    (row,) = asked("calm_*", "--json", records=begun(), weights=WEIGHTS).document["hypotheses"]
    assert row["hypothesis"] == "Calm_1h"


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_weights_fit_the_terminal(asked: Asked, columns: int) -> None:
    many = {f"Hypothesis_Of_A_Long_Name_{number}_15m": SignalWeight(stage="steady") for number in range(9)}
    lines = asked(records=three(), columns=columns, weights=WEIGHTS | many).out.splitlines()
    assert max(map(len, lines)) <= columns
    assert any("0.5 half" in line for line in lines)


def test_a_stage_of_no_other_weight_is_told_on_a_narrow_terminal_too() -> None:
    row = score("A", {BITCOIN: Tally(n=60, n_wins=30)}, {("A", BITCOIN): TESTED})
    _, (line,) = score_table([row], 80, {"A": SignalWeight(stage="alert", value=28.0, limit=35.0, trades=60)})
    assert "1 alert" in line.plain


# --- bad input ---


def without_risk() -> list[Record]:
    *rest, end = trade(1, "100")
    assert isinstance(end, TradeClosed)
    return [*rest, replace(end, trade=replace(end.trade, risk=Decimal(0)))]


BAD: dict[str, list[Record]] = {
    "no trade": [],
    "one loser": trade(1, "-100"),
    "nothing but winners": [record for number in range(60) for record in trade(number, "100")],
    "nothing but losers": [record for number in range(60) for record in trade(number, "-100")],
    "one that made nothing": trade(1, "0"),
    "one without a risk": without_risk(),
}


@pytest.mark.parametrize("by", ["hypothesis", "day", "regime"])
@pytest.mark.parametrize("tested", [True, False])
@pytest.mark.parametrize("of", list(BAD))
def test_stats_of_bad_input_are_words_and_never_what_is_no_number(asked: Asked, of: str, tested: bool, by: str) -> None:
    records = [*begun(), *BAD[of]]
    text = asked("--by", by, records=records, tested=tested, weights=WEIGHTS).out.lower()
    assert not {"nan", "inf", "infinity"} & set(re.findall(r"[a-z]+", text))
    asked("--json", "--by", by, records=records, tested=tested, weights=WEIGHTS)  # would be refused by the writer


def test_stats_of_nothing_but_winners_give_their_verdict_and_no_profit_factor(asked: Asked) -> None:
    outcome = asked("--json", records=[*begun(), *BAD["nothing but winners"]], weights=WEIGHTS)
    row = next(each for each in outcome.document["hypotheses"] if each["hypothesis"] == "Rebound_5m")
    assert (row["live"]["profit_factor"], row["against_tested"]["verdict"]) == (None, "above")


def test_stats_of_an_account_that_began_with_nothing_divide_by_nothing(asked: Asked) -> None:
    empty: list[Record] = [began(), whole(Book(account=Account(cash=Decimal(0)))), *candles()]
    assert "began with 0.00" in asked(records=empty).out
    assert asked("--json", records=[*empty, *trade(1, "100")]).document["account"]["equity"] is not None
