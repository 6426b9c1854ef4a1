"""The one who writes a journal: claims it, looks at it, brings it to the newest revision, and appends."""

from collections.abc import Sequence

import sqlalchemy as sa

from edgeproof.adapters.storage.file_claim import FileClaim
from edgeproof.adapters.storage.journal.claims import claim_database, claim_journal_file
from edgeproof.adapters.storage.journal.migrate import check, keep_copy, newest_revision, upgrade
from edgeproof.adapters.storage.journal.place import Place, damaged, examine_file, reading_engine, writing_engine
from edgeproof.adapters.storage.journal.rows import Row
from edgeproof.adapters.storage.journal.schema import JOURNAL, LAST_SEQ, keys_among

_KEYS_A_QUESTION = 500
_INSERT = sa.insert(JOURNAL)


class Writer:
    """Holds the claim and the connection. A connection that breaks is made, and claimed, again by the next append."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._claim: FileClaim | None = None if place.path is None else claim_journal_file(place.path)
        self._connection: sa.Connection | None = None
        try:
            self._look()
            self._engine = writing_engine(place)
            self._migrate(self._connect())
        except BaseException:
            self.close()
            raise

    def append(self, rows: Sequence[Row]) -> None:
        """Add rows in one transaction; those whose key is there already are left out."""
        connection = self._connect()
        try:
            with connection.begin():
                new = _without_known(connection, rows)
                first = connection.execute(LAST_SEQ).scalar_one() + 1
                numbered = [row._asdict() | {"seq": seq} for seq, row in enumerate(new, first)]
                if numbered:
                    connection.execute(_INSERT, numbered)
        except BaseException:
            if connection.invalidated:
                self._disconnect()
            raise

    def close(self) -> None:
        """Let go of the connection, then of the claim."""
        self._disconnect()
        if self._claim is not None:
            self._claim.release()

    def _look(self) -> None:
        """Look at what is there before anything opens it to write."""
        path = self._place.path
        if path is not None:
            if not path.exists() or path.stat().st_size == 0:
                return
            problem = examine_file(path)
            if problem is not None:
                raise damaged(self._place, problem)
        engine = reading_engine(self._place)
        try:
            with engine.connect() as connection:
                check(connection, self._place)
        finally:
            engine.dispose()

    def _migrate(self, connection: sa.Connection) -> None:
        path, newest = self._place.path, newest_revision()
        with connection.begin():
            found = check(connection, self._place)
            if found == newest:
                return
            if path is not None and found is not None and connection.execute(LAST_SEQ).scalar_one() > 0:
                keep_copy(path, newest)
            upgrade(connection, self._place)

    def _connect(self) -> sa.Connection:
        if self._connection is None:
            connection = self._engine.connect()
            try:
                if self._place.path is None:
                    claim_database(connection, self._place)
            except BaseException:
                connection.close()
                self._engine.dispose()
                raise
            self._connection = connection
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            # Given back to a pool, the connection would keep its claim.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def _without_known(connection: sa.Connection, rows: Sequence[Row]) -> list[Row]:
    keys = [row.key for row in rows if row.key is not None]
    known: set[str | None] = set()
    for begin in range(0, len(keys), _KEYS_A_QUESTION):
        known.update(connection.scalars(keys_among(keys[begin : begin + _KEYS_A_QUESTION])))
    new = []
    for row in rows:
        if row.key is not None:
            if row.key in known:
                continue
            known.add(row.key)
        new.append(row)
    return new
