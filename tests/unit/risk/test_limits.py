"""Limits that cannot be meant are refused in words."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import HOUR
from edgeproof.core.risk.limits import RiskLimits, check_whitelist, without_limits
from tests.support.risk import BTC, ETH, SOL

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a risk above 10 %": (
        {"risk_fraction": Decimal("0.11")},
        "risk_fraction: expected a number above 0 to 0.10, found 0.11",
    ),
    "no risk at all": ({"risk_fraction": Decimal(0)}, "risk_fraction: expected a number above 0"),
    "a risk that is no number": ({"risk_fraction": Decimal("NaN")}, "found NaN"),
    "a negative limit": ({"max_leverage": Decimal(-1)}, "max_leverage: expected a number above 0 to 100, found -1"),
    "an infinite limit": ({"max_notional": Decimal("Infinity")}, "max_notional: expected"),
    "no position at all": ({"max_positions": 0}, "max_positions: expected a number from 1"),
    "a correlation above 1": ({"max_correlation": 1.5}, "max_correlation: expected a number from 0 to 1, found 1.5"),
    "an hour that no day has": ({"reset_hour": 24}, "reset_hour: expected a number from 0 to 23, found 24"),
    "a negative cooldown": ({"cooldown": -1}, "cooldown: expected a number from 0"),
    "a drawdown of everything and more": ({"max_drawdown": Decimal("1.5")}, "max_drawdown"),
    "Kelly more than once": ({"kelly_multiplier": 1.5}, "kelly_multiplier: expected a number above 0 to 1"),
    "an empty whitelist": ({"whitelist": frozenset()}, "leave it out to allow every listed one"),
    "flattening before warning": (
        {"warn_loss": Decimal("0.05")},
        "warn_loss: expected at most no_entries_loss (0.025), found 0.05; a later level needs a greater loss",
    ),
    "flattening before refusing entries": (
        {"no_entries_loss": Decimal("0.04")},
        "no_entries_loss: expected at most flatten",
    ),
    "levels in the wrong order, one left out": (
        {"warn_loss": Decimal("0.04"), "no_entries_loss": None},
        "warn_loss: expected at most flatten_loss (0.03)",
    ),
    "less open risk than one trade has": ({"max_open_risk": Decimal("0.01")}, "no trade could have its size"),
    "halving above refusing": (
        {"halve_correlation": 0.9},
        "halve_correlation: expected at most max_correlation (0.85)",
    ),
    "more observations than are looked at": ({"correlation_window": 100}, "no correlation would ever be known"),
}


@pytest.mark.parametrize("caption", WRONG)
def test_limits_that_cannot_be_meant_are_refused_in_words(caption: str) -> None:
    wrong, words = WRONG[caption]
    with pytest.raises(InputError) as refused:
        RiskLimits(**wrong)
    assert words in str(refused.value)


def test_limits_with_several_faults_name_all_of_them() -> None:
    with pytest.raises(InputError) as refused:
        RiskLimits(risk_fraction=Decimal("0.5"), max_positions=-2)
    assert len(str(refused.value).splitlines()) == 2


def test_limits_by_default_are_those_that_are_promised() -> None:
    limits = RiskLimits()
    assert limits.risk_fraction == Decimal("0.02")
    assert limits.max_positions == 2
    assert limits.flatten_loss == Decimal("0.03")
    assert limits.max_drawdown == Decimal("0.15")
    assert limits.cooldown == 4 * HOUR
    assert limits.kelly_multiplier is None


def test_limits_say_what_each_of_them_means() -> None:
    assert [each.name for each in fields(RiskLimits) if not each.metadata.get("meaning")] == []


def test_without_limits_only_what_cannot_be_off_is_left() -> None:
    limits = without_limits(Decimal("0.01"))
    left = {each.name for each in fields(limits) if getattr(limits, each.name) is not None}
    assert left == {
        "risk_fraction", "may_oppose", "correlation_window", "min_observations", "reset_hour", "cooldown",
    }  # fmt: skip


def test_whitelist_of_listed_instruments_passes() -> None:
    check_whitelist(RiskLimits(whitelist=frozenset({BTC})), [BTC, ETH])
    check_whitelist(RiskLimits(), [BTC])


def test_whitelist_of_an_unknown_instrument_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="found SOL/USD:USD; did you mean .*USD"):
        check_whitelist(RiskLimits(whitelist=frozenset({BTC, SOL})), [BTC, ETH])


def test_whitelist_of_an_unknown_instrument_without_a_near_name_says_so() -> None:
    with pytest.raises(InputError, match="the venue lists 0 instruments and not this one"):
        check_whitelist(RiskLimits(whitelist=frozenset({SOL})), [])
