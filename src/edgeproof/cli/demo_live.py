"""Where the demo shows signals live, and whether a backtest gives the same ones."""

from collections.abc import Sequence
from typing import Any

from edgeproof import bootstrap
from edgeproof.bootstrap.parity import run_parity
from edgeproof.bootstrap.session import ScanCall, forget_sessions
from edgeproof.cli.context import Context
from edgeproof.cli.parity_view import show
from edgeproof.cli.scan import Scan
from edgeproof.config import load_settings
from edgeproof.core.model.errors import NothingQualified
from edgeproof.core.model.instrument import Instrument
from edgeproof.services.signal_document import signal_document


def watch(context: Context, url: str, instruments: Sequence[Instrument], until: int) -> list[dict[str, Any]]:
    """Show the signals of the qualified hypotheses at a replica until a time of it; they, as JSON has them.

    Where none is qualified, those of all: another seed may have hidden the edge that was planted.
    """
    forget_sessions(context.home)
    scan = _scan(context, url, instruments, until)
    scan.run(None)
    return [signal_document(each) for each in scan.told]


def _scan(context: Context, url: str, instruments: Sequence[Instrument], until: int) -> Scan:
    def call(*, everything: bool) -> ScanCall:
        return ScanCall(
            home=context.home,
            config=context.config,
            venue="replica",
            url=url,
            instruments=tuple(instruments),
            hypotheses=bootstrap.variants_of(bootstrap.library(context.home)),
            everything=everything,
            until=until,
        )

    try:
        return Scan(context, call(everything=False), is_quiet=context.json)
    except NothingQualified:
        return Scan(context, call(everything=True), is_quiet=context.json)


def parity(context: Context) -> dict[str, Any] | None:
    """Print whether a backtest over what the session took in gives the same signals; None where there is none."""
    found = run_parity(context.home, load_settings(context.config))
    if not found.instruments:
        return None
    show(context.out, found)
    return found.document()
