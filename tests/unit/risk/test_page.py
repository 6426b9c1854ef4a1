"""The page about risk is what the code says."""

from dataclasses import fields
from decimal import Decimal

from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.time import format_duration
from edgeproof.core.model.trading import TradingState
from edgeproof.core.risk.checks import check_entry
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.risk.trading_state import ALLOWED, TRANSITIONS
from tests.support.data import REPOSITORY
from tests.support.risk import account, long_btc, market

_PAGE = REPOSITORY / "docs" / "explanation" / "risk.md"
_PERCENT = {"risk_fraction", "max_open_risk", "max_margin_share", "max_drawdown"}
_NONE = {"whitelist": "none", "kelly_multiplier": "off"}


def _rows(first: str) -> list[str]:
    """The rows of the table whose head begins with the word."""
    lines = _PAGE.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |")) + 2
    end = next(number for number, line in enumerate(lines[start:], start) if not line.startswith("|"))
    return lines[start:end]


def _shown(name: str, value: object) -> str:
    if value is None:
        return _NONE[name]
    if name in _PERCENT or name.endswith("_loss"):
        assert isinstance(value, Decimal)
        return f"{(value * 100).normalize():f} %"
    if name in {"cooldown", "max_price_age"}:
        assert isinstance(value, int)
        return format_duration(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}"


def test_page_has_every_limit_with_its_default() -> None:
    expected = [
        f"| `{each.name}` | {_shown(each.name, each.default)} | {each.metadata['meaning']} |"
        for each in fields(RiskLimits)
    ]
    assert _rows("limit") == expected


def test_page_has_every_transition() -> None:
    states = [state.upper() if state is not None else "–" for row in TRANSITIONS.values() for state in row]
    expected = [
        f"| `{cause}` | {' | '.join(states[4 * number : 4 * number + 4])} |" for number, cause in enumerate(TRANSITIONS)
    ]
    assert _rows("leads to it") == expected


def test_page_has_what_each_state_allows() -> None:
    expected = [
        f"| `{purpose}` | {' | '.join('yes' if state in states else 'no' for state in TradingState)} |"
        for purpose, states in ALLOWED.items()
    ]
    assert _rows("order") == expected


def test_page_has_the_levels_of_the_breaker() -> None:
    limits = RiskLimits()
    shown = [_shown("warn_loss", each) for each in (limits.warn_loss, limits.no_entries_loss, limits.flatten_loss)]
    assert [row.split(" | ")[1] for row in _rows("level")] == shown


def test_page_has_the_rules_in_the_order_in_which_they_decide() -> None:
    weighed = long_btc(weight=SignalWeight(stage="steady"))
    checks = check_entry(weighed, account(), market(), RiskLimits()).checks
    rules = [row.split("`")[1] for row in _rows("rule")]
    assert [rule for rule in rules if rule != "kelly"] == [check.rule for check in checks]
