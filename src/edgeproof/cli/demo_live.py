"""Where the demo shows signals and trades live, what became of them, and whether a backtest gives the same signals."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.text import Text

from edgeproof import bootstrap
from edgeproof.bootstrap.asking import kept_journal, kept_trading
from edgeproof.bootstrap.parity import run_parity
from edgeproof.bootstrap.session import ScanCall, forget_sessions
from edgeproof.cli.context import Context
from edgeproof.cli.paper import Paper
from edgeproof.cli.parity_view import show
from edgeproof.cli.trade_lines import total_text, trade_table
from edgeproof.cli.trading_lines import trading_lines
from edgeproof.config import load_settings
from edgeproof.core.model.errors import NothingQualified
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import SignalTraded, TradeClosed
from edgeproof.research.parity.result import ParityResult
from edgeproof.services.signal_document import signal_document
from edgeproof.services.trading_document import trade_document, trading_document


def watch(context: Context, url: str, instruments: Sequence[Instrument], until: int) -> list[dict[str, Any]]:
    """Trade the signals of the qualified hypotheses on paper at a replica until a time of it; they, as JSON has them.

    Where none is qualified, those of all: another seed may have hidden the edge that was planted.
    """
    forget_sessions(context.home)
    paper = _paper(context, url, instruments, until)
    paper.run(None)
    return [signal_document(each, paper.fates.get(each.signal.id)) for each in paper.told]


def show_trades(context: Context) -> dict[str, Any] | None:
    """Print what trading on paper came to: the trades that are over, what is open, the account; None without any."""
    with kept_journal(context.home, context.config) as journal:
        view = kept_trading(journal, context.config)
        closed = [each.record for each in journal.read(TradeClosed)]
        fates = Counter(each.record.decided.fate.value for each in journal.read(SignalTraded))
    if view is None:
        return None
    out = context.out
    out.print()
    words = ", ".join(f"{count} {fate}" for fate, count in fates.most_common())
    out.print(f"[bold]Paper[/]  what trading by the limits of risk made of the signals: {words}", soft_wrap=True)
    if closed:
        heading, lines = trade_table(closed[-_SHOWN:], out.width - 2)
        for line in (heading, *lines):
            out.print(Text("  ").append_text(line))
        out.print(Text("  ").append_text(total_text(closed)))
    for line in trading_lines(view, out.width - 2):
        out.print(Text("  ").append_text(line))
    return {
        "fates": dict(fates),
        "trades": [trade_document(each) for each in closed],
        "account": trading_document(view),
    }


_SHOWN = 12


def _paper(context: Context, url: str, instruments: Sequence[Instrument], until: int) -> Paper:
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
        return Paper(context, call(everything=False), is_quiet=context.json)
    except NothingQualified:
        return Paper(context, call(everything=True), is_quiet=context.json)


def parity(context: Context) -> ParityResult | None:
    """Print whether a backtest over what the session took in gives the same signals; None where there is none."""
    found = run_parity(context.home, load_settings(context.config))
    if not found.instruments:
        return None
    show(context.out, found)
    return found
