"""What values of settings may be, and how they are read; every error says what was expected and what was found."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import DAY, format_duration, parse_duration

Fraction = Annotated[float, Field(ge=0, lt=1)]


def limit(value: object) -> float | None:
    """A limit, or none where it is switched off."""
    if value is None or value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ValueError(f"expected a number above 0, or false to switch the limit off, found {value!r}")
    return float(value)


Limit = Annotated[float | None, BeforeValidator(limit)]


def wrong(expected: str, value: object) -> ValueError:
    """The error of a value that cannot be meant."""
    return ValueError(f"expected {expected}, found {value!r}")


def number(value: object) -> Decimal:
    """A number as it stands in the file."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not is_number or not math.isfinite(float(str(value))):
        raise wrong("a number", value)
    return Decimal(str(value))  # what stands in the file: the float nearest to 0.02 is not 0.02


def whole(value: object) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong("a whole number", value)
    return value


def duration_up_to(most: int) -> Callable[[object], int]:
    """What reads a duration of at most so many milliseconds."""

    def duration(value: object) -> int:
        if not isinstance(value, str):
            raise wrong('a duration such as "30s" or "4h"', value)
        try:
            found = parse_duration(value)
        except InputError as error:
            raise ValueError(str(error)) from None
        if found > most:
            raise ValueError(f'expected a duration of at most "{format_duration(most)}", found "{value}"')
        return found

    return duration


def instruments(value: object) -> frozenset[Instrument]:
    """Instruments, in any spelling."""
    if not isinstance(value, list | frozenset):
        raise wrong('a list of instruments such as ["BTC/USD:USD", "ETHUSDT.P"]', value)
    found, problems = set(), []
    for each in value:
        try:
            found.add(parse_instrument(str(each)))
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise ValueError("; ".join(problems))
    return frozenset(found)


OR_OFF = BeforeValidator(lambda value: None if value is False else value)
Number = Annotated[Decimal, BeforeValidator(number)]
Ratio = Annotated[float, BeforeValidator(lambda value: float(number(value)))]
Whole = Annotated[int, BeforeValidator(whole)]
UpToADay = Annotated[int, BeforeValidator(duration_up_to(DAY))]
UpToAMonth = Annotated[int, BeforeValidator(duration_up_to(30 * DAY))]
Instruments = Annotated[frozenset[Instrument], BeforeValidator(instruments)]


class Section(BaseModel):
    """A section of the settings: frozen, and a key nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)
