"""Who may enter the dashboard of a home: what the command line and the server share of it."""

from dataclasses import dataclass
from pathlib import Path

from edgeproof.adapters.access.passwords import ROLES, Passwords
from edgeproof.adapters.access.sessions import Sessions, csrf_of
from edgeproof.adapters.access.throttle import Throttle
from edgeproof.adapters.access.tokens import Token, Tokens
from edgeproof.adapters.storage.private_file import PrivateFile
from edgeproof.bootstrap.push import devices_of

__all__ = ["FOLDER", "ROLES", "Access", "Throttle", "Token", "access_to", "csrf_of"]

FOLDER = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What is known of visitors. All of it is in HOME/web, for its owner's eyes alone."""

    passwords: Passwords
    tokens: Tokens
    sessions: Sessions


def set_password(home: Path, role: str, password: str, *, at: str) -> int:
    """Give a role a password; how many browsers are told no more, since they were switched on with an earlier one."""
    passwords = access_to(home).passwords
    had_one = role in passwords.roles()
    passwords.set(role, password, at=at)
    return devices_of(home).forget(lambda each: each.role == role) if had_one else 0


def revoke_token(home: Path, name: str) -> int:
    """Let a token open nothing any more; how many browsers are told no more, since it switched them on."""
    access_to(home).tokens.revoke(name)
    return devices_of(home).forget(lambda each: each.by == token_name(name))


def token_name(name: str) -> str:
    """What who comes with a token is called."""
    return f"token {name}"


def access_to(home: Path) -> Access:
    """Who may enter a home."""
    folder = home / FOLDER
    passwords = Passwords(PrivateFile(folder / "passwords.json"))
    return Access(
        passwords=passwords,
        tokens=Tokens(PrivateFile(folder / "tokens.json")),
        sessions=Sessions(PrivateFile(folder / "sessions.json"), passwords.mark),
    )
