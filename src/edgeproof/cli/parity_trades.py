"""The trades of a comparison for people: what they made on both sides, why, and what was not taken."""

from collections.abc import Iterator
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edgeproof.core.model.time import format_time
from edgeproof.research.parity.trades.money import TradeCause
from edgeproof.research.parity.trades.result import TRADE_CAUSE_WORDS, ComparedTrade, NotTaken, TradesParity

_NAMED = 5


def show_trades(console: Console, found: TradesParity) -> None:
    """Print a comparison of trades."""
    console.print(trades_headline(found))
    console.print(Text(_sums(found), "dim"))
    if found.causes:
        console.print()
        console.print(money_table(found))
    if found.not_taken:
        console.print()
        console.print(not_taken_table(found))
    for line in trade_lines(found):
        console.print(line)


def trades_headline(found: TradesParity) -> Text:
    """How many trades went the same way, and what is wrong."""
    words = f"matched {found.matched:,} of {len(found.trades):,} trades, {found.unexplained:,} unexplained"
    if found.open:
        words += f"; {len(found.open):,} open on both sides"
    return Text(words, "bold red" if found.unexplained else "bold green")


def _sums(found: TradesParity) -> str:
    return (
        f"live {_money(found.net)} ({found.r:+.2f} R), backtest {_money(found.backtest_net)} "
        f"({found.backtest_r:+.2f} R), difference {_money(found.difference)}"
    )


def money_table(found: TradesParity) -> Table:
    """One row a cause of differences between trades, and their sum."""
    table = _table("money by cause", "trades", "live - backtest", "which means")
    for cause, (count, money) in found.causes.items():
        style = "bold red" if cause is TradeCause.UNEXPLAINED else ""
        table.add_row(Text(cause.value, style), f"{count:,}", _money(money), TRADE_CAUSE_WORDS[cause])
    table.add_row(Text("all", "bold"), f"{len(found.trades):,}", _money(found.difference), "", style="bold")
    return table


def not_taken_table(found: TradesParity) -> Table:
    """One row a fate of signals that the backtest trades and the session did not."""
    table = _table("not taken", "trades", "R", "about")
    for cause, each in found.not_taken_causes.items():
        style = "bold red" if cause == TradeCause.UNEXPLAINED else ""
        money = _money(each.money) if found.trades else "-"  # there is no risk to go by
        table.add_row(Text(cause, style), f"{each.count:,}", f"{each.r:+.2f}", money)
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(first, no_wrap=True)
    for title in others:
        if title == "which means":
            table.add_column(title, overflow="fold")
        else:
            table.add_column(title, justify="right", no_wrap=True)
    return table


def trade_lines(found: TradesParity) -> Iterator[Text]:
    """The first trades that nothing explains."""
    for each in [each for each in found.trades if TradeCause.UNEXPLAINED in each.causes][:_NAMED]:
        yield from _compared_lines(each)
    for missing in [each for each in found.not_taken if each.is_unexplained][:_NAMED]:
        yield _not_taken_line(missing)


def _compared_lines(each: ComparedTrade) -> Iterator[Text]:
    signal, backtest = each.live.signal, each.backtest
    yield Text(f"{_time(signal.time)}  {signal.instrument.unified}  {signal.hypothesis}", "red")
    ours = ", ".join(f"{one.leg} {_time(one.time)[11:]} at {one.price:f}" for one in each.live.made.exits)
    theirs = each.why_not if backtest is None else f"{backtest.reason.word} {_time(backtest.exit_time)[11:]}"
    left = each.money.get(TradeCause.UNEXPLAINED, Decimal(0))
    yield Text(f"  {signal.id}  unexplained {_money(left)}: left by {ours or 'nothing yet'}; backtest {theirs}")


def _not_taken_line(each: NotTaken) -> Text:
    words = f"{_time(each.time)}  {each.instrument}  {each.hypothesis}  not taken, and nothing says why"
    return Text(words, "red")


def _money(amount: Decimal) -> str:
    return f"{amount:+,.2f}"


def _time(time: int) -> str:
    return format_time(time)[:16].replace("T", " ")
