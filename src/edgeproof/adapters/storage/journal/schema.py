"""The table of the journal as the newest revision leaves it, and what is asked of it."""

from collections.abc import Sequence

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
