"""What `[risk]` and `[paper]` say is what trading is held against."""

from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

import pytest

from edgeproof.adapters.storage.journal.memory import MemoryJournal
from edgeproof.bootstrap.trading import RISK, changed_limits, limits_document, limits_in_force, risk_limits
from edgeproof.config import PaperSettings, RiskSettings, Settings, load_settings
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.core.risk.limits import RiskLimits, without_limits
from tests.support.data import REPOSITORY
from tests.support.journals import began
from tests.support.risk import BTC, ETH, SOL


def settings(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "edgeproof.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def limits(tmp_path: Path, text: str) -> RiskLimits:
    return risk_limits(settings(tmp_path, f"[risk]\n{text}"), file=tmp_path / "edgeproof.toml")


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(InputError) as refused:
        settings(tmp_path, text)
    return str(refused.value).replace(f"{tmp_path}/", "")


def test_every_limit_can_be_set_and_without_a_file_is_the_default(tmp_path: Path) -> None:
    assert list(RiskSettings.model_fields) == [each.name for each in fields(RiskLimits)]
    assert load_settings(tmp_path / "none.toml").risk.limits() == RiskLimits()
    assert load_settings(tmp_path / "none.toml").paper == PaperSettings()


def test_limits_are_what_the_file_says(tmp_path: Path) -> None:
    text = """
risk_fraction = 0.01
max_positions = 3
whitelist = ["BTCUSDT.P", "PF_ETHUSD", "SOL/USD:USD"]
max_notional = 50000
max_correlation = 0.9
cooldown = "90m"
max_price_age = "1m"
kelly_multiplier = 0.25
may_oppose = true
"""
    assert limits(tmp_path, text) == RiskLimits(
        risk_fraction=Decimal("0.01"),
        max_positions=3,
        whitelist=frozenset({BTC, ETH, SOL}),
        max_notional=Decimal(50_000),
        max_correlation=0.9,
        cooldown=90 * MINUTE,
        max_price_age=MINUTE,
        kelly_multiplier=0.25,
        may_oppose=True,
    )


def test_false_switches_off_every_limit_that_can_be_off(tmp_path: Path) -> None:
    free = without_limits()
    off = [each.name for each in fields(free) if getattr(free, each.name) is None]
    assert limits(tmp_path, "may_oppose = true\n" + "\n".join(f"{name} = false" for name in off)) == free


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("risk_fraction = 0.2", "risk.risk_fraction: expected a number above 0 to 0.10, found 0.2"),
        ("risk_fraction = false", "risk.risk_fraction: expected a number, found False"),
        ("max_open_risk = -0.04", "risk.max_open_risk: expected a number above 0 to 1, found -0.04"),
        ("max_leverage = nan", "risk.max_leverage: expected a number, found nan"),
        ("max_leverage = true", "risk.max_leverage: expected a number, found True"),
        ("max_positions = 2.5", "risk.max_positions: expected a whole number, found 2.5"),
        ("max_positions = 0", "risk.max_positions: expected a number from 1 to 10000, found 0"),
        ("reset_hour = 24", "risk.reset_hour: expected a number from 0 to 23, found 24"),
        ("cooldown = 4", 'risk.cooldown: expected a duration such as "30s" or "4h", found 4'),
        ('cooldown = "long"', 'risk.cooldown: expected a duration such as "5m", "8h" or "1d", found "long"'),
        ('cooldown = "60d"', 'risk.cooldown: expected a duration of at most "30d", found "60d"'),
        ('whitelist = "BTC"', "risk.whitelist: expected a list of instruments"),
        ("whitelist = []", "risk.whitelist: expected at least one instrument, found none"),
        ('whitelist = ["BTCUSDT.P", "bitcoin"]', "risk.whitelist: expected an instrument such as BTC/USD:USD"),
        ("warn_loss = 0.028", "risk.warn_loss: expected at most no_entries_loss (0.025), found 0.028"),
        (
            'may_oppose = "perhaps"',
            "risk.may_oppose: Input should be a valid boolean, unable to interpret input, found",
        ),
        ("max_position = 3", 'unknown key "risk.max_position"; did you mean "risk.max_positions"?'),
    ],
)
def test_limit_that_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    said = refusal(tmp_path, f"[costs]\ntaker = 0.0004\n\n[risk]\n{text}\n")
    assert said.startswith(f"edgeproof.toml: line 5: {words}")


@pytest.mark.parametrize("text", ["risk = 3", "[[risk]]\nmax_positions = 2", 'risk = "careful"'])
def test_section_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text).startswith("edgeproof.toml: line 1: risk: Input should be a valid dictionary")


def test_password_of_a_journal_is_not_repeated(tmp_path: Path) -> None:
    assert "secret" not in refusal(tmp_path, '[journal]\nurl = ["postgresql://ann:secret@db/x"]')


def test_everything_that_is_wrong_is_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    said = refusal(tmp_path, "[risk]\nmax_open_risk = 0.01\nwarn_loss = 0.05\n").splitlines()
    assert [line.split(": ")[1:3] for line in said] == [
        ["line 3", "risk.warn_loss"],
        ["line 2", "risk.max_open_risk"],
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("risk.risk_fraction = 0.2", 1),
        ("\nrisk = { max_positions = 2, risk_fraction = 0.2 }", 2),
        ("[costs]\n\n[risk] # limits\n  risk_fraction = 0.2", 4),
        ('[risk]\n"risk_fraction"=0.2', 2),
        ("[risk]\nwarn_loss = 0.028\nreset_hour = 3\nflatten_loss = 0.026", 2),
    ],
)
def test_line_is_found_however_the_file_is_written(tmp_path: Path, text: str, line: int) -> None:
    assert refusal(tmp_path, text).startswith(f"edgeproof.toml: line {line}: risk.")


def test_whitelist_is_held_against_what_the_venue_lists(tmp_path: Path) -> None:
    file = tmp_path / "edgeproof.toml"
    found = settings(tmp_path, '[risk]\nwhitelist = ["BTCUSDT.P", "ETHH/USD:USD"]')
    with pytest.raises(InputError, match=r"edgeproof.toml: line 2: risk.whitelist: .*found ETHH/USD:USD; did you mean"):
        risk_limits(found, [BTC, ETH], file=file)


def test_paper_is_what_the_file_says(tmp_path: Path) -> None:
    found = settings(tmp_path, "[paper]\nequity = 2500.5\nlatency_ms = 0\nspread = 0.001").paper
    assert found == PaperSettings(equity=Decimal("2500.5"), latency_ms=0, spread=0.001)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("equity = 0", "paper.equity: expected a number above 0, found 0"),
        ('equity = "much"', "paper.equity: expected a number, found 'much'"),
        ("latency_ms = -1", "paper.latency_ms: expected a whole number from 0 to 60000, found -1"),
        ("latency_ms = 1.5", "paper.latency_ms: expected a whole number, found 1.5"),
        ("spread = 1", "paper.spread: expected a number from 0 to below 1, found 1"),
        ("spread_bps = 5", 'unknown key "paper.spread_bps"; did you mean "paper.spread"?'),
    ],
)
def test_paper_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, words: str) -> None:
    assert refusal(tmp_path, f"[paper]\n{text}").startswith(f"edgeproof.toml: line 2: {words}")


def test_views_show_the_limits_a_session_trades_by_and_not_those_of_a_file_that_was_changed() -> None:
    traded = RiskLimits(risk_fraction=Decimal("0.01"), whitelist=frozenset({BTC}), cooldown=2 * HOUR, max_leverage=None)
    journal = MemoryJournal()
    assert limits_in_force(journal, Settings()) == RiskLimits()
    journal.append([replace(began("a"), settings={RISK: limits_document(traded)}), began("only watches")])
    assert limits_in_force(journal, Settings()) == traded
    journal.append([replace(began("b"), settings={RISK: {"later": 1}})])
    assert limits_in_force(journal, Settings()) == RiskLimits()


def test_limits_that_were_changed_while_trades_are_open_are_told_one_by_one() -> None:
    now = RiskLimits(risk_fraction=Decimal("0.01"), max_leverage=None)
    (said,) = changed_limits(RiskLimits(), now, open_trades=2)
    assert said.startswith(
        "changed while 2 trades are open: risk_fraction was 0.02 and is 0.01; max_leverage was 5.0 and is off"
    )
    assert "keeps its size and its stops" in said
    assert changed_limits(RiskLimits(), now, open_trades=1)[0].startswith("changed while a trade is open")
    assert changed_limits(RiskLimits(), now, open_trades=0) == ()
    assert changed_limits(now, now, open_trades=2) == ()


def test_settings_of_the_reference_are_settings(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    found = settings(tmp_path, page.split("```toml\n")[1].split("```")[0])
    assert found.risk.limits() == RiskLimits(whitelist=frozenset({BTC, ETH}))
    assert found.paper == PaperSettings()
