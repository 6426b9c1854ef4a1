"""The table of the journal as the newest revision leaves it, and what is asked of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

REVISION_TABLE = "journal_revision"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

JOURNAL = sa.Table(
    "journal",
    sa.MetaData(),
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("kind", _TEXT, nullable=False),
    sa.Column("session", _TEXT, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("instrument", _TEXT),
    sa.Column("key", _TEXT),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

_ENTRY = sa.select(JOURNAL.c.seq, *(JOURNAL.c[name] for name in ("kind", "session", "at", "instrument", "key", "body")))

LAST_SEQ = sa.select(sa.func.coalesce(sa.func.max(JOURNAL.c.seq), 0))

# Hops from instrument to instrument along the index, where a plain GROUP BY would read every candle there is.
TAKEN_UNTIL = sa.text("""
WITH RECURSIVE taken (instrument) AS (
    SELECT min(instrument) FROM journal WHERE kind = :kind
    UNION ALL
    SELECT (SELECT min(journal.instrument) FROM journal
            WHERE journal.kind = :kind AND journal.instrument > taken.instrument)
    FROM taken WHERE taken.instrument IS NOT NULL
)
SELECT taken.instrument, (SELECT max(journal.at) FROM journal
                          WHERE journal.kind = :kind AND journal.instrument = taken.instrument) AS until
FROM taken WHERE taken.instrument IS NOT NULL
""")

_BEGINNING = -(2**63)

Entries = sa.Select[int, str, str, int, str | None, str | None, bytes]


def entries(kind: str, *, instrument: str | None, start: int | None, end: int | None, session: str | None) -> Entries:
    """The rows of a kind within bounds, in the order they were written."""
    column = JOURNAL.c
    wanted = _ENTRY.where(column.kind == kind)
    if instrument is not None:
        wanted = wanted.where(column.instrument == instrument)
        # Without a bound in time SQLite would read all of the kind, to be spared the sorting of a few.
        start = _BEGINNING if start is None else start
    if start is not None:
        wanted = wanted.where(column.at >= start)
    if end is not None:
        wanted = wanted.where(column.at <= end)
    if session is not None:
        wanted = wanted.where(column.session == session)
    return wanted.order_by(column.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Which rows are wanted, of whatever place."""

    kinds: Sequence[str]
    instruments: Sequence[str] | None = None
    start: int | None = None
    end: int | None = None

    @property
    def can_have_any(self) -> bool:
        """Whether any row can be within them."""
        return bool(self.kinds) and (self.instruments is None or bool(self.instruments))


def newest_place(bounds: Bounds, before: int) -> sa.Select[int | None]:
    """The place of the newest row within bounds and before a place."""
    of_kinds = [sa.select(sa.func.max(JOURNAL.c.seq)).where(*_of_kind(kind, bounds, before)) for kind in bounds.kinds]
    place: sa.ColumnElement[int | None] = sa.union_all(*of_kinds).subquery().c[0]
    return sa.select(sa.func.max(place))


def _of_kind(kind: str, bounds: Bounds, before: int) -> Iterator[sa.ColumnElement[bool]]:
    column = JOURNAL.c
    yield column.kind == kind
    if bounds.instruments is None and bounds.start is None and bounds.end is None:
        yield column.seq < before
        return
    # A sum is in no index: rows are found by instrument and time, and not walked through from the newest on.
    yield column.seq + 0 < before
    yield column.at >= (_BEGINNING if bounds.start is None else bounds.start)
    if bounds.end is not None:
        yield column.at <= bounds.end
    if bounds.instruments is not None:
        yield column.instrument.in_(bounds.instruments)


def part(bounds: Bounds, first: int, last: int) -> Entries:
    """The rows within bounds from one place to another, newest first."""
    column = JOURNAL.c
    wanted = _ENTRY.where(column.seq.between(first, last), column.kind.in_(bounds.kinds))
    if bounds.instruments is not None:
        wanted = wanted.where(column.instrument.in_(bounds.instruments))
    # A sum is in no index: the rows are found by their places, of which there are few.
    if bounds.start is not None:
        wanted = wanted.where(column.at + 0 >= bounds.start)
    if bounds.end is not None:
        wanted = wanted.where(column.at + 0 <= bounds.end)
    return wanted.order_by(column.seq.desc())


def counted(kinds: Sequence[str], after: int) -> sa.CompoundSelect[str, int]:
    """How many rows of each kind there are beyond a place: along the index, kind by kind."""
    column = JOURNAL.c
    return sa.union_all(
        *(sa.select(sa.literal(kind), sa.func.count()).where(column.kind == kind, column.seq > after) for kind in kinds)
    )


def newest(kind: str, count: int) -> Entries:
    """The newest rows of a kind, newest first."""
    return _ENTRY.where(JOURNAL.c.kind == kind).order_by(JOURNAL.c.seq.desc()).limit(count)


def keyed(key_begins: str) -> Entries:
    """The rows whose key begins with these characters."""
    # A range, because LIKE has wildcards, ignores case here and finds no index there.
    key = JOURNAL.c.key
    return _ENTRY.where(key.is_not(None), key >= key_begins, key < key_begins + "\U0010ffff").order_by(JOURNAL.c.seq)


def keys_among(keys: Sequence[str]) -> sa.Select[str]:
    """Those of the keys that are there already."""
    return sa.select(JOURNAL.c.key).where(JOURNAL.c.key.in_(keys))
