"""Figures as the pages write them, made from the documents of the API: what is shown is compared with what is known."""

import math
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
"""Where the browser of the tests is."""


def money(value: float, *, signed: bool = False) -> str:
    """Money to the cent."""
    return _sign(value, signed=signed) + _rounded(abs(value), 2)


def price(value: float) -> str:
    """A price with about six digits that count."""
    size = abs(value)
    digits = 2 if size == 0 else min(10, max(2 if size >= 1000 else 0, 5 - math.floor(math.log10(size))))
    text = _rounded(value, digits)
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}" if part else whole


def percent(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """A fraction as per cent."""
    return f"{_sign(value, signed=signed)}{abs(value * 100):.{digits}f} %"


def multiple(value: float) -> str:
    """A multiple of what was risked."""
    return f"{_sign(value, signed=True)}{abs(value):.2f} R"


def quantity(value: float) -> str:
    """A quantity without needless zeros."""
    return _rounded(value, 8).rstrip("0").rstrip(".")


def short(time: str) -> str:
    """A time in the zone of the browser: 09 Jan, 17:45."""
    return datetime.fromisoformat(time).astimezone(ZONE).strftime("%d %b, %H:%M")


def utc(time: str) -> str:
    """A time as it is said on hover."""
    return f"{time[:19].replace('T', ' ')} UTC"


def words(text: str) -> str:
    """Words of the program as people write them."""
    return text.replace("_", " ")


def _rounded(value: float, digits: int) -> str:
    """As a browser rounds: the shortest way to write the number, halves away from zero."""
    return f"{Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}"


def _sign(value: float, *, signed: bool) -> str:
    return "−" if value < 0 else "+" if signed and value > 0 else ""  # noqa: RUF001 - the sign of the pages
