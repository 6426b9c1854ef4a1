"""edgeproof's own processes, for tests that want the real thing: a replica that serves, a recording that runs."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WAIT_S = 60


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """The document on stdout."""
        return json.loads(self.out)


def edgeproof(*words: str | Path, timeout: float = 240) -> Finished:
    """Run a command to its end."""
    command = [sys.executable, "-m", "edgeproof", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, env=_environment())
    return Finished(done.returncode, done.stdout, done.stderr)


@contextmanager
def replica(*words: str | Path, faults: Sequence[str] = ()) -> Iterator[str]:
    """The address of a replica that runs, as a process, while the block lasts."""
    more = [word for fault in faults for word in ("--fault", fault)]
    command = [sys.executable, "-m", "edgeproof", "exchange", *map(str, words), *more, "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment())
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            _, problem = process.communicate(timeout=WAIT_S)
            raise AssertionError(f"the replica did not start: {problem}")
        yield str(json.loads(line)["url"])
    finally:
        process.terminate()
        process.communicate(timeout=WAIT_S)


def begin(*words: str | Path) -> "subprocess.Popen[str]":
    """A command that runs while the test goes on; the test ends it."""
    command = [sys.executable, "-m", "edgeproof", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment())


def free_port() -> int:
    """A port of loopback on which nobody listens now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("EDGEPROOF_")}
