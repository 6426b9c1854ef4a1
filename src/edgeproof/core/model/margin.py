"""What the venue asks to stand behind a position, by its size."""

from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginLevel:
    """The margin rates of positions whose notional is at least `notional`; fractions of it."""

    notional: Decimal
    initial: Decimal
    maintenance: Decimal

    def __post_init__(self) -> None:
        if not (self.notional >= 0 and 0 < self.maintenance <= self.initial <= 1):
            raise InputError(f"expected rates with 0 < maintenance <= initial <= 1 from a notional on, found {self}")
