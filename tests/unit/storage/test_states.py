"""The states of hypotheses on disk."""

from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.storage.states import LIVE, STATES, keep_live, keep_states, read_states
from edgeproof.core.model.errors import StoreError


def found(scope: str, state: str, run: str = "run-1") -> dict[str, Any]:
    return {"key": {"hypothesis": "Dip", "scopes": {scope: {"state": state, "run": run}}}}


def test_states_of_a_new_home_are_none(tmp_path: Path) -> None:
    assert read_states(tmp_path) == {}


def test_states_kept_come_back(tmp_path: Path) -> None:
    keep_states(tmp_path / "home", found("BTC", "tested"))
    assert read_states(tmp_path / "home") == found("BTC", "tested")


def test_later_state_replaces_that_of_its_scope_only(tmp_path: Path) -> None:
    for each in (found("BTC", "tested"), found("ETH", "rejected"), found("BTC", "qualified", "run-2")):
        keep_states(tmp_path, each)
    assert read_states(tmp_path)["key"]["scopes"] == {
        "BTC": {"state": "qualified", "run": "run-2"},
        "ETH": {"state": "rejected", "run": "run-1"},
    }


@pytest.mark.parametrize("content", ["", "[]", '{"version": 1', '{"version": 1}', '{"version": 1, "states": 3}'])
def test_damaged_states_are_refused_and_left_as_they_are(tmp_path: Path, content: str) -> None:
    (tmp_path / STATES).write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="is damaged: delete it"):
        keep_states(tmp_path, found("BTC", "tested"))
    assert (tmp_path / STATES).read_text(encoding="utf-8") == content


def test_states_of_a_later_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / STATES).write_text('{"version": 9, "states": {}}', encoding="utf-8")
    with pytest.raises(StoreError, match="has version 9, this program knows version 1"):
        read_states(tmp_path)


def test_what_live_trades_led_to_outlives_every_later_discovery(tmp_path: Path) -> None:
    keep_states(tmp_path, found("BTC", "qualified"))
    keep_live(tmp_path, "key", "Dip", {"state": "killed", "why": "drift", "at": 7, "since": 0})
    keep_states(tmp_path, found("BTC", "qualified", "run-2"))
    kept = read_states(tmp_path)["key"]
    assert kept[LIVE] == {"state": "killed", "why": "drift", "at": 7, "since": 0}
    assert kept["scopes"] == {"BTC": {"state": "qualified", "run": "run-2"}}
    keep_live(tmp_path, "key", "Dip", {"state": "probation", "why": "", "at": 7, "since": 7})
    assert read_states(tmp_path)["key"]["scopes"] == kept["scopes"]


def test_what_live_trades_led_to_can_stand_alone(tmp_path: Path) -> None:
    keep_live(tmp_path, "key", "Dip", {"state": "killed"})
    assert read_states(tmp_path) == {"key": {"hypothesis": "Dip", "scopes": {}, "live": {"state": "killed"}}}
