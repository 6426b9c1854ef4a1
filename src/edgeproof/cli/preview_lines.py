"""What would fire if the candle closed now, in a terminal."""

from collections.abc import Mapping, Sequence

from rich.text import Text

from edgeproof.cli.columns import Cell, Filling, aligned
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import SECOND, format_duration
from edgeproof.services.figures import price_text, shortened, span_text
from edgeproof.services.signal_document import direction_word
from edgeproof.services.standing import Preview


def preview_entries(
    previews: Sequence[Preview], names: Mapping[Instrument, str], now: int, width: int
) -> list[list[Text]]:
    """A line for each, at the venue's time `now`."""
    lines = aligned([_cells(each, names, now) for each in previews], width, right=(4, 5)) if previews else []
    for line in lines:
        line.stylize("italic")
    return [[each] for each in lines]


def _cells(preview: Preview, names: Mapping[Instrument, str], now: int) -> list[Cell | Filling]:
    return [
        Text(direction_word(preview.direction).upper(), "bold green" if preview.direction > 0 else "bold red"),
        names.get(preview.instrument, str(preview.instrument)),
        format_duration(preview.timeframe),
        lambda room: Text(shortened(preview.hypothesis, room)),
        f"closes in {span_text(max(0, preview.closes_at - now) // SECOND * SECOND)}",
        f"at {price_text(preview.reference_price)}",
    ]
