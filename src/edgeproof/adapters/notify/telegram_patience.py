"""How long a bot waits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to wait for a connection, an answer, and a picture to be sent."""

    connect: float = 3.0
    answer: float = 5.0
    picture: float = 10.0
