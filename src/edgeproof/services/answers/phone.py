"""Lines as wide as a phone shows them in columns."""

import textwrap
from collections.abc import Iterable, Sequence

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import format_time

WIDTH = 35
SHORT_ID = 6
"""Characters of an id that say which is meant."""

_WIDEST_NAME = 11


def pairs(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Names in a column, values beside them, broken where they are too long.

    >>> pairs([("State", "active"), ("Because", "a person asked for it, on the phone")])
    ['State    active', 'Because  a person asked for it, on', '         the phone']
    """
    kept = list(rows)
    width = min(_WIDEST_NAME, max((len(name) for name, _ in kept), default=0))
    lines: list[str] = []
    for name, value in kept:
        first, *more = textwrap.wrap(value, WIDTH - width - 2) or ["-"]
        lines += [f"{name:{width}}  {first}", *(f"{'':{width}}  {each}" for each in more)]
    return lines


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells below one another, all but the first of each row to the right.

    >>> columns([("n", "won"), ("12", "55 %")])
    ['n    won', '12  55 %']
    """
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return ["  ".join(_cell(cell, at, widths[at]) for at, cell in enumerate(row)).rstrip() for row in rows]


def wrapped(text: str, indent: str = "") -> list[str]:
    """Words over as many lines as they need."""
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def day_time(time: int) -> str:
    """Month, day, hour and minute.

    >>> day_time(1_770_114_600_000)
    '02-03 10:30'
    """
    return format_time(time)[5:16].replace("T", " ")


def short(instrument: Instrument) -> str:
    """What people call an instrument; all of it where it is not settled in dollars."""
    return instrument.base if instrument.settle == "USD" else instrument.unified


def _cell(cell: str, at: int, width: int) -> str:
    return f"{cell:{width}}" if at == 0 else f"{cell:>{width}}"
