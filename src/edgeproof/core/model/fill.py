"""Fills: executions of an order, exact."""

from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A part of an order that was executed. `id` is the venue's; the same id is the same execution, told again.

    `fee` is in the settlement currency (negative: a rebate); `is_fee_estimated` where the venue did not tell it.
    """

    id: str
    order_id: str
    time: int
    price: Decimal
    quantity: Decimal
    fee: Decimal
    is_maker: bool
    is_fee_estimated: bool = False

    def __post_init__(self) -> None:
        for name, number in (("price", self.price), ("quantity", self.quantity)):
            if not (number.is_finite() and number > 0):
                raise InputError(f"expected the {name} of fill {self.id} to be positive, found {number}")
        if not self.fee.is_finite():
            raise InputError(f"expected the fee of fill {self.id} to be a number, found {self.fee}")

    @property
    def notional(self) -> Decimal:
        """Price x quantity."""
        return self.price * self.quantity
