"""Who may enter the dashboard of a home: what the command line and the server share of it."""

from dataclasses import dataclass
from pathlib import Path

from edgeproof.adapters.access.passwords import ROLES, Passwords
from edgeproof.adapters.access.sessions import Sessions, csrf_of
from edgeproof.adapters.access.throttle import Throttle
from edgeproof.adapters.access.tokens import Token, Tokens
from edgeproof.adapters.storage.private_file import PrivateFile

__all__ = ["FOLDER", "ROLES", "Access", "Throttle", "Token", "access_to", "csrf_of"]

FOLDER = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What is known of visitors. All of it is in HOME/web, for its owner's eyes alone."""

    passwords: Passwords
    tokens: Tokens
    sessions: Sessions


def access_to(home: Path) -> Access:
    """Who may enter a home."""
    folder = home / FOLDER
    passwords = Passwords(PrivateFile(folder / "passwords.json"))
    return Access(
        passwords=passwords,
        tokens=Tokens(PrivateFile(folder / "tokens.json")),
        sessions=Sessions(PrivateFile(folder / "sessions.json"), passwords.mark),
    )
