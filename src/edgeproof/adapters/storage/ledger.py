"""The trial ledger on disk: HOME/ledger.sqlite.

Write-ahead logging lets several processes enter trials at once: each `enter` is one transaction, and the next writer
waits for it. A file that is damaged or was written by a later version is refused and left as it is: an empty ledger in
its place would make every later result look better than it is.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from edgeproof.adapters.storage.atomic import only_writer
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.trial import TrialRecord

LEDGER = "ledger.sqlite"
SCHEMA = 1
_PATIENCE = 60.0
"""Seconds a writer waits for another one."""

_TABLES = (
    """CREATE TABLE trials (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, hypothesis TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
        n INTEGER NOT NULL, expectancy_r REAL, p_value REAL NOT NULL, sharpe REAL
    ) WITHOUT ROWID""",
    """CREATE TABLE looked_at (
        instrument TEXT NOT NULL, trial TEXT NOT NULL REFERENCES trials (id), PRIMARY KEY (instrument, trial)
    ) WITHOUT ROWID""",
    "CREATE INDEX looked_at_by ON looked_at (trial)",
)
_ENTER = """INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    start = min(start, excluded.start), end = max(end, excluded.end),
    n = excluded.n, expectancy_r = excluded.expectancy_r, p_value = excluded.p_value, sharpe = excluded.sharpe"""
_CONCERNING = """SELECT * FROM trials WHERE start <= ? AND end >= ?
    AND id IN (SELECT trial FROM looked_at WHERE instrument IN ({})) ORDER BY id"""


class SqliteLedger:
    """A `TrialLedger` in one SQLite file, made when the first trial is entered."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def enter(self, trials: Sequence[TrialRecord]) -> int:
        """Keep trials, all of them or none; how many were new."""
        with self._open() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            before = _count(connection)
            connection.executemany(_ENTER, [_row(trial) for trial in trials])
            scopes = [(instrument, trial.id) for trial in trials for instrument in trial.instruments]
            connection.executemany("INSERT OR IGNORE INTO looked_at VALUES (?, ?)", scopes)
            return _count(connection) - before

    def concerning(self, instruments: Sequence[str], start: int, end: int) -> tuple[TrialRecord, ...]:
        """The trials that looked at any of the instruments within [start, end], by id."""
        if not self.path.exists():
            return ()
        with self._open() as connection:
            marks = ", ".join("?" * len(instruments))
            rows = connection.execute(_CONCERNING.format(marks), (end, start, *instruments)).fetchall()
            scopes = _scopes(connection, {row[0] for row in rows})
        return tuple(_record(row, scopes[row[0]]) for row in rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as connection:
                self._prepare(connection)
                yield connection
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"the trial ledger {self.path} could not be used ({error}): check the disk, the permissions and "
                "whether another program holds it"
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"the trial ledger {self.path} is damaged ({error}): put back a copy of it, or move it away to begin "
                "to count anew; results would then not pay for the trials it held"
            ) from error
        except OSError as error:
            raise StoreError(f"{self.path.parent} cannot be written to ({error.strerror}): check --home") from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = _version(connection)
        if version == 0:
            # SQLite lets nobody wait while the journal mode changes: one process at a time makes the file.
            with only_writer(self.path.parent):
                self._create(connection)
            version = _version(connection)
        if version != SCHEMA:
            raise StoreError(
                f"the trial ledger {self.path} has version {version}, this program knows version {SCHEMA}: "
                "use the edgeproof that wrote it, or another --home"
            )

    def _create(self, connection: sqlite3.Connection) -> None:
        if _version(connection) != 0:
            return  # another process was faster
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError(f"{self.path} is a database but no trial ledger: move it away")
        connection.execute("PRAGMA journal_mode = WAL")
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                connection.execute(table)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM trials").fetchone()[0])


def _row(trial: TrialRecord) -> tuple[object, ...]:
    window = (trial.start, trial.end)
    return (trial.id, trial.kind, trial.hypothesis, *window, trial.n, trial.expectancy_r, trial.p_value, trial.sharpe)


def _scopes(connection: sqlite3.Connection, wanted: set[str]) -> dict[str, list[str]]:
    scopes: dict[str, list[str]] = {each: [] for each in wanted}
    for instrument, trial in connection.execute("SELECT instrument, trial FROM looked_at ORDER BY instrument"):
        if trial in scopes:
            scopes[trial].append(instrument)
    return scopes


def _record(row: tuple[object, ...], instruments: Sequence[str]) -> TrialRecord:
    names = ("id", "kind", "hypothesis", "start", "end", "n", "expectancy_r", "p_value", "sharpe")
    return TrialRecord(**dict(zip(names, row, strict=True)), instruments=tuple(instruments))  # type: ignore[arg-type]
