"""Where the keys and the texts of a hypothesis file stand, so that an error can point at them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgeproof.core.model.errors import HypothesisError

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*hypothesis[ \t]*\]\]", re.MULTILINE)
_TOML_PLACE = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")
_TOML_END = " (at end of document)"


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a file that one table takes up."""

    file: str
    text: str
    start: int
    end: int

    def error(
        self, problem: str, *, key: str | None = None, needle: str | None = None, line: int = 1, column: int = 1
    ) -> HypothesisError:
        """An error at a key, or at `line` and `column` within the text `needle` that stands under it."""
        place = self.start if key is None else self._find(key, needle)
        row, col = position(self.text, place)
        if needle is not None:
            row, col = row + line - 1, (col if line == 1 else 1) + column - 1
        return HypothesisError(problem, file=self.file, line=row, column=col)

    def _find(self, key: str, needle: str | None) -> int:
        word = re.escape(key)
        named = re.compile(rf"^[ \t]*(?:\[+[ \t]*hypothesis\.)?([\"']?{word}[\"']?)[ \t]*[].=]", re.MULTILINE)
        match = named.search(self.text, self.start, self.end)
        if match is None:
            return self.start
        return match.start(1) if needle is None else self._find_text(needle, match.end(), match.start(1))

    def _find_text(self, needle: str, after: int, otherwise: int) -> int:
        # In its quotes first: "rsi(14) < 3" also stands inside "rsi(14) < 30".
        for quote in ('"', "'", ""):
            place = self.text.find(f"{quote}{needle}{quote}", after, self.end)
            if place >= 0:
                return place + len(quote)
        return otherwise


def position(text: str, place: int) -> tuple[int, int]:
    r"""Line and column, from 1, of a place in a text.

    >>> position("one\ntwo", 5)
    (2, 2)
    """
    before = text[:place]
    return before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1


def read_tables(text: str, file: str) -> tuple[tuple[Span, Mapping[str, Any]], ...]:
    """Each [[hypothesis]] table of a TOML text, with where it stands."""
    document = _parse(text, file)
    whole = Span(file, text, 0, len(text))
    for key in document:
        if key != "hypothesis":
            raise whole.error(f'expected only [[hypothesis]] tables, found "{key}"', key=key)
    tables = document.get("hypothesis", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise whole.error("expected each hypothesis under [[hypothesis]] (two brackets)", key="hypothesis")
    starts = [match.start() for match in _HEADER.finditer(text)]
    if not starts or len(starts) != len(tables):
        return tuple((whole, table) for table in tables)
    ends = [*starts[1:], len(text)]
    return tuple((Span(file, text, *span), table) for *span, table in zip(starts, ends, tables, strict=True))


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        match = _TOML_PLACE.search(message)
        line, column = (int(match[1]), int(match[2])) if match else position(text, len(text))
        problem = _TOML_PLACE.sub("", message).removesuffix(_TOML_END)
        problem = f"this is not TOML: {problem[:1].lower()}{problem[1:]}"
        raise HypothesisError(problem, file=file, line=line, column=column) from None
