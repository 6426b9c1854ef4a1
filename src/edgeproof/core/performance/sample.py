"""What a statistic asks of its sample, and the plain answer where the sample cannot give one."""

from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError


@dataclass(frozen=True, slots=True)
class Untestable:
    """A sample on which a statistic says nothing; `reason` is a sentence for people.

    An untestable trial was a trial all the same: where trials are counted, it counts with a p-value of 1.
    """

    reason: str


def require_finite(values: FloatArray, name: str) -> None:
    """Refuse what is not finite: NaN and infinity are broken promises of the caller, not properties of a sample.

    Raises
    ------
    InputError
        Naming the first bad value and its place.
    """
    bad = ~np.isfinite(values)
    if bad.any():
        place = tuple(int(index) for index in np.argwhere(bad)[0])
        where = place[0] if len(place) == 1 else place
        raise InputError(f"expected finite {name}, found {values[place]} at {where}: leave it out or repair its source")


def require_fraction(value: float, name: str) -> None:
    """Refuse what does not lie strictly between 0 and 1.

    Raises
    ------
    InputError
        Saying what was found.
    """
    if not 0.0 < value < 1.0:
        raise InputError(f"expected {name} between 0 and 1, found {value}")


def too_few(found: int, needed: int, what: str) -> Untestable:
    """The answer to a sample that is too small.

    >>> too_few(3, 20, "round trips").reason
    'needs at least 20 round trips, has 3'
    """
    return Untestable(f"needs at least {needed} {what}, has {found}")
