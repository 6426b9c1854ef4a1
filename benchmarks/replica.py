"""The replica: trades a second to one client at most speed, and what 300 instruments in real time cost."""

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.harness import REPOSITORY, Finding

FLOOD_INSTRUMENTS, FLOOD_DAYS, FLOOD_TRADES = 7, 20, 400_000
CROWD_INSTRUMENTS, CROWD_DAYS, CROWD_SECONDS = 300, 2, 30
REQUIRED_TRADES = 20_000
REQUIRED_CORES = 0.5
_TRADE = b'{"feed":"trade","product_id"'


@dataclass(frozen=True)
class _Replica:
    process: subprocess.Popen[bytes]
    port: int
    symbols: list[str]

    @property
    def cpu_seconds(self) -> float:
        """Processor time it has used, children aside."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def findings() -> Iterator[Finding]:
    """Both requirements."""
    with _serving(FLOOD_INSTRUMENTS, FLOOD_DAYS, "max") as replica:
        rate, share = _flood(replica)
    yield Finding(
        area="replica",
        case=f"trades a second to one client, {FLOOD_INSTRUMENTS} instruments, tickers and heartbeats beside them",
        ours=f"{rate:,.0f} ({1e6 * share:.1f} us CPU a trade)",
        peer=f"{REQUIRED_TRADES:,} required",
        ratio=rate / REQUIRED_TRADES,
        required=1.0,
    )
    with _serving(CROWD_INSTRUMENTS, CROWD_DAYS, "1") as replica:
        cores = _crowd(replica)
    yield Finding(
        area="replica",
        case=f"share of a core, {CROWD_INSTRUMENTS} instruments in real time, one client on every feed but the book",
        ours=f"{cores:.3f}",
        peer=f"{REQUIRED_CORES} allowed",
        ratio=REQUIRED_CORES / cores,
        required=1.0,
    )


@contextmanager
def _serving(instruments: int, days: int, speed: str) -> Iterator[_Replica]:
    home = REPOSITORY / ".cache" / "benchmarks" / "replica"
    words = ["--generated", str(instruments), "--days", str(days), "--speed", speed, "--port", "0", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "edgeproof", "exchange", "--home", str(home), *words], stdout=subprocess.PIPE
    )
    try:
        said = msgspec.json.decode(process.stdout.readline() if process.stdout else b"")
        yield _Replica(process, int(said["url"].rsplit(":", 1)[1]), said["instruments"])
    finally:
        process.terminate()
        process.communicate()


def _flood(replica: _Replica) -> tuple[float, float]:
    """Trades by the wall's second, and processor seconds of the replica for each."""
    with _connected(replica, "trade", "ticker") as client:
        began, used, seen = time.perf_counter(), replica.cpu_seconds, 0
        while seen < FLOOD_TRADES:
            seen += client.recv(1 << 20).count(_TRADE)
        taken, spent = time.perf_counter() - began, replica.cpu_seconds - used
    return seen / taken, spent / seen


def _crowd(replica: _Replica) -> float:
    """Processor seconds of the replica by the wall's second."""
    with _connected(replica, "trade", "ticker", "ticker_lite") as client:
        client.settimeout(0.5)
        began, used = time.perf_counter(), replica.cpu_seconds
        while time.perf_counter() - began < CROWD_SECONDS:
            with suppress(TimeoutError):
                client.recv(1 << 20)
        return (replica.cpu_seconds - used) / (time.perf_counter() - began)


@contextmanager
def _connected(replica: _Replica, *feeds: str) -> Iterator[socket.socket]:
    """A client that reads and counts, so that what is measured is the replica and not a websocket library."""
    with socket.create_connection(("127.0.0.1", replica.port)) as client:
        key = base64.b64encode(b"benchmark, 16 by").decode()
        client.sendall(
            b"GET /ws/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key.encode() + b"\r\n\r\n"
        )
        while b"\r\n\r\n" not in client.recv(1 << 16):
            pass
        client.sendall(_masked({"event": "subscribe", "feed": "heartbeat"}))
        for feed in reversed(feeds):
            client.sendall(_masked({"event": "subscribe", "feed": feed, "product_ids": replica.symbols}))
        yield client


def _masked(document: dict[str, object]) -> bytes:
    """A client's text frame; a mask of zeros leaves the text as it is."""
    text = msgspec.json.encode(document)
    size = len(text)
    head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
    return head + bytes(4) + text
