"""The geometry of charts: where prices and times stand, and what is written beside them. Nothing is drawn here.

y grows downwards, as in every picture.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from edgeproof.core.model.time import DAY, HOUR, MINUTE

_AIR = 0.06
_MOST_STRETCHED = 2.5
_TIME_STEPS = tuple(
    step * unit
    for unit, steps in ((MINUTE, (1, 2, 5, 10, 15, 30)), (HOUR, (1, 2, 3, 4, 6, 12)), (DAY, (1, 2, 4, 7, 14, 28, 91)))
    for step in steps
)
_MOST_DIGITS = 8
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Values `low` to `high`, the lower at `bottom`, the higher at `top`."""

    low: float
    high: float
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """Where a value stands; what is out of range stands at the edge.

        >>> scale = Scale(low=100.0, high=200.0, top=0.0, bottom=50.0)
        >>> scale.y(100.0), scale.y(150.0), scale.y(500.0)
        (50.0, 25.0, 0.0)
        """
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)

    def shows(self, value: float) -> bool:
        """Whether a value is in range."""
        return self.low <= value <= self.high


def price_span(prices: Iterable[float], targets: Iterable[float] = ()) -> tuple[float, float]:
    """The lowest and the highest value a chart shows, with some air: all prices, and targets that are not too far.

    Targets that would press the prices together to less than two fifths of the chart are left out. What is no number
    is left out; around a single price there is a hundredth of it to both sides.

    >>> price_span([100.0, 200.0], [250.0, 10_000.0])
    (91.0, 259.0)
    >>> price_span([50.0])
    (49.5, 50.5)
    """
    known = [each for each in prices if math.isfinite(each)]
    wanted = [each for each in targets if math.isfinite(each)]
    if not known:
        known = wanted or [1.0]
    low, high = min(known), max(known)
    widest = _MOST_STRETCHED * (high - low)
    for target in sorted(wanted, key=lambda each: max(low - each, each - high)):
        if max(high, target) - min(low, target) <= widest:
            low, high = min(low, target), max(high, target)
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        half = abs(low) / 100 or 1.0
        return low - half, high + half
    air = _AIR * (high - low)
    return low - air, high + air


def ticks(low: float, high: float, most: int) -> tuple[tuple[float, ...], int]:
    """Round values between two, at most so many, and the decimals they need.

    >>> ticks(0.000012, 0.0000142, 5)
    ((1.2e-05, 1.25e-05, 1.3e-05, 1.35e-05, 1.4e-05), 7)
    >>> ticks(44_870.0, 46_120.0, 6)
    ((45000.0, 45250.0, 45500.0, 45750.0, 46000.0), 0)
    """
    raw = Decimal((high - low) / max(1, most))
    power = Decimal(10) ** raw.adjusted()
    step = next(
        each * power
        for each in map(Decimal, ("1", "2", "2.5", "5", "10"))
        if (high - low) / float(each * power) <= most
    )
    step = step.normalize()
    first, last = math.ceil(low / float(step) - 1e-9), math.floor(high / float(step) + 1e-9)
    exponent = step.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return tuple(float(step * number) for number in range(first, last + 1)), decimals


def time_ticks(start: int, end: int, most: int) -> tuple[int, ...]:
    """Round times between two, at most so many: of the day, or of whole days.

    >>> [each // HOUR for each in time_ticks(HOUR, 16 * HOUR, 6)]
    [3, 6, 9, 12, 15]
    """
    fitting = (each for each in _TIME_STEPS if (end - start) / each <= most)
    step = next(fitting, (end - start) // max(1, most) // DAY * DAY + DAY)
    return tuple(range(-(-start // step) * step, end + 1, step))


def time_text(time: int) -> str:
    """The time of the day, the date at its beginning.

    >>> time_text(1_770_114_600_000), time_text(1_770_076_800_000)
    ('10:30', '3 Feb')
    """
    moment = datetime.fromtimestamp(time / 1000, UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]}" if time % DAY == 0 else f"{moment:%H:%M}"


def decimals_of(prices: Sequence[float]) -> int:
    """The decimals prices are told with: as many as they have, not more than make 8 digits of the largest.

    >>> decimals_of([45_000.0]), decimals_of([45_000.0, 45_000.5]), decimals_of([1 / 3])
    (0, 1, 8)
    """
    known = [each for each in prices if math.isfinite(each)]
    largest = max((abs(each) for each in known), default=0.0)
    if not largest:
        return 0
    most = max(0, _MOST_DIGITS - 1 - math.floor(math.log10(largest)))
    exponents = (Decimal(repr(each)).normalize().as_tuple().exponent for each in known)
    own = max((-each for each in exponents if isinstance(each, int)), default=0)
    return max(0, min(own, most))


def number_text(value: float, decimals: int) -> str:
    """A number with so many decimals, never with an exponent.

    >>> number_text(1234567.5, 1), number_text(0.00001234, 8), number_text(-0.0, 1)
    ('1,234,567.5', '0.00001234', '0.0')
    """
    return f"{value + 0.0:,.{decimals}f}"


def apart(wanted: Sequence[float], gap: float, top: float, bottom: float) -> tuple[float, ...]:
    """Places near the wanted ones, in their order from above, at least `gap` apart and between `top` and `bottom`.

    Where there is no room for all, they stand closer.

    >>> apart([10.0, 11.0, 40.0], 8.0, 0.0, 50.0)
    (6.5, 14.5, 40.0)
    """
    order = sorted(range(len(wanted)), key=lambda each: wanted[each])
    gap = min(gap, (bottom - top) / max(1, len(wanted) - 1)) if len(wanted) > 1 else gap
    groups: list[tuple[float, list[int]]] = []  # the middle of each, and who stands in it
    for each in order:
        middle, members = wanted[each], [each]
        while True:
            half = gap * (len(members) - 1) / 2
            middle = min(max(middle, top + half), bottom - half)
            if not groups:
                break
            before, others = groups[-1]
            if before + gap * (len(others) - 1) / 2 + gap <= middle - half + 1e-9:
                break
            groups.pop()
            middle = (before * len(others) + middle * len(members)) / (len(others) + len(members))
            members = others + members
        groups.append((middle, members))
    found = [0.0] * len(wanted)
    for middle, members in groups:
        for place, each in enumerate(members):
            found[each] = middle + gap * (place - (len(members) - 1) / 2)
    return tuple(found)
