"""The dashboard beside a session or a demo: `edgeproof web` as a process of its own, which ends with this one.

It cannot slow what trades, nor end it. It holds on to its stdin, a pipe from here: when that ends, however this process
ended, so does it.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from edgeproof.cli.context import Context

_END_S = 5.0


@contextmanager
def dashboard_beside(
    context: Context, tell: Callable[[str], None], *, port: int | None = None
) -> Iterator["Dashboard"]:
    """A dashboard of the home while the block lasts; `tell` hears where it is, or why there is none.

    With a `port` it listens there (0: at any that is free), else where the settings say.
    """
    where = [] if port is None else ["--port", str(port)]
    words = ["web", "--until-eof", *where, "--home", str(context.home), "--config", str(context.config)]
    process = subprocess.Popen(
        [sys.executable, "-m", "edgeproof", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Ctrl-C here is for this process, which then ends the other.
        start_new_session=True,
    )
    dashboard = Dashboard(process, tell)
    try:
        yield dashboard
    finally:
        dashboard.end()


class Dashboard:
    """The process of a dashboard."""

    def __init__(self, process: "subprocess.Popen[str]", tell: Callable[[str], None]) -> None:
        self._process = process
        self._tell = tell
        self.url: str | None = None
        self._said = Event()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        if self._process.stdout is not None:
            with self._process.stdout as lines:
                for line in lines:
                    self._tell(line.rstrip())
                    if self.url is None and line.startswith("http"):
                        self.url = line.split()[0]
                        self._said.set()
        self._said.set()

    def wait(self, seconds: float) -> str | None:
        """Where it is, as soon as it says so; None when it ended instead, or takes longer than that."""
        self._said.wait(seconds)
        return self.url

    def join(self) -> None:
        """Wait until it ends by itself."""
        self._process.wait()

    def end(self) -> None:
        """End it, and wait until it is gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_END_S)
