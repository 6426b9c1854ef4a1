"""How long a signal takes from the close of its candle to a Bot API that has accepted it.

A generated market of seven instruments goes through the replica at `SPEED` times real time into a real `scan` that
tells Telegram, whose Bot API is a server on loopback. Nothing is disturbed. The time is wall time: from the arrival of
the close's last fact in the session, through evaluation, journal, picture and Telegram's own library, to the answer of
the server. A feed of the real venue waits another `PATIENCE_MS` for late trades, which is added.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.harness import Finding
from edgeproof.adapters.kraken.feed_settings import FeedSettings
from edgeproof.bootstrap.asking import kept_journal
from edgeproof.core.model.journal import DeliveryNoted
from edgeproof.core.model.message import DeliveryFate
from edgeproof.core.model.time import HOUR, format_time, parse_time
from tests.support.bot_api_state import BotApi
from tests.support.bot_thread import bot_in_thread

SPEED, HOURS, INSTRUMENTS, CHAT = 120, 4, 7, 77
PATIENCE_MS = FeedSettings().patience_ms
MOST_MS = 1_000


def findings() -> Iterator[Finding]:
    """Milliseconds at 50 and 99 %, of signals alone."""
    latencies = sorted(_latencies())
    for level in (0.5, 0.99):
        found = latencies[min(len(latencies) - 1, int(level * len(latencies)))] + PATIENCE_MS
        yield Finding(
            area="telling",
            case=f"close to Bot API, {INSTRUMENTS} instruments, {len(latencies)} signals with pictures, "
            f"p{level * 100:g}, ms with {PATIENCE_MS} of patience",
            ours=f"{found:,.0f}",
            ratio=found,
            required=MOST_MS if level > 0.5 else None,
            at_most=True,
        )


def _latencies() -> list[float]:
    with tempfile.TemporaryDirectory() as folder, bot_in_thread(CHAT) as api:
        home = Path(folder)
        _write_settings(home, api)
        with _replica() as (url, now):
            until = format_time(parse_time(now) + HOURS * HOUR)
            words = ["scan", "--all", "--venue", "replica", "--url", url, "--home", folder, "--until", until]
            chosen = [word for name in _instruments(url) for word in ("--instrument", name)]
            subprocess.run(_command(*words, *chosen, "--no-preview"), check=True, capture_output=True)
        with kept_journal(home, home / "edgeproof.toml") as journal:
            notes = [each.record for each in journal.read(DeliveryNoted)]
    return [
        each.latency_ms
        for each in notes
        if each.what == DeliveryFate.DELIVERED and each.latency_ms is not None and each.message_id.startswith("signal:")
    ]


def _write_settings(home: Path, api: BotApi) -> None:
    """What Telegram takes a second in market time, so that a minute's signals wait no longer than they would."""
    token = home / "token"
    token.write_text(api.token)
    token.chmod(0o600)
    (home / "edgeproof.toml").write_text(
        f'[notify.telegram]\nurl = "{api.url}"\ntoken = "file:token"\nchats = [{{ id = {CHAT} }}]\n'
        f"commands = false\nbudget = 0\nper_second = {SPEED}\n"
    )


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "edgeproof", *words]


@contextmanager
def _replica() -> Iterator[tuple[str, str]]:
    words = ["exchange", "--generated", str(INSTRUMENTS), "--days", "10", "--warmup", "8d", "--speed", str(SPEED)]
    process = subprocess.Popen(
        _command(*words, "--waits", "--port", "0", "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("EDGEPROOF_")},
    )
    try:
        if process.stdout is None:
            raise RuntimeError("expected a replica that says where it is, found none")
        said = json.loads(process.stdout.readline())
        yield said["url"], said["now"]
    finally:
        process.terminate()
        process.wait()


def _instruments(url: str) -> list[str]:
    import httpx  # noqa: PLC0415 - the replica's own list

    listed = httpx.get(f"{url}/derivatives/api/v3/instruments").json()["instruments"]
    return [each["symbol"] for each in listed]
