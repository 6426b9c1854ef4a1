"""Entries a trader can follow: the account and the market, and what becomes of a long BTC from 45,000 to 44,500."""

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from edgeproof.core.model.entry import EntryMarket, EntryRequest, SignalWeight, TrackRecord
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.portfolio import LossStreak, Portfolio
from edgeproof.core.model.time import HOUR, SECOND
from edgeproof.core.model.trading import BreakerLevel, TradingState, TradingStatus
from edgeproof.core.risk.checks import Denied, Outcome, Sized, check_entry, check_stop_move
from edgeproof.core.risk.limits import RiskLimits, without_limits
from tests.support.risk import BTC, ETH, NOON, SOL, account, dec, entry_of, held, long_btc, market, resting

ETH_LONG = held(ETH, 2, 2_500, 2_450)
KNOWN = market(correlations={ETH: 0.3, SOL: 0.3}, betas={ETH: 1.2, SOL: 1.5})
DAY = account().day
assert DAY is not None


def _told(outcome: Outcome) -> str:
    """An outcome in a line."""
    match outcome:
        case Sized(sizing=sizing):
            notes = [" halved"] if sizing.is_halved else []
            notes += [f" capped by {sizing.cap}"] if sizing.cap else []
            return f"{sizing.units.normalize():f}{''.join(notes)}"
        case Denied(rule=rule, value=value, limit=limit):
            shown = f"{value:.6g}" if isinstance(value, float) else str(value)
            return f"no: {rule} {shown} against {limit}"


def _entry(
    portfolio: Portfolio | None = None,
    around: EntryMarket = KNOWN,
    limits: dict[str, Any] | None = None,
    request: EntryRequest | None = None,
) -> Outcome:
    return check_entry(request or long_btc(), portfolio or account(), around, RiskLimits(**(limits or {})))


SCENARIOS: dict[str, tuple[dict[str, Any], str]] = {
    "the example: 10,000 x 2 % / 500": ({}, "0.4"),
    "short, the mirror image": ({"request": long_btc(stop=45_500)}, "0.4"),
    "beside one position that is little correlated": ({"portfolio": account(positions=(ETH_LONG,))}, "0.4"),
    # what is allowed at all
    "reducing": (
        {"portfolio": account(status=TradingStatus(state=TradingState.REDUCING))},
        "no: trading_state reducing against active",
    ),
    "halted": (
        {"portfolio": account(status=TradingStatus(state=TradingState.HALTED))},
        "no: trading_state halted against active",
    ),
    "not on the whitelist": (
        {"limits": {"whitelist": frozenset({ETH, SOL})}},
        "no: whitelist BTC/USD:USD against ETH/USD:USD, SOL/USD:USD",
    ),
    "on the whitelist": ({"limits": {"whitelist": frozenset({BTC})}}, "0.4"),
    "stop on the wrong side": (
        {"request": long_btc(stop=45_500, direction=1)},
        "no: levels stop 45500 for 45000 against sound",
    ),
    "stop at the entry": ({"request": long_btc(stop=45_000)}, "no: levels stop 45000 for 45000 against sound"),
    "stop at nothing": ({"request": long_btc(stop=0)}, "no: levels stop 0 for 45000 against sound"),
    "stop below nothing": ({"request": long_btc(stop=-1)}, "no: levels stop -1 for 45000 against sound"),
    "stop that is no number": (
        {"request": replace(long_btc(), stop=Decimal("NaN"))},
        "no: levels stop NaN for 45000 against sound",
    ),
    "no direction": ({"request": long_btc(direction=0)}, "no: levels stop 44500 for 45000 against sound"),
    "a price of thirty seconds ago": ({"around": replace(KNOWN, price_at=NOON - 30 * SECOND)}, "0.4"),
    "a price of a minute ago": (
        {"around": replace(KNOWN, price_at=NOON - 60 * SECOND)},
        "no: price_age_seconds 60 against 30.0",
    ),
    # the breakers
    "2.4 % lost today": ({"portfolio": account(9_760, realized=-240)}, "0.3904"),
    "2.5 % lost today, realised": (
        {"portfolio": account(9_750, realized=-250)},
        "no: daily_loss 0.025 against 0.025",
    ),
    "3 % lost today, all of it open": (
        {"portfolio": account(9_700, positions=(held(ETH, 10, 2_500, 2_450, mark=2_470),))},
        "no: daily_loss 0.03 against 0.025",
    ),
    "lost and made good: the level holds": (
        {"portfolio": account(day=replace(DAY, level=BreakerLevel.NO_NEW_ENTRIES))},
        "no: breaker_level no_new_entries against warn",
    ),
    "a warning today refuses nothing": ({"portfolio": account(day=replace(DAY, level=BreakerLevel.WARN))}, "0.4"),
    "flattening alone also refuses entries": (
        {"portfolio": account(9_700, realized=-300), "limits": {"no_entries_loss": None}},
        "no: daily_loss 0.03 against 0.03",
    ),
    "a warning alone refuses nothing": (
        {"portfolio": account(9_700, realized=-300), "limits": {"no_entries_loss": None, "flatten_loss": None}},
        "0.388",
    ),
    "15 % below the peak": (
        {"portfolio": account(8_500, opening=8_500, peak_equity=dec(10_000))},
        "no: drawdown 0.15 against 0.15",
    ),
    "three losses, the last three hours ago": (
        {"portfolio": account(losses=LossStreak(length=3, last_at=NOON - 3 * HOUR))},
        "no: cooldown_minutes 60 against 0.0",
    ),
    "three losses, the last four hours ago": (
        {"portfolio": account(losses=LossStreak(length=3, last_at=NOON - 4 * HOUR))},
        "0.4",
    ),
    "29 orders within a minute": ({"portfolio": account(orders_last_minute=29)}, "0.4"),
    "30 orders within a minute": (
        {"portfolio": account(orders_last_minute=30)},
        "no: orders_a_minute 31 against 30",
    ),
    # the positions there are
    "two positions already": (
        {"portfolio": account(positions=(ETH_LONG, held(SOL, 1, 100, 99)))},
        "no: open_positions 3 against 2",
    ),
    "a resting entry counts as a position": (
        {"portfolio": account(positions=(ETH_LONG,), resting=(resting(SOL, 1, 100, 99),))},
        "no: open_positions 3 against 2",
    ),
    "against the own position": (
        {"portfolio": account(positions=(held(BTC, -0.1, 45_000, 45_500),))},
        "no: net_position against against not against",
    ),
    "along with the own position": (
        {"portfolio": account(positions=(held(BTC, 0.1, 45_000, 44_500),))},
        "no: signals_per_position 2 against 1",
    ),
    "along with the own position, where two signals may": (
        {"portfolio": account(positions=(held(BTC, 0.1, 45_000, 44_500),)), "limits": {"max_signals_per_position": 2}},
        "0.4",
    ),
    "beside an own entry that rests": (
        {"portfolio": account(resting=(resting(BTC, 0.1, 45_000, 44_500),))},
        "no: signals_per_position 2 against 1",
    ),
    # correlation
    "correlated by 0.60: the whole": (
        {"portfolio": account(positions=(ETH_LONG,)), "around": market(correlations={ETH: 0.60}, betas={ETH: 1.2})},
        "0.4",
    ),
    "correlated by 0.61: half": (
        {"portfolio": account(positions=(ETH_LONG,)), "around": market(correlations={ETH: 0.61}, betas={ETH: 1.2})},
        "0.2 halved",
    ),
    "correlated by 0.85: half": (
        {"portfolio": account(positions=(ETH_LONG,)), "around": market(correlations={ETH: 0.85}, betas={ETH: 1.2})},
        "0.2 halved",
    ),
    "correlated by 0.86: none": (
        {"portfolio": account(positions=(ETH_LONG,)), "around": market(correlations={ETH: 0.86}, betas={ETH: 1.2})},
        "no: correlation 0.86 against 0.85",
    ),
    "correlated by 0.86, but the other way round": (
        {
            "portfolio": account(positions=(held(ETH, -2, 2_500, 2_550),)),
            "around": market(correlations={ETH: 0.86}, betas={ETH: 1.2}),
        },
        "0.4",
    ),
    "correlation halves only": (
        {
            "portfolio": account(positions=(ETH_LONG,)),
            "around": market(correlations={ETH: 1.0}, betas={ETH: 1.2}),
            "limits": {"max_correlation": None},
        },
        "0.2 halved",
    ),
    "correlation refuses only": (
        {
            "portfolio": account(positions=(ETH_LONG,)),
            "around": market(correlations={ETH: 0.7}, betas={ETH: 1.2}),
            "limits": {"halve_correlation": None},
        },
        "0.4",
    ),
    # the size
    "the stop is very near: 5 x the equity at most": (
        {"request": long_btc(stop=44_990), "limits": {"max_btc_beta": None, "min_size_share": None}},
        "1.1111 capped by leverage",
    ),
    "the stop is very near, and a crumb is no trade": (
        {"request": long_btc(stop=44_990), "limits": {"max_btc_beta": None}},
        "no: size_share 0.055555 against 0.25",
    ),
    "what is open uses up leverage": (
        {"portfolio": account(positions=(held(ETH, 14, 2_500, 2_490),)), "limits": {"max_btc_beta": None}},
        "0.3333 capped by leverage",
    ),
    "a position worth 9,000 at most": ({"limits": {"max_notional": Decimal(9_000)}}, "0.2 capped by notional"),
    "half of the margin there is": (
        {"portfolio": account(available_margin=dec(450))},
        "0.25 capped by margin",
    ),
    "no margin is left": (
        {"portfolio": account(available_margin=dec(-5))},
        "no: margin 0.09 against -2.5",
    ),
    "1 % of open risk is left": (
        {"portfolio": account(positions=(held(ETH, 2, 2_500, 2_350),))},
        "0.2 capped by open_risk",
    ),
    "no open risk is left": (
        {"portfolio": account(positions=(held(ETH, 4, 2_500, 2_400),))},
        "no: open_risk 0.040005 against 0.04",
    ),
    "a stop at break-even frees its risk": (
        {"portfolio": account(positions=(held(ETH, 4, 2_500, 2_500),)), "limits": {"max_btc_beta": None}},
        "0.4",
    ),
    "2.4 BTC-equivalents are there, 0.6 may be added": (
        {"portfolio": account(positions=(held(ETH, 8, 2_500, 2_490),))},
        "0.1333 capped by btc_beta",
    ),
    "short where 2.4 BTC-equivalents are long": (
        {"portfolio": account(positions=(held(ETH, 8, 2_500, 2_490),)), "request": long_btc(stop=45_500)},
        "0.4",
    ),
    "long of what moves against BTC counts as short": (
        {
            "portfolio": account(positions=(held(ETH, 8, 2_500, 2_490),)),
            "request": entry_of(SOL, 100, 99),
            "around": market(correlations={ETH: -0.5}, betas={ETH: 1.2, SOL: -0.5}),
        },
        "200",
    ),
    "what does not move with BTC has no part in it": (
        {"request": entry_of(SOL, 100, 99), "around": market(betas={SOL: 0.0})},
        "200",
    ),
    "less than one lot": (
        {"around": market(lot=1)},
        "no: lot_size 0.4 against 1.0",
    ),
    "capped to less than one lot": (
        {"around": market(lot=0.1), "limits": {"max_notional": Decimal(4_000)}},
        "no: notional 4500 against 4000.0",
    ),
    "capped, though not even the uncapped size is one lot": (
        {"around": market(lot=1), "limits": {"max_notional": Decimal(4_000)}},
        "no: lot_size 0.4 against 1.0",
    ),
}


@pytest.mark.parametrize("caption", SCENARIOS)
def test_entry_of_a_scenario_is_decided_as_in_the_table(caption: str) -> None:
    given, expected = SCENARIOS[caption]
    assert _told(_entry(**given)) == expected


UNKNOWN: dict[str, tuple[dict[str, Any], str]] = {
    "no equity": ({"portfolio": account(equity=None)}, "equity"),
    "nothing left": ({"portfolio": account(equity=0)}, "equity"),
    "an instrument nobody knows": ({"around": replace(KNOWN, terms=None)}, "instrument"),
    "a price that never came": ({"around": replace(KNOWN, price_at=None)}, "price_age_seconds"),
    "a stale price": ({"around": replace(KNOWN, price_at=NOON - 31 * SECOND)}, "price_age_seconds"),
    "a price from the future": ({"around": replace(KNOWN, price_at=NOON + 31 * SECOND)}, "price_age_seconds"),
    "no day": ({"portfolio": account(day=None)}, "daily_loss"),
    "a day without its opening equity": ({"portfolio": account(day=replace(DAY, opening_equity=None))}, "daily_loss"),
    "no peak": ({"portfolio": account(peak_equity=None)}, "drawdown"),
    "orders nobody counted": ({"portfolio": account(orders_last_minute=None)}, "orders_a_minute"),
    "a correlation": ({"portfolio": account(positions=(ETH_LONG,)), "around": market(betas={ETH: 1})}, "correlation"),
    "a correlation that is no number": (
        {"portfolio": account(positions=(ETH_LONG,)), "around": market(correlations={ETH: math.nan})},
        "correlation",
    ),
    "a correlation, where it only halves": (
        {"portfolio": account(positions=(ETH_LONG,)), "around": market(), "limits": {"max_correlation": None}},
        "correlation",
    ),
    "the record Kelly wants": ({"limits": {"kelly_multiplier": 0.5}}, "kelly"),
    "a mark, for the loss of the day": (
        {"portfolio": account(positions=(held(ETH, 2, 2_500, 2_450, mark=-1),))},
        "daily_loss",
    ),
    "a mark, for the leverage": (
        {
            "portfolio": account(positions=(held(ETH, 2, 2_500, 2_450, mark=-1),)),
            "limits": {"no_entries_loss": None, "flatten_loss": None},
        },
        "leverage",
    ),
    "available margin": ({"portfolio": account(available_margin=None)}, "margin"),
    "what margin the venue asks": ({"around": market(margin=None)}, "margin"),
    "a stop, for the open risk": ({"portfolio": account(positions=(held(ETH, 2, 2_500, None),))}, "open_risk"),
    "a beta of what is open": (
        {"portfolio": account(positions=(ETH_LONG,)), "around": market(correlations={ETH: 0.1})},
        "btc_beta",
    ),
    "a beta of what is asked": ({"request": entry_of(SOL, 100, 99), "around": market()}, "btc_beta"),
}


@pytest.mark.parametrize("caption", UNKNOWN)
def test_entry_is_refused_while_something_is_not_known(caption: str) -> None:
    given, rule = UNKNOWN[caption]
    outcome = _entry(**given)
    assert isinstance(outcome, Denied)
    assert outcome.rule == rule


def test_entry_on_an_instrument_that_is_not_tradeable_is_refused() -> None:
    assert KNOWN.terms is not None
    outcome = _entry(around=replace(KNOWN, terms=replace(KNOWN.terms, is_tradeable=False)))
    assert _told(outcome) == "no: instrument not tradeable against tradeable"


# Win rate of 200 trades at 2 R for 1 R, Kelly's multiplier: units. By hand for 38 %: p = 77 / 202 = 0.38119,
# f = p - (1 - p) / 2 = 0.07178, var f = 1.5² x 0.23588 / 203 = 0.0026145, k = 0.66339, risk 0.25 k f = 1.1904 %.
KELLY = [(0.60, 0.5, "0.4"), (0.38, 0.25, "0.238"), (0.30, 0.5, "no: kelly 0 against above 0")]


@pytest.mark.parametrize(("win_rate", "multiplier", "told"), KELLY)
def test_entry_with_kelly_risks_at_most_the_fixed_rule(win_rate: float, multiplier: float, told: str) -> None:
    record = TrackRecord(n=200, win_rate=win_rate, average_win=2.0, average_loss=1.0)
    outcome = _entry(limits={"kelly_multiplier": multiplier}, request=long_btc(record=record))
    assert _told(outcome) == told


def test_entry_that_is_made_says_every_rule_in_the_order_in_which_they_decide() -> None:
    outcome = _entry()
    assert [check.rule for check in outcome.checks] == [
        "equity", "daily_loss", "breaker_level", "drawdown", "trading_state",
        "instrument", "whitelist", "price_age_seconds", "levels", "cooldown_minutes", "orders_a_minute",
        "net_position", "signals_per_position", "open_positions", "correlation",
        "lot_size", "notional", "leverage", "margin", "open_risk", "btc_beta",
        "size_share",
    ]  # fmt: skip
    assert all(check.holds for check in outcome.checks)


def test_entry_that_several_rules_refuse_is_refused_by_the_first_and_lists_them_all() -> None:
    portfolio = account(status=TradingStatus(state=TradingState.HALTED), orders_last_minute=99)
    outcome = _entry(portfolio)
    assert isinstance(outcome, Denied)
    assert outcome.rule == "trading_state"
    assert [check.rule for check in outcome.checks if not check.holds] == ["trading_state", "orders_a_minute"]


def test_entry_without_limits_is_sized_by_its_risk_alone() -> None:
    blind = account(
        day=None,
        peak_equity=None,
        available_margin=None,
        orders_last_minute=None,
        positions=(held(ETH, 9, 1, None, -1),),
    )
    around = replace(market(margin=None), price_at=None)
    outcome = check_entry(long_btc(stop=44_999), blind, around, without_limits())
    assert _told(outcome) == "200"


def test_entry_without_limits_is_refused_while_halted() -> None:
    halted = account(status=TradingStatus(state=TradingState.HALTED))
    assert isinstance(check_entry(long_btc(), halted, KNOWN, without_limits()), Denied)


# direction, stop there is, stop proposed: holds
STOPS = [
    (1, "95", "97", True), (1, "95", "95", True), (1, "95", "94.9", False),
    (-1, "105", "103", True), (-1, "105", "105.1", False), (1, None, "90", True), (1, "95", "NaN", False),
]  # fmt: skip


@pytest.mark.parametrize(("direction", "current", "proposed", "holds"), STOPS)
def test_stop_is_never_moved_away(direction: int, current: str | None, proposed: str, holds: bool) -> None:
    check = check_stop_move(direction, None if current is None else Decimal(current), Decimal(proposed))
    assert check.holds == holds


# --- drift ---


def _weighed(weight: str, stage: str) -> EntryRequest:
    return long_btc(weight=SignalWeight(weight=Decimal(weight), stage=stage, value=31.25, limit=35.0, trades=60))


WEIGHTS = [
    ("1", "steady", "0.4"),
    ("0.5", "half", "0.2"),
    ("1.33", "gaining", "0.532"),
    ("0", "kill", "no: drift 31.25 against 35.0"),
]


@pytest.mark.parametrize(("weight", "stage", "told"), WEIGHTS)
def test_entry_of_a_weight_risks_that_share(weight: str, stage: str, told: str) -> None:
    outcome = _entry(limits={"max_leverage": None, "max_notional": None}, request=_weighed(weight, stage))
    assert _told(outcome) == told
    shown = {check.rule: (check.value, check.limit, check.holds) for check in outcome.checks}
    assert shown["weight"] == (float(weight), 1.5, True)
    assert shown["drift"] == (31.25, 35.0, stage != "kill")


def test_entry_at_half_weight_says_so_and_is_no_crumb() -> None:
    outcome = _entry(limits={"min_size_share": Decimal("0.9")}, request=_weighed("0.5", "half"))
    assert isinstance(outcome, Sized)
    assert outcome.sizing.words == "asked 0.2, given 0.2000 in steps of 0.0001, risk 1.000 %, weight 0.5"


def test_entry_that_nobody_weighs_is_held_against_no_drift() -> None:
    assert not {"drift", "weight"} & {check.rule for check in _entry().checks}


def test_entry_of_a_winner_never_risks_more_than_a_risk_fraction_may_be() -> None:
    limits = {
        "risk_fraction": Decimal("0.10"), "max_open_risk": None, "max_leverage": None, "max_notional": None,
        "max_margin_share": None, "max_btc_beta": None,
    }  # fmt: skip
    outcome = _entry(limits=limits, request=_weighed("1.5", "gaining"))
    assert isinstance(outcome, Sized)
    assert outcome.sizing.risk_fraction == Decimal("0.10")


def test_a_weight_beyond_its_bounds_is_refused() -> None:
    for wrong in ("-0.1", "1.51", "NaN"):
        with pytest.raises(InputError, match="a weight from 0 to 1.5"):
            _weighed(wrong, "gaining")
