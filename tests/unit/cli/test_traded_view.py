"""`why` and `status`: what trading made of a signal, and how it stands."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.table import Table
from rich.text import Text

from edgeproof.cli.traded_view import RISK_RULES, traded_view
from edgeproof.core.model.journal import Record
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.core.risk.checks import check_entry
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.services.traded import Traded
from tests.support.asked import ListJournal, ask
from tests.support.calls import Outcome, call
from tests.support.risk import account, dec, long_btc, market
from tests.support.sessions import BITCOIN
from tests.support.trading import (
    LONG,
    SHORT,
    closed,
    decided,
    denied,
    history,
    noted,
    records,
    signal_of,
    traded,
)

Asks = Callable[..., Outcome]


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object) -> Asks:
    def run(*words: str, of: list[Record], columns: int = 120) -> Outcome:
        ask(monkeypatch, ListJournal(of))
        return call([*words, "--home", str(tmp_path)], monkeypatch, capsys, columns=columns)

    return run


def trading_part(text: str) -> list[str]:
    """The lines of `why` from trading on."""
    lines = [line.rstrip() for line in text.splitlines()]
    return lines[lines.index("Trading") :]


def test_why_of_a_signal_that_was_taken_and_closed(asks: Asks) -> None:
    other = signal_of("Other", BITCOIN, (45_000, 44_000, 47_000), time=LONG.time)
    noise: list[Record] = [decided(other), denied(other), noted("entry", "sent", 1, other)]
    found = asks("why", LONG.id, of=[decided(), *noise, traded(), *history(), closed()])
    lines = trading_part(found.out)
    assert lines[:6] == [
        "Trading",
        "fate    taken",
        "size    asked 0.4, given 0.4 in steps of 0.1, risk 2.000 %",
        "result  +184.12 USD, +0.92 R of 200.00 risked",
        "prices  0.4 from 45,000.00 to 45,500.00 on average",
        "costs   +200.00 before fees of 15.34 and funding of 0.54",
    ]
    assert lines[6] == "closed  2026-02-03 03:15:00 UTC by the stop (break-even), after 1h 59m"
    orders = lines[lines.index("Orders") + 1 : lines.index("Rules of risk") - 1]
    assert len(orders) == 8
    words = "01:15:01 entry filled 0.4 at 45,000.00 fee 9.00, slippage 1.2 bp (2.0 assumed)"
    assert " ".join(orders[3].split()) == words
    assert orders[5].endswith("fee 1.84 as maker")
    assert orders[6].split()[1:] == ["stop", "amend", "refused", "order", "is", "being", "executed"]
    assert lines[-1].split()[:4] == ["holds", "open_risk", "0.02", "at"]


def test_why_of_a_signal_that_was_denied_says_the_rule_with_its_numbers(asks: Asks) -> None:
    lines = trading_part(asks("why", LONG.id, of=[decided(), denied()]).out)
    assert lines[1] == ("fate  denied by open_positions: 3, at most 2 (instruments with a position or a resting entry)")
    assert "Orders" not in lines
    assert lines[-1].split()[:3] == ["FAILS", "open_positions", "3"]


def test_why_of_what_is_open_says_where_to_look(asks: Asks) -> None:
    text = asks("why", LONG.id, of=[decided(), traded(), *history()[:5]]).out
    assert "it is open, or waits for its entry: edgeproof positions" in text


def test_why_of_an_entry_that_was_not_filled_says_so(asks: Asks) -> None:
    orders = [*history()[:3], noted("entry", "expired", 900)]
    assert "none: its entry was not filled" in asks("why", LONG.id, of=[decided(), traded(), *orders]).out


@pytest.mark.parametrize("fate", [TradeFate.OVERLAPPED, TradeFate.INVALIDATED, TradeFate.EXPIRED, TradeFate.SKIPPED])
def test_why_has_words_for_every_fate(asks: Asks, fate: TradeFate) -> None:
    record = traded(fate=fate, quantity=None, sizing="", checks=(), rule="", value=None)
    lines = trading_part(asks("why", LONG.id, of=[decided(), record]).out)
    assert lines[1].startswith(f"fate  {fate}: ")
    assert len(lines) == 2


def test_why_of_a_trade_that_lost_at_a_target_and_with_funding_that_is_not_known(asks: Asks) -> None:
    lost = closed(net_pnl=dec("-4.5"), risk=dec("0"), reason="target-1", is_funding_complete=False)
    text = "\n".join(trading_part(asks("why", LONG.id, of=[decided(), traded(), lost]).out))
    assert "-4.50 USD, +nan R" not in text
    assert "-4.50 USD of 0.00 risked" in text
    assert "(a rate of funding is not known)" in text
    assert "by target-1, after" in text


def test_trade_that_a_late_fill_reopened_has_its_last_end(asks: Asks) -> None:
    later = closed(net_pnl=dec("150"))
    assert "+150.00 USD, +0.75 R" in asks("why", LONG.id, of=[decided(), traded(), closed(), later]).out


def test_why_as_json_has_the_fate_the_orders_and_the_result(asks: Asks) -> None:
    found = asks("why", LONG.id, "--json", of=[decided(), traded(), *history(), closed()]).document
    trading = found["trading"]
    assert (found["fate"], trading["fate"], trading["quantity"]) == ("told", "taken", 0.4)
    assert trading["sizing"].startswith("asked 0.4")
    assert trading["orders"][3]["order"] == f"{LONG.id}-entry"
    assert (trading["orders"][3]["slippage"], trading["orders"][3]["is_maker"]) == (0.00012, False)
    assert (trading["result"]["net_pnl"], trading["result"]["r_multiple"]) == (184.12, pytest.approx(0.9206))
    assert trading["result"]["stop_kind"] == "break_even"
    denied_ = asks("why", LONG.id, "--json", of=[decided(), denied()]).document["trading"]
    assert (denied_["rule"], denied_["value"], denied_["limit"], denied_["result"]) == (
        "open_positions",
        3.0,
        2.0,
        None,
    )


def test_why_of_a_signal_that_nobody_traded_says_nothing_of_trading(asks: Asks) -> None:
    of: list[Record] = [decided(), decided(SHORT)]
    assert "Trading" not in asks("why", LONG.id, of=of).out
    assert asks("why", LONG.id, "--json", of=of).document["trading"] is None


@pytest.mark.parametrize("columns", [80, 120])
def test_status_shows_trading_within_the_terminal(asks: Asks, columns: int) -> None:
    found = asks("status", of=records(), columns=columns)
    assert "ACTIVE  equity 10,405.38" in found.out
    assert "nothing is lost: edgeproof paper goes on where it was" in " ".join(found.out.split())
    assert [line.split()[:2] for line in found.out.splitlines() if line.startswith(("LONG", "SHORT"))] == [
        ["LONG", "BTC"],
        ["SHORT", "ETH"],
        ["LONG", "SOL"],
    ]
    assert max(len(line.rstrip()) for line in found.out.splitlines()) <= columns


def test_status_as_json_has_trading(asks: Asks) -> None:
    assert asks("status", "--json", of=records()).document["trading"]["equity"] == 10405.38
    assert asks("status", "--json", of=[]).document["trading"] is None


def test_every_rule_of_risk_is_explained() -> None:
    checks = check_entry(long_btc(), account(), market(), replace(RiskLimits(), kelly_multiplier=0.5)).checks
    assert {each.rule for each in checks} <= set(RISK_RULES)


@pytest.mark.parametrize(
    ("slippage", "assumed", "is_costly"),
    [
        (0.0172, 0.00015, True),
        (0.0006, 0.00015, False),
        (0.0007, 0.00015, True),
        (0.002, 0.0015, False),
        (0.01, None, False),
    ],
)
def test_fill_that_slipped_far_beyond_what_is_assumed_is_conspicuous(
    slippage: float, assumed: float | None, is_costly: bool
) -> None:
    record = noted("entry", "filled", 1, slippage=slippage, assumed_slippage=assumed, fee=dec("9"))
    parts = traded_view(Traded(decided=traded(), orders=(record,)), 120)
    orders = [part for part in parts if isinstance(part, Table)][1]
    [cell] = list(orders.columns[-1].cells)
    assert isinstance(cell, Text)
    assert cell.style == ("yellow" if is_costly else "")
