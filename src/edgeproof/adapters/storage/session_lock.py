"""HOME/session.lock: one session at a time works on a home, and says who it is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgeproof.adapters.storage.file_claim import FileClaim, claim_file, read_claim
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.core.model.time import format_time, parse_time

LOCK = "session.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The session that holds a home. `since` is UTC milliseconds by the machine's clock."""

    pid: int
    host: str
    command: str
    venue: str
    since: int

    def __str__(self) -> str:
        if self.pid == 0:
            return "another session, which does not say who it is"
        since = format_time(self.since)
        return f'"{self.command}" ({self.venue}), process {self.pid} on {self.host}, since {since}'


def hold(home: Path, holder: Holder) -> FileClaim:
    """The lock of a home, held until it is released or the process ends.

    Raises
    ------
    StoreError
        Another session holds it.
    """
    claim = claim_file(home / LOCK)
    if claim is None:
        raise StoreError(_refusal(home, read_claim(home / LOCK) or {}))
    claim.write(asdict(holder) | {"since": format_time(holder.since)})
    return claim


def holder(home: Path) -> Holder | None:
    """The session that holds a home now; None when there is none. What it does not say is 0 or ""."""
    document = read_claim(home / LOCK)
    return None if document is None else _holder(document)


def _holder(document: Mapping[str, Any]) -> Holder:
    pid = document.get("pid")
    words = {name: str(document.get(name, "")) for name in ("host", "command", "venue")}
    return Holder(pid=pid if isinstance(pid, int) else 0, since=_moment(str(document.get("since", ""))), **words)


def _moment(text: str) -> int:
    try:
        return parse_time(text)
    except InputError:
        return 0


def _refusal(home: Path, document: Mapping[str, Any]) -> str:
    return (
        f"{home} is held by {_holder(document)}: one session at a time works on a home; end that one (Ctrl-C there), "
        "or give this one a home of its own (--home)"
    )
