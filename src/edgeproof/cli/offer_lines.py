"""Signals that wait for a person, in a terminal: what each is on one line, its prices and its id on the next."""

from collections.abc import Sequence

from rich.text import Text

from edgeproof.cli.columns import Cell, Filling, aligned, one_line
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import format_duration
from edgeproof.services.figures import labels, prices_text, shortened, span_text
from edgeproof.services.record_words import confidence_text
from edgeproof.services.signal_document import PROVEN, direction_word

TITLE = "signals that wait for you: edgeproof take ID, edgeproof skip ID"
_SHORT_ID = 6


def offer_entries(offers: Sequence[Decision], now: int, width: int) -> list[list[Text]]:
    """An entry of two lines for each, in the order of their times; `now` is the venue's time."""
    if not offers:
        return []
    names = labels(list(dict.fromkeys(each.signal.instrument for each in offers)))
    first = aligned([_cells(each, names[each.signal.instrument], now) for each in offers], width, right=(5,))
    second = [Text.assemble(f"      {prices_text(each)}  ", (each.signal.id[:_SHORT_ID], "bold")) for each in offers]
    return [[line, one_line(more)] for line, more in zip(first, second, strict=True)]


def _cells(decision: Decision, name: str, now: int) -> list[Cell | Filling]:
    signal = decision.signal
    return [
        Text(direction_word(signal.direction).upper(), "bold green" if signal.direction > 0 else "bold red"),
        name,
        format_duration(signal.timeframe),
        lambda room: Text(shortened(signal.hypothesis, room)),
        Text(confidence_text(decision), "green" if decision.state in PROVEN else "bold yellow"),
        f"expires in {span_text(max(0, signal.expires_at - now))}",
    ]
