"""A secret that is passed around without showing itself."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SecretText:
    """A token, a password, an address that opens a door. It comes out only where it is asked for by `shown`.

    >>> secret = SecretText("hunter2")
    >>> print(secret, [secret], f"{secret}")
    *** [***] ***
    >>> secret.shown()
    'hunter2'
    """

    _text: str = field(repr=False)

    def shown(self) -> str:
        """The secret itself, for the library that needs it and for nobody else."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __str__(self) -> str:
        return "***"
