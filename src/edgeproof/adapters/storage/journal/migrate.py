"""Revisions of the journal: what a database has, what this program knows, and the way from one to the other.

1. `check` refuses a revision nobody here knows, and a database that is something else;
2. `keep_copy` copies an SQLite file that has content, before it is changed;
3. `upgrade` runs what is missing in one transaction: all of it or nothing.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from edgeproof.adapters.storage.atomic import sync_folder
from edgeproof.adapters.storage.journal.place import Place, connect
from edgeproof.adapters.storage.journal.schema import JOURNAL, REVISION_TABLE
from edgeproof.core.model.errors import StoreError

_FOLDER = Path(__file__).parent / "migrations"


def revisions() -> tuple[Script, ...]:
    """The revisions this program knows, oldest first."""
    return tuple(reversed(list(_scripts().walk_revisions())))


def check(connection: sa.Connection, place: Place) -> str | None:
    """The revision of a database; None when there is no journal in it yet.

    Raises
    ------
    StoreError
        This program does not know the revision, or the database is something else.
    """
    found = _context(connection).get_current_revision()
    known = [each.revision for each in revisions()]
    if found is not None and found not in known:
        raise StoreError(
            f"the journal {place.name} has revision {found}, this edgeproof knows {', '.join(known)}: it was written "
            "by a later edgeproof and is left as it is; use that one, or another journal (--home, or [journal] url)"
        )
    if found is None and _is_something_else(connection, place):
        raise StoreError(
            f"{place.name} is a database but no journal, and is left as it is: move it away, or name another place in "
            "[journal] url"
        )
    return found


def upgrade(connection: sa.Connection, place: Place, *, until: str | None = None) -> None:
    """Bring a database to a revision, the newest unless another is given, within the transaction that has begun."""
    found = check(connection, place)
    known = [each.revision for each in revisions()]
    wanted = revisions()[known.index(found) + 1 if found is not None else 0 :]
    context = _context(connection)
    for script in wanted:
        with Operations.context(context):
            script.module.upgrade()
        context.stamp(_scripts(), script.revision)
        if script.revision == until:
            break


def keep_copy(path: Path, revision: str) -> Path:
    """A copy of an SQLite file beside it, named after the revision it is about to get."""
    target = _free_name(path.with_name(f"{path.name}.before-{revision}"))
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.unlink(missing_ok=True)
    with closing(connect(path, "ro")) as source, closing(sqlite3.connect(temporary)) as copy:
        source.backup(copy)
    handle = os.open(temporary, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.rename(target)
    sync_folder(path.parent)
    return target


def newest_revision() -> str:
    """The revision this program writes."""
    return revisions()[-1].revision


def _free_name(path: Path) -> Path:
    candidates = (path.with_name(f"{path.name}-{number}") for number in range(2, 10_000))
    return path if not path.exists() else next(each for each in candidates if not each.exists())


def _is_something_else(connection: sa.Connection, place: Place) -> bool:
    names = set(sa.inspect(connection).get_table_names()) - {REVISION_TABLE}
    # A database server is shared with others, a file is not.
    return bool(names) if place.path is not None else JOURNAL.name in names


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_FOLDER))


def _context(connection: sa.Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": REVISION_TABLE})
