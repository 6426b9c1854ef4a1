"""Lines of a terminal picture: cells that stand below one another, words that flow, nothing wider than the terminal."""

from collections.abc import Callable, Iterable, Sequence

from rich.text import Text

Cell = str | Text
Filling = Callable[[int], Text]
"""What fills the width that the other cells of a row leave."""


def aligned(rows: Sequence[Sequence[Cell | Filling]], width: int, *, right: Iterable[int] = ()) -> list[Text]:
    """Rows of cells as lines, every column as wide as its widest cell, those of `right` to the right.

    At most one cell of a row is a `Filling`; it stands in the same column in all rows.
    """
    gap, to_right = (1 if width < 100 else 2), frozenset(right)
    columns = list(zip(*rows, strict=True))
    widths = [max((len(each) for each in column if not callable(each)), default=0) for column in columns]
    room = max(8, width - sum(widths) - gap * (len(columns) - 1))
    return [_joined(row, [w or room for w in widths], gap, to_right) for row in rows]


def _joined(row: Sequence[Cell | Filling], widths: Sequence[int], gap: int, right: frozenset[int]) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
        text = cell(width) if callable(cell) else Text(cell) if isinstance(cell, str) else cell.copy()
        text.truncate(width)
        space = " " * (width - len(text))
        line.append_text(Text.assemble(space, text) if number in right else Text.assemble(text, space))
        line.append(" " * gap)
    line.rstrip()
    return line


def flowed(segments: Iterable[Text], width: int) -> list[Text]:
    """Segments on as many lines as they need, none of them broken unless it is wider than a line."""
    lines: list[Text] = []
    for segment in segments:
        if lines and len(lines[-1]) + 2 + len(segment) <= width:
            lines[-1].append("  ").append_text(segment)
        else:
            lines.append(one_line(Text.assemble(segment)))
    return lines


def one_line(text: Text) -> Text:
    """A text that stays on one line, cut where the terminal ends."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
