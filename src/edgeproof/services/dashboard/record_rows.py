"""Records of the journal as the page of the journal lists them, and as rows of a file that is taken away."""

import csv
import io
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import BookKept, CandleTaken, Entry, FundingTaken, Record
from edgeproof.services.dashboard.masking import HIDDEN, is_secret_name, masked
from edgeproof.services.dashboard.record_lines import line_of, time_text

Document = dict[str, Any]

MOST_READ = 20_000
"""Records that are looked through for one answer; who wants to go on asks for what lies before."""

_TIMES = frozenset({"at", "time", "start", "end", "since", "until"})
_TIMES_END = ("_at", "_time", "_until")
_SAID_WHOLE = (CandleTaken, FundingTaken, BookKept)
"""What a text is looked for in is the line alone: a candle has no words beyond it, a book only figures."""

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLUMNS = ("seq", "at", "kind", "session", "symbol", "words", "document")


def row_of(entry: Entry[Record], kind: str) -> Document:
    """A record for the list: where it stands, what it says, and all of its fields."""
    record = entry.record
    document = document_of(record)
    return {
        "seq": entry.seq,
        "at": time_text(record.at),
        "kind": kind,
        "session": record.session,
        "symbol": _symbol(document),
        "words": masked(line_of(record)),
        "document": document,
    }


def _symbol(document: Mapping[str, Any]) -> str | None:
    """The instrument a record is about: its own, or that of what it holds."""
    inner = document.get("decision", document)
    for each in (inner, *(inner.get(name) for name in ("signal", "candle", "funding", "trade", "message"))):
        found = each.get("instrument") if isinstance(each, Mapping) else None
        if isinstance(found, str):
            return found
    return None


def document_of(record: Record) -> Document:
    """All fields of a record, as JSON can say them, times as texts, without what looks like a secret."""
    found: Document = _said(record)
    return found


def _said(value: Any, name: str = "") -> Any:  # noqa: ANN401, C901, PLR0911 - whatever a record may hold
    match value:
        case Enum():
            return value.value if isinstance(value.value, str) else value.name.lower()
        case None | bool():
            return value
        case int():
            return time_text(value) if name in _TIMES or name.endswith(_TIMES_END) else value
        case float():
            return value if math.isfinite(value) else None
        case str():
            return HIDDEN if value and is_secret_name(name) else masked(value)
        case Decimal():
            return f"{value:f}"
        case Instrument():
            return value.unified
        case Mapping():
            return {str(key): _said(each, str(key)) for key, each in value.items()}
        case Collection():
            return [_said(each, name) for each in value]
        case _ if is_dataclass(value):
            return {each.name: _said(getattr(value, each.name), each.name) for each in fields(value)}
        case _:
            return masked(str(value))


def words_of(text: str) -> tuple[str, ...]:
    """What is looked for: all of these words, in whatever order."""
    return tuple(text.casefold().split())


def has_words(entry: Entry[Record], wanted: Sequence[str]) -> bool:
    """Whether all words are in the line of a record, or in what its fields say."""
    record = entry.record
    line = masked(line_of(record)).casefold()
    missing = [each for each in wanted if each not in line]
    if not missing:
        return True
    if isinstance(record, _SAID_WHOLE):
        return False
    written = msgspec.json.encode(record, enc_hook=str).decode().casefold()
    if not all(each in written for each in missing if _is_written_as_it_is(each)):
        return False  # which is quick: most records are not what is looked for
    said = "\n".join(_texts(document_of(record))).casefold()
    return all(each in said for each in missing)


def _is_written_as_it_is(word: str) -> bool:
    return '"' not in word and "\\" not in word


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON can say
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records that were asked for, newest first, and the place before which to go on, None at the beginning."""

    entries: tuple[Entry[Record], ...]
    before: int | None


def page_of(entries: Iterable[Entry[Record]], wanted: Sequence[str], *, limit: int, most: int = MOST_READ) -> Page:
    """The first so many records that have all words. Where `most` were looked through it ends, with fewer or none."""
    found: list[Entry[Record]] = []
    for read, entry in enumerate(entries, 1):
        if not wanted or has_words(entry, wanted):
            found.append(entry)
        if len(found) >= limit or read >= most:
            return Page(entries=tuple(found), before=entry.seq)
    return Page(entries=tuple(found), before=None)


def jsonl_of(rows: Iterable[Document]) -> str:
    """Rows as lines of JSON."""
    return "".join(f"{_json(row)}\n" for row in rows)


def csv_of(rows: Iterable[Document], *, with_heading: bool) -> str:
    """Rows of a table; what a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if with_heading:
        writer.writerow(_COLUMNS)
    for row in rows:
        cells = (*(row[name] for name in _COLUMNS[:-1]), _json(row["document"]))
        writer.writerow(map(_harmless, cells))
    return text.getvalue()


def _json(document: Document) -> str:
    return msgspec.json.encode(document).decode()


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_RISKY) else text
