"""What the document shows works as it is shown."""

import re
import time
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from edgeproof.adapters.notify.webhook import signature
from edgeproof.config.notify import NotifySettings
from tests.support.data import REPOSITORY


def _block(language: str) -> str:
    text = (REPOSITORY / "docs" / "how-to" / "get-told.md").read_text(encoding="utf-8")
    found = re.search(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_shown_settings_are_settings_of_every_channel() -> None:
    settings = NotifySettings.model_validate(tomllib.loads(_block("toml"))["notify"])
    assert list(settings.channels()) == ["telegram", "discord", "email", "webhook", "apprise"]


@pytest.mark.parametrize(("age", "is_genuine"), [(0, True), (200, True), (400, False), (-400, False)])
def test_shown_receiver_verifies_what_is_sent(age: int, is_genuine: bool) -> None:
    shown: dict[str, Any] = {}
    exec(_block("python"), shown)  # the document's own code
    verify: Callable[[str, dict[str, str], bytes], bool] = shown["is_genuine"]
    stamp = str(int(time.time()) - age)
    headers = {"X-Edgeproof-Timestamp": stamp, "X-Edgeproof-Signature": signature("key", stamp, b"{}")}
    assert verify("key", headers, b"{}") is is_genuine
    assert not verify("another", headers, b"{}")
