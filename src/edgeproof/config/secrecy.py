"""Settings files that hold a secret: nobody but their owner may read them."""

import os
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from edgeproof.core.model.errors import InputError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_mode(path: Path, found: os.stat_result, journal_url: str | None) -> None:
    """Refuse a file with a password in it that others can read or change.

    Raises
    ------
    InputError
        It is one.
    """
    if os.name != "posix" or not stat.S_ISREG(found.st_mode) or not found.st_mode & _OTHERS:
        return
    if journal_url is not None and has_password(journal_url):
        raise InputError(
            f"{path}: others can read or change it (mode {stat.S_IMODE(found.st_mode):04o}), and [journal] url has a "
            f"password in it; make it yours alone: chmod 600 {path}"
        )


def has_password(url: str) -> bool:
    """Whether an address has a password in it.

    >>> [has_password(each) for each in ("sqlite:///x.db", "postgresql://me@db/x", "postgresql://me:sesame@db/x")]
    [False, False, True]
    """
    try:
        found = urlsplit(url)
        return bool(found.password) or "password" in parse_qs(found.query)
    except ValueError:
        return True  # nobody knows: better too careful
