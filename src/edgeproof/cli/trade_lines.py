"""Trades that are over, a line each: when, what, how it went in and out, what it made, after all costs."""

from collections.abc import Sequence
from decimal import Decimal

from rich.text import Text

from edgeproof.cli.columns import Cell, Filling, aligned
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import TradeClosed
from edgeproof.services.figures import clock_text, labels, money_text, price_text, quantity_text, shortened, span_text
from edgeproof.services.record_words import way_out
from edgeproof.services.signal_document import direction_word

WIDE = 100
_SHORT_ID = 6
_FIGURES = frozenset({"quantity", "entry", "exit", "held", "P&L net", "R"})


def trade_table(closed: Sequence[TradeClosed], width: int) -> tuple[Text, list[Text]]:
    """The titles of the columns, and a line a trade, in the order they are given."""
    names = labels(sorted({each.trade.instrument for each in closed}))
    titles = ["closed", "", "on", "signal", "quantity", "entry", "exit", "by", "held", "P&L net", "R", "id"]
    kept = [number for number in range(len(titles)) if width >= WIDE or titles[number] not in {"quantity", "held"}]
    header: list[Cell | Filling] = [Text(titles[number], "dim") for number in kept]
    header[titles.index("signal")] = lambda _: Text("signal", "dim")
    rows = [[_cells(each, names)[number] for number in kept] for each in closed]
    right = [place for place, number in enumerate(kept) if titles[number] in _FIGURES]
    heading, *lines = aligned([header, *rows], width, right=right)
    return heading, lines


def _cells(closed: TradeClosed, names: dict[Instrument, str]) -> list[Cell | Filling]:
    trade = closed.trade
    colour = "green" if trade.net_pnl > 0 else "red" if trade.net_pnl < 0 else ""
    return [
        clock_text(trade.time)[:5],
        direction_word(trade.direction).upper(),
        names[trade.instrument],
        lambda width: Text(shortened(closed.hypothesis, width)),
        quantity_text(trade.quantity),
        price_text(float(trade.entry_price)),
        price_text(float(trade.exit_price)),
        way_out(trade),
        span_text(trade.time - trade.opened_at),
        Text(money_text(trade.net_pnl, signed=True), colour),
        Text(f"{trade.r_multiple:+.2f}", colour),
        Text(trade.signal_id[:_SHORT_ID], "dim"),
    ]


def total_text(closed: Sequence[TradeClosed]) -> Text:
    """What trades made together."""
    made = sum((each.trade.net_pnl for each in closed), Decimal(0))
    wins = sum(each.trade.net_pnl > 0 for each in closed)
    r = sum(each.trade.r_multiple for each in closed)
    word = "trade" if len(closed) == 1 else "trades"
    return Text.assemble(
        f"{len(closed)} {word}, {wins} won, together ",
        (money_text(made, signed=True), "green" if made > 0 else "red" if made < 0 else ""),
        f" and {r:+.2f} R, after fees and funding",
    )
