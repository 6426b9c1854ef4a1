"""The JSON of a backtest, written as the results come.

A document of a million trades is never in memory: each trade is turned into text, written and forgotten.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import count, islice
from typing import Any, TextIO

from edgeproof.core.model.round_trip import ExitReason
from edgeproof.core.model.time import format_duration
from edgeproof.core.performance.metrics import Statistics
from edgeproof.research.backtest import Result
from edgeproof.research.outcome import Outcome

_BATCH = 1_000


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    """The value with NaN and infinities as null, tuples as lists and enumerated keys as words."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {_key(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def _key(key: object) -> str:
    return key.word if isinstance(key, ExitReason) else str(key)


def text(value: Any) -> str:  # noqa: ANN401 - whatever JSON can say
    """One line of JSON."""
    return json.dumps(plain(value), allow_nan=False)


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """An outcome without its trades, as JSON can say it."""
    hypothesis, fates = outcome.hypothesis, outcome.fates
    document: dict[str, Any] = {
        "hypothesis": hypothesis.name,
        "instrument": outcome.instrument.unified,
        "timeframe": format_duration(hypothesis.timeframe),
        "direction": hypothesis.direction.word,
        "signals": fates.signals,
        "void": fates.void,
        "overlapped": fates.overlapped,
        "unfilled": fates.unfilled,
        "invalidated": fates.invalidated,
        "statistics": None if outcome.statistics is None else statistics_document(outcome.statistics),
    }
    if outcome.reason is not None:
        document["reason"] = outcome.reason
    return document


def statistics_document(statistics: Statistics) -> dict[str, Any]:
    """Statistics as JSON can say them: null where a figure does not exist."""
    document: dict[str, Any] = plain({field.name: getattr(statistics, field.name) for field in fields(statistics)})
    return document


class DocumentWriter:
    """Writes `{"run": ..., "data": [...], "results": [...]}` piece by piece."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._first = True

    def begin(self, run: Mapping[str, Any], data: Sequence[Mapping[str, Any]]) -> None:
        """What is known before the first result."""
        self._out.write(f'{{"run": {text(run)}, "data": {text(data)}, "results": [')
        self._out.flush()

    def add(self, outcome: Outcome, result: Result) -> None:
        """One result with all its trades."""
        self._out.write("\n" if self._first else ",\n")
        self._first = False
        head = text(outcome_document(outcome))
        self._out.write(f'{head[:-1]}, "trades": [')
        for piece in _trades(result):
            self._out.write(piece)
        self._out.write("]}")

    def end(self) -> None:
        """Close the document."""
        self._out.write("]}\n")
        self._out.flush()


def _trades(result: Result) -> Iterator[str]:
    trades = result.round_trips()
    if trades is None:
        return
    lines = map(_line, trades.rows())
    for start in count():
        piece = ",\n".join(islice(lines, _BATCH))
        if not piece:
            return
        yield piece if start == 0 else f",\n{piece}"


def _line(row: Mapping[str, Any]) -> str:
    try:
        return json.dumps(row, allow_nan=False)
    except ValueError:
        return text(row)
