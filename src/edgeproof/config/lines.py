"""Where in a settings file something stands."""

import re
from collections.abc import Iterator


def line_of(place: tuple[int | str, ...], text: str) -> int:
    """The line that sets a key; failing that, the one of what it stands in: an inline table, its section; else 1."""
    wanted = [str(part) for part in place if isinstance(part, str)]
    depths = {depth: number for number, key in _keys(text) if (depth := len(key)) and key == wanted[:depth]}
    return depths[max(depths)] if depths else 1


def _keys(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of sections and keys, each with the whole name."""
    section: list[str] = []
    for line_number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+([^\[\]]+)\]", line):
            section = _names(header[1])
            yield line_number, section
        elif found := re.match(r"""\s*([\w."'\s-]+?)\s*=""", line):
            yield line_number, [*section, *_names(found[1])]


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
