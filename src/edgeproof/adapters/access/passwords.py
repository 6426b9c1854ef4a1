"""A password for each role, kept as argon2id hashes."""

from collections.abc import Mapping
from functools import cached_property
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from edgeproof.adapters.access.kept import digest
from edgeproof.core.model.errors import InputError
from edgeproof.ports.kept import Document, Kept

ROLES = ("operator", "viewer")
SHORTEST, LONGEST = 12, 1024


class Passwords:
    """Who knows the password of a role has it. Two roles never share one: the lesser would be the greater."""

    def __init__(self, kept: Kept, hasher: PasswordHasher | None = None) -> None:
        self._kept = kept
        self._hasher = hasher or PasswordHasher()
        # A hash takes 64 MiB for a moment: one at a time, so that a crowd at the door does not take the machine.
        self._turn = Lock()

    def roles(self) -> tuple[str, ...]:
        """The roles that have a password."""
        return tuple(role for role in ROLES if role in self._kept.read())

    def set(self, role: str, password: str, *, at: str) -> None:
        """Give a role a password, from a time on. What was entered with an earlier one ends.

        Raises
        ------
        InputError
            It is too short or too long, or the other role's.
        """
        if role not in ROLES:
            raise InputError(f"expected a role ({', '.join(ROLES)}), found {role!r}")
        if not SHORTEST <= len(password) <= LONGEST:
            raise InputError(
                f"expected a password of {SHORTEST} to {LONGEST} characters, found {len(password)}; "
                "a few words in a row are long and easy to keep"
            )
        with self._kept.changing() as document:
            if any(each != role and self._fits(_hash_of(document, each), password) for each in ROLES):
                raise InputError(f"the password of {role} must not be that of the other role; choose another")
            document[role] = {"hash": self._hasher.hash(password), "since": at}

    def role_of(self, password: str) -> str | None:
        """The role a password opens; None where it opens none. It takes as long for a wrong one as for a right one."""
        if len(password) > LONGEST:
            return None
        document = self._kept.read()
        with self._turn:
            fits = [role for role in ROLES if self._fits(_hash_of(document, role), password)]
        return fits[0] if fits else None

    def mark(self, role: str) -> str:
        """What changes with the password of a role; "" where it has none."""
        text = _hash_of(self._kept.read(), role)
        return "" if text is None else digest(text)[:16]

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody's")

    def _fits(self, text: str | None, password: str) -> bool:
        try:
            self._hasher.verify(text or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return text is not None


def _hash_of(document: Document, role: str) -> str | None:
    found = document.get(role)
    return str(found["hash"]) if isinstance(found, Mapping) and "hash" in found else None
