"""HOME/drills/results.jsonl: what drills came to, a line each, the newest last."""

import os
from pathlib import Path

import msgspec

from edgeproof.adapters.storage.atomic import only_writer, sync_folder
from edgeproof.core.model.drill import DrillResult
from edgeproof.core.model.errors import StoreError

DRILLS = "drills"
_FILE = "results.jsonl"


def keep_drill(home: Path, result: DrillResult) -> None:
    """Append a result: it is there entirely, and survives a loss of power, or it is not there.

    Raises
    ------
    StoreError
        It could not be written.
    """
    folder = home / DRILLS
    path = folder / _FILE
    with only_writer(folder):
        try:
            # Half a line that a crash left must not take this one with it.
            begin = b"\n" if path.exists() and not path.read_bytes().endswith(b"\n") else b""
            with path.open("ab") as file:
                file.write(begin + msgspec.json.encode(result) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            sync_folder(folder)
        except OSError as error:
            raise StoreError(f"{path} could not be written ({error.strerror}): check its permissions") from error


def read_drills(home: Path) -> tuple[DrillResult, ...]:
    """The results of a home in the order in which they were made; a line that cannot be read is none."""
    try:
        lines = (home / DRILLS / _FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StoreError(f"{home / DRILLS / _FILE} cannot be read ({error.strerror}): check its permissions") from error
    found = (_result(line) for line in lines)
    return tuple(each for each in found if each is not None)


def _result(line: bytes) -> DrillResult | None:
    try:
        return msgspec.json.decode(line, type=DrillResult)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
