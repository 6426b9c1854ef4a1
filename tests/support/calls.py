"""edgeproof called in this process, as the binary calls it, and what the call left behind."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from edgeproof.cli.main import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a call left behind."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Outcome]


def call(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, columns: int = 200
) -> Outcome:
    """Call edgeproof with words, in a terminal of some columns."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys, "argv", ["edgeproof", *words])
    try:
        main()
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 0
    captured = capsys.readouterr()
    return Outcome(status=status, out=captured.out, err=captured.err)
