"""The dashboard of the demo: there from the live days on, it opens by itself on a desktop and stays to be looked at."""

import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.text import Text

from edgeproof.bootstrap.session import forget_sessions
from edgeproof.cli.beside import Dashboard, dashboard_beside
from edgeproof.cli.context import Context

_PATIENCE_S = 15.0


@contextmanager
def dashboard(context: Context) -> Iterator[Dashboard]:
    """The dashboard of the demo's home, which has no session of an earlier demo any more, while the block lasts."""
    forget_sessions(context.home)
    said: list[str] = []
    with dashboard_beside(context, said.append, port=0) as found:
        url = found.wait(_PATIENCE_S)
        text = url if url is not None else "; ".join(said) or "it did not begin in time"
        context.out.print()
        context.out.print(Text.assemble(("Dashboard", "bold"), f"  {text}"), soft_wrap=True)
        if url is not None and _has_desktop():
            webbrowser.open(url)
        yield found


def stay(out: Console, dashboard: Dashboard) -> None:
    """Where people look, leave the dashboard there until Ctrl-C."""
    if dashboard.url is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    out.print(Text.assemble(("Dashboard", "bold"), f"  {dashboard.url} stays until Ctrl-C"), soft_wrap=True)
    with suppress(KeyboardInterrupt):
        dashboard.join()


def _has_desktop() -> bool:
    """Whether a browser would open in a window: in a terminal one would take the terminal away."""
    if not sys.stdout.isatty() or "SSH_CONNECTION" in os.environ:
        return False
    return sys.platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())
