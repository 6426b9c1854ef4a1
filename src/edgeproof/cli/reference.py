"""The reference of the language, written from the registry: `python -m edgeproof.cli.reference FILE`."""

import inspect
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from edgeproof.core.indicators import INDICATORS
from edgeproof.core.indicators.registry import Indicator

_HEAD = """\
# The language

<!-- Written by `make docs` from the registry of indicators; a test holds it up to date. -->

What a condition or a price of a hypothesis may say. The same list is in `edgeproof hypotheses names`.

Columns: `open`, `high`, `low`, `close`, `volume` of the closed candle. Numbers, `+ - * /`, comparisons, `and or not`.
`x[n]` is the value n candles ago. `at("30m", x)` is x computed on 30m candles, as of their last close.

A value that is not defined yet makes a comparison undefined; `and` is false if any part is false, else undefined if any
is; `or` is true if any part is true, else undefined if any is; `not` undefined is undefined. Only true fires.

A leading series may be left out where it has a default: `ema(20)` is `ema(close, 20)`. Names without parameters are
written without brackets: `hour`.
"""


def language_page() -> str:
    """The page as Markdown: every name by family, with its signature, what it is and its source."""
    families = groupby(sorted(INDICATORS.values(), key=lambda each: (each.family, each.name)), lambda each: each.family)
    parts = (part for family, entries in families for part in _section(family, list(entries)))
    return "\n".join([_HEAD, *parts])


def _section(family: str, entries: list[Indicator]) -> Iterator[str]:
    yield f"## {family[:1].upper()}{family[1:]}\n"
    for entry in entries:
        yield f"`{entry.signature if entry.parameters else entry.name}`"
        paragraphs = inspect.cleandoc(entry.build.__doc__ or "").split("\n\n")
        if entry.source:
            paragraphs.append(f"*{entry.source}*")
        yield _definition(paragraphs)


def _definition(paragraphs: list[str]) -> str:
    lines = "\n\n".join(paragraphs).splitlines()
    return "\n".join(f"{':   ' if number == 0 else '    '}{line}".rstrip() for number, line in enumerate(lines)) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(language_page(), encoding="utf-8")
