"""session.lock: one session a home, and it can be said which."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgeproof.adapters.storage.session_lock import LOCK, Holder, hold, holder
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.time import parse_time

ME = Holder(
    pid=os.getpid(), host="desk", command="scan --all", venue="kraken", since=parse_time("2026-02-03T10:30:00Z")
)

_HOLDS = """
import os, sys, time
from pathlib import Path
from edgeproof.adapters.storage.session_lock import Holder, hold
claim = hold(Path(sys.argv[1]), Holder(pid=os.getpid(), host="h", command="scan", venue="kraken", since=0))
print("held", flush=True)
time.sleep(60)
"""


def test_second_session_is_refused_and_told_who_holds_the_home(tmp_path: Path) -> None:
    claim = hold(tmp_path / "home", ME)
    words = rf'held by "scan --all" \(kraken\), process {ME.pid} on desk, since 2026-02-03T10:30:00.000Z: .*--home'
    with pytest.raises(StoreError, match=words):
        hold(tmp_path / "home", ME)
    claim.release()
    claim.release()
    hold(tmp_path / "home", ME).release()


def test_holder_is_known_while_it_holds(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    claim = hold(tmp_path, ME)
    assert holder(tmp_path) == ME
    claim.release()
    assert holder(tmp_path) is None


def test_homes_do_not_disturb_one_another(tmp_path: Path) -> None:
    hold(tmp_path / "a", ME).release()
    first, second = hold(tmp_path / "a", ME), hold(tmp_path / "b", ME)
    first.release()
    assert (holder(tmp_path / "a"), holder(tmp_path / "b")) == (None, ME)
    second.release()


def test_lock_dies_with_its_process(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", _HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    held = holder(tmp_path)
    assert held is not None
    assert held.pid == process.pid
    process.kill()
    process.communicate(timeout=60)
    assert holder(tmp_path) is None
    assert (tmp_path / LOCK).read_bytes() != b""  # what it said is still there, and means nothing
    hold(tmp_path, ME).release()


def test_lock_that_says_nothing_is_a_lock_all_the_same(tmp_path: Path) -> None:
    claim = hold(tmp_path, ME)
    (tmp_path / LOCK).write_bytes(b'{"pid": 12, "si')
    assert holder(tmp_path) == Holder(pid=0, host="", command="", venue="", since=0)
    with pytest.raises(StoreError, match="another session, which does not say who it is"):
        hold(tmp_path, ME)
    claim.release()


def test_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="check --home and its permissions"):
        hold(tmp_path / "file", ME)
