"""What `[validation]` says is what a signal is held against."""

from pathlib import Path

import pytest

from edgeproof.bootstrap.session import limits_of
from edgeproof.config import load_settings
from edgeproof.core.model.errors import InputError
from edgeproof.core.signals.validate import Limits


def settings(tmp_path: Path, text: str) -> Limits:
    file = tmp_path / "edgeproof.toml"
    file.write_text(f"[validation]\n{text}", encoding="utf-8")
    return limits_of(load_settings(file))


def test_without_a_file_the_limits_are_the_defaults(tmp_path: Path) -> None:
    assert limits_of(load_settings(tmp_path / "none.toml")) == Limits()


def test_a_limit_is_what_the_file_says_and_false_is_none(tmp_path: Path) -> None:
    found = settings(tmp_path, "max_cost_r = 0.3\nmax_spread_bps = false\nwithin_regimes = true")
    assert found == Limits(max_cost_r=0.3, max_spread_bps=None, within_regimes=True)


@pytest.mark.parametrize("text", ["max_cost_r = 0", "max_cost_r = -1", "max_cost_r = true", 'max_cost_r = "much"'])
def test_a_limit_that_is_none_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"line 2: validation\.max_cost_r"):
        settings(tmp_path, text)


def test_a_misspelt_limit_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean"):
        settings(tmp_path, "max_costs_r = 0.3")
