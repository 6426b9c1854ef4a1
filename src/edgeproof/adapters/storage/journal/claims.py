"""The claim to a journal: one process writes, and it can be said which.

For a file it is a lock beside it; for PostgreSQL an advisory lock of the connection that writes, so that whoever lost
the connection lost the claim with it.
"""

import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from edgeproof.adapters.storage.file_claim import FileClaim, claim_file, read_claim
from edgeproof.adapters.storage.journal.place import Place
from edgeproof.core.model.errors import StoreError

_OURS = 0x6564676A  # "edgj", the first half of the lock's number; the second is the schema
_TRIES = 40
_PAUSE_S = 0.05
"""A server notices a moment later that the process it served was killed."""

_LOCK = sa.text("SELECT pg_try_advisory_lock(:ours, hashtext(current_schema()))")
_HOLDER = sa.text("""
SELECT activity.application_name, activity.backend_start FROM pg_locks AS locks
JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
WHERE locks.locktype = 'advisory' AND locks.classid = :ours AND locks.granted
  AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    pid: int
    host: str


def claim_journal_file(path: Path) -> FileClaim:
    """The claim to an SQLite file."""
    lock = path.with_name(f"{path.name}.lock")
    claim = claim_file(lock)
    if claim is None:
        held = read_claim(lock) or {}
        raise _refusal(str(path), f"process {held.get('pid', 'unknown')} on {held.get('host', 'this machine')}")
    claim.write(asdict(_writer()))
    return claim


def claim_database(connection: sa.Connection, place: Place) -> None:
    """Claim the journal of a PostgreSQL database for as long as the connection lasts."""
    writer = _writer()
    name = f"edgeproof {writer.pid} on {writer.host}"[:63]
    with connection.begin():
        connection.execute(sa.text("SELECT set_config('application_name', :name, false)"), {"name": name})
        if connection.scalar(sa.text("SHOW synchronous_commit")) == "off":
            connection.execute(sa.text("SET synchronous_commit = on"))
    for _ in range(_TRIES):
        with connection.begin():
            if connection.scalar(_LOCK, {"ours": _OURS}):
                return
        time.sleep(_PAUSE_S)
    with connection.begin():
        held = connection.execute(_HOLDER, {"ours": _OURS}).first()
    raise _refusal(place.name, "another process" if held is None else f'"{held[0]}", connected since {held[1]}')


def _writer() -> _Writer:
    return _Writer(pid=os.getpid(), host=socket.gethostname())


def _refusal(name: str, who: str) -> StoreError:
    return StoreError(
        f"the journal {name} is being written by {who}: one session at a time writes a journal; end that one, or give "
        "this one a journal of its own (--home, or [journal] url)"
    )
