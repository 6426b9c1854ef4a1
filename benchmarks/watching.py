"""What people who look cost the server of the dashboard: fifty pages against one, 300 instruments, twice a second.

The server is a process of its own, as `edgeproof web` runs it; the pages are websockets of this one.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import Finding
from tests.support.crowd import cpu_seconds, painted, resident_mb, watch

INSTRUMENTS, VIEWERS, SECONDS, ROUNDS = 300, 50, 15.0, 2
MOST = 2.0


def findings() -> Iterator[Finding]:
    """CPU of the server with a crowd over that with one page."""
    with tempfile.TemporaryDirectory() as folder, painted(Path(folder), INSTRUMENTS):
        words = [sys.executable, "-m", "edgeproof", "web", "--home", folder, "--port", "0"]
        server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        try:
            url = str(server.stdout.readline()).split()[0] if server.stdout is not None else ""
            asyncio.run(watch(url, 2, 3.0))  # what the first look costs is not of the crowd
            used = {1: 0.0, VIEWERS: 0.0}
            for viewers in list(used) * ROUNDS:
                before = cpu_seconds(server.pid)
                asyncio.run(watch(url, viewers, SECONDS))
                used[viewers] += cpu_seconds(server.pid) - before
            memory = resident_mb(server.pid)
        finally:
            server.terminate()
            server.wait(10)
    share = {viewers: cpu / (ROUNDS * SECONDS) for viewers, cpu in used.items()}
    yield Finding(
        area="watching",
        case=f"{VIEWERS} pages against one, {INSTRUMENTS} instruments twice a second, CPU of the server",
        ours=f"{share[VIEWERS]:.3f} of a core (one: {share[1]:.3f}), {memory:.0f} MB",
        ratio=share[VIEWERS] / share[1],
        required=MOST,
        at_most=True,
    )
