"""Where a journal is kept, how to get there, and how to speak of it: without its password."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from edgeproof.core.model.errors import InputError, StoreError

_PATIENCE_S = 10.0
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
_EXPECTED = "[journal] url: expected sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


@dataclass(frozen=True, slots=True)
class Place:
    """An SQLite file at `path`, or a PostgreSQL database, which has none."""

    url: sa.URL
    path: Path | None

    @property
    def name(self) -> str:
        """The place as messages say it."""
        if self.path is not None:
            return str(self.path)
        user = "" if self.url.username is None else f"{self.url.username}@"
        port = "" if self.url.port is None else f":{self.url.port}"
        return f"postgresql://{user}{self.url.host or ''}{port}/{self.url.database or ''}"


def place_of(url: str) -> Place:
    """The place a URL means.

    >>> place_of("postgresql://ann:secret@db.example/trading").name
    'postgresql://ann@db.example/trading'
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise InputError(f"{_EXPECTED}, found something else (not repeated here: it may hold a password)") from None
    if parsed.drivername == "sqlite":
        if parsed.database in {None, "", ":memory:"}:
            raise InputError(f"{_EXPECTED}, found sqlite without a file")
        return Place(parsed, Path(str(parsed.database)))
    if parsed.drivername in _POSTGRES:
        return Place(parsed.set(drivername="postgresql+psycopg"), None)
    raise InputError(f"{_EXPECTED}, found {parsed.drivername}")


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string()


def reading_engine(place: Place) -> sa.Engine:
    """Connections that cannot write."""
    path = place.path
    if path is not None:
        engine = sa.create_engine("sqlite://", creator=lambda: connect(path, "ro"), poolclass=NullPool)
        return _beginning(engine, "BEGIN")
    return _postgres_engine(place).execution_options(postgresql_readonly=True)


def writing_engine(place: Place) -> sa.Engine:
    """Connections that write; what was committed survives a loss of power."""
    path = place.path
    if path is not None:
        engine = sa.create_engine("sqlite://", creator=lambda: _connect_to_write(path), poolclass=NullPool)
        return _beginning(engine, "BEGIN IMMEDIATE")
    return _postgres_engine(place)


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection to an SQLite file: `mode` is "ro", "rw" or "rwc"."""
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)


def _connect_to_write(path: Path) -> sqlite3.Connection:
    connection = connect(path, "rwc")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _beginning(engine: sa.Engine, statement: str) -> sa.Engine:
    # Left alone, Python's sqlite3 begins a transaction when it sees fit.
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(statement))
    return engine


def _postgres_engine(place: Place) -> sa.Engine:
    try:
        return sa.create_engine(place.url, hide_parameters=True, pool_pre_ping=True, pool_size=1)
    except ModuleNotFoundError:
        raise InputError(
            "a journal in PostgreSQL needs psycopg, which is not installed: install edgeproof[postgres], "
            "or leave [journal] url out to keep the journal in the home"
        ) from None


def examine_file(path: Path) -> str | None:
    """What is wrong with an SQLite file: None when nothing is, as far as its pages and indexes go."""
    try:
        with closing(connect(path, "ro")) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError as error:
        raise store_error(Place(sa.URL.create("sqlite"), path), error) from error
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found == "ok" else " ".join(found.split())


def damaged(place: Place, what: str) -> StoreError:
    """The error that says a file is damaged, and what to do."""
    return StoreError(
        f"the journal {place.name} is damaged ({what}) and is left as it is: put back a copy of it, or move it away, "
        "with its -wal and -shm files, to begin a new one; signals.jsonl still has every signal that was told"
    )


_SQLITE_ADVICE = (
    ("is full", "its disk is full", "make room and start again"),
    ("readonly", "it cannot be written to", "check the permissions of the file and of its folder"),
    ("locked", "another program holds it", "end that program, or wait for it"),
    ("unable to open", "it cannot be opened", "check that the folder is there and its permissions"),
    ("disk I/O", "its disk does not write or read", "check the disk and the space on it"),
)


def store_error(place: Place, error: Exception) -> StoreError:
    """What went wrong with a database, as an error that says what to do."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    words = _first_line(cause, place)
    if place.path is None:
        return StoreError(
            f"the journal {place.name} cannot be used ({words}): check that PostgreSQL runs and can be reached, and "
            "what [journal] url says"
        )
    for sign, what, to_do in _SQLITE_ADVICE:
        if sign in words:
            return StoreError(f"the journal {place.name}: {what} ({words}); nothing of this was kept: {to_do}")
    if isinstance(cause, sqlite3.DatabaseError) and ("malformed" in words or "not a database" in words):
        return damaged(place, words)
    return StoreError(f"the journal {place.name} cannot be used ({words}): check the disk and the permissions")


def _first_line(cause: BaseException, place: Place) -> str:
    text = str(cause).strip() or type(cause).__name__
    password = place.url.password
    if password:
        text = text.replace(str(password), "***")
    return text.splitlines()[0]


Problems = (SQLAlchemyError, sqlite3.Error, OSError)
"""What a database, its driver and its disk raise."""
