"""What the venue counts: prices, quantities and money as `Decimal`, digit for digit as it wrote them.

Estimates of the venue (margins, unrealized profit) are floats: nothing is settled by them.
"""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

Estimate = Annotated[float, Meta(gt=-1e18, lt=1e18)]

_LARGEST = 18
"""A number of the venue has at most so many digits before its point ..."""
_FINEST = -40
"""... and after it: what has more cannot be meant, and would slow every calculation down."""


def check_counted(message: Struct, *, positive: tuple[str, ...] = (), not_negative: tuple[str, ...] = ()) -> None:
    """Nothing, where every decimal of a message can be meant; fields that are None are left alone.

    Raises
    ------
    ValueError
        A number is not finite, out of bounds, or below zero where it cannot be. The decoder tells it as its own error,
        with the place.
    """
    for name in message.__struct_fields__:
        value = getattr(message, name)
        each = value.values() if isinstance(value, dict) else (value,)
        for number in each:
            if isinstance(number, Decimal):
                _check(name, number, is_positive=name in positive, is_signed=name not in not_negative)


def _check(name: str, number: Decimal, *, is_positive: bool, is_signed: bool) -> None:
    if not number.is_finite():
        raise ValueError(f"expected a finite `{name}`, found {number}")
    if number.adjusted() >= _LARGEST or int(number.as_tuple().exponent) < _FINEST:
        raise ValueError(f"expected a `{name}` of at most {_LARGEST} digits before its point and {-_FINEST} after it")
    if is_positive and number <= 0:
        raise ValueError(f"expected a `{name}` above 0, found {number}")
    if not is_signed and number < 0:
        raise ValueError(f"expected a `{name}` of 0 or more, found {number}")
