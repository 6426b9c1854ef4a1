"""Settings as a page shows them: in force, with where each comes from, and no secret among them."""

from pathlib import Path

import pytest

from edgeproof.config.described import HIDDEN, Described, described
from edgeproof.core.model.errors import InputError

FILE = """\
[risk]
risk_fraction = 0.01   # half
cooldown = "2h"
max_leverage = false
whitelist = ["ETHUSDT.P", "BTC/USD:USD"]

[journal]
url = "postgresql://ann:hunter2@db.example/trading"

[notify]
quiet_hours = "22:00-07:00"
[notify.telegram]
chats = [{ id = 12345, role = "operator", name = "Ann" }, { id = 7 }]
[notify.webhook]
url = "https://example.com/?key=hunter2"
secret = "file:hunter2"
[notify.apprise]
urls = ["env:HUNTER2", "keyring:hunter2/x"]
"""


def _described(tmp_path: Path, text: str = FILE) -> dict[str, Described]:
    file = tmp_path / "edgeproof.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return {each.key: each for _, section in described(file) for each in section}


def test_without_a_file_every_value_is_the_default(tmp_path: Path) -> None:
    sections = described(tmp_path / "nothing.toml")
    names = "costs validation risk paper journal notify notify.push web"
    assert [name for name, _ in sections] == names.split()
    for _, section in sections:
        assert [each for each in section if each.source != "default" or each.value != each.default] == []


def test_every_setting_says_what_it_means(tmp_path: Path) -> None:
    assert [key for key, each in _described(tmp_path).items() if not each.help] == []


@pytest.mark.parametrize(
    ("key", "value", "default", "source"),
    [
        ("risk.risk_fraction", "0.01", "0.02", "file line 2"),
        ("risk.cooldown", "2h", "4h", "file line 3"),
        ("risk.max_leverage", "off", "5", "file line 4"),
        ("risk.whitelist", "BTC/USD:USD, ETH/USD:USD", "off", "file line 5"),
        ("risk.max_positions", "2", "2", "default"),
        ("notify.quiet_hours", "22:00-07:00", "off", "file line 11"),
        ("notify.summary_at", "00:00", "00:00", "default"),
        ("notify.telegram.chats", "Ann (operator), 7 (viewer)", "", "file line 13"),
        ("web.url", "", "", "default"),
    ],
)
def test_value_is_said_as_in_the_file_with_where_it_comes_from(
    tmp_path: Path, key: str, value: str, default: str, source: str
) -> None:
    found = _described(tmp_path)[key]
    assert (found.value, found.default, found.source, found.is_secret) == (value, default, source, False)


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("journal.url", "file line 8"),
        ("notify.webhook.url", "file line 15"),
        ("notify.webhook.secret", "file line 16"),
        ("notify.apprise.urls", "file line 18"),
        ("notify.telegram.token", "environment EDGEPROOF_TELEGRAM_TOKEN"),
    ],
)
def test_secret_is_masked_whatever_it_is(tmp_path: Path, key: str, source: str) -> None:
    found = _described(tmp_path)[key]
    assert (found.value, found.default, found.source, found.is_secret) == (HIDDEN, "", source, True)


def test_nothing_that_is_described_holds_a_secret(tmp_path: Path) -> None:
    assert "hunter2" not in repr(_described(tmp_path))


def test_setting_of_an_inline_table_has_the_line_of_the_table(tmp_path: Path) -> None:
    found = _described(tmp_path, "\nrisk = { risk_fraction = 0.01 }\ncosts.taker = 0.001\n")
    assert found["risk.risk_fraction"].source == "file line 2"
    assert found["costs.taker"].source == "file line 3"


def test_file_that_cannot_be_meant_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1"):
        _described(tmp_path, "risk.risk_fraction = 3\n")
