"""A comparison for people: the answer in a line, a table by instrument, the causes, the first differences."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edgeproof.cli.parity_trades import show_trades
from edgeproof.core.model.time import MINUTE, format_time
from edgeproof.research.parity.causes import Cause
from edgeproof.research.parity.result import CAUSE_WORDS, Explained, ParityResult, stretches

SHOWN = 10
_NAMED = 5


def show(console: Console, found: ParityResult) -> None:
    """Print a comparison."""
    console.print(headline(found))
    console.print(f"[dim]{_text(found.start)} to {_text(found.end)} UTC, {_sessions(found)}[/]")
    console.print()
    console.print(instruments_table(found))
    if found.differences:
        console.print()
        console.print(causes_table(found))
        console.print()
        for line in difference_lines(found):
            console.print(line)
    for line in remarks(found):
        console.print(line)
    if found.trades is not None:
        console.print()
        show_trades(console, found.trades)


def headline(found: ParityResult) -> Text:
    """How many signals agree, and what is wrong."""
    colour = "bold green" if found.is_clean else "bold red"
    words = [f"matched {found.matched:,} of {found.signals:,} signals", f"{found.unexplained:,} unexplained"]
    if found.not_evaluated:
        words.append(f"{found.not_evaluated:,} closes not evaluated")
    if found.duplicates:
        words.append(f"{found.duplicates:,} doubled")
    return Text(", ".join(words), colour)


def _sessions(found: ParityResult) -> str:
    n = len(found.sessions)
    candles = "candles as taken in" if found.against == "recorded" else "candles stored now"
    return f"{n} {'session' if n == 1 else 'sessions'}, {candles}"


def instruments_table(found: ParityResult) -> Table:
    """One row an instrument."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("instrument", no_wrap=True)
    for title in ("closes", "evaluated", "late", "live", "backtest", "matched"):
        table.add_column(title, justify="right", no_wrap=True)
    for each in found.instruments:
        counts = (each.closes, each.evaluated, sum(each.late.values()), each.signals_live, each.signals_backtest)
        table.add_row(each.instrument.unified, *(f"{count:,}" for count in (*counts, each.matched)))
    return table


def causes_table(found: ParityResult) -> Table:
    """One row a cause."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("cause", no_wrap=True)
    table.add_column("signals", justify="right", no_wrap=True)
    table.add_column("which means", overflow="fold")
    for name, count in found.causes.items():
        cause = Cause(name)
        style = "bold red" if cause is Cause.UNEXPLAINED else ""
        table.add_row(Text(name, style), f"{count:,}", CAUSE_WORDS[cause])
    return table


def difference_lines(found: ParityResult) -> Iterator[Text]:
    """The first differences, those that are unexplained before all others."""
    ordered = sorted(found.differences, key=lambda each: each.cause is not Cause.UNEXPLAINED)
    for each in ordered[:SHOWN]:
        yield from _difference_lines(each)
    if len(ordered) > SHOWN:
        yield Text(f"and {len(ordered) - SHOWN:,} more: --json lists all of them", "dim")


def _difference_lines(each: Explained) -> Iterator[Text]:
    key = each.difference.key
    style = "red" if each.cause is Cause.UNEXPLAINED else "yellow"
    yield Text(f"{_text(key.time)}  {each.instrument.unified}  {key.hypothesis}", style)
    yield Text(f"  {each.id}  {each.cause.value}: {each.what}")


def remarks(found: ParityResult) -> Iterator[Text]:
    """What else there is to say, each in a line."""
    for each in found.instruments:
        for first, last in stretches(each.not_evaluated, MINUTE)[:_NAMED]:
            yield Text(f"not evaluated: {each.instrument} {_text(first)} to {_text(last)}", "red")
        if each.unwatched:
            yield Text(f"{each.instrument}: nobody watched at {each.unwatched:,} closes between sessions", "dim")
    if found.changed_since:
        names = ", ".join(found.changed_since[:_NAMED]) + (" ..." if len(found.changed_since) > _NAMED else "")
        n = len(found.changed_since)
        words = "hypothesis says something else" if n == 1 else "hypotheses say something else"
        yield Text(f"{n:,} {words} now; compared as they were then: {names}", "dim")
    if not found.is_code_same:
        yield Text("a session ran another version of edgeproof than this one", "dim")


def _text(time: int) -> str:
    return format_time(time)[:16].replace("T", " ")
